"""Adding noise (08_noise)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 08_noise

Handing this file in says: the code inside the functions is my own work.
"""

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn


def add_input_noise(x: Tensor, std: float, training: bool = True, generator: torch.Generator | None = None) -> Tensor:
    """Add Gaussian noise to a batch of inputs while training.

    Parameters
    ----------
    x : floating-point tensor of any shape (0 rows included).
    std : the STANDARD DEVIATION of the noise, at least 0.
    training : True adds noise, False does not.
    generator : the source of the random numbers, on the device of ``x``; None is torch's default generator. All
        randomness comes from it: the same state gives the same noise, and each call in training advances it.

    Returns
    -------
    A tensor with the shape, dtype and device of ``x``. In training it is ``x`` plus noise from N(0, std^2), independent
    for every element (also within an example and across a batch), of the same size whatever ``x`` is, and drawn anew
    in each call. For std = 0 and in prediction its values are exactly those of ``x`` (it may be ``x`` itself).
    Differentiable in ``x``: the noise is a constant. ``x`` is not changed.

    Raises
    ------
    ValueError if ``std`` is negative, in training and in prediction.

    Source: DS 542, Adding noise.
    """
    raise NotImplementedError("8.1 add_input_noise is not written yet")


def expected_input_noise_loss(X: Tensor, y: Tensor, w: Tensor, b: Tensor, std: float) -> Tensor:
    """The expected squared error of a linear model whose inputs are noisy, exactly.

    Parameters
    ----------
    X : inputs [N, D].
    y : targets [N].
    w : weights [D].
    b : intercept, a 0-d tensor.
    std : the standard deviation of the noise on each element of ``X``, independently; at least 0.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``X``: the expectation, over the noise, of the SUM over the examples of
    (target - prediction)^2, where the prediction x @ w + b is made from the noisy inputs. Exact, so without
    randomness. Differentiable in ``w`` and ``b``. No argument is changed.

    Raises
    ------
    ValueError if ``std`` is negative, if ``y`` does not have the shape [N] (an [N, 1] is refused too: subtraction would
    make an [N, N] of it), or if ``w`` does not have the shape [D].

    Source: DS 542, Adding noise (inputs).
    """
    raise NotImplementedError("8.2 expected_input_noise_loss is not written yet")


def input_noise_lambda(std: float, n: int, reduction: str = "sum") -> float:
    """The strength of the ridge penalty that noise on the inputs of a linear model amounts to.

    Parameters
    ----------
    std : the standard deviation of the noise, at least 0.
    n : the number N of examples, at least 1.
    reduction : how the squared errors of the examples are put together in the objective that gets the penalty: "sum"
        or "mean".

    Returns
    -------
    The lambda, as a float (a 0-d tensor is accepted too), for which [sum or mean of the squared errors without noise] +
    lambda * (sum of the squared weights, without the intercept) is, for all weights, the expectation of [sum or mean of
    the squared errors with noise].

    Raises
    ------
    ValueError if ``std`` is negative, if ``n`` is less than 1, or if ``reduction`` is any other word.

    Source: DS 542, Adding noise (inputs) and Explicit regularization.
    """
    raise NotImplementedError("8.3 input_noise_lambda is not written yet")


@contextlib.contextmanager
def perturbed_weights(model: nn.Module, std: float, generator: torch.Generator | None = None) -> Iterator[None]:
    """A context manager inside which the weights of ``model`` carry Gaussian noise.

    Parameters
    ----------
    model : any module. Its weights are the ``.weight`` of each ``nn.Linear``, ``nn.Conv1d``, ``nn.Conv2d`` and
        ``nn.Conv3d`` (``isinstance``), at any depth, the model itself included.
    std : the standard deviation of the noise, at least 0.
    generator : the source of the random numbers, on the device of the model; None is torch's default generator. All
        randomness comes from it: the same state gives the same noise.

    Inside ``with perturbed_weights(model, std):`` each weight has noise from N(0, std^2) added, independently for each
    of its elements, and drawn anew on each entry. A weight that two layers share, or of a layer that is used
    twice, gets its noise once. All other parameters and buffers stay as they are. The Parameters remain the
    same objects, require gradients as before, and keep their dtype and device, so a forward and a backward pass inside
    the block work, and give the gradients at the noisy weights.

    On leaving, every weight has bitwise the value that it had on entry, also if the block ends with an exception (which
    goes on to the caller, whatever it is). Gradients that were computed inside stay in ``.grad``. What ``as`` gives is
    up to you.

    Raises
    ------
    ValueError, at the latest on entry, if ``std`` is negative; ``model`` is then unchanged.

    Source: DS 542, Adding noise (weights).
    """
    raise NotImplementedError("8.4 perturbed_weights is not written yet")


