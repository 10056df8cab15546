"""Hidden suite for 3.7: what each penalty does to one weight."""

import pytest
import torch

from autograder import expect


def spread(rng, *shape):
    """Entries of both signs, 0.05 to 3 in size; three of them are fixed, so that small and large ones always occur."""
    size = 0.05 + 2.95 * torch.rand(shape, generator=rng, dtype=torch.float64)
    entries = size * (2.0 * (torch.rand(shape, generator=rng) < 0.5) - 1)
    entries.view(-1)[:3] = torch.tensor([0.2, -0.8, -2.6], dtype=torch.float64)
    return entries


def is_minimizer(v, w, lam, power, rng):
    """Check that no one of 2,000 random steps away from ``v``, small and large, lowers the penalized cost."""
    expect.close(v.to(w) * 0, w * 0)

    def objective(points):
        return ((points - w) ** 2).sum(-1) + lam * points.abs().pow(power).sum(-1)

    scales = torch.logspace(-4, 0.5, 2000, dtype=torch.float64)[:, None]
    nearby = v + scales * torch.randn(2000, len(w), generator=rng, dtype=torch.float64)
    assert bool((objective(nearby) >= objective(v) - 1e-12).all()), "another point has a lower penalized cost"


@pytest.mark.weight(2)
def test_shrink_orthonormal_minimizes_with_l2(student, rng):
    """No other point has a lower cost: squared distance to w plus lambda times the sum of squares."""
    w = spread(rng, 5)
    for lam in (0.6, 2.5):
        v = expect.tensor(student.shrink_orthonormal(w, lam, "l2"))
        is_minimizer(v, w, lam, 2, rng)
        expect.close(2 * (v - w) + 2 * lam * v, torch.zeros_like(w), what="the slope of the cost at the result")


@pytest.mark.weight(2)
def test_shrink_orthonormal_minimizes_with_l1(student, rng):
    """No other point has a lower cost: squared distance to w plus lambda times the sum of absolute values."""
    for lam in (0.6, 2.5):
        w = torch.cat([spread(rng, 4), lam * torch.tensor([0.3, -0.7, 1.4, -0.9], dtype=torch.float64)])
        v = expect.tensor(student.shrink_orthonormal(w, lam, "l1"))
        is_minimizer(v, w, lam, 1, rng)
        slope = (2 * (v - w) + lam * v.sign())[v != 0]
        expect.close(slope, torch.zeros_like(slope), what="the slope of the cost off zero")


def test_shrink_orthonormal_l2_keeps_proportions(student, rng):
    """L2 makes every entry smaller by the same factor, so that none becomes exactly zero and the order stays."""
    w = torch.cat([spread(rng, 6), torch.tensor([1e-6, -1e-6], dtype=torch.float64)])
    v = expect.tensor(student.shrink_orthonormal(w, 3.0, "l2"))
    expect.close(v, w / 4, atol=1e-16)
    assert bool((v != 0).all()), "an entry became exactly zero"


def test_shrink_orthonormal_l1_zeroes_small_entries(student):
    """L1 sets entries up to a threshold to exactly zero and moves all others towards zero by one same amount."""
    w = torch.tensor([-2.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 2.0], dtype=torch.float64)
    v = expect.tensor(student.shrink_orthonormal(w, 1.0, "l1"))
    expect.close(v, torch.tensor([-1.5, -0.25, 0, 0, 0, 0, 0, 0.25, 1.5], dtype=torch.float64))
    assert bool((v[2:7] == 0).all()), "an entry that should be exactly zero is not"


def test_shrink_orthonormal_works_entry_by_entry(student, reference, rng):
    """Shape, dtype and memory layout do not matter, and lambda = 0 changes nothing; w stays as it was."""
    w = spread(rng, 4, 2, 3).transpose(0, 2)
    for norm in ("l2", "l1"):
        with expect.unchanged(w):
            found = student.shrink_orthonormal(w, 0.9, norm)
        expect.close(found, reference.shrink_orthonormal(w, 0.9, norm))
        low = w.float()
        expect.close(student.shrink_orthonormal(low, 0.9, norm), reference.shrink_orthonormal(low, 0.9, norm))
        expect.close(student.shrink_orthonormal(w, 0.0, norm), w)


def test_shrink_orthonormal_refuses_bad_arguments(student, reference, rng):
    """An unknown norm and a negative lambda raise ValueError; good arguments still give the right answer."""
    w = spread(rng, 5)
    for lam, norm in ((1.0, "l0"), (1.0, "max"), (-0.5, "l2"), (-0.5, "l1")):
        with pytest.raises(ValueError):  # noqa: PT011 - a student's message is free
            student.shrink_orthonormal(w, lam, norm)
    for norm in ("l2", "l1"):
        expect.close(student.shrink_orthonormal(w, 1.7, norm), reference.shrink_orthonormal(w, 1.7, norm))


@pytest.mark.cuda
def test_shrink_orthonormal_on_the_gpu(student, reference, rng):
    """On a GPU the result stays there and equals that on the CPU."""
    w = spread(rng, 3, 4)
    for norm in ("l2", "l1"):
        wanted = reference.shrink_orthonormal(w, 1.3, norm)
        expect.close(student.shrink_orthonormal(w.to("cuda"), 1.3, norm), wanted.to("cuda"))
