"""Hidden suite of 4.1, the gradient as a plain function."""

import pytest
import torch

from autograder import expect
from autograder.remote.probes import PolynomialLoss

CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def drawn(rng, n):
    """A loss of n coupled parameters, neither quadratic nor symmetric about 0, and a point."""
    root, center, point = (torch.randn(shape, generator=rng, dtype=torch.float64) for shape in ((n, n), (n,), (n,)))
    quartic = 0.5 + torch.rand(n, generator=rng, dtype=torch.float64)
    return PolynomialLoss(root @ root.T / n + torch.eye(n, dtype=torch.float64), center, quartic, level=2.0), point


def slope(loss, phi):
    """The gradient of such a loss, on paper."""
    return loss.hessian @ (phi - loss.center) + loss.quartic * phi**3


@pytest.mark.weight(2)
def test_gradient_on_paper(student, rng):
    """On a polynomial in several coupled parameters it is the derivative by each of them, at any point."""
    loss, phi = drawn(rng, 4)
    for point in (phi, phi + 2, -phi):
        expect.close(student.gradient(loss, point), slope(loss, point), **CLOSE)


def test_gradient_of_one_parameter(student, rng):
    """A loss of one parameter has a gradient with one entry."""
    loss, phi = drawn(rng, 1)
    phi = loss.center + 1 + phi.abs()
    expect.close(student.gradient(loss, phi), slope(loss, phi), **CLOSE)


def test_gradient_is_zero_for_what_does_not_matter(student, rng):
    """A parameter that the loss does not depend on has the slope 0; the others have their own."""
    loss, phi = drawn(rng, 3)
    loss.hessian[1], loss.hessian[:, 1], loss.quartic[1] = 0.0, 0.0, 0.0
    expect.close(student.gradient(loss, phi), slope(loss, phi), **CLOSE)


def test_gradient_leaves_no_trace(student, rng):
    """Parameters that require a gradient and have one already stay as they are, and a second call gives the same."""
    loss, phi = drawn(rng, 3)
    wanted = slope(loss, phi)
    phi.requires_grad_()
    phi.grad = torch.full((3,), 0.25, dtype=torch.float64)
    with expect.unchanged(phi):
        for call in ("first", "second"):
            expect.close(student.gradient(loss, phi), wanted, **CLOSE, what=f"the result of the {call} call")


def test_gradient_of_parameters_without_one(student, rng):
    """Parameters that do not require a gradient still do not afterwards, and float32 stays float32."""
    loss, phi = drawn(rng, 3)
    wanted = slope(loss, phi).float()
    phi = phi.float()
    with expect.unchanged(phi):
        found = student.gradient(loss.to(torch.float32), phi)
    expect.close(found, wanted)


@pytest.mark.cuda
def test_gradient_on_the_gpu(student, rng):
    """On a GPU the gradient is on the GPU, and as on the CPU."""
    loss, phi = drawn(rng, 4)
    expect.close(student.gradient(loss.to("cuda"), phi.cuda()), slope(loss, phi).cuda(), **CLOSE)
