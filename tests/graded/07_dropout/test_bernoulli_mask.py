"""Hidden suite of 7.1, the Bernoulli mask."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


@pytest.mark.weight(2)
def test_bernoulli_mask_drops_what_lies_below_p(student, rng):
    """An element is dropped if its uniform number lies below p, and kept, unscaled, if it lies above."""
    for p in (0.2, 0.7):
        below = 0.99 * p * torch.rand(4, 5, generator=rng)
        above = p + 0.01 + (0.98 - p) * torch.rand(4, 5, generator=rng)
        v = torch.stack([below, above], dim=1).double()
        kept = torch.stack([torch.zeros(4, 5), torch.ones(4, 5)], dim=1).double()
        expect.equal(student.bernoulli_mask(v, p), kept, what=f"the mask for p = {p}")


def test_bernoulli_mask_keeps_a_tie(student):
    """A uniform number that equals p exactly keeps its element."""
    v = torch.tensor([[0.125, 0.25, 0.5], [0.75, 0.25, 0.0]], dtype=torch.float64)
    expect.equal(student.bernoulli_mask(v, 0.25), torch.tensor([[0.0, 1, 1], [1, 1, 0]], dtype=torch.float64))
    expect.equal(student.bernoulli_mask(v, 0.5), torch.tensor([[0.0, 0, 1], [1, 0, 0]], dtype=torch.float64))


def test_bernoulli_mask_at_both_ends(student, rng):
    """With p = 0 nothing is dropped, not even where the uniform number is 0; with p = 1 everything is."""
    v = torch.rand(6, 7, generator=rng, dtype=torch.float64)
    v[0] = 0.0
    expect.equal(student.bernoulli_mask(v, 0.0), torch.ones_like(v), what="the mask for p = 0")
    expect.equal(student.bernoulli_mask(v, 1.0), torch.zeros_like(v), what="the mask for p = 1")


def test_bernoulli_mask_keeps_dtype_and_shape(student, reference, rng):
    """The mask has the dtype and shape of the uniform numbers, for any number of axes and of rows."""
    cases = ((9,), torch.float32), ((3, 4, 5), torch.float64), ((4, 6), torch.float16), ((0, 3), torch.float32)
    for shape, dtype in cases:
        v = torch.rand(shape, generator=rng).to(dtype)
        expect.equal(student.bernoulli_mask(v, 0.375), reference.bernoulli_mask(v, 0.375))
    v = torch.rand(5, 8, generator=rng).T
    expect.equal(student.bernoulli_mask(v, 0.375), reference.bernoulli_mask(v, 0.375))


def test_bernoulli_mask_leaves_its_argument_alone(student, reference, rng):
    """The uniform numbers are the same after the call as before it."""
    v = torch.rand(8, 9, generator=rng, dtype=torch.float64)
    with expect.unchanged(v):
        mask = student.bernoulli_mask(v, 0.3)
    expect.equal(mask, reference.bernoulli_mask(v, 0.3), what="the mask")


def test_bernoulli_mask_refuses_a_wrong_probability(student):
    """A p outside [0, 1] is a ValueError, and both ends of the interval are legal."""
    v = torch.tensor([0.1, 0.6], dtype=torch.float64)
    for p in (-0.01, 1.01, -2.0, 30.0):
        with pytest.raises(ValueError):
            student.bernoulli_mask(v, p)
    for p, kept in ((0.0, 2), (0.3, 1), (1.0, 0)):
        expect.equal(student.bernoulli_mask(v, p).sum(), torch.tensor(float(kept), dtype=torch.float64))


@pytest.mark.cuda
def test_bernoulli_mask_on_the_gpu(student, reference, rng):
    """On a GPU the mask is on the GPU, and the same as on the CPU."""
    v = torch.rand(8, 9, generator=rng)
    expect.equal(student.bernoulli_mask(v.cuda(), 0.3), reference.bernoulli_mask(v, 0.3).cuda())
