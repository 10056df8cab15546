"""Hidden suite of 5.6, early stopping of a quadratic loss in closed form."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch

from autograder import expect


def draw(rng, *shape):
    """Random normal numbers in float64."""
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def quadratic(rng, size, rank):
    """A symmetric matrix without negative eigenvalues, the largest of them 1, and a minimum."""
    root = draw(rng, size, rank)
    matrix = root @ root.T
    return matrix / torch.linalg.matrix_norm(matrix, 2), 1 + draw(rng, size).abs()


def descend(H, w_star, lr, steps):  # noqa: N803 - as in the handout
    """Gradient descent from 0, step by step."""
    w = torch.zeros_like(w_star)
    for _ in range(steps):
        w = w - lr * (H @ (w - w_star))
    return w


@pytest.mark.weight(2)
def test_early_stopped_weights_are_those_of_gradient_descent(student, rng):
    """They are where so many steps of gradient descent from zero lead, for any rank of H, also where it overshoots."""
    for size, rank, lr, steps in ((4, 6, 0.3, 7), (5, 2, 0.9, 20), (3, 3, 1.7, 4), (3, 4, 2.2, 5)):
        H, w_star = quadratic(rng, size, rank)
        wanted = descend(H, w_star, lr, steps)
        with expect.unchanged(H, w_star):
            found = student.early_stopped_weights(H, w_star, lr, steps)
        expect.close(found, wanted, rtol=1e-7, what=f"the weights after {steps} steps")


@pytest.mark.weight(2)
def test_early_stopped_weights_filter_each_direction(student, rng):
    """On the eigenvectors of H each part of the minimum is multiplied by a filter that its eigenvalue sets."""
    h = torch.tensor([0.0, 0.25, 1.0, 4.0, 6.0], dtype=torch.float64)
    w_star = 1 + draw(rng, 5).abs()
    for steps in (2, 5):
        found = student.early_stopped_weights(torch.diag(h), w_star, 0.25, steps)
        left = torch.tensor([1, (15 / 16) ** steps, 0.75**steps, 0.0, (-0.5) ** steps], dtype=torch.float64)
        expect.close(found, (1 - left) * w_star, what=f"the weights after {steps} steps")


def test_early_stopped_weights_first_steps(student, rng):
    """No step and no learning rate leave zero; the first step is along the gradient there; a second one goes on."""
    H, w_star = quadratic(rng, 4, 5)
    first = student.early_stopped_weights(H, w_star, 0.5, 1)
    expect.close(first, 0.5 * (H @ w_star), what="the weights after the first step")
    second = student.early_stopped_weights(H, w_star, 0.5, 2)
    expect.close(second, first + 0.5 * (H @ (w_star - first)), what="the weights after the second step")
    for lr, steps in ((0.5, 0), (0.0, 3)):
        expect.close(student.early_stopped_weights(H, w_star, lr, steps), torch.zeros_like(w_star))


def test_early_stopped_weights_grow_up_to_the_minimum(student, rng):
    """With small steps the weights grow longer and longer, and end where the loss has its minimum."""
    H, w_star = quadratic(rng, 3, 8)
    H = H + 0.1 * torch.eye(3, dtype=torch.float64)
    path = [expect.tensor(student.early_stopped_weights(H, w_star, 0.4, steps)) for steps in (1, 4, 16, 400)]
    lengths = [float(w.norm()) for w in path]
    assert lengths[0] < lengths[1] < lengths[2] < lengths[3], "the weights do not grow with the number of steps"
    expect.close(path[-1], w_star, rtol=1e-6, what="the weights after many steps")


def test_early_stopped_weights_in_float32(student, rng):
    """Single precision stays single precision, with the same values."""
    H, w_star = quadratic(rng, 4, 4)
    wanted = descend(H, w_star, 0.6, 12).float()
    expect.close(student.early_stopped_weights(H.float(), w_star.float(), 0.6, 12), wanted)


def test_early_stopped_weights_refuse_negative_numbers(student, rng):
    """A negative learning rate or number of steps is a ValueError; neither is one at zero."""
    H, w_star = quadratic(rng, 3, 3)
    for lr, steps in ((-0.1, 3), (0.1, -1)):
        with pytest.raises(ValueError):
            student.early_stopped_weights(H, w_star, lr, steps)
    zero, wanted = torch.zeros_like(w_star), 0.25 * (H @ w_star)
    expect.close(student.early_stopped_weights(H, w_star, 0.25, 1), wanted, what="the weights after one step")
    expect.close(student.early_stopped_weights(H, w_star, 0.0, 0), zero, what="the weights at the start")


@pytest.mark.cuda
def test_early_stopped_weights_on_the_gpu(student, rng):
    """On a GPU the result is on the GPU, with the same values."""
    H, w_star = quadratic(rng, 4, 6)
    wanted = descend(H, w_star, 0.7, 9)
    expect.close(student.early_stopped_weights(H.cuda(), w_star.cuda(), 0.7, 9), wanted.cuda(), rtol=1e-7)
