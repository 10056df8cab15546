"""Hidden suite for 3.3: the L1 penalty of a network."""

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


def size(*weights):
    """Sum of the entries' absolute values, each entry's worked out by its sign."""
    return sum(torch.where(w < 0, -w, w).sum() for w in (weight.detach() for weight in weights))


def slopes(value, tensors):
    """The gradients of ``value`` by ``tensors``, zeros where it does not depend on one."""
    differentiable = isinstance(value, Tensor) and value.requires_grad
    assert differentiable, "the result is not differentiable"
    return torch.autograd.grad(value, tensors, allow_unused=True, materialize_grads=True)


@pytest.mark.weight(2)
def test_l1_penalty_adds_absolute_values(student, rng):
    """Every entry of every layer's weight pays its absolute value; nothing is averaged, squared or rooted."""
    model = drawn(nn.Sequential(nn.Linear(4, 3, bias=False), nn.Tanh(), nn.Linear(3, 5, bias=False)), rng)
    expect.close(student.l1_penalty(model), size(model[0].weight, model[2].weight))


def test_l1_penalty_of_scaled_weights(student, rng):
    """Multiplying every weight by c, of either sign, makes the penalty |c| times as large."""
    model = drawn(nn.Sequential(nn.Linear(3, 4, bias=False), nn.Linear(4, 2, bias=False)), rng)
    whole = float(size(*model.parameters()))
    for factor in (-3.0, 0.5):
        for parameter in model.parameters():
            parameter.data *= factor
        whole *= max(factor, -factor)
        expect.close(student.l1_penalty(model), whole)


def test_l1_penalty_of_convolutions(student, rng):
    """Kernels of any number of dimensions pay for every entry; a model without weights to penalize pays 0."""
    model = drawn(nn.Sequential(nn.Conv1d(2, 3, 4), nn.Conv2d(3, 2, (1, 3)), nn.Conv3d(1, 2, (2, 1, 3))), rng)
    expect.close(student.l1_penalty(model), size(*[layer.weight for layer in model]))
    expect.close(student.l1_penalty(nn.Sequential(nn.ReLU(), nn.BatchNorm1d(3))), 0.0)


def test_l1_penalty_leaves_biases_free(student, rng):
    """Biases and normalization layers pay nothing, however large they are; the model is left as it was."""
    model = drawn(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)), rng)
    for parameter in (model[0].bias, model[1].weight, model[1].bias, model[2].bias):
        parameter.data -= 10
    with expect.unchanged(model):
        found = student.l1_penalty(model)
    expect.close(found, size(model[0].weight, model[2].weight))


@pytest.mark.weight(2)
def test_l1_penalty_gradient(student, rng):
    """The slope is +1 or -1 however small the weight, and 0 (not NaN) where a weight is exactly 0."""
    model = drawn(nn.Sequential(nn.Linear(3, 4, bias=False), nn.Linear(4, 2, bias=False)), rng)
    signs = [
        torch.tensor([[1, -1, 0], [0, 1, -1], [-1, 0, 1], [1, 1, -1]]),
        torch.tensor([[0, 1, -1, 0], [-1, 1, 0, 1]]),
    ]
    for weight, sign in zip(model.parameters(), signs, strict=True):
        weight.data = sign.double() * (1e-4 + torch.rand(sign.shape, generator=rng, dtype=torch.float64))
    found = slopes(student.l1_penalty(model), list(model.parameters()))
    for slope, sign in zip(found, signs, strict=True):
        expect.close(slope, sign.double(), what="the gradient")


def test_l1_penalty_in_float32(student, rng):
    """A float32 model has a float32 penalty, and a gradient on each weight but on no bias."""
    model = drawn(nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)), rng, torch.float32)
    value = student.l1_penalty(model)
    expect.close(value, size(model[0].weight, model[2].weight))
    for name, slope in zip(("weight", "bias") * 2, slopes(value, list(model.parameters())), strict=True):
        assert bool(slope.any()) == (name == "weight"), f"the gradient of a {name} is wrong"


@pytest.mark.cuda
def test_l1_penalty_on_the_gpu(student, rng):
    """On a GPU the value stays there and equals that on the CPU."""
    model = drawn(nn.Sequential(nn.Conv1d(2, 3, 2, bias=False), nn.Linear(4, 3, bias=False)), rng)
    wanted = size(*model.parameters())
    expect.close(student.l1_penalty(model.to("cuda")), wanted.to("cuda"))
