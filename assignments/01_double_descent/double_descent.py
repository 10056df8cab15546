"""Double descent (01_double_descent)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 01_double_descent

Handing this file in says: the code inside the functions is my own work.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def legendre_features(x: Tensor, degree: int) -> Tensor:
    """The Legendre polynomials of degree 1 to ``degree`` at the points ``x``.

    Parameters
    ----------
    x : floating-point tensor [N], N at least 1, of any real numbers (also outside [-1, 1]).
    degree : the highest degree, at least 1. It is also the number of features.

    Returns
    -------
    [N, degree], with the dtype and device of ``x``: column j (counted from 0) holds P_{j+1}(x). P_0 = 1 is left out.
    The polynomials are the classical ones, with P_n(1) = 1; they are not normalized. In float64 on [-1, 1] the values
    are accurate to 1e-10 up to degree 200, which Bonnet's recurrence achieves and a list of explicit coefficients does
    not. ``x`` is not changed.

    Raises
    ------
    ValueError if ``degree`` is less than 1, or if ``x`` does not have exactly one dimension.

    Write it yourself: ``torch.special.legendre_polynomial_p``, and numpy's ``legvander`` and ``legval``, are refused
    here.

    Source: DS 542, Interpolating Polynomials Overfit A Lot.
    """
    raise NotImplementedError("1.1 legendre_features is not written yet")


def min_norm_fit(features: Tensor, y: Tensor) -> Tensor:
    """The least-squares solution of the smallest Euclidean norm.

    Parameters
    ----------
    features : [N, p] of any shape and rank (wide, square or tall; columns may repeat or be zero); N and p at least 1.
    y : targets [N], of the same floating-point dtype.

    Returns
    -------
    The coefficients [p], with the dtype and device of ``features``: among all w that minimize ||y - features w||^2, the
    one with the smallest ||w||. No intercept is added. Singular values of at most max(N, p) * eps * (the largest one)
    count as zero, whatever the shape; eps is that of the dtype, ``torch.finfo(features.dtype).eps``. All larger ones
    count in full: nothing is added to them, and 1e-9 of the largest is not small. No argument is changed.

    Raises
    ------
    ValueError if ``y`` has another length than ``features`` has rows.

    Source: DS 542, Reproducing Double Descent Demystified.
    """
    raise NotImplementedError("1.2 min_norm_fit is not written yet")


def ridge_fit(features: Tensor, y: Tensor, lam: float) -> Tensor:
    """The minimizer of ||y - features w||^2 + lam * ||w||^2.

    Parameters
    ----------
    features : [N, p] of any shape and rank; N and p at least 1.
    y : targets [N], of the same floating-point dtype.
    lam : the strength of the penalty, at least 0. The first term is a SUM over the N examples, the second a sum over
        ALL p coefficients; neither is averaged or halved.

    Returns
    -------
    The coefficients [p], with the dtype and device of ``features``. ``lam = 0`` gives the solution of task 1.2, the one
    of the smallest norm. No intercept is added. No argument is changed.

    Raises
    ------
    ValueError if ``lam`` is negative, or if ``y`` has another length than ``features`` has rows.

    Source: DS 542, Regularizing from the Beginning.
    """
    raise NotImplementedError("1.3 ridge_fit is not written yet")


def median_mse_curve(
    x_train: Tensor, x_test: Tensor, target: Callable[[Tensor], Tensor], degrees: Sequence[int], lam: float = 0.0
) -> Tensor:
    """The median test error of polynomial fits, degree by degree.

    Parameters
    ----------
    x_train : [D, R, N]: for each of D degrees, R training samples of N points. ``x_train[d]`` belongs to
        ``degrees[d]``.
    x_test : [T] test points, the same for all, of the same floating-point dtype.
    target : the true function, elementwise: it takes a tensor of any shape, and returns one of the same shape. Training
        and test targets are its values; no noise is added. It may be called any number of times.
    degrees : D degrees, each at least 1, in any order; the same degree may occur twice.
    lam : the penalty of ``ridge_fit`` (task 1.3) for every fit, at least 0; 0 is the shortest solution (task 1.2).

    Returns
    -------
    [D], with the dtype and device of ``x_train``. Entry d is the median over the R samples of the MEAN squared error on
    the test points, where the model of one sample is fitted on ``legendre_features(sample, degrees[d])``. The median of
    an even number of errors is the midpoint of the two in the middle. No argument is changed.

    Raises
    ------
    ValueError if the length of ``degrees`` is not D, or if ``lam`` is negative.

    Source: DS 542, Reproducing Double Descent Demystified, and Regularizing from the Beginning.
    """
    raise NotImplementedError("1.4 median_mse_curve is not written yet")


def smallest_singular_value(features: Tensor, rtol: float = 1e-12) -> float:
    """The smallest singular value that does not count as zero.

    Parameters
    ----------
    features : floating-point matrix [N, p] of any shape and rank; N and p at least 1.
    rtol : singular values of at most ``rtol`` times the largest one count as zero; a positive number below 1.

    Returns
    -------
    The smallest of the singular values that are larger than ``rtol`` times the largest one, as a float (a 0-d tensor
    is accepted too). It is accurate to a small multiple of eps times the largest one, so in float64 a value of
    1e-10 of the largest is still right to four digits. ``features`` is not changed.

    Raises
    ------
    ValueError if all entries are zero.

    Source: DS 542, Reproducing Double Descent Demystified.
    """
    raise NotImplementedError("1.5 smallest_singular_value is not written yet")


def gd_limit(features: Tensor, y: Tensor, theta0: Tensor) -> Tensor:
    """Where gradient descent on the squared error ||y - features theta||^2 ends.

    Parameters
    ----------
    features : [N, p] of any shape and rank; N and p at least 1.
    y : targets [N], of the same floating-point dtype.
    theta0 : the starting point [p], of the same dtype.

    Returns
    -------
    [p], with the dtype and device of ``features``: the limit of gradient descent from ``theta0`` with a step that is
    small enough to converge. A factor on the loss, or another such step, leads to the same limit. It depends on
    ``theta0`` only where the data leave it free. No argument is changed.

    A closed form is asked for, but a loop that converges is accepted: results must be right to 1e-6 of their size, and
    in all tests the nonzero singular values of ``features`` lie between 1 and 2.

    Raises
    ------
    ValueError if ``y`` has another length than ``features`` has rows, or ``theta0`` another than it has columns.

    Source: DS 542, How to bias for smoothness?
    """
    raise NotImplementedError("1.6 gd_limit is not written yet")


def min_norm_risk(n: int, p: int, noise_var: float, signal_sq: float) -> float:
    """The expected error of the shortest least-squares fit with isotropic Gaussian features.

    Parameters
    ----------
    n : the number of examples, at least 1.
    p : the number of features, at least 1.
    noise_var : the variance s^2 of the noise in the targets, at least 0.
    signal_sq : the squared norm r^2 of the true coefficients, at least 0.

    Returns
    -------
    The expectation of ||w_hat - w||^2, as a float (a 0-d tensor is accepted too), over standard normal features and
    noise: s^2 p / (n - p - 1) for p < n - 1, and r^2 (1 - n/p) + s^2 n / (p - n - 1) for p > n + 1. For p = n - 1, n
    and n + 1 it is infinity (``math.inf``), whatever the variances: for ``noise_var`` 0 by convention.

    Raises
    ------
    ValueError if ``n`` or ``p`` is less than 1, or if ``noise_var`` or ``signal_sq`` is negative.

    Source: DS 542, Reproducing Double Descent Demystified; the formula is due to Hastie and others, Surprises in
    High-Dimensional Ridgeless Least Squares Interpolation.
    """
    raise NotImplementedError("1.7 min_norm_risk is not written yet")
