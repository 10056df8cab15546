"""Hidden suite of 4.7, the loss that SGD really follows."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect
from autograder.remote.probes import PolynomialLoss


def drawn(rng, batches, n, quartic=0.2):
    """Losses of so many batches in n coupled parameters, all different in value and slope, and a point."""
    losses = []
    for b in range(batches):
        root, center = (torch.randn(shape, generator=rng, dtype=torch.float64) for shape in ((n, n), (n,)))
        hessian = root @ root.T / n + torch.eye(n, dtype=torch.float64)
        losses.append(PolynomialLoss(hessian, center, torch.full_like(center, quartic), level=1.0 + b))
    return losses, 2.5 + torch.rand(n, generator=rng, dtype=torch.float64)


def slope(loss, phi):
    """The gradient of one batch, on paper."""
    return loss.hessian @ (phi - loss.center) + loss.quartic * phi**3


def parts(losses, phi):
    """On paper: the mean loss, the squared length of its gradient, the variance of the batches' gradients."""
    slopes = torch.stack([slope(loss, phi) for loss in losses])
    mean = slopes.mean(dim=0)
    variance = (slopes - mean).square().sum() / len(losses)
    return sum(loss(phi) for loss in losses) / len(losses), mean.square().sum(), variance


def differentiated(value, phi):
    """The gradient of ``value`` in ``phi``, differentiable itself."""
    assert isinstance(value, torch.Tensor), "the result is not a tensor"
    assert value.requires_grad, "the result is not differentiable in phi"
    return torch.autograd.grad(value, phi, create_graph=True)[0]


@pytest.mark.weight(2)
def test_sgd_modified_loss_adds_both_penalties(student, rng):
    """It is the mean loss plus a quarter of the learning rate times squared slope and variance of the batches."""
    for batches, n, lr in ((5, 3, 0.4), (2, 4, 1.8)):
        losses, phi = drawn(rng, batches, n)
        mean, steepness, variance = parts(losses, phi)
        found = student.sgd_modified_loss(losses, phi, lr)
        expect.close(found, mean + lr / 4 * steepness + lr / 4 * variance, what=f"the value for {batches} batches")


@pytest.mark.weight(2)
def test_sgd_modified_loss_has_the_slope_of_all_parts(student, rng):
    """Its gradient is the mean of the batches' gradients, each corrected by its own second derivatives."""
    losses, phi = drawn(rng, 3, 3)
    g = [slope(loss, phi) for loss in losses]
    h = [loss.hessian + torch.diag(3 * loss.quartic * phi**2) for loss in losses]
    wanted = sum(g[b] + 0.35 * h[b] @ g[b] for b in range(3)) / 3
    phi.requires_grad_()
    expect.close(differentiated(student.sgd_modified_loss(losses, phi, 0.7), phi), wanted, what="the gradient")


def test_sgd_modified_loss_predicts_an_epoch(student, rng):
    """Two quadratic batches: one epoch of SGD, averaged over both orders, is a second-order step of the flow on it."""
    (one, two), phi = drawn(rng, 2, 3, quartic=0.0)
    lr = 0.3
    ends = []
    for first, second in ((one, two), (two, one)):
        halfway = phi - lr * slope(first, phi)
        ends.append(halfway - lr * slope(second, halfway))
    bend = (one.hessian + two.hessian) @ (slope(one, phi) + slope(two, phi)) / 4
    average, phi = (ends[0] + ends[1]) / 2, phi.requires_grad_()
    found = differentiated(student.sgd_modified_loss([one, two], phi, lr), phi)
    expect.close(phi - 2 * lr * found + 2 * lr**2 * bend, average, what="the predicted end of the epoch")


def test_sgd_modified_loss_of_batches_that_agree(student, rng):
    """With one batch, or several copies of it, it is the modified loss of gradient descent."""
    losses, phi = drawn(rng, 1, 3)
    mean, steepness, _ = parts(losses, phi)
    for copies in (1, 4):
        found = student.sgd_modified_loss(losses * copies, phi, 0.9)
        expect.close(found, mean + 0.225 * steepness, what=f"the value for {copies} copies")


def test_sgd_modified_loss_without_learning_rate(student, rng):
    """With a learning rate of 0 it is the mean of the batch losses, and has their mean gradient."""
    losses, phi = drawn(rng, 4, 3)
    mean, wanted = parts(losses, phi)[0], sum(slope(loss, phi) for loss in losses) / 4
    phi.requires_grad_()
    found = student.sgd_modified_loss(losses, phi, 0.0)
    expect.close(found, mean)
    expect.close(differentiated(found, phi), wanted, what="the gradient")


def test_sgd_modified_loss_has_second_derivatives(student, rng):
    """It can be differentiated twice: quadratic batches add half the learning rate times their squared curvatures."""
    losses, phi = drawn(rng, 2, 3, quartic=0.0)
    direction = torch.randn(3, generator=rng, dtype=torch.float64)
    wanted = sum(loss.hessian + 0.25 * loss.hessian @ loss.hessian for loss in losses) @ direction / 2
    phi.requires_grad_()
    first = differentiated(student.sgd_modified_loss(losses, phi, 0.5), phi)
    expect.close(torch.autograd.grad(first @ direction, phi)[0], wanted, what="the second derivative")


def test_sgd_modified_loss_keeps_its_arguments(student, rng):
    """Parameters are not changed and get no gradient, whether they require one or not; float32 stays float32."""
    losses, phi = drawn(rng, 3, 2)
    mean, steepness, variance = parts(losses, phi)
    wanted, low, plain = (mean + 0.1 * (steepness + variance)).float(), [*losses], phi.float()
    low = tuple(loss.to(torch.float32) for loss in losses)
    with_grad = plain.clone().requires_grad_()
    with_grad.grad = torch.ones_like(plain)
    with expect.unchanged(plain, with_grad):
        for phi in (plain, with_grad):
            expect.close(student.sgd_modified_loss(low, phi, 0.4), wanted)


def test_sgd_modified_loss_refuses_bad_arguments(student, rng):
    """A negative learning rate and a list without batches are a ValueError; one batch is not."""
    losses, phi = drawn(rng, 1, 2)
    for batches, lr in ((losses, -0.1), ([], 0.1)):
        with pytest.raises(ValueError):
            student.sgd_modified_loss(batches, phi, lr)
    mean, steepness, _ = parts(losses, phi)
    expect.close(student.sgd_modified_loss(losses, phi, 0.1), mean + 0.025 * steepness)


@pytest.mark.cuda
def test_sgd_modified_loss_on_the_gpu(student, rng):
    """On a GPU the value is on the GPU, and as on the CPU."""
    losses, phi = drawn(rng, 3, 3)
    mean, steepness, variance = parts(losses, phi)
    found = student.sgd_modified_loss([loss.to("cuda") for loss in losses], phi.cuda(), 0.4)
    expect.close(found, (mean + 0.1 * (steepness + variance)).cuda())
