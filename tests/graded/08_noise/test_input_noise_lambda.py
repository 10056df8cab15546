"""Hidden suite of 8.3, the ridge penalty that noise on the inputs amounts to."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import itertools

import pytest
import torch

from autograder import expect


def drawn(rng, n):
    """Inputs [n, 2], targets [n] and weights [2]."""
    x, y = torch.randn(n, 3, generator=rng, dtype=torch.float64).split((2, 1), dim=1)
    return x, y[:, 0], 1 + torch.rand(2, generator=rng, dtype=torch.float64)


def penalized(student, rng, n, std, reduction):
    """The student's penalized squared error and the average over noise of plus or minus std, both reduced this way."""
    x, y, w = drawn(rng, n)
    signs = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=2)), dtype=torch.float64)
    noisy = (y[:, None] - (x[:, None, :] + std * signs) @ w).square().mean(dim=1)
    lam = expect.tensor(student.input_noise_lambda(std, n, reduction), scalar=True)
    error = (y - x @ w).square()
    return getattr(error, reduction)() + lam * w.square().sum(), getattr(noisy, reduction)()


@pytest.mark.weight(2)
def test_input_noise_lambda_for_a_sum(student, rng):
    """Sum of squared errors plus penalty is the average of the sum over noise on the inputs."""
    for n, std in ((5, 0.4), (12, 1.5)):
        expect.close(*penalized(student, rng, n, std, "sum"), what="the penalized sum")


@pytest.mark.weight(2)
def test_input_noise_lambda_for_a_mean(student, rng):
    """Mean squared error plus penalty is the average of the mean over noise on the inputs."""
    for n, std in ((5, 0.4), (12, 1.5)):
        expect.close(*penalized(student, rng, n, std, "mean"), what="the penalized mean")


def test_input_noise_lambda_and_the_number_of_examples(student):
    """Ten times the examples: ten times the lambda of the sum, the same lambda of the mean; for one, both agree."""
    one, few, many = (
        [expect.tensor(student.input_noise_lambda(0.5, n, how), scalar=True) for how in ("sum", "mean")]
        for n in (1, 6, 60)
    )
    assert few[0] > few[1] > 0, "the lambda of the sum is not the larger one"
    expect.close(many[0], 10 * few[0], what="the lambda of the sum for ten times the examples")
    expect.close(many[1], few[1], what="the lambda of the mean for ten times the examples")
    expect.close(one[0], one[1], what="the lambda for one example")


def test_input_noise_lambda_defaults_to_the_sum(student, rng):
    """Without a reduction, the sum is meant; without noise, there is no penalty."""
    std = 0.5 + float(torch.rand((), generator=rng))
    wanted = 9 * std * std
    expect.close(student.input_noise_lambda(std, 9), wanted)
    expect.close(student.input_noise_lambda(0.0, 9, "mean"), 0.0, what="the lambda without noise")


def test_input_noise_lambda_refuses_bad_arguments(student):
    """A negative std, fewer than one example and an unknown reduction are ValueErrors; one example is none."""
    for std, n, reduction in (
        (-0.1, 5, "sum"),
        (-0.1, 5, "mean"),
        (0.1, 0, "sum"),
        (0.1, -1, "mean"),
        (0.1, 5, "none"),
    ):
        with pytest.raises(ValueError):
            student.input_noise_lambda(std, n, reduction)
    expect.close(student.input_noise_lambda(1.5, 1, "sum"), 2.25, what="the lambda for one example")
