"""Hidden suite of 8.2, the expected loss of a linear model with noisy inputs."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import itertools

import pytest
import torch

from autograder import expect


def drawn(rng, examples=7, inputs=3):
    """Inputs [N, D], targets [N], weights [D] and an intercept."""
    x = 2 * torch.randn(examples, inputs, generator=rng, dtype=torch.float64) + 1
    y = torch.randn(examples, generator=rng, dtype=torch.float64)
    w = 1 + torch.rand(inputs, generator=rng, dtype=torch.float64)
    return x, y, w, 2 + torch.rand((), generator=rng, dtype=torch.float64)


@pytest.mark.weight(2)
def test_expected_input_noise_loss_is_the_average_over_noise(student, rng):
    """Any independent noise of this size will do: the loss is its average over noise of plus or minus sigma."""
    x, y, w, b = drawn(rng)
    signs = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=3)), dtype=torch.float64)
    for std in (0.3, 1.7):
        predictions = (x[:, None, :] + std * signs) @ w + b
        wanted = (y[:, None] - predictions).square().mean(dim=1).sum()
        expect.close(student.expected_input_noise_loss(x, y, w, b, std), wanted, what=f"the loss for std = {std}")


def test_expected_input_noise_loss_without_noise(student, rng):
    """For std = 0 the loss is the sum of the squared errors."""
    x, y, w, b = drawn(rng, examples=5, inputs=4)
    expect.close(student.expected_input_noise_loss(x, y, w, b, 0.0), torch.dist(x @ w + b, y) ** 2)


def test_expected_input_noise_loss_adds_up(student, rng):
    """The data set taken twice costs twice as much; twice the noise adds four times as much to the loss."""
    x, y, w, b = drawn(rng)
    none, some, double = (
        expect.tensor(student.expected_input_noise_loss(x, y, w, b, std), scalar=True) for std in (0.0, 0.6, 1.2)
    )
    assert some > none, "noise does not add to the loss"
    expect.close(double - none, 4 * (some - none), what="what twice the noise adds")
    repeated = student.expected_input_noise_loss(x.repeat(2, 1), y.repeat(2), w, b, 0.6)
    expect.close(repeated, 2 * some, what="the loss of the data set taken twice")


def test_expected_input_noise_loss_does_not_charge_the_intercept(student, reference, rng):
    """Targets and intercept that both move by the same amount leave the loss as it was."""
    x, y, w, b = drawn(rng)
    wanted = reference.expected_input_noise_loss(x, y, w, b, 0.9)
    expect.close(student.expected_input_noise_loss(x, y + 5, w, b + 5, 0.9), wanted, what="the moved loss")


def test_expected_input_noise_loss_is_minimal_at_a_ridge_solution(student, rng):
    """Its gradient in weights and intercept is 0 at the ridge solution, and is that of the average elsewhere."""
    x, y, w, b = drawn(rng)
    centered = x - x.mean(dim=0)
    best = torch.linalg.solve(centered.T @ centered + 7 * 0.25 * torch.eye(3).double(), centered.T @ (y - y.mean()))
    for weights, intercept in ((w, b), (best, y.mean() - x.mean(dim=0) @ best)):
        inputs = weights.requires_grad_(), intercept.requires_grad_()
        error = (x @ weights + intercept - y).detach()
        wanted = 2 * (x.T @ error + 7 * 0.25 * weights.detach()), 2 * error.sum()
        found = torch.autograd.grad(student.expected_input_noise_loss(x, y, weights, intercept, 0.5), inputs)
        expect.close(found[0], wanted[0], atol=1e-9, what="the gradient in the weights")
        expect.close(found[1], wanted[1], atol=1e-9, what="the gradient in the intercept")


def test_expected_input_noise_loss_keeps_dtype_and_arguments(student, reference, rng):
    """float32 gives a 0-d float32 tensor, and no argument is changed."""
    arguments = drawn(rng)
    wanted = reference.expected_input_noise_loss(*arguments, 0.4).float()
    x, y, w, b = (tensor.float() for tensor in arguments)
    with expect.unchanged(x, y, w, b):
        out = expect.tensor(student.expected_input_noise_loss(x, y, w, b, 0.4))
    expect.close(out, wanted)


def test_expected_input_noise_loss_refuses_what_does_not_fit(student):
    """A negative std, and targets or weights of another shape, are ValueErrors; what fits is none."""
    x, y, w, b = torch.tensor([[3.0, 1.0], [0.0, 2.0]]), torch.tensor([1.0, 0.0]), torch.ones(2), torch.tensor(1.0)
    for targets, weights, std in ((y, w, -0.1), (y[:, None], w, 0.5), (y[:1], w, 0.5), (y, w[:1], 0.5), (y, w[0], 0.5)):
        with pytest.raises(ValueError):
            student.expected_input_noise_loss(x, targets, weights, b, std)
    expect.close(
        student.expected_input_noise_loss(x, y, w, b, 0.5), torch.tensor(26.0), what="the loss of two examples"
    )


@pytest.mark.cuda
def test_expected_input_noise_loss_on_the_gpu(student, reference, rng):
    """On a GPU the loss is on the GPU, and as on the CPU."""
    arguments = drawn(rng)
    wanted = reference.expected_input_noise_loss(*arguments, 0.4).cuda()
    expect.close(student.expected_input_noise_loss(*(tensor.cuda() for tensor in arguments), 0.4), wanted, rtol=1e-6)
