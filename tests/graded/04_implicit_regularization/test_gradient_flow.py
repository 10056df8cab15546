"""Hidden suite of 4.3, the end of a gradient flow."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect
from autograder.remote.probes import PolynomialLoss

CLOSE = {"rtol": 1e-6, "atol": 4e-6}


def bowl(rng, n):
    """A bowl of n coupled parameters with curvatures between 0.5 and 2, and a start away from it along every axis."""
    axes, _ = torch.linalg.qr(torch.randn(n, n, generator=rng, dtype=torch.float64))
    curvatures = torch.linspace(0.5, 2.0, n, dtype=torch.float64)
    center = torch.randn(n, generator=rng, dtype=torch.float64)
    away = 0.5 + torch.rand(n, generator=rng, dtype=torch.float64)
    return PolynomialLoss(axes * curvatures @ axes.T, center, torch.zeros_like(center)), center + axes @ away


def end_in_bowl(loss, phi, time):
    """Where the flow in a bowl arrives, on paper."""
    return loss.center + torch.linalg.matrix_exp(-time * loss.hessian) @ (phi - loss.center)


def trough(rng, n):
    """A loss of fourth powers without quadratic part, and a start: the flow slows down like a square root."""
    quartic = 0.5 + torch.rand(n, generator=rng, dtype=torch.float64)
    sign = 2.0 * (torch.rand(n, generator=rng) < 0.5) - 1
    start = sign * (1 + 0.5 * torch.rand(n, generator=rng, dtype=torch.float64))
    return PolynomialLoss(torch.zeros(n, n, dtype=torch.float64), torch.zeros_like(start), quartic), start


def end_in_trough(loss, phi, time):
    """Where the flow on fourth powers arrives, on paper."""
    return phi / (1 + 2 * loss.quartic * phi**2 * time).sqrt()


@pytest.mark.weight(2)
def test_gradient_flow_in_a_bowl(student, rng):
    """In a quadratic bowl the distance to the minimum decays exponentially, faster where the curvature is larger."""
    loss, phi = bowl(rng, 3)
    for time, steps in ((1.5, 28), (0.4, 10)):
        found = student.gradient_flow(loss, phi, time, steps)
        expect.close(found, end_in_bowl(loss, phi, time), **CLOSE, what=f"the end after time {time}")


def test_gradient_flow_on_fourth_powers(student, rng):
    """On a loss of fourth powers the solution is known too, and the slope changes on the way."""
    loss, phi = trough(rng, 3)
    expect.close(student.gradient_flow(loss, phi, 1.0, 30), end_in_trough(loss, phi, 1.0), **CLOSE)


@pytest.mark.weight(2)
def test_gradient_flow_is_accurate_with_few_steps(student, rng):
    """With a few long steps in a bowl the error is that of a method of order 4, or smaller."""
    loss, phi = bowl(rng, 2)
    for steps in (2, 4, 8):
        z = -1.6 / steps * loss.hessian
        step = torch.linalg.matrix_power(torch.eye(2) + z + z @ z / 2 + z @ z @ z / 6 + z @ z @ z @ z / 24, steps)
        exact = end_in_bowl(loss, phi, 1.6)
        allowed = 2 * float((loss.center + step @ (phi - loss.center) - exact).norm()) + 1e-6
        found = student.gradient_flow(loss, phi, 1.6, steps)
        expect.close(found, exact, rtol=0, atol=allowed, what=f"the end with {steps} steps")


def test_gradient_flow_is_accurate_where_slopes_change(student, reference, rng):
    """With a few steps on fourth powers the error is that of a method of order 4, or smaller."""
    loss, phi = trough(rng, 1)
    exact = end_in_trough(loss, phi, 1.0)
    for steps in (2, 4):
        allowed = 2 * float((reference.gradient_flow(loss, phi, 1.0, steps) - exact).norm()) + 1e-6
        found = student.gradient_flow(loss, phi, 1.0, steps)
        expect.close(found, exact, rtol=0, atol=allowed, what=f"the end with {steps} steps")


def test_gradient_flow_goes_on(student, rng):
    """Two flows, one after the other, arrive where one flow arrives in all the time; a flow of no time stays."""
    loss, phi = bowl(rng, 2)
    halfway = student.gradient_flow(loss, phi, 0.7, 18)
    expect.close(student.gradient_flow(loss, halfway, 0.5, 12), end_in_bowl(loss, phi, 1.2), **CLOSE)
    expect.close(student.gradient_flow(loss, phi, 0.0, 1), phi, what="the end of a flow of no time")


def test_gradient_flow_keeps_the_start(student, rng):
    """The start is not moved and gets no gradient, also where it requires one; float32 stays float32."""
    loss, phi = bowl(rng, 3)
    wanted = end_in_bowl(loss, phi, 0.8).float()
    phi = phi.float().requires_grad_()
    phi.grad = torch.ones_like(phi)
    with expect.unchanged(phi):
        found = student.gradient_flow(loss.to(torch.float32), phi, 0.8, 4)
    expect.close(found, wanted, rtol=0, atol=2.2e-4)  # a method of order 4 is off by 1e-4 at most


def test_gradient_flow_refuses_bad_numbers(student, rng):
    """A negative time and fewer than one step are a ValueError; one step is not."""
    loss, phi = bowl(rng, 2)
    for time, steps in ((-0.5, 10), (0.5, 0), (0.5, -2)):
        with pytest.raises(ValueError):
            student.gradient_flow(loss, phi, time, steps)
    expect.close(student.gradient_flow(loss, phi, 0.01, 1), end_in_bowl(loss, phi, 0.01), **CLOSE)


@pytest.mark.cuda
def test_gradient_flow_on_the_gpu(student, rng):
    """On a GPU the end is on the GPU, and as on the CPU."""
    loss, phi = bowl(rng, 3)
    found = student.gradient_flow(loss.to("cuda"), phi.cuda(), 0.8, 20)
    expect.close(found, end_in_bowl(loss, phi, 0.8).cuda(), **CLOSE)
