"""Norm penalties and weight decay (03_norm_penalties)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 03_norm_penalties

Handing this file in says: the code inside the functions is my own work.
"""

import torch
from torch import Tensor, nn


def penalized_weights(model: nn.Module) -> list[nn.Parameter]:
    """The weights of ``model`` that a norm penalty counts.

    These are the ``.weight`` of each ``nn.Linear``, ``nn.Conv1d``, ``nn.Conv2d`` and ``nn.Conv3d`` (``isinstance``)
    anywhere in the model, at any depth, the model itself included; no bias, no parameter of any other layer,
    whatever its name. They come in the order of ``model.modules()``, each of them once, also where a layer is used
    in two places or two layers share one weight. The list holds the Parameters themselves, not copies. A model
    without such layers gives an empty list. ``model`` is not changed.

    Source: DS 542, "L2 Regularization"; STAT 453, "L2 regularization for Neural Networks in PyTorch".
    """
    raise NotImplementedError("3.1 penalized_weights is not written yet")


def l2_penalty(model: nn.Module) -> Tensor:
    """Sum over the penalized weights of their squared entries: sum_l ||W_l||_F^2, without a factor 1/2.

    Penalized are the ``.weight`` of Linear and Conv1d/2d/3d layers (task 3.1), each once, of any shape. Returns a
    0-d tensor of the weights' dtype and device, differentiable in the weights, also where a weight is zero. A model
    without such layers gives 0 (a 0-d tensor or a number). ``model`` is not changed.

    Source: STAT 453, "L2 regularization for Multilayer Neural Networks"; DS 542, "L2 Regularization".
    """
    raise NotImplementedError("3.2 l2_penalty is not written yet")


def l1_penalty(model: nn.Module) -> Tensor:
    """Sum over the penalized weights of the absolute values of their entries.

    Penalized are the ``.weight`` of Linear and Conv1d/2d/3d layers (task 3.1), each once, of any shape. Returns a
    0-d tensor of the weights' dtype and device, differentiable in the weights; the slope at an entry that is exactly
    0 is 0. A model without such layers gives 0 (a 0-d tensor or a number). ``model`` is not changed.

    Source: STAT 453, "L1 Regularization for Linear Models".
    """
    raise NotImplementedError("3.3 l1_penalty is not written yet")


def regularized_cost(cost: Tensor, model: nn.Module, lam: float, n: int, norm: str = "l2") -> Tensor:
    """``cost`` plus ``lam / n`` times the model's penalty.

    ``cost`` is a 0-d tensor, the data cost, already a MEAN over ``n`` examples. ``norm`` chooses the penalty: "l2"
    (task 3.2) or "l1" (task 3.3). Returns a new 0-d tensor of the dtype and device of ``cost``, differentiable in
    ``cost`` and in the model's weights. Neither ``cost`` nor ``model`` is changed.

    Raises ValueError where ``n < 1``, ``lam < 0`` or ``norm`` is neither "l2" nor "l1". ``lam = 0`` is fine.

    Source: STAT 453, "L2 Regularization for Linear Models", "L1 Regularization for Linear Models" and "L2
    regularization for Multilayer Neural Networks".
    """
    raise NotImplementedError("3.4 regularized_cost is not written yet")


def l2_gd_update(w: Tensor, grad: Tensor, lr: float, lam: float, n: int) -> Tensor:
    """One step of gradient descent on the L2-regularized cost, as a new tensor.

    ``w`` is a weight of any shape, ``grad`` (same shape) the gradient of the DATA cost only, a mean over ``n``
    examples; the penalty is ``lam / n`` times the sum of squares. The step of size ``lr`` follows the gradient of
    their sum at the old ``w``. Returns a new tensor of the shape, dtype and device of ``w``; ``w`` and ``grad`` are
    not changed. ``lr = 0`` and ``lam = 0`` are fine. The result need not be differentiable.

    Raises ValueError where ``n < 1`` or ``lam < 0``.

    Source: STAT 453, "L2 regularization for Multilayer Neural Networks" (the update with L2 regularization).
    """
    raise NotImplementedError("3.5 l2_gd_update is not written yet")


