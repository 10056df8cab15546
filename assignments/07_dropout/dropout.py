"""Dropout (07_dropout)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 07_dropout

Handing this file in says: the code inside the functions is my own work.
"""

import copy
import math

import torch
from torch import Tensor, nn


def bernoulli_mask(v: Tensor, p: float) -> Tensor:
    """Turn uniform random numbers into a dropout mask.

    Parameters
    ----------
    v : floating-point tensor of any shape (0 rows included), with values uniform on [0, 1).
    p : the probability that an element is DROPPED.

    Returns
    -------
    A tensor with the shape, dtype and device of ``v`` (so not a bool tensor): 0 where ``v < p``, 1 elsewhere. An
    element that equals ``p`` is kept: p = 0 keeps everything, p = 1 drops every number in [0, 1). The mask is
    not rescaled, and it needs no gradient. ``v`` is not changed.

    Raises
    ------
    ValueError if ``p`` is outside [0, 1].

    Write it yourself: a call of torch's own dropout (``nn.functional.dropout``, ``nn.Dropout``) is refused here.

    Source: STAT 453, Dropout (Bernoulli Sampling).
    """
    raise NotImplementedError("7.1 bernoulli_mask is not written yet")


def standard_dropout(a: Tensor, p: float, training: bool, generator: torch.Generator | None = None) -> Tensor:
    """Apply dropout in its original form: mask in training, scale in prediction.

    Parameters
    ----------
    a : floating-point tensor of any shape (0 rows included), the activations of a layer.
    p : the probability that an element is DROPPED.
    training : True masks, False scales.
    generator : the source of the random numbers, on the device of ``a``; None is torch's default generator. All
        randomness comes from it: the same state gives the same mask, and each call in training advances it.

    Returns
    -------
    A tensor with the shape, dtype and device of ``a``. In training each element is 0 with probability p, and
    otherwise exactly the element of ``a``, not rescaled; elements are independent of each other (also within
    an example and across a batch), and each call draws anew. In prediction it is ``a`` times (1 - p), without
    randomness. p = 0 changes nothing; p = 1 gives zeros. Differentiable in ``a``: a dropped element passes no
    gradient, and in training a kept one passes it unscaled. ``a`` is not changed.

    Raises
    ------
    ValueError if ``p`` is outside [0, 1], in training and in prediction.

    Write it yourself: a call of torch's own dropout (``nn.functional.dropout``, ``nn.Dropout``) is refused here.

    Source: STAT 453, Dropout (Bernoulli Sampling); DS 542, Dropout.
    """
    raise NotImplementedError("7.2 standard_dropout is not written yet")