def smooth_labels(targets: Tensor, num_classes: int, rho: float, spread: str = "others") -> Tensor:
    """Class labels as smoothed probabilities.

    Parameters
    ----------
    targets : int64 tensor [N], labels between 0 and num_classes - 1. Not every class need occur.
    num_classes : the number K of classes, at least 2.
    rho : the share that is taken from the true class, at least 0 and less than 1.
    spread : "others" shares ``rho`` out evenly among the K - 1 other classes; "all" shares it out evenly among all K
        classes, the true one included.

    Returns
    -------
    [N, K] probabilities in torch's default floating-point dtype (float32, unless somebody has changed it), on the
    device of ``targets``; each row sums to 1. rho = 0 gives one-hot rows. ``targets`` is not changed.

    Raises
    ------
    ValueError if ``rho`` is outside [0, 1), if ``num_classes`` is less than 2, if a target is negative or not less than
    ``num_classes``, or if ``spread`` is any other word.

    Source: DS 542, Adding noise (labels).
    """
    raise NotImplementedError("8.5 smooth_labels is not written yet")


def soft_cross_entropy(logits: Tensor, probs: Tensor, reduction: str = "mean") -> Tensor:
    """Cross-entropy between label distributions and the softmax of logits, in nats.

    Parameters
    ----------
    logits : floating-point tensor [N, K], N at least 1; finite, of any size.
    probs : [N, K], of the same dtype; each row is a distribution over the K classes, in which zeros are allowed.
    reduction : "mean" over the N examples, their "sum", or "none".

    Returns
    -------
    The loss with the dtype and device of ``logits``: a 0-d tensor, or [N] for "none". Finite for logits as far apart as
    10,000 and more. Differentiable in ``logits``. No argument is changed.

    Raises
    ------
    ValueError if ``reduction`` is any other word, if the shapes of ``logits`` and ``probs`` differ, or if there are no
    examples.

    Write it yourself: a call of ``nn.functional.cross_entropy`` or ``nn.CrossEntropyLoss`` is refused here.

    Source: DS 542, Adding noise (labels).
    """
    raise NotImplementedError("8.6 soft_cross_entropy is not written yet")


def flip_labels(targets: Tensor, num_classes: int, rho: float, generator: torch.Generator | None = None) -> Tensor:
    """Replace labels by wrong ones, at random.

    Parameters
    ----------
    targets : int64 tensor [N] (N = 0 included), labels between 0 and num_classes - 1.
    num_classes : the number K of classes, at least 2.
    rho : the probability that a label is replaced, in [0, 1].
    generator : the source of the random numbers, on the device of ``targets``; None is torch's default generator. All
        randomness comes from it: the same state gives the same labels, and each call draws anew.

    Returns
    -------
    A new int64 tensor [N] on the device of ``targets``. Each label, independently of all others, is with probability
    ``rho`` replaced by a DIFFERENT class, every one of the K - 1 others equally likely, and kept otherwise.
    So rho = 0 changes no label and rho = 1 changes every one. ``targets`` is not changed.

    Raises
    ------
    ValueError if ``rho`` is outside [0, 1], if ``num_classes`` is less than 2, or if a target is negative or not less
    than ``num_classes``.

    Source: DS 542, Adding noise (labels).
    """
    raise NotImplementedError("8.7 flip_labels is not written yet")
