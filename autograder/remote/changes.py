"""In the judge: copy back what a call changed in place in its arguments, so that a test can forbid it, or use it."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from autograder.remote.proxy import pid_of
from autograder.remote.wire import GuestProtocolError


class Foreign(nn.Module):
    """Stands where a call has put or reconfigured a layer of an argument's: it shows what the layer now is."""

    def __init__(self, name: str, extra: str) -> None:
        super().__init__()
        self._name, self._extra = name, extra

    def _get_name(self) -> str:
        return self._name

    def extra_repr(self) -> str:
        """What the layer prints of itself in the guest."""
        return self._extra

    def forward(self, *_: Any) -> Any:
        """Not here: the layer itself is in the guest."""
        raise RuntimeError("this layer was replaced by the submission and lives in its process")


def apply_changes(changed: Mapping[Any, Any], objects: Mapping[int, Any], modules: Sequence[nn.Module]) -> None:
    """Copy back values, gradients, ``requires_grad``, generator states and module trees.

    Raises ``GuestProtocolError`` where the guest names what it was not sent, or claims what cannot be.
    """
    try:
        for key, value in changed.get("values", ()):
            _set_value(objects[key], value)
        for key, grad in changed.get("grads", ()):
            objects[key].grad = None if grad is None else grad.detach().reshape(objects[key].shape)
        for key, flag in changed.get("flags", ()):
            if objects[key].is_leaf:
                objects[key].requires_grad_(flag is True)
        for index, layers in changed.get("modules", ()):
            _set_layers(modules[index], layers)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise GuestProtocolError(f"a change that cannot be: {type(error).__name__}: {error}") from error


def _set_value(thing: Any, value: torch.Tensor) -> None:
    if isinstance(thing, torch.Generator):
        thing.set_state(value)
    elif thing.shape == value.shape and thing.dtype == value.dtype and 0 not in thing.stride():
        with torch.no_grad():
            thing.copy_(value)
    else:
        thing.data = value


def _set_layers(module: nn.Module, layers: Mapping[str, tuple[str, str, bool]]) -> None:
    """Make the tree of ``module`` show what the guest says that it has become."""
    present = dict(module.named_modules(remove_duplicate=False))
    for path in [path for path in present if path not in layers]:
        parent, name = _parent(module, path)
        parent._modules.pop(name, None)
    for path, (name, extra, training) in layers.items():
        layer = present.get(path)
        if pid_of(layer) is not None:
            continue  # the student's own layer: it is in the guest, and needs no copying back
        if layer is not None and path and (type(layer).__name__, str(layer.extra_repr())) != (name, extra):
            layer = None
        if layer is None:
            parent, child = _parent(module, path)
            layer = parent._modules[child] = Foreign(str(name), str(extra))
        layer.training = training is True


def _parent(module: nn.Module, path: str) -> tuple[nn.Module, str]:
    above, _, name = path.rpartition(".")
    return module.get_submodule(above), name
