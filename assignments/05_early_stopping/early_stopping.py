"""Early stopping and smaller networks (05_early_stopping)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 05_early_stopping

Handing this file in says: the code inside the functions is my own work.
"""

import copy
import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


def split_indices(
    n: int, fractions: Sequence[float] = (0.8, 0.1, 0.1), generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Deal the indices 0 .. n-1 out to a training, a validation and a test set, at random.

    Parameters
    ----------
    n : the number of examples, at least 1.
    fractions : exactly three numbers, for training, validation and test, in this order. Each is greater than 0, and
        together they are 1 within 1e-9.
    generator : the source of the random numbers, on the CPU; None is torch's default generator. All randomness comes
        from it: the same state gives the same split, and each call draws anew.

    Returns
    -------
    (train, validation, test): three int64 tensors with one dimension, on the CPU. Together they hold each index exactly
    once. The first has floor(fractions[0] * n) indices, the second floor(fractions[1] * n), the third all others; for
    a small n a part may be empty. All ways to deal are equally likely. The order within a part is up to you.

    Raises
    ------
    ValueError if n is less than 1, if there are not exactly three fractions, if one of them is 0 or negative, or if
    their sum is not 1.

    Source: STAT 453, Early Stopping (Step 1).
    """
    raise NotImplementedError("5.1 split_indices is not written yet")


class EarlyStopper:
    """Decides after each epoch whether to stop, by the rule of patience.

    Parameters
    ----------
    patience : how many epochs in a row may pass without an improvement, at least 1. The last of them stops.
    min_delta : an improvement is a metric better than the best so far by MORE than this; at least 0.
    mode : "min" if a small metric is good, "max" if a large one is.

    Attributes, up to date after each call of ``step``
    ----------
    best : the metric of the last improvement, as it was given. Nothing but an improvement moves it.
    best_epoch : the epoch of the last improvement.
    counter : the number of epochs since then.
    epoch : the epoch of the last metric seen. Epochs are counted from 0.

    The first metric is an improvement, unless it is NaN. NaN is never an improvement, and counts as an epoch without
    one. What the attributes hold before the first improvement, metrics that are infinite, and calls after the stop are
    not specified.

    Raises
    ------
    ValueError (on construction) if patience is less than 1, if min_delta is negative, or if mode is any other word.

    Source: DS 542, Early stopping; STAT 453, Early Stopping (Step 2).
    """

    def __init__(self, patience: int, min_delta: float = 0.0, mode: str = "min") -> None:
        raise NotImplementedError("5.2 EarlyStopper.__init__ is not written yet")

    def step(self, metric: float) -> bool:
        """Take the metric of the next epoch; return True if training should stop now, else False."""
        raise NotImplementedError("5.2 EarlyStopper.step is not written yet")


def best_epoch(history: Sequence[float], mode: str = "min") -> int:
    """The epoch with the best metric of a complete history.

    Parameters
    ----------
    history : one metric for each epoch.
    mode : "min" if a small metric is good, "max" if a large one is.

    Returns
    -------
    The index of the smallest (for "max" the largest) metric, counted from 0; where several are equal, the first of
    them. A metric that is NaN is skipped, and still counts as an epoch.

    Raises
    ------
    ValueError if the history is empty, if all of it is NaN, or if mode is any other word.

    Source: DS 542, Early stopping and Same Seed (1) 500 Epochs.
    """
    raise NotImplementedError("5.3 best_epoch is not written yet")


def fit_with_early_stopping(
    model: nn.Module,
    train_epoch: Callable,
    validate: Callable,
    max_epochs: int,
    patience: int,
    min_delta: float = 0.0,
) -> dict:
    """Train until the validation metric has stopped getting better, and leave the model as it was at its best.

    Parameters
    ----------
    model : the module to train, in place.
    train_epoch : a function of the model that trains it for one epoch; what it returns is of no interest.
    validate : a function of the model that returns the validation metric, a float. LOWER is better.
    max_epochs : the largest number of epochs, at least 1.
    patience, min_delta : as in 5.2.

    In each epoch ``train_epoch`` is called once, with the model and everything in it in training mode and with
    gradients switched on; then ``validate`` is called once, with the model and everything in it in evaluation mode and
    with gradients switched off. The last epoch is the first one at whose end patience has run out (5.2, mode "min"), or
    epoch ``max_epochs - 1``. Neither function is called after that. The model may come in any mode.

    Returns
    -------
    A dict with these three keys:

    - "best_epoch": the epoch, counted from 0, of the last improvement in the sense of 5.2;
    - "stop_epoch": the epoch at whose end patience ran out, also if it is epoch ``max_epochs - 1``; None if patience
      never ran out;
    - "history": the list of validation metrics, one for each epoch that was run.

    Afterwards the model is in evaluation mode, and everything in its ``state_dict()``, buffers included, has exactly
    the value that it had when the best epoch was validated. What happens if every metric is NaN is not specified.

    Raises
    ------
    ValueError, before anything is trained, if max_epochs or patience is less than 1 or min_delta is negative.

    Source: DS 542, Early stopping (Standard implementation) and Same Seed (1) 500 Epochs.
    """
    raise NotImplementedError("5.4 fit_with_early_stopping is not written yet")


def select_and_test(
    candidates: Sequence, val_metric: Callable, test_metric: Callable, mode: str = "min"
) -> tuple[int, float]:
    """Choose a candidate by its validation metric, and test that one alone.

    Parameters
    ----------
    candidates : the things to choose from; they may be anything.
    val_metric : a function of a candidate that returns its validation metric, a float.
    test_metric : a function of a candidate that returns its test metric, a float.
    mode : "min" if a small metric is good, "max" if a large one is.

    Returns
    -------
    (index, test metric) of the candidate with the best validation metric. The index counts from 0; where several are
    equally good it is the first. A candidate whose validation metric is NaN is never chosen. ``val_metric`` is
    called once for each candidate. ``test_metric`` is called exactly once: for the candidate chosen, which it is
    given itself and not a copy.

    Raises
    ------
    ValueError, without a call of ``test_metric``, if there are no candidates, if each validation metric is NaN, or if
    mode is any other word.

    Source: STAT 453, Early Stopping (Step 1).
    """
    raise NotImplementedError("5.5 select_and_test is not written yet")


def early_stopped_weights(H: Tensor, w_star: Tensor, lr: float, steps: int) -> Tensor:
    """The weights after some steps of gradient descent from 0 on the quadratic loss (w - w_star)' H (w - w_star) / 2.

    Parameters
    ----------
    H : [P, P], symmetric, without negative eigenvalues; it need not have full rank.
    w_star : [P], the minimum.
    lr : the learning rate, at least 0; it may be so large that gradient descent overshoots.
    steps : the number of steps, at least 0.

    Returns
    -------
    [P], a new tensor with the dtype and device of ``w_star``: the weights after exactly ``steps`` steps, each of them
    w - lr * gradient. No argument is changed.

    Raises
    ------
    ValueError if lr or steps is negative.

    Source: DS 542, Early stopping.
    """
    raise NotImplementedError("5.6 early_stopped_weights is not written yet")


def mlp_parameter_count(sizes: Sequence[int], bias: bool = True) -> int:
    """The number of parameters of a fully connected network.

    Parameters
    ----------
    sizes : the number of units of each layer from the inputs to the outputs, both included; at least two numbers, each
        at least 1.
    bias : whether every linear layer has a bias.

    Returns
    -------
    The number of weights and, with ``bias``, of biases, of the ``len(sizes) - 1`` linear layers; an int, exact also for
    large sizes.

    Raises
    ------
    ValueError if there are fewer than two sizes, or if one of them is less than 1.

    Source: STAT 453, Reduce Network's Capacity and Dropout in PyTorch.
    """
    raise NotImplementedError("5.7 mlp_parameter_count is not written yet")


def prune_dead_units(first: nn.Linear, second: nn.Linear, X: Tensor) -> tuple[nn.Linear, nn.Linear]:
    """Remove the hidden units of ``second(relu(first(x)))`` that are dead on the rows of X.

    Parameters
    ----------
    first : the layer from D inputs to H hidden units, with a bias.
    second : the layer from H hidden units to K outputs, with a bias.
    X : examples [N, D], at least one.

    A unit is dead if its output after the ReLU is 0 for ALL rows of X.

    Returns
    -------
    Two new ``nn.Linear`` layers, from D inputs to the units that are not dead, in their old order, and from these to K
    outputs. They have parameters of their own, with the values, dtype and device of the old ones; so they compute the
    same outputs for the rows of X. If all units are dead, there are 0 hidden units, and the second layer gives its bias
    for every row. No argument is changed.

    Source: STAT 453, Reduce Network's Capacity.
    """
    raise NotImplementedError("5.8 prune_dead_units is not written yet")
