"""Hidden suite for 2.2: the Gabor model."""

import math

import pytest
import torch
from torch import Tensor

from autograder import expect


def drawn(rng, count, dtype=torch.float64):
    """Parameters [2] with offset and frequency well off zero, and inputs [count] on both sides of it."""
    phi = torch.tensor([0.5, 9.0], dtype=torch.float64) + torch.rand(2, generator=rng, dtype=torch.float64)
    x = 8 * torch.rand(count, generator=rng, dtype=torch.float64) - 4
    return phi.to(dtype), x.to(dtype)


@pytest.mark.weight(2)
def test_gabor_where_the_angle_is_known(student, rng):
    """At the zeros of the wave the model is 0; at a crest and at a trough only the bell is left."""
    angles = torch.tensor([0.0, 0.5, 1.0, 1.5, -2.0, -2.5], dtype=torch.float64) * math.pi
    wave = torch.tensor([0.0, 1.0, 0.0, -1.0, 0.0, -1.0], dtype=torch.float64)
    wanted = wave * math.e ** (-(angles**2) / 32)
    for _ in range(2):
        phi, _x = drawn(rng, 1)
        x = (angles - phi[0]) / (0.06 * phi[1])
        expect.close(student.gabor(phi, x), wanted)


@pytest.mark.weight(2)
def test_gabor_of_fresh_inputs(student, rng):
    """Wave times bell, input by input, for fresh parameters; the parameters may be negative."""
    for sign in (1.0, -1.0):
        phi, x = drawn(rng, 9)
        phi = phi * torch.tensor([sign, 1.0], dtype=torch.float64)
        angles = [float(phi[0]) + float(phi[1]) * entry * 0.06 for entry in x.tolist()]
        wanted = [math.sin(angle) / math.exp(angle * angle / 32) for angle in angles]
        expect.close(student.gabor(phi, x), torch.tensor(wanted, dtype=torch.float64))


def test_gabor_symmetries(student, reference, rng):
    """Turning both parameters around turns the output around; turning the frequency around mirrors the input."""
    phi, x = drawn(rng, 8)
    mirror = torch.tensor([1.0, -1.0], dtype=torch.float64)
    wanted = reference.gabor(phi, x)
    expect.close(student.gabor(-phi, x), -wanted, what="the result for both parameters turned around")
    expect.close(student.gabor(mirror * phi, -x), wanted, what="the result for the frequency turned around")


def test_gabor_offset_shifts(student, reference, rng):
    """More offset is the same as a shift of all inputs; twice the frequency is the same as twice the inputs."""
    phi, x = drawn(rng, 8)
    shift, double = torch.tensor([0.03 * phi[1], 0.0], dtype=torch.float64), torch.tensor([1.0, 2.0]).double()
    expect.close(student.gabor(phi + shift, x), reference.gabor(phi, x + 0.5), what="the result for more offset")
    expect.close(student.gabor(phi * double, x), reference.gabor(phi, 2 * x), what="the result for twice the frequency")


def test_gabor_gradient(student, rng):
    """The slopes in offset, frequency and inputs are those of the formula."""
    phi, x = (tensor.requires_grad_() for tensor in drawn(rng, 7))
    found = student.gabor(phi, x)
    differentiable = isinstance(found, Tensor) and found.requires_grad
    assert differentiable, "the result is not differentiable"
    pull = torch.randn(7, generator=rng, dtype=torch.float64)
    slopes = torch.autograd.grad(found @ pull, (phi, x), allow_unused=True, materialize_grads=True)
    inputs, angle = x.detach(), phi[0].detach() + 0.06 * phi[1].detach() * x.detach()
    steep = pull * (torch.cos(angle) - angle * torch.sin(angle) / 16) * torch.exp(-(angle**2) / 32)
    expect.close(slopes[0], torch.stack([steep.sum(), 0.06 * (steep * inputs).sum()]), what="the gradient in phi")
    expect.close(slopes[1], 0.06 * phi[1].detach() * steep, what="the gradient in x")


def test_gabor_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32, also for one input, and no argument is changed."""
    for count in (6, 1):
        phi, x = drawn(rng, count, torch.float32)
        wanted = reference.gabor(phi.double(), x.double()).float()
        with expect.unchanged(phi, x):
            found = student.gabor(phi, x)
        expect.close(found, wanted)


@pytest.mark.cuda
def test_gabor_on_the_gpu(student, reference, rng):
    """On a GPU the result stays there and equals that on the CPU."""
    phi, x = drawn(rng, 6)
    wanted = reference.gabor(phi, x).cuda()
    expect.close(student.gabor(phi.cuda(), x.cuda()), wanted)
