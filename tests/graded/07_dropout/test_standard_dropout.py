"""Hidden suite of 7.2, standard dropout."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def positive(rng, *shape):
    """Activations in [1, 2), so that a zero can only come from a mask."""
    return 1 + torch.rand(*shape, generator=rng, dtype=torch.float64)


def test_standard_dropout_scales_in_prediction(student, rng):
    """In prediction every activation is multiplied by the probability that it was kept; nothing is random."""
    a = torch.randn(3, 4, 5, generator=rng, dtype=torch.float64)
    for p in (0.0, 0.2, 0.7):
        expect.close(student.standard_dropout(a, p, False), a - p * a, what=f"the prediction for p = {p}")
    expect.close(student.standard_dropout(a, 1.0, False), torch.zeros_like(a), what="the prediction for p = 1")


@pytest.mark.weight(2)
def test_standard_dropout_masks_in_training(student, rng):
    """In training an element is dropped with probability p, and a kept one is not rescaled."""
    a = positive(rng, 200, 100)
    for p in (0.2, 0.7):
        out = student.standard_dropout(a, p, True, rng)
        expect.close(out, torch.where(expect.tensor(out) == 0, 0.0, a), what="the kept activations")
        expect.rate(int((out == 0).sum()), a.numel(), p, what="the share of dropped elements")


def test_standard_dropout_masks_each_element_on_its_own(student, rng):
    """Two neighbors, in a row or in a column, are dropped independently of each other."""
    p, a = 0.3, positive(rng, 160, 100)
    dropped = expect.tensor(student.standard_dropout(a, p, True, rng)) == 0
    both_same = p * p + (1 - p) * (1 - p)
    expect.rate(int((dropped[::2] == dropped[1::2]).sum()), 8000, both_same, what="agreement between examples")
    expect.rate(int((dropped[:, ::2] == dropped[:, 1::2]).sum()), 8000, both_same, what="agreement between units")
    expect.rate(int(dropped.sum()), 16000, p, what="the share of dropped elements")


def test_standard_dropout_draws_a_fresh_mask(student, rng):
    """Each call in training draws a new mask, with a generator and without one."""
    p, a = 0.3, positive(rng, 80, 100)
    for generator in (rng, None):
        first, second = (expect.tensor(student.standard_dropout(a, p, True, generator)) == 0 for _ in range(2))
        expect.rate(int((first == second).sum()), 8000, p * p + (1 - p) ** 2, what="agreement between two calls")
        expect.rate(int(second.sum()), 8000, p, what="the share of dropped elements")


def test_standard_dropout_uses_the_generator(student, rng):
    """All randomness comes from the generator: the same state gives the same mask, another state another one."""
    a = positive(rng, 40, 50)
    seed, another = torch.randint(2**31, (2,), generator=rng).tolist()
    generators = [torch.Generator().manual_seed(state) for state in (seed, seed, another)]
    one, again, other = (student.standard_dropout(a, 0.4, True, generator) for generator in generators)
    expect.equal(again, one, what="the result for the same generator state")
    assert not torch.equal(one, other), "two different generator states gave the same mask"
    expect.rate(int((one == 0).sum()), 2000, 0.4, what="the share of dropped elements")


def test_standard_dropout_gradient(student, rng):
    """A kept element passes its gradient unscaled, a dropped one none; in prediction all pass the same share."""
    a, slope = positive(rng, 30, 20).requires_grad_(), positive(rng, 30, 20)
    out = student.standard_dropout(a, 0.3, True, rng)
    (grad,) = torch.autograd.grad((out * slope).sum(), a)
    expect.close(grad, slope * (out.detach() / a.detach()), what="the gradient in training")
    expect.rate(int((grad == 0).sum()), 600, 0.3, what="the share of elements without a gradient")
    (grad,) = torch.autograd.grad((student.standard_dropout(a, 0.3, False) * slope).sum(), a)
    expect.close(grad, slope - 0.3 * slope, what="the gradient in prediction")


def test_standard_dropout_at_both_ends(student, rng):
    """p = 0 changes nothing, p = 1 drops all; dtype, shape and argument are kept, also for a batch of 0 rows."""
    a = positive(rng, 6, 7).float()
    with expect.unchanged(a):
        expect.equal(student.standard_dropout(a, 0.0, True, rng), a, what="the result for p = 0")
        expect.equal(student.standard_dropout(a, 1.0, True, rng), torch.zeros_like(a), what="the result for p = 1")
        out = student.standard_dropout(a, 0.5, True, rng)
    expect.equal(out, torch.where(out == 0, torch.zeros_like(a), a))
    expect.equal(student.standard_dropout(a[:0], 0.5, True, rng), a[:0], what="the result for 0 rows")


def test_standard_dropout_refuses_a_wrong_probability(student):
    """A p outside [0, 1] is a ValueError, in training and in prediction; a legal one is not."""
    a = torch.tensor([2.0, -4.0], dtype=torch.float64)
    for p in (-0.01, 1.01):
        for training in (True, False):
            with pytest.raises(ValueError):
                student.standard_dropout(a, p, training)
    expect.close(student.standard_dropout(a, 0.25, False), torch.tensor([1.5, -3.0], dtype=torch.float64))


@pytest.mark.cuda
def test_standard_dropout_on_the_gpu(student, rng):
    """On a GPU the result is on the GPU, and the mask comes from the generator that lives there."""
    a, generator = positive(rng, 200, 100).float().cuda(), torch.Generator("cuda").manual_seed(5)
    expect.close(student.standard_dropout(a, 0.3, False), a - 0.3 * a, what="the prediction")
    out = student.standard_dropout(a, 0.3, True, generator)
    expect.close(out, torch.where(out == 0, torch.zeros_like(a), a), what="the kept activations")
    expect.rate(int((out == 0).sum()), a.numel(), 0.3, what="the share of dropped elements")
