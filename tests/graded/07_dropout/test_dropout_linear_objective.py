"""Hidden suite of 7.8, dropout in linear regression as a penalty."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import itertools

import pytest
import torch

from autograder import expect


def drawn(rng, examples=6, inputs=4):
    """Inputs [N, D] of different scales, targets [N] and weights [D]."""
    x = torch.randn(examples, inputs, generator=rng, dtype=torch.float64) * torch.arange(1.0, inputs + 1)
    return x, torch.randn(examples, generator=rng).double(), 1 + torch.rand(inputs, generator=rng).double()


@pytest.mark.weight(2)
def test_dropout_linear_objective_is_the_average_over_all_masks(student, rng):
    """The objective is the sum of squared errors, averaged over every mask of every example."""
    x, y, w = drawn(rng)
    masks = torch.tensor(list(itertools.product((0.0, 1.0), repeat=4)), dtype=torch.float64)
    for p in (0.2, 0.6):
        chance = (p + (1 - 2 * p) * masks).prod(dim=1)
        errors = (y[:, None] - (x * w) @ masks.T / (1 - p)).square()
        found = student.dropout_linear_objective(x, y, w, p)
        expect.close(found, (errors @ chance).sum(), what=f"the objective for p = {p}")


def test_dropout_linear_objective_without_dropout(student, rng):
    """For p = 0 the objective is the ordinary sum of squared errors."""
    x, y, w = drawn(rng, examples=9)
    expect.close(student.dropout_linear_objective(x, y, w, 0.0), torch.dist(x @ w, y) ** 2)


def test_dropout_linear_objective_penalty_grows_with_the_odds(student, rng):
    """What dropout adds to the squared error grows as the odds of being dropped, so twelvefold from p = 0.2 to 0.75."""
    x, y, w = drawn(rng)
    none, low, high = (
        expect.tensor(student.dropout_linear_objective(x, y, w, p), scalar=True) for p in (0.0, 0.2, 0.75)
    )
    assert low > none, "dropout does not add to the squared error"
    expect.close(high - none, 12 * (low - none), what="the growth of the penalty")


def test_dropout_linear_objective_does_not_care_about_units(student, reference, rng):
    """Measuring an input in other units, and its weight accordingly, changes nothing."""
    x, y, w = drawn(rng)
    units = torch.tensor([10.0, 0.5, 3.0, 0.01], dtype=torch.float64)
    expected = reference.dropout_linear_objective(x, y, w, 0.3)
    found = student.dropout_linear_objective(x * units, y, w / units, 0.3)
    expect.close(found, expected, what="the objective in other units")


def test_dropout_linear_objective_gradient(student, reference, rng):
    """Differentiable in the weights and in the inputs; in the weights it is flat at the minimum of a ridge problem."""
    x, y, w = drawn(rng)
    best = torch.linalg.solve(x.T @ x + 0.3 / 0.7 * torch.diag((x * x).sum(dim=0)), x.T @ y)
    for weights in (w, best):
        inputs = x.requires_grad_(), weights.requires_grad_()
        found = torch.autograd.grad(student.dropout_linear_objective(x, y, weights, 0.3), inputs)
        expected = torch.autograd.grad(reference.dropout_linear_objective(x, y, weights, 0.3), inputs)
        expect.close(found[0], expected[0], what="the gradient in the inputs")
        expect.close(found[1], expected[1], atol=1e-9, what="the gradient in the weights")
    expect.close(found[1], torch.zeros_like(w), atol=1e-9, what="the gradient at the minimum")


def test_dropout_linear_objective_keeps_dtype_and_arguments(student, reference, rng):
    """float32 gives a 0-d float32 tensor, and no argument is changed."""
    x, y, w = (tensor.float() for tensor in drawn(rng))
    expected = reference.dropout_linear_objective(x.double(), y.double(), w.double(), 0.3).float()
    with expect.unchanged(x, y, w):
        out = expect.tensor(student.dropout_linear_objective(x, y, w, 0.3))
    expect.close(out, expected)


def test_dropout_linear_objective_refuses_a_wrong_probability(student):
    """A p below 0, or of 1 or more, is a ValueError; a legal one is not."""
    x, y, w = torch.tensor([[3.0]]), torch.tensor([1.0]), torch.tensor([2.0])
    for p in (-0.1, 1.0, 1.5):
        with pytest.raises(ValueError):
            student.dropout_linear_objective(x, y, w, p)
    found = student.dropout_linear_objective(x, y, w, 0.2)
    expect.close(found, torch.tensor(34.0), what="the objective of one example")


@pytest.mark.cuda
def test_dropout_linear_objective_on_the_gpu(student, reference, rng):
    """On a GPU the objective is on the GPU, and as on the CPU."""
    arguments = drawn(rng)
    expected = reference.dropout_linear_objective(*arguments, 0.3).cuda()
    expect.close(student.dropout_linear_objective(*(tensor.cuda() for tensor in arguments), 0.3), expected, rtol=1e-6)
