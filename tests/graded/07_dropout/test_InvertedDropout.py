"""Hidden suite of 7.3, inverted dropout as a layer."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011
# The tests are named after the class that they test, capitals and all.

import pytest
import torch
from torch import nn

from autograder import expect


def positive(rng, *shape):
    """Activations in [1, 2), so that a zero can only come from a mask."""
    return 1 + torch.rand(*shape, generator=rng, dtype=torch.float64)


@pytest.mark.weight(2)
def test_InvertedDropout_rescales_in_training(student, rng):
    """In training an element is dropped with probability p, and the kept ones make up for it."""
    a = positive(rng, 200, 100)
    for p in (0.2, 0.7):
        out = expect.tensor(student.InvertedDropout(p)(a))
        expect.close(out * (1 - p), torch.where(out == 0, 0.0, a), what="the kept activations")
        expect.rate(int((out == 0).sum()), a.numel(), p, what="the share of dropped elements")


@pytest.mark.weight(2)
def test_InvertedDropout_moments(student):
    """The average over masks is the activation itself, and the variance is the square of it times p/(1-p)."""
    for p, level in ((0.25, 3.0), (0.6, -2.0)):
        odds = p / (1 - p)
        out = expect.tensor(student.InvertedDropout(p)(torch.full((200, 200), level, dtype=torch.float64))) / level
        assert out.shape == (200, 200), "the output has another shape than the input"
        expect.mean(out.flatten(), 1.0, std=odds**0.5, bound=max(1.0, odds), what="the mean of the output")
        spread = abs(1 - odds * odds) * (p * (1 - p)) ** 0.5
        expect.mean((out - 1).square().flatten(), odds, std=spread, bound=max(1, odds) ** 2, what="the variance")


@pytest.mark.weight(2)
def test_InvertedDropout_does_nothing_in_prediction(student, rng):
    """In prediction the activations pass bit by bit, for every p; back in training, they are masked again."""
    a = positive(rng, 20, 30)
    for p in (0.3, 1.0):
        layer = student.InvertedDropout(p)
        layer.eval()
        expect.equal(layer(a), a, what=f"the prediction for p = {p}")
        layer.train()
        assert (expect.tensor(layer(a)) == 0).any(), "in training nothing was dropped"


def test_InvertedDropout_follows_the_model_that_holds_it(student, rng):
    """Calling train() or eval() on a model reaches the layer inside it."""
    model, a = nn.Sequential(nn.Flatten(), student.InvertedDropout(0.4)), positive(rng, 40, 60)
    expect.rate(int((model(a) == 0).sum()), 2400, 0.4, what="the share of dropped elements of a new model")
    model.eval()
    expect.equal(model(a), a, what="the prediction of a model in evaluation mode")
    model.train()
    expect.rate(int((model(a) == 0).sum()), 2400, 0.4, what="the share of dropped elements in training")


def test_InvertedDropout_draws_a_fresh_mask_for_each_element(student, rng):
    """Neighboring examples, neighboring units and two calls are dropped independently of each other."""
    p, a = 0.3, positive(rng, 160, 100)
    layer = student.InvertedDropout(p)
    dropped, again = (expect.tensor(layer(a)) == 0 for _ in range(2))
    both_same = p * p + (1 - p) * (1 - p)
    expect.rate(int((dropped[::2] == dropped[1::2]).sum()), 8000, both_same, what="agreement between examples")
    expect.rate(int((dropped[:, ::2] == dropped[:, 1::2]).sum()), 8000, both_same, what="agreement between units")
    expect.rate(int((dropped == again).sum()), 16000, both_same, what="agreement between two calls")
    expect.rate(int(again.sum()), 16000, p, what="the share of dropped elements")


def test_InvertedDropout_gradient_has_the_mask_of_the_forward_pass(student, rng):
    """A dropped element gets no gradient, and a kept one gets it scaled as it was itself."""
    a, slope = positive(rng, 30, 20).requires_grad_(), positive(rng, 30, 20)
    layer = student.InvertedDropout(0.3)
    out = layer(a)
    (grad,) = torch.autograd.grad((out * slope).sum(), a)
    expect.close(grad, slope * (out.detach() / a.detach()), what="the gradient")
    expect.rate(int((grad == 0).sum()), 600, 0.3, what="the share of elements without a gradient")


def test_InvertedDropout_at_both_ends(student, rng):
    """p = 0 drops nothing, p = 1 gives zeros and no NaN; dtype, shape and argument are kept, also for 0 rows."""
    a = torch.randn(20, 30, generator=rng)
    with expect.unchanged(a):
        expect.close(student.InvertedDropout(0.0)(a), a, what="the result for p = 0")
        expect.equal(student.InvertedDropout(1.0)(a), torch.zeros_like(a), what="the result for p = 1")
        out = expect.tensor(student.InvertedDropout(0.75)(a))
    expect.close(out, torch.where(out == 0, torch.zeros_like(a), 4 * a), what="the result for p = 0.75")
    expect.equal(student.InvertedDropout(0.75)(a[:0]), a[:0], what="the result for 0 rows")


def test_InvertedDropout_refuses_a_wrong_probability(student, rng):
    """A p outside [0, 1] is a ValueError when the layer is made; the default is a legal one."""
    for p in (-0.01, 1.01):
        with pytest.raises(ValueError):
            student.InvertedDropout(p)
    a = positive(rng, 30, 40)
    expect.rate(int((expect.tensor(student.InvertedDropout()(a)) == 0).sum()), 1200, 0.5, what="the default rate")


@pytest.mark.cuda
def test_InvertedDropout_on_the_gpu(student, rng):
    """On a GPU the result is on the GPU, masked and rescaled in training and untouched in prediction."""
    a, layer = positive(rng, 200, 100).float().cuda(), student.InvertedDropout(0.2)
    out = expect.tensor(layer(a))
    expect.close(out * 0.8, torch.where(out == 0, torch.zeros_like(a), a), what="the kept activations")
    expect.rate(int((out == 0).sum()), a.numel(), 0.2, what="the share of dropped elements")
    layer.eval()
    expect.equal(layer(a), a, what="the prediction")
