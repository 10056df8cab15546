"""Explicit regularization (02_explicit_regularization)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 02_explicit_regularization

Handing this file in says: the code inside the functions is my own work.
"""

import math

import torch
from torch import Tensor


def regularized_loss(losses: Tensor, penalty: Tensor, lam: float, reduction: str = "sum") -> Tensor:
    """The loss of a data set plus ``lam`` times a penalty, as a sum over the examples or as a mean.

    Parameters
    ----------
    losses : floating-point tensor [I], the losses of the I examples, of any sign.
    penalty : 0-d tensor of the same dtype and device, the penalty g of the parameters.
    lam : the strength of the penalty, at least 0.
    reduction : "sum" gives sum(losses) + lam * penalty; "mean" gives (1/I) * sum(losses) + (lam/I) * penalty.

    Returns
    -------
    A 0-d tensor of the dtype and device of ``losses``, differentiable in ``losses`` and in ``penalty``. No argument
    is changed.

    Raises
    ------
    ValueError if ``lam`` is negative, if ``reduction`` is any other word, or if ``losses`` is empty (I = 0).

    Source: DS 542, Explicit regularization.
    """
    raise NotImplementedError("2.1 regularized_loss is not written yet")


def gabor(phi: Tensor, x: Tensor) -> Tensor:
    """The Gabor model: sin(z) * exp(-z^2 / 32) with z = phi_0 + 0.06 * phi_1 * x, in radians.

    Parameters
    ----------
    phi : floating-point tensor [2]: offset phi_0 and frequency phi_1.
    x : tensor [N] of the same dtype and device, the inputs.

    Returns
    -------
    A tensor [N] of the dtype and device of ``phi``, differentiable in ``phi`` and in ``x``. No argument is changed.

    Source: DS 542, Explicit regularization (the Gabor model); UDL, section 6.1.
    """
    raise NotImplementedError("2.2 gabor is not written yet")


def gabor_loss(
    phi: Tensor, x: Tensor, y: Tensor, lam: float = 0.0, center: tuple[float, float] = (0.0, 12.5)
) -> Tensor:
    """The SUM of the squared residuals of the Gabor model, plus ``lam`` times the squared distance to ``center``.

    Parameters
    ----------
    phi : floating-point tensor [2]: offset phi_0 and frequency phi_1.
    x, y : tensors [N] of the same dtype and device, inputs and targets.
    lam : the strength of the penalty, at least 0.
    center : two numbers (c_0, c_1); the penalty is (phi_0 - c_0)^2 + (phi_1 - c_1)^2, without a factor 1/2.

    Returns
    -------
    A 0-d tensor of the dtype and device of ``phi``, differentiable in ``phi`` (both parts). No argument is changed.

    Raises
    ------
    ValueError if ``lam`` is negative, if ``x`` and ``y`` differ in length, or if they are empty.

    Source: DS 542, Explicit regularization; UDL, section 9.1.
    """
    raise NotImplementedError("2.3 gabor_loss is not written yet")


def loss_surface(offsets: Tensor, freqs: Tensor, x: Tensor, y: Tensor, lam: float) -> Tensor:
    """The loss of task 2.3, with its default center (0, 12.5), on a grid of parameters.

    Parameters
    ----------
    offsets : floating-point tensor [P], values of phi_0 in any order.
    freqs : tensor [Q] of the same dtype and device, values of phi_1 in any order.
    x, y : tensors [N] of the same dtype and device, inputs and targets.
    lam : the strength of the penalty, at least 0.

    Returns
    -------
    A tensor [Q, P] of the dtype and device of ``offsets``: entry [q, p] is the loss at phi_0 = offsets[p] and
    phi_1 = freqs[q]. P and Q are 1 or more, equal or not. The result need not be differentiable. No argument is
    changed.

    Raises
    ------
    ValueError if ``lam`` is negative, if ``x`` and ``y`` differ in length, or if they are empty.

    Source: DS 542, Explicit regularization.
    """
    raise NotImplementedError("2.4 loss_surface is not written yet")


