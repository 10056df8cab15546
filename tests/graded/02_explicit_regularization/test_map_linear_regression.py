"""Hidden suite for 2.8: the posterior of a Bayesian linear regression."""
# A ValueError of the student's carries the student's own words, so there is nothing to match.
# ruff: noqa: PT011

import pytest
import torch
from torch.autograd.functional import hessian, jacobian
from torch.distributions import Normal

from autograder import expect


def drawn(rng, rows, columns, dtype=torch.float64):
    """A design matrix [rows, columns] whose columns differ in scale, and targets [rows]."""
    x = torch.randn(rows, columns, generator=rng, dtype=torch.float64) * torch.linspace(0.5, 2, columns).double()
    y = x.sum(dim=1) + torch.randn(rows, generator=rng, dtype=torch.float64)
    return x.to(dtype), y.to(dtype)


def pair(found):
    """The two results of a call."""
    assert isinstance(found, tuple | list), "the result is not a tuple"
    assert len(found) == 2, f"the result has {len(found)} entries, not 2"
    return expect.tensor(found[0], what="the mean"), expect.tensor(found[1], what="the covariance")


def close(found, mean, covariance, **tolerance):
    """Check a student's pair."""
    mine, spread = pair(found)
    expect.close(mine, mean, what="the mean", **tolerance)
    expect.close(spread, covariance, what="the covariance", **tolerance)


def surprise(x, y, noise_var, prior_var):
    """Minus the log of likelihood times prior, as a function of the weights."""

    def of(w):
        prior = Normal(torch.zeros_like(w), prior_var**0.5)
        return -Normal(x @ w, noise_var**0.5).log_prob(y).sum() - prior.log_prob(w).sum()

    return of


@pytest.mark.weight(2)
def test_map_linear_regression_fits_the_posterior(student, rng):
    """The mean is where the log posterior is flat; the covariance is the inverse of how it curves."""
    for rows, columns, noise_var, prior_var in ((7, 3, 0.4, 1.6), (3, 5, 2.0, 0.5)):
        x, y = drawn(rng, rows, columns)
        mean, covariance = pair(student.map_linear_regression(x, y, noise_var, prior_var))
        origin, law = torch.zeros(columns, dtype=torch.float64), surprise(x, y, noise_var, prior_var)
        expect.close(covariance, torch.linalg.inv(hessian(law, origin)), what="the covariance")
        expect.close(mean, -covariance @ jacobian(law, origin), what="the mean")


def test_map_linear_regression_is_ridge_regression(student, rng):
    """The mean minimizes squared errors plus the ratio of the two variances times the sum of squares."""
    for noise_var, prior_var in ((0.3, 2.0), (1.5, 0.6)):
        x, y = drawn(rng, 6, 4)
        mean, _covariance = pair(student.map_linear_regression(x, y, noise_var, prior_var))
        ridge = (noise_var / prior_var) ** 0.5 * torch.eye(4, dtype=torch.float64)
        padded = torch.cat([y, torch.zeros(4, dtype=torch.float64)])[:, None]
        expect.close(mean, torch.linalg.lstsq(torch.cat([x, ridge]), padded).solution[:, 0], what="the mean")


def test_map_linear_regression_without_information(student, rng):
    """Inputs that are all 0 teach nothing: what remains is the prior. Much data overrule it."""
    x, y = drawn(rng, 6, 3)
    nothing = torch.zeros(3, dtype=torch.float64)
    close(student.map_linear_regression(0 * x, y, 0.5, 1.3), nothing, 1.3 * torch.eye(3, dtype=torch.float64))
    x = torch.cat([x[:3], 2 * torch.eye(3, dtype=torch.float64)])
    mean, covariance = pair(student.map_linear_regression(x, y, 0.5, 1e3))
    least_squares = torch.linalg.lstsq(x, y[:, None]).solution[:, 0]
    expect.close(mean, least_squares, rtol=1e-3, atol=1e-3, what="the mean under a wide prior")
    expect.close(covariance, 0.5 * torch.linalg.inv(x.T @ x), rtol=1e-3, atol=1e-4, what="the covariance there")


def test_map_linear_regression_of_repeated_data(student, reference, rng):
    """Every example twice says as much as every example once with half the noise variance."""
    x, y = drawn(rng, 5, 3)
    wanted = reference.map_linear_regression(x, y, 0.35, 0.9)
    close(student.map_linear_regression(torch.cat([x, x]), torch.cat([y, y]), 0.7, 0.9), *wanted)


def test_map_linear_regression_covariance_ignores_targets(student, reference, rng):
    """Other targets move the mean in proportion and leave the covariance alone, which is symmetric and positive."""
    x, y = drawn(rng, 6, 4)
    wanted = reference.map_linear_regression(x, y, 0.8, 1.2)
    mean, covariance = pair(student.map_linear_regression(x, -3 * y, 0.8, 1.2))
    expect.close(mean, -3 * wanted[0], what="the mean")
    expect.close(covariance, wanted[1].T, what="the covariance")
    assert bool((torch.linalg.eigvalsh(covariance) > 0).all()), "the covariance is not positive definite"


def test_map_linear_regression_keeps_dtype_and_arguments(student, reference, rng):
    """float32 stays float32, and no argument is changed."""
    x, y = drawn(rng, 8, 3, torch.float32)
    wanted = reference.map_linear_regression(x.double(), y.double(), 0.9, 0.5)
    with expect.unchanged(x, y):
        found = student.map_linear_regression(x, y, 0.9, 0.5)
    close(found, wanted[0].float(), wanted[1].float(), rtol=1e-3)


def test_map_linear_regression_refuses_bad_arguments(student, reference, rng):
    """Variances of 0 or less and targets that do not match the rows raise ValueError; good arguments do not."""
    x, y = drawn(rng, 5, 2)
    cases = (y, 0.0, 1.0), (y, -1.0, 1.0), (y, 1.0, 0.0), (y, 1.0, -2.0), (y[:4], 1.0, 1.0), (y[:1], 1.0, 1.0)
    for targets, noise_var, prior_var in cases:
        with pytest.raises(ValueError):
            student.map_linear_regression(x, targets, noise_var, prior_var)
    close(student.map_linear_regression(x, y, 0.5, 0.5), *reference.map_linear_regression(x, y, 0.5, 0.5))


@pytest.mark.cuda
def test_map_linear_regression_on_the_gpu(student, reference, rng):
    """On a GPU both results stay there and equal those on the CPU."""
    x, y = drawn(rng, 6, 3)
    mean, covariance = reference.map_linear_regression(x, y, 0.9, 0.5)
    close(student.map_linear_regression(x.cuda(), y.cuda(), 0.9, 0.5), mean.cuda(), covariance.cuda(), rtol=1e-7)