def equivalent_weight_decay(lam: float, n: int, source: str = "formula") -> float:
    """The ``weight_decay`` with which plain SGD on the data cost takes the steps of SGD on a penalized cost.

    The data cost C is a mean over ``n`` examples. ``source`` says which cost is meant: "formula" is
    C + (lam/n) * sum of squares, "code" is C + (2/n) * lam * sum of squares. SGD adds ``weight_decay * w`` to the
    gradient of each weight ``w``. Returns a float.

    Raises ValueError where ``n < 1``, ``lam < 0`` or ``source`` is neither "formula" nor "code". ``lam = 0`` is fine.

    Source: STAT 453, "L2 regularization for Neural Networks in PyTorch".
    """
    raise NotImplementedError("3.6 equivalent_weight_decay is not written yet")


def make_l2_sgd(model: nn.Module, lr: float, lam: float, n: int, momentum: float = 0.0) -> torch.optim.SGD:
    """SGD that on the data cost C alone trains ``model`` as plain SGD does on C + (lam/n) * sum of squares.

    The penalized weights (task 3.1) are in a group with the matching ``weight_decay`` ("formula"), all other
    parameters in a group with ``weight_decay`` 0: two groups, in any order (more groups with the same settings are
    accepted). Each parameter of the model is in exactly one group. ``lr`` and ``momentum`` hold for all groups;
    dampening, Nesterov and the like stay at their defaults. Tests use models that have both kinds of parameters.
    ``model`` is not changed.

    Raises ValueError where ``n < 1`` or ``lam < 0``.

    Source: STAT 453, "L2 regularization for Neural Networks in PyTorch"; DS 542, "PyTorch Explicit L2 Regularizer".
    """
    raise NotImplementedError("3.6 make_l2_sgd is not written yet")


def shrink_orthonormal(w: Tensor, lam: float, norm: str) -> Tensor:
    """The minimizer over v of sum((v - w)**2) + lam * penalty(v), entry by entry, in closed form.

    ``w`` has any shape. The penalty is the sum of squares of v for ``norm="l2"`` and the sum of absolute values for
    ``norm="l1"``. Returns a new tensor of the shape, dtype and device of ``w``. With "l1", entries that the penalty
    pulls to zero are exactly 0 (0.0 or -0.0). ``w`` is not changed. ``lam = 0`` gives the values of ``w``. The result
    need not be differentiable.

    Raises ValueError where ``lam < 0`` or ``norm`` is neither "l2" nor "l1".

    Write it yourself: calls of torch's own ``softshrink`` and ``hardshrink`` are refused here.

    Source: STAT 453, "Geometric Interpretation of L2 regularization", "Geometric Interpretation of L1 regularization".
    """
    raise NotImplementedError("3.7 shrink_orthonormal is not written yet")


def adam_step(
    theta: Tensor,
    grad: Tensor,
    m: Tensor,
    v: Tensor,
    t: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    decoupled: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of Adam (``decoupled=False``) or AdamW (``decoupled=True``).

    ``theta``, ``grad``, ``m`` and ``v`` have one common shape: the parameter, the gradient of the loss without any
    penalty, and the running means of the gradient and of its square from the step before (zeros before the first).
    ``t`` counts steps from 1. ``betas`` are the two decay rates of the running means, each in [0, 1). ``eps`` is added
    to the root of the bias-corrected second moment. Coupled decay adds ``weight_decay * theta`` to the gradient before
    the moments are updated; decoupled decay multiplies the old ``theta`` by ``1 - lr * weight_decay`` and leaves the
    moments alone.

    Returns the new ``(theta, m, v)``, new tensors of the arguments' shape, dtype and device; ``m`` and ``v`` are
    returned without bias correction. No argument is changed. The results need not be differentiable.

    Raises ValueError where ``t < 1``.

    Write it yourself: torch's own optimizers ``Adam`` and ``AdamW``, and the functions ``adam`` and ``adamw`` behind
    them, are refused here.

    Source: DS 542, "PyTorch Explicit L2 Regularizer" (ADAM).
    """
    raise NotImplementedError("3.8 adam_step is not written yet")
