"""Transfer, multi-task and self-supervised learning (09_transfer_learning)

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check 09_transfer_learning

Handing this file in says: the code inside the functions is my own work.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def replace_head(model: nn.Module, name: str, out_features: int) -> nn.Module:
    """Replace one linear layer of a model by a fresh one with another number of outputs.

    Parameters
    ----------
    model : any module. It is changed: after the call it holds the new layer.
    name : the path of an ``nn.Linear`` within the model, such as ``"fc"`` or, further inside, ``"head.2"``.
    out_features : the number of outputs of the new layer, at least 1.

    Returns
    -------
    ``model`` itself. At ``name`` stands a new ``nn.Linear`` that reads as many features as the old one, and has
    ``out_features`` outputs, a bias (also where the old layer had none) and the dtype and device of the old weight. Its
    numbers are drawn anew in each call, by the rule by which ``nn.Linear`` initializes itself; nothing is
    copied from the old layer. It is trainable, also where the old one was frozen.

    All other layers, parameters and buffers are the same objects with the same values and ``requires_grad`` as before.

    Raises
    ------
    KeyError if the model has no layer of that name. TypeError if the layer of that name is not an ``nn.Linear``.
    ValueError if ``out_features`` is less than 1. The model is then left as it was.

    Source: DS 542, Transfer Learning (step 2).
    """
    raise NotImplementedError("9.1 replace_head is not written yet")


def freeze_except(model: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """Make the parameters of the named layers trainable, and freeze all others.

    Parameters
    ----------
    model : any module. Its parameters' ``requires_grad`` is changed, and nothing else of it: values, buffers and
        training flags stay as they are.
    prefixes : paths of layers of the model, without a dot at the end, such as ``["layer4", "fc"]``. A path stands for
        all that lies within this layer, at any depth, in whole steps from the model down: ``"fc"`` stands for
        ``"fc.weight"`` and ``"fc.0.bias"``, but neither for ``"fc2.weight"`` nor for ``"body.fc.weight"``; and
        ``"body.fc"`` stands for ``"body.fc.weight"``. Paths may overlap. An empty list freezes everything.

    Returns
    -------
    The names of all parameters that are trainable now, as in ``model.named_parameters()``, each once, sorted as Python
    sorts strings.

    What a parameter was before does not matter: a frozen one that lies within a prefix becomes trainable, and
    one that lies in none is frozen.

    Source: DS 542, Transfer Learning (step 3a).
    """
    raise NotImplementedError("9.2 freeze_except is not written yet")


def finetune_groups(model: nn.Module, head: str, lr_body: float, lr_head: float) -> list[dict]:
    """Parameter groups for an optimizer that trains the body of a model at one rate and its head at another.

    Parameters
    ----------
    model : any module.
    head : the path of the layer that is the head, such as ``"fc"`` or ``"head.2"``. All that lies within it, at any
        depth, belongs to the head; ``"fc2.weight"`` does not lie within ``"fc"``.
    lr_body, lr_head : learning rates, at least 0.

    Returns
    -------
    A list of two dicts, first the body's, then the head's, each with two keys: ``"params"``, a list of the model's own
    parameters, and ``"lr"``, their learning rate. Together they hold every parameter with
    ``requires_grad=True`` exactly once, and none that is frozen. A group that would be empty is left out. The order
    within a group is free. The model is not changed.

    Raises
    ------
    ValueError if the model has no layer called ``head``, or if a learning rate is negative.

    Source: DS 542, Transfer Learning (step 3b).
    """
    raise NotImplementedError("9.3 finetune_groups is not written yet")


def multitask_loss(seg: Tensor, depth: Tensor, alpha: float, beta: float) -> Tensor:
    """The weighted sum of the losses of two tasks.

    Parameters
    ----------
    seg, depth : the losses of the two tasks, 0-d floating-point tensors of the same dtype.
    alpha, beta : the weights of ``seg`` and of ``depth``, at least 0. They need not sum to 1, and are used as they are.

    Returns
    -------
    A 0-d tensor with the dtype and device of the losses: alpha times the first plus beta times the second. A weight of
    0 leaves the other task only; two zeros give 0. Differentiable in ``seg`` and ``depth``. No argument is changed.

    Raises
    ------
    ValueError if ``alpha`` or ``beta`` is negative.

    Source: DS 542, Multi-Task Learning.
    """
    raise NotImplementedError("9.4 multitask_loss is not written yet")


def random_mask(rows: int, cols: int, n_masked: int, generator: torch.Generator | None = None) -> Tensor:
    """Choose at random which places of each example are hidden, the same number in each.

    Parameters
    ----------
    rows : the number of examples, at least 0.
    cols : the number of places of each, at least 1.
    n_masked : how many places of each example are hidden, from 0 to ``cols``.
    generator : the source of the random numbers; None is torch's default generator. All randomness comes from it: the
        same state gives the same mask, and each call advances it.

    Returns
    -------
    A bool tensor [rows, cols] on the device of the generator (without one: on the CPU). True is hidden. Each row has
    exactly ``n_masked`` True, all sets of that many places are equally likely, and rows are independent of each other.

    Raises
    ------
    ValueError if ``n_masked`` is negative or more than ``cols``.

    Source: DS 542, Self-Supervised Learning.
    """
    raise NotImplementedError("9.5 random_mask is not written yet")


def mask_inputs(x: Tensor, mask: Tensor, value: float, ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """Hide places of an input, and keep what stood there as the target.

    Parameters
    ----------
    x : a tensor of any shape: numbers of a floating-point dtype, or token ids of an integer dtype.
    mask : a bool tensor of the shape of ``x``; True is hidden.
    value : what the network sees at a hidden place; a whole number if ``x`` holds token ids.
    ignore_index : what the target holds at a visible place.

    Returns
    -------
    (corrupted, target), two new tensors with the shape, dtype and device of ``x``. ``corrupted`` is ``x`` with
    ``value`` at the hidden places. ``target`` holds the original of ``x`` at the hidden places and ``ignore_index`` at
    the visible ones. Neither ``x`` nor ``mask`` is changed, not even when the results are written to later.

    Raises
    ------
    ValueError if ``mask`` has another shape than ``x``.

    Source: DS 542, Self-Supervised Learning.
    """
    raise NotImplementedError("9.6 mask_inputs is not written yet")


def masked_loss(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean squared error over the hidden places only.

    Parameters
    ----------
    pred : the network's guess, a floating-point tensor [N, L], or [N, L, D] where each place holds D numbers.
    target : what was there, a tensor of the shape and dtype of ``pred``. At visible places it may hold any
        (finite) number.
    mask : a bool tensor [N, L]; True is hidden.

    Returns
    -------
    A 0-d tensor with the dtype and device of ``pred``: the mean over all hidden places of all examples of the
    squared error, where the error of a vector is the mean over its D entries. Each hidden place counts the same,
    whichever example it is in. Visible places have no influence on the value, and their gradient is exactly 0.
    Differentiable in ``pred``. No argument is changed.

    Raises
    ------
    ValueError if nothing is hidden, if ``pred`` and ``target`` have different shapes, or if ``mask`` is not [N, L].

    Source: DS 542, Self-Supervised Learning.
    """
    raise NotImplementedError("9.7 masked_loss is not written yet")
