"""Ensembling (06_ensembling)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 06_ensembling

Handing this file in says: the code inside the functions is my own work.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


def combine_regression(preds: Tensor, how: str = "mean") -> Tensor:
    """Combine the outputs of the members of an ensemble into one output, example by example.

    Parameters
    ----------
    preds : floating-point tensor [M, N, ...]: the outputs of M members for N examples, with any number of further axes.
    how : "mean", or "median": for an odd number of members the middle value, for an even number the midpoint of the
        two middle values.

    Returns
    -------
    A tensor [N, ...] with the dtype and device of ``preds``. Every element is combined over the members alone; their
    order does not matter. A single member is returned as it is. Differentiable in ``preds`` (the median where the
    members differ). ``preds`` is not changed.

    Raises
    ------
    ValueError if ``how`` is any other word, or if ``preds`` has no elements.

    Source: DS 542, Ensembling.
    """
    raise NotImplementedError("6.1 combine_regression is not written yet")


def combine_classification(logits: Tensor, how: str = "mean") -> Tensor:
    """Combine the logits of the members of an ensemble into one class for each example.

    Parameters
    ----------
    logits : floating-point tensor [M, N, K]: the logits of M members for N examples and K classes.
    how : "mean" averages the logits over the members (before any softmax) and takes the class with the largest average.
        "vote" lets each member vote for the class of its own largest logit and takes the class with most votes; among
        classes with equally many votes it is the one with the smallest index.

    Returns
    -------
    An int64 tensor [N] of class indices on the device of ``logits``. Where a member, or the average, has two largest
    logits that are exactly equal, any of these classes is right (it is not tested). ``logits`` is not changed.

    Raises
    ------
    ValueError if ``how`` is any other word, or if ``logits`` has no elements.

    Source: DS 542, Ensembling.
    """
    raise NotImplementedError("6.2 combine_classification is not written yet")


def bootstrap_indices(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw the indices of one bag: n draws from 0, ..., n - 1, uniform, independent, with replacement.

    Parameters
    ----------
    n : the number of examples, and of draws.
    generator : the source of the random numbers; None is torch's default generator. All randomness comes from it: the
        same state gives the same indices, and each call advances it.

    Returns
    -------
    An int64 tensor [n], on the device of ``generator`` (the CPU for None). Each entry is one of 0, ..., n - 1, every
    one with the same probability, whatever the other entries are.

    Raises
    ------
    ValueError if ``n`` is less than 1.

    Source: DS 542, Ensembling.
    """
    raise NotImplementedError("6.3 bootstrap_indices is not written yet")


def fit_bagged(
    x: Tensor,
    y: Tensor,
    fit: Callable[[Tensor, Tensor], object],
    n_models: int,
    generator: torch.Generator | None = None,
) -> list:
    """Train the members of an ensemble, each on a bag of its own.

    Parameters
    ----------
    x, y : inputs [N, ...] and their targets [N, ...], of any dtypes.
    fit : trains one member: called as ``fit(x_bag, y_bag)``, it returns a predictor, of whatever kind.
    n_models : the number of members.
    generator : the source of the bags' random numbers, on the device of ``x``; None is torch's default generator. All
        randomness of the bags comes from it: the same state gives the same bags.

    Returns
    -------
    A list with what the ``n_models`` calls of ``fit`` returned, in the order of the calls.

    ``fit`` is called exactly ``n_models`` times. Each time it gets a fresh bag of N examples (task 6.3): drawn from
    ``x`` and ``y`` as they were given, independently of the other bags, with each input beside its own target. Shapes,
    dtypes and device are those of ``x`` and ``y``, which are not changed.

    Raises
    ------
    ValueError if ``n_models`` is less than 1, if ``x`` and ``y`` have different lengths, or if they are empty.

    Source: DS 542, Ensembling.
    """
    raise NotImplementedError("6.4 fit_bagged is not written yet")


