"""Hidden suite of 4.4, the loss that gradient descent really follows."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect
from autograder.remote.probes import PolynomialLoss


def drawn(rng, n, quartic=0.0):
    """A loss of n coupled parameters whose lowest value is not 0, and a point away from its center."""
    root, center = (torch.randn(shape, generator=rng, dtype=torch.float64) for shape in ((n, n), (n,)))
    away = 0.5 + torch.rand(n, generator=rng, dtype=torch.float64)
    hessian = root @ root.T / n + torch.eye(n, dtype=torch.float64)
    return PolynomialLoss(hessian, center, torch.full_like(center, quartic), level=1.5), center + away


def slope(loss, phi):
    """The gradient of such a loss, on paper."""
    return loss.hessian @ (phi - loss.center) + loss.quartic * phi**3


def curvature(loss, phi):
    """Its second derivatives, on paper."""
    return loss.hessian + torch.diag(3 * loss.quartic * phi**2)


def differentiated(value, phi):
    """The gradient of ``value`` in ``phi``, differentiable itself."""
    assert isinstance(value, torch.Tensor), "the result is not a tensor"
    assert value.requires_grad, "the result is not differentiable in phi"
    return torch.autograd.grad(value, phi, create_graph=True)[0]


@pytest.mark.weight(2)
def test_gd_modified_loss_adds_the_squared_slope(student, rng):
    """It is the loss plus a quarter of the learning rate times the squared length of the gradient."""
    loss, phi = drawn(rng, 4, quartic=0.3)
    for lr in (0.3, 1.0, 2.5):
        wanted = loss(phi) + lr / 4 * slope(loss, phi).square().sum()
        expect.close(student.gd_modified_loss(loss, phi, lr), wanted, what=f"the value for lr = {lr}")


@pytest.mark.weight(2)
def test_gd_modified_loss_has_the_slope_of_both_parts(student, rng):
    """Its gradient is that of the loss, corrected by second derivatives times gradient times half the learning rate."""
    loss, phi = drawn(rng, 3, quartic=0.4)
    g, h = slope(loss, phi), curvature(loss, phi)
    phi.requires_grad_()
    for lr in (0.2, 1.4):
        found = differentiated(student.gd_modified_loss(loss, phi, lr), phi)
        expect.close(found, g + lr / 2 * h @ g, what=f"the gradient for lr = {lr}")


def test_gd_modified_loss_keeps_stationary_points(student, rng):
    """At the minimum of the loss it has the value of the loss; next to it the value is that of a steeper bowl."""
    loss, phi = drawn(rng, 3)
    for away in (torch.zeros(3, dtype=torch.float64), phi - loss.center):
        wanted = 1.5 + away @ (loss.hessian + 0.35 * loss.hessian @ loss.hessian) @ away / 2
        expect.close(student.gd_modified_loss(loss, loss.center + away, 0.7), wanted)


def test_gd_modified_loss_has_second_derivatives(student, rng):
    """It can be differentiated twice: in a bowl the curvature H grows by half the learning rate times H squared."""
    loss, phi = drawn(rng, 3)
    direction = torch.randn(3, generator=rng, dtype=torch.float64)
    phi.requires_grad_()
    first = differentiated(student.gd_modified_loss(loss, phi, 0.6), phi)
    (second,) = torch.autograd.grad(first @ direction, phi)
    expect.close(second, loss.hessian @ direction + 0.3 * loss.hessian @ loss.hessian @ direction)


def test_gd_modified_loss_without_learning_rate(student, rng):
    """With a learning rate of 0 it is the loss, and has the loss's gradient."""
    loss, phi = drawn(rng, 4, quartic=0.2)
    value, wanted = loss(phi), slope(loss, phi)
    phi.requires_grad_()
    found = student.gd_modified_loss(loss, phi, 0.0)
    expect.close(found, value)
    expect.close(differentiated(found, phi), wanted, what="the gradient")


def test_gd_modified_loss_keeps_its_arguments(student, rng):
    """Parameters are not changed and get no gradient, whether they require one or not; float32 stays float32."""
    loss, phi = drawn(rng, 3, quartic=0.2)
    wanted = (loss(phi) + 0.2 * slope(loss, phi).square().sum()).float()
    low, plain = loss.to(torch.float32), phi.float()
    with_grad = plain.clone().requires_grad_()
    with_grad.grad = torch.ones_like(plain)
    with expect.unchanged(plain, with_grad):
        for phi in (plain, with_grad):
            expect.close(student.gd_modified_loss(low, phi, 0.8), wanted)


def test_gd_modified_loss_refuses_a_negative_rate(student, rng):
    """A negative learning rate is a ValueError; a positive one is not."""
    loss, phi = drawn(rng, 2)
    with pytest.raises(ValueError):
        student.gd_modified_loss(loss, phi, -0.1)
    wanted = loss(phi) + 0.025 * slope(loss, phi).square().sum()
    expect.close(student.gd_modified_loss(loss, phi, 0.1), wanted)


@pytest.mark.cuda
def test_gd_modified_loss_on_the_gpu(student, rng):
    """On a GPU value and gradient are on the GPU, and as on the CPU."""
    loss, phi = drawn(rng, 3, quartic=0.2)
    g, h = slope(loss, phi), curvature(loss, phi)
    wanted, phi = loss(phi) + 0.2 * g.square().sum(), phi.cuda().requires_grad_()
    found = student.gd_modified_loss(loss.to("cuda"), phi, 0.8)
    expect.close(found, wanted.cuda())
    expect.close(differentiated(found, phi), (g + 0.4 * h @ g).cuda(), what="the gradient")
