"""Capstone (11_capstone)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 11_capstone

Handing this file in says: the code inside the functions is my own work.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def generalization_report(
    model: nn.Module, x_train: Tensor, y_train: Tensor, x_test: Tensor, y_test: Tensor
) -> dict[str, float]:
    """Measure a classifier on its training data and on its test data.

    Parameters
    ----------
    model : a module that maps inputs [B, ...] to logits [B, K], for any number B of examples from 1 to 1,000.
    x_train, x_test : floating-point tensors [N, ...] on the device of the model; the two may have different lengths.
    y_train, y_test : int64 tensors [N] of classes 0, ..., K - 1, on the same device.

    Returns
    -------
    A dict with exactly these keys, and Python floats as values:

    - "train_error", "test_error": the examples, in percent (0 to 100), whose largest logit is not that of their class;
    - "gap": test error minus training error, in percentage points (negative where the test set was easier);
    - "train_loss", "test_loss": mean cross-entropy in nats. Every example counts the same, whatever batch it was in.

    (Where two largest logits of an example are exactly equal, either class is right: this is not tested.)

    All is measured with the model in evaluation mode. Afterwards each of its modules is in the mode (training or
    evaluation) in which it came, also where the model raises an exception, which is passed on. The model gets no more
    than 1,000 examples at a time. No gradients are computed: the measuring runs without building a graph. Neither model
    nor tensors are changed.

    Raises
    ------
    ValueError if one of the two sets is empty, or if x and y of a set differ in length.

    Sources: STAT 453, Many ways to improve generalization; DS 542, Regularization overview.
    """
    raise NotImplementedError("11.1 generalization_report is not written yet")


def train_classifier(x: Tensor, y: Tensor, seed: int) -> nn.Module:
    """Train a classifier for MNIST-1D that generalizes.

    Parameters
    ----------
    x : float32 tensor [4000, 40] of examples, on the CPU.
    y : int64 tensor [4000] of their classes 0, ..., 9. The grader numbers the classes in an order of its own, and draws
        the examples with a seed of its own: what there is to learn is in ``x`` and ``y``, nowhere else.
    seed : a whole number from 0 to 2**31 - 1, which decides all that is random.

    Returns
    -------
    Any ``nn.Module`` with at most 100,000 parameters (all entries of ``parameters()``, trained or not) that maps a
    float32 tensor [N, 40], for any N >= 1, to logits [N, 10], a floating-point tensor of finite numbers. Logits, not
    probabilities: outputs that are never negative and sum to 1 in each row are refused (the logarithms of probabilities
    are logits).

    - The module and all modules in it are in evaluation mode.
    - The same arguments give the same model: outputs are equal bit by bit. Another seed gives another model.
    - torch's global random number generator is, after the call, in the state in which it was before.
    - ``x`` and ``y`` are not changed.

    One training may take 60 seconds of CPU time on one thread. The grader runs your code on one thread, stops a test
    after 180 seconds (the longest one trains three times) and cannot use a GPU here.

    Points
    ------
    By the mean test error of two trainings with different seeds on the same data: at most 35 % gives 6 points, 28 %
    12, 20 % 18 and 12 % all 24. More than 100,000 parameters, or outputs that are no logits, give none. The first 6
    points also ask for the four promises in the list above.

    Sources: STAT 453, General Strategies to Avoid Overfitting; DS 542, Data Augmentation: MNIST1D.
    """

    raise NotImplementedError("11.2 train_classifier is not written yet")


def ablate(train: Callable[[dict], float], options: dict[str, object]) -> dict[str, float]:
    """Leave-one-out study: what each option contributes when all the others are there.

    Parameters
    ----------
    train : a function of one argument, a dict of options, that trains a model and returns a metric, a number. It may
        change the dict that it gets, and what is in it.
    options : all options, by name; any values. May be empty.

    Returns
    -------
    A dict with one entry for each option: the metric with all options minus the metric without this one. "Without"
    means that its key is absent from the dict that ``train`` gets; all the others are there, with their values. No
    options give an empty dict.

    ``train`` is called exactly 1 + len(options) times, in any order: once with all options, and once without each. Each
    call gets its own deep copy (``copy.deepcopy``), so that nothing that a call does to it, or to what is in it,
    reaches another call or ``options``, which is not changed.

    Source: DS 542, Regularization overview.
    """
    raise NotImplementedError("11.3 ablate is not written yet")
