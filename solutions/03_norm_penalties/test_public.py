"""Public tests of 03_norm_penalties: small examples that you can check by hand. The graded tests look closer."""

import torch
from torch import nn

from autograder import expect


def linear(*rows, bias=None):
    """A float64 linear layer with these rows as its weight, and this bias if there is one."""
    layer = nn.Linear(len(rows[0]), len(rows), bias=bias is not None, dtype=torch.float64)
    layer.weight.data = torch.tensor(rows, dtype=torch.float64)
    if bias is not None:
        layer.bias.data = torch.tensor(bias, dtype=torch.float64)
    return layer


def numbers(*values):
    """A float64 vector."""
    return torch.tensor(values, dtype=torch.float64)


def test_penalized_weights_of_two_layers(student):
    """Two linear layers have two weights; the list holds the layers' own Parameters."""
    first, second = linear([1.0, 2.0]), linear([3.0])
    weights = student.penalized_weights(nn.Sequential(first, nn.ReLU(), second))
    assert isinstance(weights, list), "the result is not a list"
    assert len(weights) == 2, "there are two weights"
    assert weights[0] is first.weight, "the first entry is not the first layer's own weight"
    assert weights[1] is second.weight, "the second entry is not the second layer's own weight"


def test_penalized_weights_skips_biases(student):
    """A bias is not in the list."""
    layer = linear([1.0, 2.0], bias=[5.0])
    weights = student.penalized_weights(nn.Sequential(layer))
    assert isinstance(weights, list), "the result is not a list"
    assert len(weights) == 1, "one layer has one weight"
    assert weights[0] is layer.weight, "the entry is not the layer's own weight"


def test_l2_penalty_by_hand(student):
    """1 + 4 + 4 + 0 = 9, and a second layer adds 9 more."""
    layer = linear([1.0, -2.0], [2.0, 0.0])
    expect.close(student.l2_penalty(nn.Sequential(layer)), 9.0)
    expect.close(student.l2_penalty(nn.Sequential(layer, nn.ReLU(), linear([3.0, 0.0]))), 18.0)


def test_l2_penalty_is_differentiable(student):
    """The penalty of the single weight 3 has the slope 6."""
    layer = linear([3.0])
    value = student.l2_penalty(layer)
    expect.close(value, 9.0)
    assert isinstance(value, torch.Tensor), "the result is not a tensor"
    value.backward()
    expect.close(layer.weight.grad, torch.tensor([[6.0]], dtype=torch.float64), what="the gradient")


def test_l1_penalty_by_hand(student):
    """1 + 2 + 2 + 0 = 5, and a second layer adds 3 more."""
    layer = linear([1.0, -2.0], [2.0, 0.0])
    expect.close(student.l1_penalty(nn.Sequential(layer)), 5.0)
    expect.close(student.l1_penalty(nn.Sequential(layer, nn.ReLU(), linear([3.0, 0.0]))), 8.0)


def test_l1_penalty_is_differentiable(student):
    """The slope is the sign of each weight."""
    layer = linear([3.0, -0.5])
    value = student.l1_penalty(layer)
    assert isinstance(value, torch.Tensor), "the result is not a tensor"
    value.backward()
    expect.close(layer.weight.grad, torch.tensor([[1.0, -1.0]], dtype=torch.float64), what="the gradient")


def test_regularized_cost_by_hand(student):
    """Data cost 0.5, weights 1 and -2, lambda 2, n 4: 0.5 + 2.5 for L2, 0.5 + 1.5 for L1."""
    layer, cost = linear([1.0, -2.0]), torch.tensor(0.5, dtype=torch.float64)
    expect.close(student.regularized_cost(cost, layer, 2.0, 4), 3.0)
    expect.close(student.regularized_cost(cost, layer, 2.0, 4, norm="l1"), 2.0)


def test_regularized_cost_knows_two_norms(student):
    """A norm with another name raises ValueError."""
    layer, cost = linear([1.0, -2.0]), torch.tensor(0.5, dtype=torch.float64)
    try:
        student.regularized_cost(cost, layer, 1.0, 4, norm="l7")
    except ValueError:
        return
    raise AssertionError("no ValueError was raised")


def test_l2_gd_update_by_hand(student):
    """Weight 2, gradient 1, learning rate 0.1, lambda 3, n 4: the whole gradient is 1 + 3, the new weight 1.6."""
    expect.close(student.l2_gd_update(numbers(2.0), numbers(1.0), 0.1, 3.0, 4), numbers(1.6))


def test_l2_gd_update_without_gradient(student):
    """Without a data gradient a weight of 2 loses a tenth of itself with learning rate 0.1, lambda 5, n 10."""
    expect.close(student.l2_gd_update(numbers(2.0, -4.0), numbers(0.0, 0.0), 0.1, 5.0, 10), numbers(1.8, -3.6))


def test_equivalent_weight_decay_by_hand(student):
    """lambda 5, n 10: differentiate 0.5 w^2 (formula) and 1.0 w^2 (code) and compare with weight_decay * w."""
    expect.close(student.equivalent_weight_decay(5.0, 10), 1.0)
    expect.close(student.equivalent_weight_decay(5.0, 10, source="code"), 2.0)


def test_make_l2_sgd_first_step(student):
    """From 2, with lambda 5, n 10, learning rate 0.1 and no data gradient, the weight goes to 1.8; the bias stays 2."""
    layer = linear([2.0], bias=[2.0])
    optimizer = student.make_l2_sgd(layer, 0.1, 5.0, 10)
    for parameter in layer.parameters():
        parameter.grad = torch.zeros_like(parameter)
    assert hasattr(optimizer, "step"), "the result is not an optimizer"
    optimizer.step()
    expect.close(layer.weight.detach(), torch.tensor([[1.8]], dtype=torch.float64), what="the weight")
    expect.close(layer.bias.detach(), numbers(2.0), what="the bias")


def test_shrink_orthonormal_with_l2(student):
    """lambda 1: (v - 3)^2 + v^2 is lowest in the middle between 0 and 3."""
    expect.close(student.shrink_orthonormal(numbers(3.0, -1.0), 1.0, "l2"), numbers(1.5, -0.5))


def test_shrink_orthonormal_with_l1(student):
    """lambda 2: 3 moves to 2, and 0.5 to exactly 0."""
    expect.close(student.shrink_orthonormal(numbers(3.0, 0.5), 2.0, "l1"), numbers(2.0, 0.0))


def test_adam_step_first_step(student):
    """Gradient 2, betas (0.5, 0.75), eps 0: m = 1 and v = 1, the hats are 2 and 4, theta moves by the learning rate."""
    zero = numbers(0.0)
    found = student.adam_step(numbers(1.0), numbers(2.0), zero, zero, 1, 0.1, (0.5, 0.75), 0.0, 0.0, False)
    assert isinstance(found, tuple | list), "the result is not a tuple"
    for name, value, wanted in zip(("theta", "m", "v"), found, (0.9, 1.0, 1.0), strict=True):
        expect.close(value, numbers(wanted), what=name)


def test_adam_step_decoupled_decay(student):
    """The same step from theta 1 with decoupled decay 0.5 first loses a twentieth: 0.95, then 0.85."""
    zero = numbers(0.0)
    found = student.adam_step(numbers(1.0), numbers(2.0), zero, zero, 1, 0.1, (0.5, 0.75), 0.0, 0.5, True)
    assert isinstance(found, tuple | list), "the result is not a tuple"
    expect.close(found[0], numbers(0.85), what="theta")
