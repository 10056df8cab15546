"""In the judge: what a frame of a guest's may say, checked field by field before anything is done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from autograder.messages import say
from autograder.remote.wire import GuestProtocolError, Raised

CHANGES = ("values", "grads", "flags", "modules")
_FIELDS = frozenset(["value", "error", "printed", "lost", *CHANGES])


@dataclass(frozen=True)
class Question:
    """The guest calls a function that stayed in the judge: its number, and what it is given."""

    number: int
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a request came to: a value or an exception, what was printed, and what was changed in place."""

    value: Any
    error: Raised | None
    printed: str
    changes: Mapping[str, Any]


def understood(said: Any) -> Question | Answer:
    """What a guest has said. Raises ``GuestProtocolError`` where it is neither a question nor an answer."""
    if type(said) is not dict or not all(type(name) is str for name in said):
        raise GuestProtocolError("an answer is a dict")
    if "callback" in said:
        return _question(said["callback"], said.get("args"), said.get("kwargs"))
    printed, lost, error = said.get("printed", ""), said.get("lost", 0), said.get("error")
    if not set(said) <= _FIELDS or type(error) not in (Raised, type(None)):
        raise GuestProtocolError("an answer with fields that it cannot have, or an error that is none")
    if type(printed) is not str or type(lost) is not int or not 0 <= lost < 2**63:
        raise GuestProtocolError("what was printed is no text, or what was lost no number")
    printed += f"\n{say('tests.cut', count=lost)}\n" if lost else ""
    return Answer(said.get("value"), error, printed, {kind: said[kind] for kind in CHANGES if kind in said})


def _question(callback: Any, args: Any, kwargs: Any) -> Question:
    if (
        type(callback) is int
        and type(args) is tuple
        and type(kwargs) is dict
        and all(type(key) is str for key in kwargs)
    ):
        return Question(callback, args, kwargs)
    raise GuestProtocolError("a call back without a number, or without arguments")


def living(said: Any) -> Sequence[int]:
    """The keys of the judge's objects that a guest says it still holds. Raises ``GuestProtocolError``."""
    if type(said) is not list or not all(type(key) is int for key in said):
        raise GuestProtocolError("no list of what lives on")
    return said


def kind_of(tensor: torch.Tensor) -> tuple[torch.Size, torch.dtype, torch.device]:
    """What a tensor has in common with its gradient."""
    return tensor.shape, tensor.dtype, tensor.device


def gradients(said: Any, kinds: Sequence[Any]) -> Sequence[torch.Tensor | None]:
    """Gradients, one for each of these kinds, None where there is none. Raises ``GuestProtocolError``."""
    if type(said) is not list or len(said) != len(kinds):
        raise GuestProtocolError("gradients that do not fit the inputs: not one for each")
    for grad, kind in zip(said, kinds, strict=True):
        if grad is not None and (not issubclass(type(grad), torch.Tensor) or kind_of(grad) != kind):
            raise GuestProtocolError("gradients that do not fit the inputs: another type, shape, dtype or device")
    return said