def count_local_minima(surface: Tensor) -> int:
    """How many interior entries of ``surface`` are strictly smaller than all eight of their neighbors.

    Parameters
    ----------
    surface : floating-point tensor [Q, P], with Q and P at least 3 and without NaN.

    Returns
    -------
    The number of entries that are not on the border and are strictly smaller than each of the eight entries around
    them (which may be on the border), as an int. Ties and plateaus do not count. ``surface`` is not changed.

    Raises
    ------
    ValueError if ``surface`` does not have exactly two dimensions, or if one of them is smaller than 3.

    Source: DS 542, Explicit regularization (the dots in its figures).
    """
    raise NotImplementedError("2.5 count_local_minima is not written yet")


def neg_log_prior(phi: Tensor, prior: str, scale: float) -> Tensor:
    """Minus the logarithm of the prior density of all parameters, normalizing constants included.

    Parameters
    ----------
    phi : floating-point tensor [P], the parameters, independent of each other under the prior, all with mean 0.
    prior : "gaussian", where ``scale`` is the standard deviation sigma of each component, or "laplace", with the
        density exp(-|phi_j| / b) / (2 b), where ``scale`` is b.
    scale : greater than 0.

    Returns
    -------
    A 0-d tensor of the dtype and device of ``phi``: the sum over the components of -log of their densities (natural
    logarithm). Differentiable in ``phi``; gradients are not tested where a component is 0. ``phi`` is not changed.

    Raises
    ------
    ValueError if ``prior`` is any other word, or if ``scale`` is 0 or negative.

    Write the densities yourself: the classes of torch.distributions (``Normal``, ``Laplace`` and every other
    ``Distribution``) are refused here.

    Source: DS 542, Probabilistic interpretation and Equivalence.
    """
    raise NotImplementedError("2.6 neg_log_prior is not written yet")


def prior_to_lambda(prior: str, scale: float, loss: str, noise_var: float | None = None, n: int | None = None) -> float:
    """The strength of the penalty with which minimizing a loss gives the MAP parameters under a prior.

    Parameters
    ----------
    prior : "gaussian", with the penalty sum(phi_j^2), or "laplace", with the penalty sum(|phi_j|), as in task 2.6.
    scale : sigma (a standard deviation) or b, as in task 2.6, greater than 0.
    loss : what the penalty, times the returned strength, is added to: "nll", the SUM over the examples of
        -log Pr(y_i | x_i, phi); "sse", the SUM of the squared residuals (no factor 1/2); or "mse", their MEAN.
    noise_var : the variance of the Gaussian noise of the targets, greater than 0. Needed for "sse" and "mse"; ignored
        for "nll".
    n : the number of examples, at least 1. Needed for "mse"; ignored for "nll" and "sse".

    Returns
    -------
    lambda, as a float (a 0-d tensor is accepted too).

    Raises
    ------
    ValueError if ``prior`` or ``loss`` is any other word, if ``scale`` is 0 or negative, and, where they are needed,
    if ``noise_var`` is None, 0 or negative or ``n`` is None or smaller than 1.

    Source: DS 542, Equivalence.
    """
    raise NotImplementedError("2.7 prior_to_lambda is not written yet")


def map_linear_regression(X: Tensor, y: Tensor, noise_var: float, prior_var: float) -> tuple[Tensor, Tensor]:
    """Mean and covariance of the weights of a linear regression, given the data.

    Parameters
    ----------
    X : floating-point tensor [n, p], one example a row; n may be smaller than p. No intercept is added.
    y : tensor [n] of the same dtype and device, the targets: y = X w + noise.
    noise_var : the variance of the independent Gaussian noise of each target, greater than 0.
    prior_var : the variance of each weight under the prior (independent Gaussians of mean 0), greater than 0.

    Returns
    -------
    (mean, covariance): the mean [p], which is also the MAP solution, and the symmetric covariance matrix [p, p] of
    the posterior density of w, as tensors of the dtype and device of ``X``. They need not be differentiable. No
    argument is changed.

    Raises
    ------
    ValueError if ``noise_var`` or ``prior_var`` is 0 or negative, or if ``y`` has not one entry for each row of ``X``.

    Source: DS 542, Probabilistic interpretation; UDL, section 9.3.5.
    """
    raise NotImplementedError("2.8 map_linear_regression is not written yet")
