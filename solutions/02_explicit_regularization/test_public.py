"""Public tests of 02_explicit_regularization: small examples to check by hand. The graded tests look closer."""

import math

import torch

from autograder import expect


def numbers(*values):
    """A float64 tensor."""
    return torch.tensor(values, dtype=torch.float64)


def raises_value_error(function, *arguments):
    """Check that a call raises ValueError."""
    try:
        function(*arguments)
    except ValueError:
        return
    raise AssertionError("no ValueError was raised")


def test_regularized_loss_by_hand(student):
    """Losses 1, 2 and 6, penalty 4, strength 1.5: the sum is 9 + 6, and the mean is a third of that."""
    losses, penalty = numbers(1.0, 2.0, 6.0), numbers(4.0)[0]
    expect.close(student.regularized_loss(losses, penalty, 1.5), 15.0, what="the sum")
    expect.close(student.regularized_loss(losses, penalty, 1.5, reduction="mean"), 5.0, what="the mean")


def test_regularized_loss_refuses_a_negative_strength(student):
    """A negative strength raises ValueError."""
    raises_value_error(student.regularized_loss, numbers(1.0, 2.0), numbers(4.0)[0], -1.0)


def test_gabor_by_hand(student):
    """Offset 0, frequency 50: z is three times the input. z = 0 gives 0; z = 3 gives sin(3) exp(-9/32) = 0.1065."""
    found = student.gabor(numbers(0.0, 50.0), numbers(0.0, 1.0))
    expect.close(found, numbers(0.0, 0.1065), atol=1e-4)


def test_gabor_at_a_crest(student):
    """Offset pi/2, input 0: the sine is 1, and the bell is at exp(-pi^2 / 128)."""
    found = student.gabor(numbers(math.pi / 2, 7.0), numbers(0.0))
    expect.close(found, numbers(math.exp(-(math.pi**2) / 128)))


def test_gabor_loss_by_hand(student):
    """Parameters 0 make the model 0: targets 1 and -2 cost 5; strength 2 adds twice 12.5 squared, or twice 9."""
    phi, x, y = numbers(0.0, 0.0), numbers(0.3, 0.8), numbers(1.0, -2.0)
    expect.close(student.gabor_loss(phi, x, y), 5.0, what="the loss without a penalty")
    expect.close(student.gabor_loss(phi, x, y, 2.0), 317.5, what="the loss with the default center")
    expect.close(student.gabor_loss(phi, x, y, 2.0, (0.0, 3.0)), 23.0, what="the loss with another center")


def test_gabor_loss_is_differentiable(student):
    """Beside the center, with data that fit, the slope is that of the penalty: 2 * 3 * (0 - 1) and 2 * 3 * (0 - 2)."""
    phi = numbers(0.0, 0.0).requires_grad_()
    value = student.gabor_loss(phi, numbers(0.0), numbers(0.0), 3.0, (1.0, 2.0))
    assert isinstance(value, torch.Tensor), "the result is not a tensor"
    value.backward()
    expect.close(phi.grad, numbers(-6.0, -12.0), what="the gradient")


def test_loss_surface_by_hand(student):
    """Frequency 0 and offset 0 make the model 0. At input 0 the frequency does not matter, so the rows are equal."""
    surface = student.loss_surface(numbers(0.0, math.pi), numbers(0.0, 5.0, 9.0), numbers(0.0), numbers(2.0), 0.0)
    expect.close(surface, torch.full((3, 2), 4.0, dtype=torch.float64))


def test_loss_surface_penalty(student):
    """Strength 1, a target that fits: what is left is the squared distance to (0, 12.5)."""
    surface = student.loss_surface(numbers(0.0), numbers(12.5, 10.5), numbers(0.0), numbers(0.0), 1.0)
    expect.close(surface, numbers(0.0, 4.0)[:, None])


def test_count_local_minima_by_hand(student):
    """Of these twenty entries two are lower than everything around them; the 0 stands on the border."""
    surface = [
        [9.0, 9.0, 9.0, 9.0, 0.0],
        [9.0, 2.0, 5.0, 9.0, 9.0],
        [9.0, 9.0, 9.0, 3.0, 9.0],
        [9.0, 9.0, 9.0, 9.0, 9.0],
    ]
    expect.close(student.count_local_minima(torch.tensor(surface, dtype=torch.float64)), 2)


def test_count_local_minima_of_a_plateau(student):
    """A flat surface has none, and neither has the flat floor of a hole; the single dip next to it counts."""
    surface = torch.ones(4, 7, dtype=torch.float64)
    expect.close(student.count_local_minima(surface), 0, what="the count on a flat surface")
    surface[1, 1:3], surface[2, 5] = 0.0, 0.5
    expect.close(student.count_local_minima(surface), 1, what="the count with one dip")


def test_neg_log_prior_gaussian(student):
    """Standard deviation 1, parameters 2 and 0: half of 4, and twice half of log(2 pi)."""
    expect.close(student.neg_log_prior(numbers(2.0, 0.0), "gaussian", 1.0), 2 + math.log(2 * math.pi))


def test_neg_log_prior_laplace(student):
    """Scale 0.5: the density at 0 is 1, so only the sizes 1 and 2 are left, in units of 0.5."""
    expect.close(student.neg_log_prior(numbers(1.0, -2.0), "laplace", 0.5), 6.0)


def test_prior_to_lambda_by_hand(student):
    """Scale 0.5: minus log prior is 2 phi^2, or 2 |phi|, and a constant."""
    expect.close(student.prior_to_lambda("gaussian", 0.5, "nll"), 2.0, what="the strength of L2")
    expect.close(student.prior_to_lambda("laplace", 0.5, "nll"), 2.0, what="the strength of L1")


def test_prior_to_lambda_for_squares(student):
    """Noise variance 0.5 divides the sum of squares by 1, so that nothing changes; a mean over 4 divides by 4."""
    expect.close(student.prior_to_lambda("gaussian", 0.5, "sse", noise_var=0.5), 2.0, what="the strength for a sum")
    expect.close(student.prior_to_lambda("gaussian", 0.5, "mse", noise_var=0.5, n=4), 0.5, what="that for a mean")


def test_prior_to_lambda_needs_the_noise(student):
    """Squared errors without a noise variance raise ValueError."""
    raises_value_error(student.prior_to_lambda, "gaussian", 0.5, "sse")


def test_map_linear_regression_of_one_weight(student):
    """One input 2, target 3, both variances 1: precision 4 + 1, so the variance is 0.2 and the mean 0.2 * 6."""
    found = student.map_linear_regression(numbers(2.0)[:, None], numbers(3.0), 1.0, 1.0)
    assert isinstance(found, list | tuple), "the result is no pair"
    for name, value, wanted in zip(("mean", "covariance"), found, (numbers(1.2), numbers(0.2)[:, None]), strict=True):
        expect.close(value, wanted, what=f"the {name}")


def test_map_linear_regression_where_data_are_silent(student):
    """Two weights, one example that uses the first only: the second keeps the prior's mean 0 and variance 4."""
    found = student.map_linear_regression(torch.tensor([[1.0, 0.0]]), torch.tensor([2.0]), 4.0, 4.0)
    assert isinstance(found, list | tuple), "the result is no pair"
    for name, value, wanted in zip(("mean", "covariance"), found, ([1.0, 0.0], [[2.0, 0.0], [0.0, 4.0]]), strict=True):
        expect.close(value, torch.tensor(wanted), what=f"the {name}")
