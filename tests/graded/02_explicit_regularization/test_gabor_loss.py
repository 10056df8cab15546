"""Hidden suite for 2.3: the loss of the Gabor model, with a penalty that pulls toward a center."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch
from torch import Tensor

from autograder import expect


def drawn(rng, count, dtype=torch.float64):
    """Parameters [2] away from the default center, inputs [count] and noisy targets [count]."""
    phi = torch.tensor([1.5, 8.0], dtype=torch.float64) + torch.rand(2, generator=rng, dtype=torch.float64)
    x, y = torch.randn(2, count, generator=rng, dtype=torch.float64)
    return phi.to(dtype), (5 * x).to(dtype), y.to(dtype)


@pytest.mark.weight(2)
def test_gabor_loss_adds_squared_residuals(student, reference, rng):
    """Without a penalty the loss is the sum over the data of the squared residuals."""
    for count in (9, 4):
        phi, x, y = drawn(rng, count)
        wanted = torch.dist(reference.gabor(phi, x), y) ** 2
        expect.close(student.gabor_loss(phi, x, y), wanted, what=f"the loss of {count} points")


def test_gabor_loss_of_perfect_data(student, reference, rng):
    """Targets that are all off by the same amount cost its square each, however many there are."""
    phi, x, _y = drawn(rng, 8)
    for count in (8, 3):
        y = reference.gabor(phi, x[:count]) - 0.5
        expect.close(student.gabor_loss(phi, x[:count], y), 0.25 * count, what=f"the loss of {count} points")


@pytest.mark.weight(2)
def test_gabor_loss_penalty(student, reference, rng):
    """The penalty is the squared distance to the default center, times its strength, once for all data."""
    for count, lam in ((6, 0.3), (3, 2.0)):
        phi, x, y = drawn(rng, count)
        data = (reference.gabor(phi, x) - y).square().sum()
        away = phi - torch.tensor([0.0, 12.5], dtype=torch.float64)
        expect.close(student.gabor_loss(phi, x, y, lam), data + lam * (away @ away))


def test_gabor_loss_center(student, reference, rng):
    """The penalty follows a center that is given: 0 there, and the squared distance in both parameters elsewhere."""
    phi, x, y = drawn(rng, 5)
    data = float((reference.gabor(phi, x) - y).square().sum())
    offset, frequency = (float(entry) for entry in phi)
    found = student.gabor_loss(phi, x, y, 0.7, (offset, frequency))
    expect.close(found, data, what="the loss at the center")
    found = student.gabor_loss(phi, x, y, lam=0.7, center=(offset + 2, frequency - 3))
    expect.close(found, data + 0.7 * 13, what="the loss beside the center")


def test_gabor_loss_gradient(student, reference, rng):
    """Residuals and penalty both pass a gradient on to the parameters."""
    phi, x, y = drawn(rng, 6)
    phi.requires_grad_()
    (data,) = torch.autograd.grad((reference.gabor(phi, x) - y).square().sum(), phi)
    for lam, center in ((0.6, (1.0, -2.0)), (3.0, (0.0, 12.5))):
        found = student.gabor_loss(phi, x, y, lam, center)
        differentiable = isinstance(found, Tensor) and found.requires_grad
        assert differentiable, "the result is not differentiable"
        (slope,) = torch.autograd.grad(found, phi)
        away = phi.detach() - torch.tensor(center, dtype=torch.float64)
        expect.close(slope, data + lam * (away + away), what="the gradient")


def test_gabor_loss_keeps_dtype_and_arguments(student, reference, rng):
    """float32 gives a 0-d float32 tensor, and no argument is changed."""
    phi, x, y = drawn(rng, 5, torch.float32)
    phi[0] = 0.5  # where a square is no other simple function of it
    wanted = reference.gabor_loss(phi.double(), x.double(), y.double(), 0.4).float()
    with expect.unchanged(phi, x, y):
        found = expect.tensor(student.gabor_loss(phi, x, y, 0.4))
    expect.close(found, wanted)


def test_gabor_loss_refuses_bad_arguments(student, reference, rng):
    """A negative strength, data that are no pairs and no data raise ValueError; one good pair gives an answer."""
    phi, x, y = drawn(rng, 5)
    for inputs, targets, lam in ((x, y, -0.1), (x, y[:4], 0.0), (x, y[:1], 0.2), (x[:1], y, 0.2), (x[:0], y[:0], 0.2)):
        with pytest.raises(ValueError):
            student.gabor_loss(phi, inputs, targets, lam)
    expect.close(student.gabor_loss(phi, x[:1], y[:1], 0.2), reference.gabor_loss(phi, x[:1], y[:1], 0.2))


@pytest.mark.cuda
def test_gabor_loss_on_the_gpu(student, reference, rng):
    """On a GPU the loss stays there and equals that on the CPU."""
    phi, x, y = drawn(rng, 5)
    wanted = reference.gabor_loss(phi, x, y, 0.4).cuda()
    expect.close(student.gabor_loss(phi.cuda(), x.cuda(), y.cuda(), 0.4), wanted)
