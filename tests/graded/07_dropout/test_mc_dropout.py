"""Hidden suite of 7.5, Monte Carlo dropout."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import contextlib
import itertools

import pytest
import torch
from torch import nn

from autograder import expect


def drawn(rng, *layers):
    """A model of these layers in float64 whose parameters and running means are drawn from ``rng``."""
    model = nn.Sequential(*layers).double()
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point() and "running_var" not in name:
                value.copy_(torch.randn(value.shape, generator=rng, dtype=torch.float64))
    return model


def layers_to_wake(student, p):
    """torch's dropout layer, and the student's own if it works: one that is wrong is no concern of this task."""
    with contextlib.suppress(Exception):
        own = student.InvertedDropout(p)
        if not torch.equal(own(torch.ones(99)), own(torch.ones(99))):
            return nn.Dropout(p), own
    return (nn.Dropout(p),)


def linear_case(rng, p):
    """A linear model with dropout on its 4 inputs, an input, and all outputs [16] with their chances [16]."""
    model = drawn(rng, nn.Sequential(nn.Dropout(p)), nn.Linear(4, 1)).eval()
    with torch.no_grad():
        model[1].weight.copy_(2 + 2 * torch.rand(1, 4, generator=rng))
    x = 1 + torch.rand(4, generator=rng, dtype=torch.float64)
    masks = torch.tensor(list(itertools.product((0.0, 1.0), repeat=4)), dtype=torch.float64)
    values = model[1](masks * x / (1 - p)).detach()[:, 0]
    return model, x, values, (p + (1 - 2 * p) * masks).prod(dim=1)


@pytest.mark.weight(2)
def test_mc_dropout_of_a_linear_model(student, rng):
    """With dropout on the inputs of a linear model, mean and population variance follow from those of the masks."""
    model, x, values, chance = linear_case(rng, 0.3)
    center = float(chance @ values)
    spread = float(chance @ (values - center).square())
    mean, variance = student.mc_dropout(model, x.repeat(4000, 1), 2)
    assert expect.tensor(mean).shape == expect.tensor(variance).shape == (4000, 1), "a result has the wrong shape"
    furthest = float((values - center).abs().max())
    expect.mean(mean.detach().flatten(), center, std=(spread / 2) ** 0.5, bound=furthest, what="the mean")
    # The population variance of two draws is the square of half their distance.
    pairs, both = ((values[:, None] - values) / 2).square(), chance[:, None] * chance
    std = float((both * (pairs - spread / 2).square()).sum()) ** 0.5
    expect.mean(
        variance.detach().flatten(), spread / 2, std=std, bound=float(pairs.max()), what="the variance of two samples"
    )


@pytest.mark.weight(2)
def test_mc_dropout_keeps_batch_normalization_in_evaluation_mode(student, rng):
    """Batch normalization uses and keeps its running statistics, also if the model comes in training mode."""
    model = drawn(rng, nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.0), nn.Linear(4, 2)).eval()
    x = torch.randn(6, 3, generator=rng, dtype=torch.float64)
    expected = model(x).detach()
    model.train()
    with expect.unchanged(model, x):
        mean, variance = student.mc_dropout(model, x, 3)
    expect.close(mean, expected, what="the mean of a model whose dropout layer never drops")
    expect.close(variance, torch.zeros_like(expected), what="its variance")


def test_mc_dropout_without_spread(student, rng):
    """One sample is one random pass, with variance 0; a model without dropout has variance 0 for any number."""
    x = 1 + torch.rand(40, 30, generator=rng, dtype=torch.float64)
    mean, variance = student.mc_dropout(nn.Sequential(nn.Dropout(0.2)), x, 1)
    expect.rate(int((expect.tensor(mean) == 0).sum()), 1200, 0.2, what="the share of dropped elements in one pass")
    expect.close(variance, torch.zeros_like(x), what="the variance of one sample")
    mean, variance = student.mc_dropout(nn.Sequential(nn.Tanh()), x, 4)
    expect.close(mean, x.tanh(), what="the mean without dropout")
    expect.close(variance, torch.zeros_like(x), what="the variance without dropout")


@pytest.mark.weight(2)
def test_mc_dropout_restores_every_mode(student, rng):
    """Every module is left in the mode in which it came, also when the model fails on the way."""
    x = torch.randn(60, 3, generator=rng, dtype=torch.float64)
    model = drawn(rng, nn.Linear(3, 4), nn.Sequential(nn.Dropout(0.4), nn.Tanh()), nn.BatchNorm1d(4), nn.Dropout(0.4))
    broken = drawn(rng, nn.Dropout(0.4), nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(7, 2)).eval()
    for evaluating in (model[1], model[2], broken):
        evaluating.train(not evaluating.training)
    with expect.unchanged(model, broken, x):
        _, variance = student.mc_dropout(model, x, 4)
        with pytest.raises(RuntimeError):
            student.mc_dropout(broken, x, 4)
    assert (expect.tensor(variance) > 0).any(), "the passes did not differ"


def test_mc_dropout_wakes_every_kind_of_dropout_layer(student, rng):
    """Element-wise dropout and the three kinds that drop whole channels are random, also in evaluation mode."""
    shapes = {nn.Dropout: (), nn.Dropout1d: (3,), nn.Dropout2d: (3, 2), nn.Dropout3d: (2, 3, 2)}
    for kind, shape in shapes.items():
        x = 1 + torch.rand(60, 8, *shape, generator=rng, dtype=torch.float64)
        mean, variance = student.mc_dropout(nn.Sequential(nn.Identity(), kind(0.3)).eval(), x, 2)
        first, spread = (expect.tensor(found).reshape(60, 8, -1)[..., 0] for found in (mean, variance))
        expect.rate(int((first == 0).sum()), 480, 0.09, what=f"what {kind.__name__} dropped in both passes")
        expect.rate(int((spread > 0).sum()), 480, 0.42, what=f"what {kind.__name__} dropped in one of two passes")


def test_mc_dropout_wakes_your_own_layer(student, rng):
    """Your InvertedDropout is random here as torch's layer is, in a model that comes in evaluation mode."""
    x = 1 + torch.rand(30, 20, generator=rng, dtype=torch.float64)
    for layer in layers_to_wake(student, 0.3):
        model = nn.Sequential(nn.ReLU(), layer)  # the layer gets a tensor of its own
        model.eval()
        mean, variance = (expect.tensor(result) for result in student.mc_dropout(model, x, 6))
        assert mean.shape == variance.shape == x.shape, "a result has the wrong shape"
        assert (variance > 1e-9).any(), "the passes did not differ"
        assert not layer.training, "the dropout layer is no longer in evaluation mode"
        expect.chance(1e-20)  # that six other passes drop each of 600 elements as often as these
        _, again = student.mc_dropout(model, x, 6)
        assert not torch.equal(expect.tensor(again), variance), "six other passes gave the same variance"