class InvertedDropout(nn.Module):
    """Inverted dropout as a layer: mask and rescale in training, do nothing in prediction.

    Parameters
    ----------
    p : the probability that an element is DROPPED, kept as the attribute ``p``.

    Raises
    ------
    ValueError (on construction) if ``p`` is outside [0, 1].

    Write it yourself: a call of torch's own dropout (``nn.functional.dropout``, ``nn.Dropout``) is refused here.

    Source: STAT 453, Inverted Dropout and Dropout in PyTorch.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        raise NotImplementedError("7.3 InvertedDropout.__init__ is not written yet")

    def forward(self, a: Tensor) -> Tensor:
        """Return the activations with dropout applied, according to the module's training flag.

        ``a`` is a floating-point tensor of any shape (0 rows included); the result has its shape, dtype and device.
        In training each element is 0 with probability p and otherwise the element of ``a`` divided by (1 - p);
        elements are independent of each other, each call draws a fresh mask from torch's default generator,
        and p = 1 gives zeros (not NaN). In prediction (after ``.eval()`` on the layer or on a model that holds it)
        the values are exactly those of ``a``, for every p. Differentiable in ``a`` for p < 1: the gradient is that of
        the mask and scale of this very call. ``a`` is not changed.
        """
        raise NotImplementedError("7.3 InvertedDropout.forward is not written yet")


def weight_scaled_copy(model: nn.Sequential, p: float) -> nn.Sequential:
    """Fold standard dropout into the weights: a deterministic copy of the model for prediction.

    Parameters
    ----------
    model : a flat ``nn.Sequential`` that was trained with STANDARD dropout. Each ``nn.Dropout`` in it marks a place
        where activations were dropped. No two markers stand in a row, and each is followed, somewhere later, by an
        ``nn.Linear``; ``nn.Flatten`` and activation functions may stand between.
    p : the probability with which every marker dropped its units. Only this number counts, not the rate stored in the
        marker.

    Returns
    -------
    A deep copy with as many layers in the same order, in which every marker is an ``nn.Identity``, and the first
    ``nn.Linear`` after each marker has its weight multiplied by (1 - p). Its bias, and all other layers, are those of
    the model. dtype and device are kept. The copy shares no tensor with ``model``, and ``model`` is not changed.

    Raises
    ------
    ValueError if ``p`` is outside [0, 1].

    Source: DS 542, Dropout (weight scaling inference rule).
    """
    raise NotImplementedError("7.4 weight_scaled_copy is not written yet")


def mc_dropout(model: nn.Module, x: Tensor, n_samples: int) -> tuple[Tensor, Tensor]:
    """Mean and variance of a model's output over random dropout masks.

    Parameters
    ----------
    model : any module, with dropout layers at any depth, in any mixture of training and evaluation modes. The dropout
        layers are ``nn.Dropout``, ``nn.Dropout1d``, ``nn.Dropout2d``, ``nn.Dropout3d`` and your ``InvertedDropout``.
    x : a batch of inputs for it.
    n_samples : the number T of masks.

    Returns
    -------
    (mean, variance), each with the shape, dtype and device of ``model(x)``: over T outputs, each with fresh dropout
    masks; the variance is the population variance (divide by T), so it is 0 for T = 1 and for a model without dropout.
    The statistics are those of the model's raw output. Neither result requires a gradient.

    Only the dropout layers are in training mode during the passes; every other module (batch normalization, for one)
    is in evaluation mode. Afterwards every module's ``training`` flag is as it was before, also when the model raises:
    its exception goes on to the caller. ``x``, and the model's parameters and buffers, are not changed. The number of
    forward calls is up to you.

    Raises
    ------
    ValueError if ``n_samples`` is less than 1.

    Source: DS 542, Monte Carlo Dropout for Inference.
    """
    raise NotImplementedError("7.5 mc_dropout is not written yet")


def subnetwork_average(W: Tensor, b: Tensor, h: Tensor, p: float, how: str) -> Tensor:
    """Class probabilities of a softmax layer, averaged exactly over all 2^H dropout masks of its input.

    Parameters
    ----------
    W, b : weight [K, H] and bias [K] of the layer.
    h : activations [H] that feed it, with H at most 16. They are dropped in the standard way: masked, not rescaled.
    p : the probability that a unit is DROPPED. A mask weighs p^(units dropped) * (1 - p)^(units kept).
    how : "arithmetic", the weighted mean of the probabilities, or "geometric", their weighted geometric mean,
        normalized to sum to 1.

    Returns
    -------
    [K] probabilities that sum to 1, with the dtype and device of ``h``. p = 0 leaves the full network only, p = 1 only
    the one without any unit. Exact, so without randomness. Differentiable in ``W``, ``b`` and ``h``. No argument is
    changed.

    Raises
    ------
    ValueError if H is more than 16, if ``p`` is outside [0, 1], or if ``how`` is any other word.

    Source: STAT 453, Why does Dropout work? (Ensemble Method Interpretation).
    """
    raise NotImplementedError("7.6 subnetwork_average is not written yet")


def interaction_survival(order: int, rate: float) -> float:
    """The probability that an interaction survives dropout of the inputs.

    Parameters
    ----------
    order : the number k of inputs that take part, at least 0.
    rate : the probability r that an input is DROPPED, independently of the others.

    Returns
    -------
    (1 - r)^k, as a float (a 0-d tensor is accepted too). Order 0 needs no input, so it always survives, also at rate 1.

    Raises
    ------
    ValueError if ``rate`` is outside [0, 1] or ``order`` is negative.

    Source: STAT 453, Why does Dropout work? (Interaction Effect Interpretation).
    """
    raise NotImplementedError("7.7 interaction_survival is not written yet")


def expected_surviving_interactions(n_inputs: int, order: int, rate: float) -> float:
    """The expected number of interactions of one order that survive dropout of the inputs.

    Parameters
    ----------
    n_inputs : the number n of inputs.
    order : the number k of different inputs that take part in an interaction, at least 0. Their sequence does not
        matter.
    rate : the probability r that an input is DROPPED, independently of the others.

    Returns
    -------
    C(n, k) * (1 - r)^k, as a float (a 0-d tensor is accepted too). It is 0 for an order above n, since there is no
    such interaction.

    Raises
    ------
    ValueError if ``rate`` is outside [0, 1] or ``order`` is negative.

    Source: STAT 453, Why does Dropout work? (Interaction Effect Interpretation).
    """
    raise NotImplementedError("7.7 expected_surviving_interactions is not written yet")


def dropout_linear_objective(X: Tensor, y: Tensor, w: Tensor, p: float) -> Tensor:
    """The expected squared error of linear regression with inverted dropout on its inputs, exactly.

    Parameters
    ----------
    X : inputs [N, D].
    y : targets [N].
    w : weights [D]; there is no intercept.
    p : the probability that an input is DROPPED, independently for every element of X; at least 0 and less than 1.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``X``: the expectation over all masks of the SUM over examples of
    (target - prediction)^2, where the prediction is made from the masked inputs, divided by (1 - p). Exact, so without
    randomness. Differentiable in ``w`` and ``X``. No argument is changed.

    Raises
    ------
    ValueError if ``p`` is outside [0, 1).

    Source: STAT 453, Why does Dropout work? (Co-Adaptation Interpretation).
    """
    raise NotImplementedError("7.8 dropout_linear_objective is not written yet")