def bagged_predict(models: Sequence[Callable[[Tensor], Tensor]], x: Tensor, how: str = "mean") -> Tensor:
    """The prediction of an ensemble: the outputs of its members, combined as in task 6.1.

    Parameters
    ----------
    models : the members, at least one: callables (plain functions or modules) that turn ``x`` into outputs [N, ...],
        all of the same shape and dtype.
    x : a batch of inputs. Each member gets it as it is.
    how : "mean" or "median" of the outputs over the members (for an even number of members the midpoint of the two
        middle outputs).

    Returns
    -------
    A tensor with the shape, dtype and device of one member's output. Differentiable in ``x`` where the members are.
    ``x`` and the members are not changed.

    Raises
    ------
    ValueError if ``models`` is empty, or if ``how`` is any other word.

    Source: DS 542, Ensembling and Single Model vs Bagged Ensemble.
    """
    raise NotImplementedError("6.5 bagged_predict is not written yet")


def relu_basis(x: Tensor, n_hidden: int) -> Tensor:
    """The hidden layer of the simplified network: a column of ones, then one column for each hidden unit.

    Parameters
    ----------
    x : floating-point tensor [N], any real numbers, also outside [0, 1].
    n_hidden : the number H of hidden units, at least 1.

    Returns
    -------
    A tensor [N, H + 1] with the dtype and device of ``x``. Column 0 is 1 everywhere; column j, for j = 1, ..., H, is
    max(x - (j - 1)/H, 0). ``x`` is not changed.

    Raises
    ------
    ValueError if ``n_hidden`` is less than 1.

    Source: DS 542, L2 regularization (simple net from last lecture).
    """
    raise NotImplementedError("6.6 relu_basis is not written yet")


def fit_relu_network(x: Tensor, y: Tensor, n_hidden: int, reg: float) -> Tensor:
    """Train the simplified network in closed form: least squares with an L2 penalty on the slopes.

    Parameters
    ----------
    x, y : inputs [N] and targets [N], of one floating-point dtype.
    n_hidden : the number H of hidden units, at least 1.
    reg : the factor of the penalty, at least 0. With reg > 0 any N is fine; with reg = 0 the columns of the basis must
        be linearly independent on ``x`` (that is the caller's duty).

    Returns
    -------
    The coefficients [H + 1] that minimize the SUM over the examples of (target - prediction)^2, plus ``reg`` times the
    sum of the squares of all coefficients but the first; the prediction is ``relu_basis(x, n_hidden)`` times the
    coefficients. The first one, the intercept, is not penalized. dtype and device are those of ``x``. The result
    need not be differentiable. No argument is changed.

    Raises
    ------
    ValueError if ``n_hidden`` is less than 1, if ``reg`` is negative, if ``x`` and ``y`` have different lengths, or if
    they are empty.

    Source: DS 542, L2 regularization (simple net from last lecture) and Single Model vs Bagged Ensemble.
    """
    raise NotImplementedError("6.6 fit_relu_network is not written yet")


def ambiguity_decomposition(preds: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Take the squared error of an averaging ensemble apart.

    Parameters
    ----------
    preds : floating-point tensor [M, N]: the outputs of M members for N examples.
    y : the targets [N], of the same dtype.

    Returns
    -------
    (ensemble error, mean member error, ambiguity), three 0-d tensors with the dtype and device of ``preds``, each a
    mean over the N examples: of the squared error of the mean of the members; of the members' squared errors,
    averaged over the members; and of the variance of the members around their own mean (population variance: divide by
    M). So the first is the second minus the third. Differentiable in ``preds`` and ``y``. No argument is changed.

    Raises
    ------
    ValueError if ``preds`` has no elements, or if ``y`` has another shape than one member's outputs.

    Source: DS 542, Ensembling.
    """
    raise NotImplementedError("6.7 ambiguity_decomposition is not written yet")
