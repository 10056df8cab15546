"""Hidden suite for 2.1: losses of examples, and one term more."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch
from torch import Tensor

from autograder import expect


def drawn(rng, count, dtype=torch.float64):
    """Losses [count] of both signs that add up to 2 or more, and a penalty between 1 and 2."""
    losses = 0.4 + torch.randn(count, generator=rng, dtype=torch.float64)
    losses[-1] += 2 - losses.sum().clamp(max=2)
    return losses.to(dtype), (1 + torch.rand((), generator=rng, dtype=torch.float64)).to(dtype)


@pytest.mark.weight(2)
def test_regularized_loss_as_a_sum(student, rng):
    """With "sum", every loss counts once, and so does the penalty, times its strength."""
    for count, lam in ((7, 0.3), (4, 2.5)):
        losses, penalty = drawn(rng, count)
        wanted = sum(losses.tolist()) + lam * float(penalty)
        found = student.regularized_loss(losses, penalty, lam, "sum")
        expect.close(found, torch.tensor(wanted, dtype=torch.float64), what=f"the sum for {count} examples")


@pytest.mark.weight(2)
def test_regularized_loss_as_a_mean(student, rng):
    """With "mean", losses and penalty alike are shared out among the examples."""
    for count, lam in ((7, 0.3), (4, 2.5)):
        losses, penalty = drawn(rng, count)
        wanted = sum(losses.tolist()) / count + lam * float(penalty) / count
        found = student.regularized_loss(losses, penalty, lam, reduction="mean")
        expect.close(found, torch.tensor(wanted, dtype=torch.float64), what=f"the mean for {count} examples")


def test_regularized_loss_has_one_minimum(student, rng):
    """A sum is the default. It is the mean times the number of examples, also for one example and strength 0."""
    for count, lam in ((6, 1.7), (5, 0.0), (1, 0.6)):
        losses, penalty = drawn(rng, count)
        found = expect.tensor(student.regularized_loss(losses, penalty, lam), scalar=True)
        expect.close(found, float(losses.sum() + lam * penalty), what="the default")
        mean = expect.tensor(student.regularized_loss(losses, penalty, lam, "mean"), scalar=True)
        expect.close(mean * count, found.detach(), what="the mean, times the number of examples,")


def test_regularized_loss_when_data_arrive(student, rng):
    """Every example twice: the data count twice in the sum and the penalty halves in the mean."""
    losses, penalty = drawn(rng, 5)
    twice, price = torch.cat([losses, losses]), 1.4 * float(penalty)
    expect.close(student.regularized_loss(twice, penalty, 1.4, "sum"), 2 * losses.sum() + price, what="the sum")
    expect.close(student.regularized_loss(twice, penalty, 1.4, "mean"), losses.mean() + price / 10, what="the mean")


def test_regularized_loss_gradient(student, rng):
    """Losses and penalty both pass gradients on: the whole strength in a sum, one part in I of it in a mean."""
    losses, penalty = (tensor.requires_grad_() for tensor in drawn(rng, 4))
    for reduction, share in (("sum", 1.0), ("mean", 0.25)):
        found = student.regularized_loss(losses, penalty, 0.7, reduction)
        differentiable = isinstance(found, Tensor) and found.requires_grad
        assert differentiable, "the result is not differentiable"
        slopes = torch.autograd.grad(found, (losses, penalty), allow_unused=True, materialize_grads=True)
        expect.close(slopes[0], share * torch.ones_like(losses), what="the gradient in the losses")
        expect.close(slopes[1], 0.7 * share * torch.ones_like(penalty), what="the gradient in the penalty")


def test_regularized_loss_keeps_dtype_and_arguments(student, rng):
    """float32 gives a 0-d float32 tensor, and no argument is changed."""
    losses, penalty = drawn(rng, 6, torch.float32)
    total = losses.sum() + 0.9 * penalty
    for reduction, wanted in (("sum", total), ("mean", total / 6)):
        with expect.unchanged(losses, penalty):
            found = expect.tensor(student.regularized_loss(losses, penalty, 0.9, reduction))
        expect.close(found, wanted, what=f"the {reduction}")


def test_regularized_loss_refuses_bad_arguments(student, rng):
    """A negative strength, an unknown reduction and no losses raise ValueError; good arguments still give an answer."""
    losses, penalty = drawn(rng, 3)
    cases = (losses, -0.1, "sum"), (losses, -2.0, "mean"), (losses, 1.0, "none"), (losses[:0], 1.0, "sum")
    for some, lam, reduction in (*cases, (losses[:0], 1.0, "mean"), (losses, 1.0, "Sum")):
        with pytest.raises(ValueError):
            student.regularized_loss(some, penalty, lam, reduction)
    expect.close(student.regularized_loss(losses, penalty, 0.5, "mean"), (losses.sum() + 0.5 * penalty) / 3)


@pytest.mark.cuda
def test_regularized_loss_on_the_gpu(student, rng):
    """On a GPU the value stays there and equals that on the CPU."""
    losses, penalty = drawn(rng, 5)
    wanted = (losses.sum() + 0.8 * penalty).cuda() / 5
    expect.close(student.regularized_loss(losses.cuda(), penalty.cuda(), 0.8, "mean"), wanted)
