"""Hidden suite of 4.8, the distance between gradient descent and a flow."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect
from autograder.remote.probes import PolynomialLoss

CLOSE = {"rtol": 1e-3, "atol": 2e-6}


def bowl(rng, n):
    """A bowl of n coupled parameters with curvatures between 0.5 and 2, and a start away from its center."""
    axes, _ = torch.linalg.qr(torch.randn(n, n, generator=rng, dtype=torch.float64))
    curvatures = torch.linspace(0.5, 2.0, n, dtype=torch.float64)
    center = torch.randn(n, generator=rng, dtype=torch.float64)
    away = 1 + torch.rand(n, generator=rng, dtype=torch.float64)
    return PolynomialLoss(axes * curvatures @ axes.T, center, torch.zeros_like(center)), center + away


def gap_in_bowl(loss, phi, lr, steps, modified):
    """The distance in a bowl, on paper: powers of a matrix against its exponential."""
    h, away = loss.hessian, phi - loss.center
    descent = torch.linalg.matrix_power(torch.eye(len(phi), dtype=phi.dtype) - lr * h, steps) @ away
    generator = h + lr / 2 * h @ h if modified else h
    return float((descent - torch.linalg.matrix_exp(-lr * steps * generator) @ away).norm())


def trough(rng):
    """A loss of fourth powers, on which slopes change along the way, and a start."""
    quartic = 0.8 + 0.4 * torch.rand(2, generator=rng, dtype=torch.float64)
    start = 1 + 0.3 * torch.rand(2, generator=rng, dtype=torch.float64)
    return PolynomialLoss(torch.zeros(2, 2, dtype=torch.float64), torch.zeros_like(start), quartic), start


@pytest.mark.weight(2)
def test_discretization_gap_from_the_flow(student, rng):
    """In a bowl the distance from the flow on the loss is that of a power from an exponential."""
    loss, phi = bowl(rng, 3)
    for lr, steps in ((0.2, 3), (0.5, 1)):
        found = student.discretization_gap(loss, phi, lr, lr * steps, False)
        expect.close(found, gap_in_bowl(loss, phi, lr, steps, False), **CLOSE, what=f"the distance for lr = {lr}")


@pytest.mark.weight(2)
def test_discretization_gap_from_the_modified_flow(student, rng):
    """In a bowl the flow on the modified loss decays faster, and the distance from it is known as well."""
    loss, phi = bowl(rng, 3)
    for lr, steps in ((0.4, 2), (0.25, 1)):
        found = student.discretization_gap(loss, phi, lr, lr * steps, True)
        expect.close(found, gap_in_bowl(loss, phi, lr, steps, True), **CLOSE, what=f"the distance for lr = {lr}")


def test_discretization_gap_where_slopes_change(student, rng):
    """On a loss of fourth powers the flow is known too, and gradient descent is followed step by step."""
    loss, phi = trough(rng)
    point = phi
    for _ in range(3):
        point = point - 0.15 * loss.quartic * point**3
    end = phi / (1 + 2 * loss.quartic * phi**2 * 0.45).sqrt()
    expect.close(student.discretization_gap(loss, phi, 0.15, 0.45, False), float((point - end).norm()), **CLOSE)


def test_discretization_gap_falls_with_the_rate(student, rng):
    """Half the learning rate halves the distance from the flow, and quarters that from the modified flow, roughly."""
    loss, phi = trough(rng)
    for modified, least, most in ((False, 1.7, 2.9), (True, 3.5, 5.7)):
        gaps = [float(student.discretization_gap(loss, phi, lr, 0.1, modified)) for lr in (0.1, 0.05)]
        assert min(gaps) > 1e-5, "a distance is too small"
        assert least < gaps[0] / gaps[1] < most, "the distance falls with the learning rate by another power"


def test_discretization_gap_counts_steps_by_rounding(student, rng):
    """A time that is a multiple of the rate up to rounding errors is legal, and none of its steps is lost."""
    loss, phi = bowl(rng, 2)
    for lr, steps, time in ((0.1, 3, 0.3), (0.35, 1, 0.35)):
        found = student.discretization_gap(loss, phi, lr, time, False)
        expect.close(found, gap_in_bowl(loss, phi, lr, steps, False), **CLOSE, what=f"the distance after {steps} steps")


def test_discretization_gap_refuses_bad_numbers(student, rng):
    """No step of the rate may be left over: ValueError, as for a rate that is not positive and a negative time."""
    loss, phi = bowl(rng, 2)
    wrong = ((0.2, 0.5), (0.2, 0.3), (0.25, 0.25 * (2 + 1e-6)), (0.0, 0.4), (-0.2, 0.4), (-0.2, -0.4), (0.2, -0.4))
    for lr, time in wrong:
        with pytest.raises(ValueError):
            student.discretization_gap(loss, phi, lr, time, False)
    expect.close(student.discretization_gap(loss, phi, 0.2, 0.0, False), 0.0, **CLOSE, what="the distance at time 0")
    found = student.discretization_gap(loss, phi, 0.25, 0.25 * (2 + 1e-11), True)
    expect.close(found, gap_in_bowl(loss, phi, 0.25, 2, True), **CLOSE)


def test_discretization_gap_keeps_the_start(student, rng):
    """The start is not moved and gets no gradient, also where it requires one; float32 will do."""
    loss, phi = bowl(rng, 2)
    wanted, phi = gap_in_bowl(loss, phi, 0.4, 2, False), phi.float().requires_grad_()
    phi.grad = torch.ones_like(phi)
    with expect.unchanged(phi):
        found = student.discretization_gap(loss.to(torch.float32), phi, 0.4, 0.8, False)
    expect.close(found, wanted, rtol=1e-3, atol=1e-5)


@pytest.mark.cuda
def test_discretization_gap_on_the_gpu(student, rng):
    """Parameters on a GPU have the same distance as on the CPU."""
    loss, phi = bowl(rng, 3)
    found = student.discretization_gap(loss.to("cuda"), phi.cuda(), 0.2, 0.6, True)
    wanted = gap_in_bowl(loss, phi, 0.2, 3, True)
    expect.close(float(found), wanted, **CLOSE)
