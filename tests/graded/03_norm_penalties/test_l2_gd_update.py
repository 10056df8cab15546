"""Hidden suite for 3.5: one gradient step on the L2-regularized cost."""

import pytest
import torch
from torch import nn

from autograder import expect


def pair(rng, *shape, dtype=torch.float64):
    """A weight and a data gradient of ``shape``."""
    return tuple(torch.randn(shape, generator=rng, dtype=torch.float64).to(dtype) for _ in range(2))


@pytest.mark.weight(2)
def test_l2_gd_update_follows_the_cost(student, reference, rng):
    """The step is the gradient step that autograd takes on the data cost plus the weighted L2 penalty."""
    layer = nn.Linear(4, 3, bias=False, dtype=torch.float64)
    for lr, lam, n in ((0.3, 2.0, 11), (0.05, 0.7, 3)):
        layer.weight.data, grad = pair(rng, 3, 4)
        cost = (layer.weight * grad).sum()
        (slope,) = torch.autograd.grad(reference.regularized_cost(cost, layer, lam, n), layer.weight)
        w = layer.weight.detach().clone()
        expect.close(student.l2_gd_update(w, grad, lr, lam, n), w - lr * slope)


def test_l2_gd_update_without_data_gradient(student, rng):
    """Without a data gradient weights decay geometrically, by the same factor in every step."""
    start, _ = pair(rng, 5)
    w, zero = start, torch.zeros(5, dtype=torch.float64)
    for step in range(1, 5):
        w = student.l2_gd_update(w, zero, 0.25, 1.5, 5)
        expect.close(w, start * 0.85**step)


def test_l2_gd_update_comes_to_rest(student, rng):
    """Where the pulls of data and penalty cancel nothing moves; nearby weights come closer by the decay factor."""
    away, grad = pair(rng, 2, 3)
    rest = -grad * 8 / (2 * 0.4)
    expect.close(student.l2_gd_update(rest, grad, 0.5, 0.4, 8), rest)
    expect.close(student.l2_gd_update(rest + away, grad, 0.5, 0.4, 8), rest + 0.95 * away)


def test_l2_gd_update_without_penalty(student, rng):
    """With lambda = 0 it is plain gradient descent; a learning rate of 0 leaves the weights where they are."""
    w, grad = pair(rng, 2, 3, 2, dtype=torch.float32)
    expect.close(student.l2_gd_update(w, grad, 0.7, 0.0, 3), torch.sub(w, grad, alpha=0.7))
    expect.close(student.l2_gd_update(w, grad, 0.0, 2.0, 3), w)


def test_l2_gd_update_keeps_its_arguments(student, rng):
    """The result is a new tensor; weight and gradient stay as they were."""
    w, grad = pair(rng, 3, 2)
    wanted = 0.9 * w - 0.1 * grad
    with expect.unchanged(w, grad):
        found = student.l2_gd_update(w, grad, 0.1, 4.0, 8)
    expect.close(found, wanted)


def test_l2_gd_update_refuses_bad_arguments(student, rng):
    """n below 1 and a negative lambda raise ValueError; good arguments still give the right step."""
    w, grad = pair(rng, 4)
    for lam, n in ((1.0, 0), (1.0, -3), (-0.5, 10)):
        with pytest.raises(ValueError):  # noqa: PT011 - a student's message is free
            student.l2_gd_update(w, grad, 0.1, lam, n)
    expect.close(student.l2_gd_update(w, grad, 0.2, 3.0, 4), 0.7 * w - 0.2 * grad)
    expect.close(student.l2_gd_update(w, grad, 0.1, 1.0, 1), 0.8 * w - 0.1 * grad, what="the step for n = 1")


@pytest.mark.cuda
def test_l2_gd_update_on_the_gpu(student, rng):
    """On a GPU the new weight stays there and equals that on the CPU."""
    w, grad = pair(rng, 3, 4)
    wanted = (0.94 * w - 0.3 * grad).to("cuda")
    expect.close(student.l2_gd_update(w.to("cuda"), grad.to("cuda"), 0.3, 0.5, 5), wanted)
