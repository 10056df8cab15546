"""Implicit regularization (04_implicit_regularization)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 04_implicit_regularization

Handing this file in says: the code inside the functions is my own work.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def gradient(loss: Callable[[Tensor], Tensor], phi: Tensor) -> Tensor:
    """The gradient of a loss at one point, without side effects.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable, also under ``torch.func.grad``.
    phi : floating-point tensor [P]. It may require a gradient or not, and may have a ``.grad`` already.

    Returns
    -------
    [P], the derivative of the loss by each parameter, with the dtype and device of ``phi``, accurate to a relative
    error of 1e-6 (1e-4 in float32). It is 0 for a parameter that the loss does not depend on. It need not be
    differentiable itself. Nothing is left behind: ``phi`` keeps its values, its ``requires_grad`` and its ``.grad``,
    and a second call gives the same result.

    Source: DS 542, Implicit regularization.
    """
    raise NotImplementedError("4.1 gradient is not written yet")


def gd_path(loss: Callable[[Tensor], Tensor], phi0: Tensor, lr: float, steps: int) -> Tensor:
    """The points that gradient descent visits.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable, also under ``torch.func.grad``.
    phi0 : floating-point tensor [P], the start. It may require a gradient or not.
    lr : the learning rate, at least 0.
    steps : the number of steps, at least 0.

    Returns
    -------
    [steps + 1, P] with the dtype and device of ``phi0``: row 0 is ``phi0``, and each further row is the one before
    minus ``lr`` times the gradient of the loss there (gradients as accurate as in 4.1). With ``lr`` = 0 all rows are
    equal; ``steps`` = 0 gives one row. It need not be differentiable. ``phi0`` is not changed.

    Raises
    ------
    ValueError if ``lr`` or ``steps`` is negative.

    Source: DS 542, Implicit regularization.
    """
    raise NotImplementedError("4.2 gd_path is not written yet")


def gradient_flow(loss: Callable[[Tensor], Tensor], phi0: Tensor, time: float, steps: int) -> Tensor:
    """Where gradient flow arrives after a given time.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable, also under ``torch.func.grad``.
    phi0 : floating-point tensor [P], the start. It may require a gradient or not.
    time : how long the flow runs, at least 0.
    steps : the number of steps of the integration, at least 1; each lasts ``time / steps``.

    Returns
    -------
    [P] with the dtype and device of ``phi0``: the solution at ``time`` of d phi / dt = -(gradient of the loss at phi)
    that starts from ``phi0``, by the classical Runge-Kutta method of order 4 in ``steps`` equal steps. Another method
    is welcome if it is as accurate: the distance from the exact solution may be twice that of this method, plus 1e-6.
    Only the end point is returned. ``time`` = 0 gives the values of ``phi0``. It need not be differentiable. ``phi0``
    is not changed.

    Raises
    ------
    ValueError if ``time`` is negative or ``steps`` is less than 1.

    Source: DS 542, Implicit regularization.
    """
    raise NotImplementedError("4.3 gradient_flow is not written yet")


def gd_modified_loss(loss: Callable[[Tensor], Tensor], phi: Tensor, lr: float) -> Tensor:
    """The loss whose gradient flow gradient descent follows to second order in the learning rate.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable as often as needed, also under
        ``torch.func.grad``.
    phi : floating-point tensor [P]. It may require a gradient or not, and may have a ``.grad`` already.
    lr : the learning rate of gradient descent, at least 0.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``phi``: the loss at ``phi`` plus ``lr`` / 4 times the squared Euclidean
    norm of its gradient there. With ``lr`` = 0 it is the loss. Twice differentiable in ``phi``, the penalty included.
    ``phi`` is not changed, and no gradient is left in its ``.grad``.

    Raises
    ------
    ValueError if ``lr`` is negative.

    Source: DS 542, Implicit regularization.
    """
    raise NotImplementedError("4.4 gd_modified_loss is not written yet")


def batch_gradients(batch_losses: Sequence[Callable[[Tensor], Tensor]], phi: Tensor) -> Tensor:
    """The gradient of each batch's loss, all at the same point.

    Parameters
    ----------
    batch_losses : a list or tuple of B losses, each a function of a tensor [P] that returns a 0-d tensor;
        differentiable, also under ``torch.func.grad``. Each is the mean over one batch. That all batches are equally
        large is the caller's duty: it cannot be seen from here, and is not checked.
    phi : floating-point tensor [P]. It may require a gradient or not, and may have a ``.grad`` already.

    Returns
    -------
    [B, P] with the dtype and device of ``phi``: row b is the gradient of ``batch_losses[b]``, as accurate as in 4.1.
    It need not be differentiable. ``phi`` is not changed, and no gradient is left in its ``.grad``.

    Raises
    ------
    ValueError if there is no batch.

    Source: DS 542, Implicit regularization of SGD.
    """
    raise NotImplementedError("4.5 batch_gradients is not written yet")


def gradient_variance(grads: Tensor) -> Tensor:
    """The variance of the gradients of B batches, as a squared distance.

    Parameters
    ----------
    grads : floating-point tensor [B, P], one gradient in each row.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``grads``: the mean over the B rows of the squared Euclidean distance
    (sum over the P components) between a row and the mean row. It divides by B, not B - 1, so a single row gives 0.
    Differentiable in ``grads``, which is not changed.

    Raises
    ------
    ValueError if ``grads`` does not have two dimensions, or has no row.

    Source: DS 542, Implicit regularization of SGD.
    """
    raise NotImplementedError("4.6 gradient_variance is not written yet")


def sgd_modified_loss(batch_losses: Sequence[Callable[[Tensor], Tensor]], phi: Tensor, lr: float) -> Tensor:
    """The loss whose gradient flow SGD follows, on average over the order of batches, to second order in the rate.

    Parameters
    ----------
    batch_losses : a list or tuple of B losses of equally large batches, each a function of a tensor [P] that returns a
        0-d tensor; differentiable as often as needed, also under ``torch.func.grad``.
    phi : floating-point tensor [P]. It may require a gradient or not, and may have a ``.grad`` already.
    lr : the learning rate of SGD, at least 0.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``phi``: L + ``lr`` / 4 times the squared norm of the gradient of L +
    ``lr`` / 4 times the variance (as in 4.6) of the gradients of the batch losses, where L is the MEAN of the batch
    losses. With one batch it is the loss of 4.4; with ``lr`` = 0 it is L. Twice differentiable in ``phi``, both
    penalties included. ``phi`` is not changed, and no gradient is left in its ``.grad``.

    Raises
    ------
    ValueError if ``lr`` is negative, or if there is no batch.

    Source: DS 542, Implicit regularization of SGD.
    """
    raise NotImplementedError("4.7 sgd_modified_loss is not written yet")


def discretization_gap(loss: Callable[[Tensor], Tensor], phi0: Tensor, lr: float, time: float, modified: bool) -> float:
    """How far gradient descent ends from a gradient flow that runs for the same time.

    Parameters
    ----------
    loss : a function of a tensor [P] that returns a 0-d tensor; differentiable as often as needed, also under
        ``torch.func.grad``.
    phi0 : floating-point tensor [P], from which both start. It may require a gradient or not.
    lr : the learning rate of gradient descent, more than 0.
    time : how long both run, at least 0. Gradient descent takes ``time / lr`` steps.
    modified : False for the flow on the loss, True for the flow on the modified loss of 4.4 with the same ``lr``.
        Gradient descent descends the loss itself in both cases.

    Returns
    -------
    The Euclidean distance between the two end points as a float (a 0-d tensor is accepted too). The end of the flow is
    accurate to 1e-6, as in 4.3 with ten or more integration steps for each step of gradient descent, if the learning
    rate is small enough for gradient descent to converge. ``time`` = 0 gives 0. ``phi0`` is not changed.

    Raises
    ------
    ValueError if ``lr`` is 0 or negative, if ``time`` is negative, or if ``time / lr`` is more than 1e-9 away from the
    nearest integer.

    Source: DS 542, Implicit regularization.
    """
    raise NotImplementedError("4.8 discretization_gap is not written yet")
