"""Hidden suite for 2.7: the strength of a penalty that says the same as a prior."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch
from torch.distributions import Laplace, Normal

from autograder import expect

PRIORS = {"gaussian": (Normal, 2), "laplace": (Laplace, 1)}
CASES = [(prior, scale) for prior in PRIORS for scale in (0.35, 2.0)]


def drawn(rng, count=6):
    """Inputs [count, 3], targets [count] of a linear model and three different weight vectors [3, 3]."""
    x = torch.randn(count, 3, generator=rng, dtype=torch.float64)
    y = torch.randn(count, generator=rng, dtype=torch.float64)
    return x, y, torch.randn(3, 3, generator=rng, dtype=torch.float64)


def posterior(weights, x, y, prior, scale, noise_var):
    """Minus the log of likelihood times prior for each row of ``weights``."""
    likelihood = Normal(weights @ x.T, noise_var**0.5).log_prob(y).sum(dim=1)
    return -likelihood - PRIORS[prior][0](torch.zeros_like(weights), scale).log_prob(weights).sum(dim=1)


def same_minimum(data, weights, lam, prior, wanted):
    """Check that data part + lam * penalty is ``wanted`` but for a positive factor and a constant."""
    total = data + float(lam) * weights.abs().pow(PRIORS[prior][1]).sum(dim=1)
    mine, theirs = total[1:] - total[0], wanted[1:] - wanted[0]
    assert bool(mine[0] * theirs[0] > 0), "the two have their minima in different places"
    expect.close(mine[0] * theirs[1], mine[1] * theirs[0], what="the loss with this strength, beside the posterior,")


@pytest.mark.weight(2)
def test_prior_to_lambda_for_a_likelihood(student, rng):
    """Minus the log likelihood plus this penalty differs from minus the log posterior by a constant."""
    for prior, scale in CASES:
        x, y, weights = drawn(rng)
        lam = student.prior_to_lambda(prior, scale, "nll")
        nll = -Normal(weights @ x.T, 0.8).log_prob(y).sum(dim=1)
        same_minimum(nll, weights, lam, prior, posterior(weights, x, y, prior, scale, 0.64))


@pytest.mark.weight(2)
def test_prior_to_lambda_for_a_sum_of_squares(student, rng):
    """The sum of squares plus this penalty is minus the log posterior, but for a factor and a constant."""
    for prior, scale in CASES:
        x, y, weights = drawn(rng)
        lam = student.prior_to_lambda(prior, scale, "sse", noise_var=0.3)
        squares = (weights @ x.T - y).square().sum(dim=1)
        same_minimum(squares, weights, lam, prior, posterior(weights, x, y, prior, scale, 0.3))


@pytest.mark.weight(2)
def test_prior_to_lambda_for_a_mean_of_squares(student, rng):
    """The mean of squares plus this penalty is minus the log posterior, but for a factor and a constant."""
    for (prior, scale), count in zip(CASES, (4, 9, 6, 11), strict=True):
        x, y, weights = drawn(rng, count)
        lam = student.prior_to_lambda(prior, scale, "mse", noise_var=1.7, n=count)
        squares = (weights @ x.T - y).square().mean(dim=1)
        same_minimum(squares, weights, lam, prior, posterior(weights, x, y, prior, scale, 1.7))


def test_prior_to_lambda_at_the_map_solution(student, rng):
    """At the most probable weights of a linear model, all three gradients vanish."""
    x, y, _weights = drawn(rng, 8)
    noise, sigma = 0.4, 0.9
    best = torch.linalg.solve(x.T @ x / noise + torch.eye(3, dtype=torch.float64) / sigma**2, x.T @ y / noise)
    slope = x.T @ (x @ best - y)
    for loss, data in (("nll", slope / noise), ("sse", slope * 2), ("mse", slope / 4)):
        lam = float(student.prior_to_lambda("gaussian", sigma, loss, noise_var=noise, n=8))
        expect.close(data + lam * (best + best), torch.zeros_like(best), what=f"the gradient for {loss}")


def test_prior_to_lambda_of_half_the_scale(student):
    """Half the scale makes an L2 penalty four times and an L1 penalty twice as strong; noise and data scale as told."""
    for prior, factor, unit in (("gaussian", 4, 0.5), ("laplace", 2, 1.0)):
        expect.close(student.prior_to_lambda(prior, 1.0, "nll"), unit, what="the strength for scale 1")
        expect.close(student.prior_to_lambda(prior, 0.5, "nll"), factor * unit, what="the strength for scale 0.5")
        expect.close(student.prior_to_lambda(prior, 1.0, "sse", 3.0), 6 * unit, what="the strength for a sum")
        expect.close(student.prior_to_lambda(prior, 1.0, "mse", 3.0, 4), 1.5 * unit, what="the strength for a mean")


def test_prior_to_lambda_ignores_what_it_does_not_need(student):
    """A likelihood needs neither noise nor number of examples, a sum of squares no number: given, they don't matter."""
    for noise_var, n in ((None, None), (0.2, 7), (5.0, 100), (None, 3)):
        expect.close(student.prior_to_lambda("gaussian", 0.25, "nll", noise_var, n), 8.0, what="the strength")
        expect.close(student.prior_to_lambda("laplace", 0.25, "sse", 0.5, n), 4.0, what="the strength for a sum")


def test_prior_to_lambda_needs_noise_and_number(student):
    """Noise or number of examples that are needed and missing, or out of range, raise ValueError."""
    for loss, noise_var, n in (("sse", None, 5), ("sse", 0.0, 5), ("sse", -1.0, 5), ("mse", None, 5), ("mse", 0.0, 5),
                               ("mse", 1.0, None), ("mse", 1.0, 0), ("mse", 1.0, -3)):  # fmt: skip
        for prior in PRIORS:
            with pytest.raises(ValueError):
                student.prior_to_lambda(prior, 1.0, loss, noise_var, n)
    expect.close(student.prior_to_lambda("gaussian", 1.0, "mse", 0.25, 1), 0.25, what="the strength for one example")


def test_prior_to_lambda_refuses_bad_arguments(student):
    """An unknown prior or loss and a scale of 0 or less raise ValueError; good arguments still give a strength."""
    for prior, scale, loss in (("student", 1.0, "nll"), ("gaussian", 1.0, "mae"), ("gaussian", 0.0, "sse"),
                               ("laplace", 0.0, "nll"), ("laplace", -1.0, "mse"), ("l1", 1.0, "mse")):  # fmt: skip
        with pytest.raises(ValueError):
            student.prior_to_lambda(prior, scale, loss, 1.0, 5)
    expect.close(student.prior_to_lambda("laplace", 0.01, "nll"), 100.0)
