"""Hidden suite of 4.2, the path of gradient descent."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect
from autograder.remote.probes import PolynomialLoss

CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def drawn(rng, n, quartic=0.0):
    """A bowl of n coupled parameters with curvatures between 0.5 and 2, and a start away from its center."""
    axes, _ = torch.linalg.qr(torch.randn(n, n, generator=rng, dtype=torch.float64))
    curvatures = 0.5 + 1.5 * torch.rand(n, generator=rng, dtype=torch.float64)
    center = torch.randn(n, generator=rng, dtype=torch.float64)
    away = 0.5 + torch.rand(n, generator=rng, dtype=torch.float64)
    return PolynomialLoss(axes * curvatures @ axes.T, center, torch.full_like(center, quartic)), center + away


def expected_path(loss, phi, lr, steps):
    """The path in a bowl, on paper: the same matrix shrinks the distance to the center in every step."""
    shrink = torch.eye(len(phi), dtype=phi.dtype) - lr * loss.hessian
    away = phi - loss.center
    return torch.stack([loss.center + torch.linalg.matrix_power(shrink, t) @ away for t in range(steps + 1)])


@pytest.mark.weight(2)
def test_gd_path_in_a_bowl(student, rng):
    """In a quadratic bowl every step shrinks the distance to the minimum by one and the same matrix."""
    loss, phi = drawn(rng, 3)
    for lr, steps in ((0.3, 6), (0.08, 4)):
        wanted = expected_path(loss, phi, lr, steps)
        expect.close(student.gd_path(loss, phi, lr, steps), wanted, **CLOSE, what=f"the path for lr = {lr}")


@pytest.mark.weight(2)
def test_gd_path_goes_downhill_from_where_it_is(student, rng):
    """Every point is the one before, minus the learning rate times the slope at that very point."""
    loss, phi = drawn(rng, 4, quartic=0.1)
    path = expect.tensor(student.gd_path(loss, phi, 0.05, 5))
    expect.close(path[0], phi, what="the first row")
    slopes = torch.stack([loss.hessian @ (point - loss.center) + 0.1 * point**3 for point in path])
    expect.close(path[1:], path[:-1] - 0.05 * slopes[:-1], **CLOSE, what="the path after the first row")


def test_gd_path_overshoots(student, rng):
    """Where the learning rate is 2 / curvature the path jumps from side to side for ever; beyond it, it leaves."""
    start = 1 + torch.rand(1, generator=rng, dtype=torch.float64)
    loss = PolynomialLoss(
        torch.full((1, 1), 4.0, dtype=torch.float64), torch.zeros_like(start), torch.zeros_like(start)
    )
    for lr, factor in ((0.5, -1.0), (0.75, -2.0)):
        wanted = start * factor ** torch.arange(5, dtype=torch.float64)[:, None]
        expect.close(student.gd_path(loss, start, lr, 4), wanted, **CLOSE, what=f"the path for a factor of {factor}")


def test_gd_path_at_its_ends(student, rng):
    """No step gives one row; a learning rate of 0 gives rows that are all the start."""
    loss, phi = drawn(rng, 3)
    expect.close(student.gd_path(loss, phi, 0.1, 0), phi[None], what="the path of no step")
    expect.close(student.gd_path(loss, phi, 0.0, 3), phi.repeat(4, 1), what="the path for lr = 0")
    wanted = expected_path(loss, phi, 0.1, 1)
    expect.close(student.gd_path(loss, phi, 0.1, 1), wanted, **CLOSE, what="the path of one step")


def test_gd_path_keeps_the_start(student, rng):
    """The start is not moved and gets no gradient, also where it requires one; float32 stays float32."""
    loss, phi = drawn(rng, 3)
    wanted = expected_path(loss, phi, 0.2, 3).float()
    phi = phi.float().requires_grad_()
    phi.grad = torch.ones_like(phi)
    with expect.unchanged(phi):
        found = student.gd_path(loss.to(torch.float32), phi, 0.2, 3)
    expect.close(found, wanted)


def test_gd_path_refuses_bad_numbers(student, rng):
    """A negative learning rate and a negative number of steps are a ValueError; legal ones are not."""
    loss, phi = drawn(rng, 2)
    for lr, steps in ((-0.1, 3), (0.1, -1), (-0.1, 0)):
        with pytest.raises(ValueError):
            student.gd_path(loss, phi, lr, steps)
    expect.close(student.gd_path(loss, phi, 0.1, 2), expected_path(loss, phi, 0.1, 2), **CLOSE)


@pytest.mark.cuda
def test_gd_path_on_the_gpu(student, rng):
    """On a GPU the path is on the GPU, and as on the CPU."""
    loss, phi = drawn(rng, 3)
    wanted = expected_path(loss, phi, 0.3, 4).cuda()
    expect.close(student.gd_path(loss.to("cuda"), phi.cuda(), 0.3, 4), wanted, **CLOSE)
