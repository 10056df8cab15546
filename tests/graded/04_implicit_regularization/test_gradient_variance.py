"""Hidden suite of 4.6, how much the batches disagree."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def drawn(rng, batches, n):
    """Gradients of so many batches, with a mean well away from 0."""
    return 2 + torch.randn(batches, n, generator=rng, dtype=torch.float64)


@pytest.mark.weight(2)
def test_gradient_variance_and_the_mean_make_up_the_length(student, rng):
    """The mean squared length of the rows is the squared length of the mean row plus the variance."""
    for batches, n in ((5, 3), (3, 7)):
        grads = drawn(rng, batches, n)
        wanted = grads.square().sum(dim=1).mean() - grads.mean(dim=0).square().sum()
        expect.close(student.gradient_variance(grads), wanted)


def test_gradient_variance_of_two_batches(student, rng):
    """Two rows at the same distance from their mean, in opposite directions: the variance is that distance squared."""
    middle, step = drawn(rng, 2, 4)
    expect.close(student.gradient_variance(torch.stack([middle - step, middle + step])), step @ step)


def test_gradient_variance_ignores_what_all_share(student, rng):
    """A vector added to every row changes nothing, nor does another order; rows twice as long give four times it."""
    grads = drawn(rng, 4, 3)
    wanted = (grads - grads.mean(dim=0)).square().sum() / 4
    expect.close(student.gradient_variance(grads + torch.tensor([5.0, -3.0, 1.0])), wanted, what="the shifted variance")
    expect.close(student.gradient_variance(grads.flip(0)), wanted, what="the variance in another order")
    expect.close(student.gradient_variance(2 * grads), 4 * wanted, what="the variance of rows twice as long")


def test_gradient_variance_counts_every_batch_alike(student, rng):
    """Each row given twice has the variance of each row given once; a single row has none."""
    grads = drawn(rng, 3, 2)
    wanted = (grads - grads.mean(dim=0)).square().sum() / 3
    expect.close(student.gradient_variance(torch.cat([grads, grads])), wanted)
    expect.close(student.gradient_variance(grads[:1]), 0.0, what="the variance of a single row")


def test_gradient_variance_slopes(student, rng):
    """It is differentiable: it grows fastest where a row moves straight away from the mean row."""
    grads = drawn(rng, 5, 3)
    wanted = 2 * (grads - grads.mean(dim=0)) / 5
    grads.requires_grad_()
    value = student.gradient_variance(grads)
    assert isinstance(value, torch.Tensor), "the result is not a tensor"
    assert value.requires_grad, "the result is not differentiable in grads"
    (found,) = torch.autograd.grad(value, grads)
    expect.close(found, wanted, what="the gradient")


def test_gradient_variance_keeps_its_argument(student, rng):
    """Any memory layout will do, float32 stays float32, and the gradients are not changed."""
    grads = drawn(rng, 3, 6)
    wanted = (grads - grads.mean(dim=0)).square().sum().float() / 3
    grads = grads.float().T.contiguous().T
    with expect.unchanged(grads):
        found = student.gradient_variance(grads)
    expect.close(found, wanted)


def test_gradient_variance_refuses_other_shapes(student, rng):
    """No row at all, one dimension or three are a ValueError; B rows of P are not."""
    grads = drawn(rng, 4, 3)
    for wrong in (grads[:0], grads[0], grads[None]):
        with pytest.raises(ValueError):
            student.gradient_variance(wrong)
    expect.close(student.gradient_variance(grads), (grads - grads.mean(dim=0)).square().sum() / 4)


@pytest.mark.cuda
def test_gradient_variance_on_the_gpu(student, rng):
    """On a GPU the variance is on the GPU, and as on the CPU."""
    grads = drawn(rng, 4, 3)
    wanted = (grads - grads.mean(dim=0)).square().sum() / 4
    expect.close(student.gradient_variance(grads.cuda()), wanted.cuda())
