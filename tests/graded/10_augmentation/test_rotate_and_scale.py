"""Hidden suite of 10.1, signals that are turned around the circle and scaled."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import numpy as np
import pytest
import torch

from autograder import expect


def signals(rng, *shape):
    """Numbers around 0, in double precision."""
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def rolled(x, shift, scale):
    """What numpy makes of it, one row at a time."""
    rows = [a * np.roll(row, s) for row, s, a in zip(x.numpy(), shift.tolist(), scale.tolist(), strict=True)]
    return torch.from_numpy(np.stack(rows)).to(x.dtype)


@pytest.mark.weight(2)
def test_rotate_and_scale_turns_to_the_right(student, rng):
    """A positive shift moves a signal to the right, and what leaves there comes in on the left."""
    x, shift = signals(rng, 3, 7), torch.tensor([1, 2, 5])
    wanted = rolled(x, shift, torch.ones(3))
    expect.close(student.rotate_and_scale(x, shift, torch.ones(3, dtype=torch.float64)), wanted)


@pytest.mark.weight(2)
def test_rotate_and_scale_of_fresh_signals(student, rng):
    """Each signal of a batch is turned by its own shift and multiplied by its own scale; no argument changes."""
    x, scale = signals(rng, 6, 11), 0.8 + 0.4 * torch.rand(6, generator=rng, dtype=torch.float64)
    shift = 1 + torch.randperm(10, generator=rng)[:6]
    wanted = rolled(x, shift, scale)
    with expect.unchanged(x, shift, scale):
        found = student.rotate_and_scale(x, shift, scale)
    expect.close(found, wanted)


def test_rotate_and_scale_around_the_circle(student, rng):
    """A shift may be 0, negative, or go around the circle more than once."""
    x, shift = signals(rng, 5, 8), torch.tensor([0, -3, 8, 19, -21])
    scale = torch.full((5,), 1.5, dtype=torch.float64)
    wanted = rolled(x, shift, scale)
    expect.close(student.rotate_and_scale(x, shift, scale), wanted)


def test_rotate_and_scale_keeps_sum_and_energy(student, rng):
    """Nothing is lost on the way: the sum grows by the scale, and the energy by its square."""
    x, scale = signals(rng, 4, 9) + 1, torch.tensor([0.5, 1.0, 2.0, 3.0], dtype=torch.float64)
    found = expect.tensor(student.rotate_and_scale(x, torch.tensor([2, 4, 6, 7]), scale))
    expect.close(found.sum(1), scale * x.sum(1), what="the sum of each signal")
    expect.close(found.square().sum(1), scale**2 * x.square().sum(1), what="the energy of each signal")
    assert not torch.equal(found[1], x[1]), "nothing was turned"


def test_rotate_and_scale_gradient(student, rng):
    """A gradient finds the way back around the circle to the signal, and the scale gets one as well."""
    x, slope = signals(rng, 2, 5).requires_grad_(), signals(rng, 2, 5)
    shift, scale = torch.tensor([1, 3]), torch.tensor([2.0, -0.5], dtype=torch.float64, requires_grad=True)
    out = student.rotate_and_scale(x, shift, scale)
    found = torch.autograd.grad((expect.tensor(out) * slope).sum(), (x, scale))
    expect.close(found[0], rolled(slope, -shift, scale), what="the gradient of the signals")
    expect.close(found[1], (rolled(x.detach(), shift, torch.ones(2)) * slope).sum(1), what="the gradient of the scales")


def test_rotate_and_scale_in_single_precision(student, rng):
    """Float32 signals give float32 signals."""
    x, shift, scale = signals(rng, 3, 6).float(), torch.tensor([5, 1, 3]), torch.tensor([1.25, 0.75, -2.0])
    wanted = rolled(x, shift, scale)
    expect.close(student.rotate_and_scale(x, shift, scale), wanted)


def test_rotate_and_scale_refuses_other_lengths(student, rng):
    """One shift for each signal and one scale for each: other shapes are a ValueError."""
    x, shift, scale = signals(rng, 3, 4), torch.tensor([1, 2, 3]), torch.ones(3, dtype=torch.float64)
    for wrong in ((shift[:2], scale), (shift, scale[:2]), (shift[:1], scale), (shift, scale[:1])):
        with pytest.raises(ValueError):
            student.rotate_and_scale(x, *wrong)
    wanted = rolled(x, shift, scale)
    expect.close(student.rotate_and_scale(x, shift, scale), wanted, what="the result for the right lengths")


@pytest.mark.cuda
def test_rotate_and_scale_on_the_gpu(student, rng):
    """On a GPU the result is on the GPU."""
    x, shift, scale = signals(rng, 3, 6), torch.tensor([5, 1, 3]), torch.ones(3, dtype=torch.float64)
    wanted = rolled(x, shift, scale).cuda()
    expect.close(student.rotate_and_scale(x.cuda(), shift.cuda(), scale.cuda()), wanted)
