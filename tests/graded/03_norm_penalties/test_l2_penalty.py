"""Hidden suite for 3.2: the L2 penalty of a network."""

import pytest
import torch
from torch import Tensor, nn

from autograder import expect


def drawn(model, rng, dtype=torch.float64):
    """``model`` in ``dtype`` with every parameter drawn from ``rng``."""
    model.to(dtype)
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=rng, dtype=torch.float64).to(dtype)
    return model


def slopes(value, tensors):
    """The gradients of ``value`` by ``tensors``, zeros where it does not depend on one."""
    differentiable = isinstance(value, Tensor) and value.requires_grad
    assert differentiable, "the result is not differentiable"
    return torch.autograd.grad(value, tensors, allow_unused=True, materialize_grads=True)


@pytest.mark.weight(2)
def test_l2_penalty_adds_squares_of_all_entries(student, rng):
    """Every entry of every layer's weight pays its square; nothing is averaged, halved or rooted."""
    model = drawn(nn.Sequential(nn.Linear(4, 3, bias=False), nn.Tanh(), nn.Linear(3, 5, bias=False)), rng)
    squares = torch.cat([model[0].weight.flatten(), model[2].weight.flatten()]).square()
    expect.close(student.l2_penalty(model), squares.detach().sum())


def test_l2_penalty_of_scaled_weights(student, rng):
    """Multiplying every weight by c makes the penalty c squared times as large."""
    model = drawn(nn.Sequential(nn.Linear(3, 4, bias=False), nn.Linear(4, 2, bias=False)), rng)
    whole = sum(float(w.detach().pow(2).sum()) for w in model.parameters())
    for factor in (-3.0, 0.5):
        for parameter in model.parameters():
            parameter.data *= factor
        whole *= factor**2
        expect.close(student.l2_penalty(model), whole)


def test_l2_penalty_of_convolutions(student, rng):
    """Kernels of any number of dimensions pay for every entry; a model without weights to penalize pays 0."""
    model = drawn(nn.Sequential(nn.Conv1d(2, 3, 4), nn.Conv2d(3, 2, (1, 3)), nn.Conv3d(1, 2, (2, 1, 3))), rng)
    wanted = sum(torch.einsum("k,k->", *[layer.weight.detach().flatten()] * 2) for layer in model)
    expect.close(student.l2_penalty(model), wanted)
    expect.close(student.l2_penalty(nn.Sequential(nn.ReLU(), nn.BatchNorm1d(3))), 0.0)


def test_l2_penalty_leaves_biases_free(student, rng):
    """Biases and normalization layers pay nothing, however large they are; the model is left as it was."""
    model = drawn(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)), rng)
    wanted = model[0].weight.detach().square().sum() + model[2].weight.detach().square().sum()
    for parameter in (model[0].bias, model[1].weight, model[1].bias, model[2].bias):
        parameter.data += 10
    with expect.unchanged(model):
        found = student.l2_penalty(model)
    expect.close(found, wanted)


@pytest.mark.weight(2)
def test_l2_penalty_gradient(student, rng):
    """The gradient points along the weight, twice as long, and is zero (not NaN) at a weight of zeros."""
    model = drawn(nn.Sequential(nn.Linear(3, 4, bias=False), nn.Linear(4, 2, bias=False)), rng)
    nn.init.zeros_(model[1].weight)
    weights = list(model.parameters())
    for weight, slope in zip(weights, slopes(student.l2_penalty(model), weights), strict=True):
        expect.close(slope, weight.detach() + weight.detach(), what="the gradient")


def test_l2_penalty_in_float32(student, rng):
    """A float32 model has a float32 penalty, and a gradient on each weight but on no bias."""
    model = drawn(nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)), rng, torch.float32)
    value = student.l2_penalty(model)
    expect.close(value, (model[0].weight ** 2).sum().detach() + (model[2].weight ** 2).sum().detach())
    for name, slope in zip(("weight", "bias") * 2, slopes(value, list(model.parameters())), strict=True):
        assert bool(slope.any()) == (name == "weight"), f"the gradient of a {name} is wrong"


@pytest.mark.cuda
def test_l2_penalty_on_the_gpu(student, rng):
    """On a GPU the value stays there and equals that on the CPU."""
    model = drawn(nn.Sequential(nn.Conv1d(2, 3, 2, bias=False), nn.Linear(4, 3, bias=False)), rng)
    wanted = sum(w.detach().square().sum() for w in model.parameters())
    expect.close(student.l2_penalty(model.to("cuda")), wanted.to("cuda"))
