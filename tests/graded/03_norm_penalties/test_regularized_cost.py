"""Hidden suite for 3.4: a data cost plus the price of the weights."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from autograder import expect


def drawn(model, rng, dtype=torch.float64):
    """``model`` in ``dtype`` with every parameter drawn from ``rng``."""
    model.to(dtype)
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=rng, dtype=torch.float64).to(dtype)
    return model


def network(rng, dtype=torch.float64):
    """A small network without biases, its parameters drawn from ``rng``."""
    return drawn(nn.Sequential(nn.Linear(3, 4, bias=False), nn.Tanh(), nn.Linear(4, 2, bias=False)), rng, dtype)


def slopes(value, tensors):
    """The gradients of ``value`` by ``tensors``, zeros where it does not depend on one."""
    differentiable = isinstance(value, Tensor) and value.requires_grad
    assert differentiable, "the result is not differentiable"
    return torch.autograd.grad(value, tensors, allow_unused=True, materialize_grads=True, retain_graph=True)


def price(model, power):
    """Sum over all parameters of |w|**power."""
    return sum(p.detach().abs().pow(power).sum() for p in model.parameters())


@pytest.mark.weight(2)
def test_regularized_cost_with_l2(student, rng):
    """The L2 penalty enters with the weight lambda over n; the data cost enters as it is."""
    model = network(rng)
    for lam, n in ((0.7, 5), (3.0, 40), (2.5, 1)):
        cost = torch.rand((), generator=rng, dtype=torch.float64)
        wanted = cost + lam * price(model, 2) / n
        expect.close(student.regularized_cost(cost, model, lam, n, "l2"), wanted)


def test_regularized_cost_with_l1(student, rng):
    """With norm="l1" the L1 penalty enters with the weight lambda over n."""
    model = network(rng)
    for lam, n in ((0.7, 5), (3.0, 40), (2.5, 1)):
        cost = torch.rand((), generator=rng, dtype=torch.float64)
        wanted = cost + lam * price(model, 1) / n
        expect.close(student.regularized_cost(cost, model, lam, n, norm="l1"), wanted)


def test_regularized_cost_with_twice_the_data(student, rng):
    """L2 is the default. Twice the examples halve what the weights add to a data cost; lambda = 0 adds nothing."""
    model, cost = network(rng, torch.float32), torch.tensor(0.75)
    share = price(model, 2) / 6
    for lam, n, times in ((1.5, 9, 1.0), (1.5, 18, 0.5), (3.0, 9, 2.0), (0.0, 9, 0.0)):
        expect.close(student.regularized_cost(cost, model, lam, n), cost + times * share)


@pytest.mark.weight(2)
def test_regularized_cost_gradient(student, rng):
    """The gradient is the data cost's gradient plus that of the weighted penalty, through both arguments."""
    model, lam, n = network(rng), 0.9, 7
    x, y = (torch.randn(7, k, generator=rng, dtype=torch.float64) for k in (3, 2))
    weights = list(model.parameters())
    cost = mse_loss(model(x), y)
    data = slopes(cost, weights)
    for norm in ("l2", "l1"):
        total = student.regularized_cost(cost, model, lam, n, norm)
        for w, slope, found in zip(weights, data, slopes(total, weights), strict=True):
            own = (w + w if norm == "l2" else w.sign()).detach() * lam / n
            expect.close(found, slope + own, what=f"the gradient with {norm}")


def test_regularized_cost_leaves_biases_free(student, rng):
    """Biases and normalization layers cost nothing under either norm."""
    model = drawn(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)), rng)
    heavy = torch.cat([model[0].weight.detach().flatten(), model[2].weight.detach().flatten()]).abs()
    cost = torch.tensor(1.25, dtype=torch.float64)
    for norm, penalty in (("l2", heavy.dot(heavy)), ("l1", heavy.sum())):
        expect.close(student.regularized_cost(cost, model, 0.6, 4, norm), cost + 0.15 * penalty)


def test_regularized_cost_keeps_its_arguments(student, rng):
    """Neither the cost nor the model that came in is changed by a call with the right answer."""
    model, cost = network(rng), torch.rand((), generator=rng, dtype=torch.float64)
    wanted = cost + 2 * price(model, 2) / 11
    with expect.unchanged(cost, model):
        found = student.regularized_cost(cost, model, 2.0, 11)
    expect.close(found, wanted)


def test_regularized_cost_refuses_bad_arguments(student, rng):
    """An unknown norm, n below 1 and a negative lambda raise ValueError; good arguments still give the right value."""
    model, cost = network(rng), torch.tensor(0.5, dtype=torch.float64)
    for lam, n, norm in ((1.0, 5, "l3"), (1.0, 5, "L2 "), (1.0, 0, "l2"), (1.0, -4, "l1"), (-0.1, 5, "l2")):
        with pytest.raises(ValueError):  # noqa: PT011 - a student's message is free
            student.regularized_cost(cost, model, lam, n, norm)
    expect.close(student.regularized_cost(cost, model, 0.5, 10, "l2"), cost + price(model, 2) / 20)


@pytest.mark.cuda
def test_regularized_cost_on_the_gpu(student, rng):
    """On a GPU the value stays there and equals that on the CPU."""
    model, cost = network(rng), torch.rand((), generator=rng, dtype=torch.float64)
    wanted = (cost + 0.3 * price(model, 1)).to("cuda")
    expect.close(student.regularized_cost(cost.to("cuda"), model.to("cuda"), 1.2, 4, "l1"), wanted)
