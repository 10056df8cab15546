"""Hidden suite of 9.4, the weighted sum of two losses."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch
from torch import nn

from autograder import expect


def losses(rng, dtype=torch.float64):
    """Two losses, 0-d and differentiable, apart from each other and from 0 and 1."""
    drawn = torch.rand(2, generator=rng, dtype=torch.float64)
    return [(low + share).to(dtype).requires_grad_() for low, share in zip((2.0, 5.0), drawn, strict=True)]


@pytest.mark.weight(2)
def test_multitask_loss_is_the_weighted_sum(student, rng):
    """Each loss counts with its own weight, whatever the weights sum to, in float64 and in float32."""
    for alpha, beta in ((0.7, 0.2), (3.0, 0.5), (0.25, 8.0), (1.0, 1.0)):
        for dtype in (torch.float64, torch.float32):
            seg, depth = losses(rng, dtype)
            wanted = torch.tensor(alpha * seg.item() + beta * depth.item(), dtype=dtype)
            found = student.multitask_loss(seg, depth, alpha, beta)
            assert isinstance(found, torch.Tensor), "the result is not a tensor"
            expect.close(found.detach(), wanted)


@pytest.mark.weight(2)
def test_multitask_loss_slopes(student, rng):
    """The derivative by each loss is its weight."""
    for alpha, beta in ((0.7, 0.2), (3.0, 0.5)):
        seg, depth = losses(rng)
        found = student.multitask_loss(seg, depth, alpha, beta)
        assert isinstance(found, torch.Tensor), "the result is not a tensor"
        assert found.requires_grad, "the result is not differentiable"
        slopes = torch.autograd.grad(found, (seg, depth), allow_unused=True)
        for slope, weight in zip(slopes, (alpha, beta), strict=True):
            assert slope is not None, "the result does not depend on one of the losses"
            expect.close(slope, torch.tensor(weight, dtype=torch.float64), what="the derivative by a loss")


def test_multitask_loss_switches_tasks_off(student, rng):
    """A weight of 0 leaves the other task, with its own weight; two zeros leave 0."""
    for alpha, beta in ((0.0, 0.3), (0.3, 0.0), (0.0, 2.0)):
        seg, depth = losses(rng)
        expect.close(student.multitask_loss(seg, depth, alpha, beta), alpha * seg.item() + beta * depth.item())
    expect.close(student.multitask_loss(*losses(rng), 0.0, 0.0), 0.0, what="the result for two zeros")
    expect.close(student.multitask_loss(*losses(rng), 0.0, 0.0) + 1, 1.0, what="one more than that")


def test_multitask_loss_of_two_heads(student, rng):
    """The body of a network with two heads gets both gradients, weighted; each head gets its own task's, weighted."""
    body, one, two = (nn.Linear(*sizes).double() for sizes in ((3, 4), (4, 2), (4, 1)))
    x = torch.randn(5, 3, generator=rng, dtype=torch.float64)
    features = body(x).tanh()
    seg, depth = nn.functional.cross_entropy(one(features), torch.arange(5) % 2), two(features).square().mean()
    shared = [torch.autograd.grad(loss, body.weight, retain_graph=True)[0] for loss in (seg, depth)]
    own = [torch.autograd.grad(loss, layer.weight, retain_graph=True)[0] for loss, layer in ((seg, one), (depth, two))]
    total = student.multitask_loss(seg, depth, 0.6, 2.5)
    assert isinstance(total, torch.Tensor), "the result is not a tensor"
    assert total.requires_grad, "the result is not differentiable"
    total.backward()
    expect.close(body.weight.grad, 0.6 * shared[0] + 2.5 * shared[1], what="the gradient of the body")
    expect.close(one.weight.grad, 0.6 * own[0], what="the gradient of the first head")
    expect.close(two.weight.grad, 2.5 * own[1], what="the gradient of the second head")


def test_multitask_loss_refuses_negative_weights(student, rng):
    """A negative weight is a ValueError, be it the first or the second; the same weights without the sign are not."""
    seg, depth = losses(rng)
    for alpha, beta in ((-0.5, 0.25), (0.5, -0.25), (-0.5, -0.25), (-0.5, 2.0), (2.0, -0.5)):
        with pytest.raises(ValueError):
            student.multitask_loss(seg, depth, alpha, beta)
    expect.close(student.multitask_loss(seg, depth, 0.5, 0.25), 0.5 * seg.item() + 0.25 * depth.item())


@pytest.mark.cuda
def test_multitask_loss_on_the_gpu(student, rng):
    """Of losses on a GPU the sum is on the GPU."""
    seg, depth = (loss.detach().cuda() for loss in losses(rng, torch.float32))
    expect.close(student.multitask_loss(seg, depth, 0.7, 0.2), 0.7 * seg + 0.2 * depth)
