"""In the judge: copy back what a call changed in place in its arguments, so that a test can forbid it, or use it."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from autograder.messages import say
from autograder.remote.failures import StudentFailure
from autograder.remote.proxy import pid_of
from autograder.remote.wire import MAX_DEPTH, GuestProtocolError, tensor_bytes
from autograder.results import Outcome

_MAX_LAYERS = 10_000
# How the state of a generator on the CPU begins: its seed, how many numbers are left in its block, whether it is
# seeded, and where in the block the next number is.
_GENERATOR = struct.Struct("=QiiQ")
_BLOCK = 624


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


def apply_changes(changed: Mapping[str, Any], objects: Mapping[int, Any], modules: Sequence[nn.Module]) -> None:
    """Copy back values, gradients, ``requires_grad``, generator states and module trees.

    Raises ``GuestProtocolError`` where the guest names what it was not sent, or claims what cannot be.
    """
    try:
        for key, value in _pairs(changed, "values"):
            _set_value(objects[key], value)
        for key, grad in _pairs(changed, "grads"):
            objects[key].grad = None if grad is None else _tensor(grad).detach().reshape(objects[key].shape)
        for key, flag in _pairs(changed, "flags"):
            if objects[key].is_leaf:
                objects[key].requires_grad_(flag)
        for index, layers in _pairs(changed, "modules"):
            _set_layers(modules[index], _layers(layers))
    except GuestProtocolError:
        raise
    except Exception as error:  # whatever a hostile claim provokes is the same finding
        raise GuestProtocolError(f"a change that cannot be: {type(error).__name__}: {error}"[:500]) from error


def refuse_changes(changed: Mapping[str, Any], objects: Mapping[int, Any]) -> None:
    """Raise ``StudentFailure`` where the values of a tensor were changed; drawing from a generator is fine."""
    if any(isinstance(objects.get(key), torch.Tensor) for key, _ in _pairs(changed, "values")):
        raise StudentFailure(Outcome.FAILED, say("calls.changed"))


def _pairs(changed: Mapping[str, Any], kind: str) -> Iterator[tuple[int, Any]]:
    """Pairs of a number and what it is said to have become, each number once."""
    pairs, seen = changed.get(kind, []), set()
    _require(type(pairs) is list, f"{kind} are a list")
    for pair in pairs:
        _require(type(pair) is tuple and len(pair) == 2, f"{kind} are pairs")
        number, claim = pair
        _require(type(number) is int and number >= 0 and number not in seen, f"{kind} are numbered, each once")
        seen.add(number)
        yield number, claim


def _tensor(claim: Any) -> torch.Tensor:
    _require(issubclass(type(claim), torch.Tensor), "a tensor's value is a tensor")
    found: torch.Tensor = claim
    return found


def _layers(claim: Any) -> Mapping[str, tuple[str, str, bool]]:
    """The layers of a module by their paths, which are followed one step after another and so must be short."""
    _require(type(claim) is dict and len(claim) <= _MAX_LAYERS, "layers are a dict")
    for path, layer in claim.items():
        _require(type(path) is str and path.count(".") < MAX_DEPTH, "a layer has a path")
        _require(type(layer) is tuple and [type(part) for part in layer] == [str, str, bool], "a layer's description")
    layers: Mapping[str, tuple[str, str, bool]] = claim
    return layers


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise GuestProtocolError(f"a change that cannot be: {what}")


def _set_value(thing: Any, claim: Any) -> None:
    value = _tensor(claim).detach()
    if isinstance(thing, torch.Generator):
        if thing.device.type == "cpu":
            _check_state(value)
        thing.set_state(value)
    elif thing.shape == value.shape and thing.dtype == value.dtype and 0 not in thing.stride():
        with torch.no_grad():
            thing.copy_(value)
    else:
        thing.data = value


def _check_state(state: torch.Tensor) -> None:
    """torch checks the size of a generator's state, and then reads its next numbers from where it says, which may lie
    beyond the block: memory of the judge's would come out as random numbers."""
    _, left, _, following = _GENERATOR.unpack(tensor_bytes(state)[: _GENERATOR.size])
    fresh = (left, following) == (1, 0)
    _require(fresh or (1 <= left <= _BLOCK and following == _BLOCK + 1 - left), "a generator's place in its block")


def _set_layers(module: nn.Module, layers: Mapping[str, tuple[str, str, bool]]) -> None:
    """Make the tree of ``module`` show what the guest says that it has become."""
    present = dict(module.named_modules(remove_duplicate=False))
    for path in reversed([path for path in present if path not in layers]):  # the layers within a layer before it
        parent, name = _parent(module, path)
        parent._modules.pop(name, None)
    theirs = [f"{path}." for path, layer in present.items() if pid_of(layer) is not None]
    for path, (name, extra, training) in layers.items():
        if f"{path}.".startswith(tuple(theirs)):
            continue  # the student's own layer, or within it: it is in the guest, and needs no copying back
        layer = present.get(path)
        if layer is not None and path and (type(layer).__name__, str(layer.extra_repr())) != (name, extra):
            layer = None
        if layer is None:
            parent, child = _parent(module, path)
            layer = parent._modules[child] = Foreign(name, extra)
        layer.training = training


def _parent(module: nn.Module, path: str) -> tuple[nn.Module, str]:
    above, _, name = path.rpartition(".")
    return module.get_submodule(above), name