def test_mc_dropout_needs_no_gradient(student, rng):
    """Neither result carries a gradient, logits stay logits, and float32 stays float32."""
    model = drawn(rng, nn.Linear(3, 5), nn.Dropout(0.0)).float()
    x = torch.randn(7, 3, generator=rng)
    mean, variance = student.mc_dropout(model, x, 3)
    assert not mean.requires_grad, "the mean requires a gradient"
    assert not variance.requires_grad, "the variance requires a gradient"
    expect.close(mean, model(x).detach(), what="the mean of a model whose dropout layer never drops")
    expect.close(variance, torch.zeros(7, 5), what="its variance")


def test_mc_dropout_refuses_an_empty_sample(student, rng):
    """Fewer than one sample is a ValueError; one is not."""
    model, x = drawn(rng, nn.Linear(3, 2)), torch.randn(5, 3, generator=rng, dtype=torch.float64)
    for n_samples in (0, -3):
        with pytest.raises(ValueError):
            student.mc_dropout(model, x, n_samples)
    expect.close(student.mc_dropout(model, x, 1)[0], model(x).detach(), what="the mean of one sample")


@pytest.mark.cuda
def test_mc_dropout_on_the_gpu(student, rng):
    """For a model on a GPU both results are on the GPU, and dropout is random there too."""
    model = drawn(rng, nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.0)).float().eval().cuda()
    x = torch.randn(30, 3, generator=rng).cuda()
    mean, variance = student.mc_dropout(model, x, 3)
    expect.close(mean, model(x).detach(), rtol=1e-3, atol=1e-4, what="the mean")
    expect.close(variance, torch.zeros_like(mean), what="the variance")
    _, variance = student.mc_dropout(nn.Sequential(nn.Dropout(0.4)), x, 4)
    assert (expect.tensor(variance) > 0).any(), "the passes did not differ"
