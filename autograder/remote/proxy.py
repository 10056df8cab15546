"""``student.f(x)`` is a call in another process: what a suite sees of a submission, and of objects that stay there."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, SupportsIndex

import torch
from torch import nn

from autograder.errors import AutograderError
from autograder.evidence import saw
from autograder.messages import say
from autograder.remote.failures import StudentFailure
from autograder.remote.wire import Handle
from autograder.results import Outcome

Ask = Callable[..., Any]
_MAX_LENGTH = 2**24


class Student:
    """The names that a submission defines, as attributes. Calling one runs it in the guest."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def __getattr__(self, name: str) -> "RemoteName":
        if name.startswith("__"):
            raise AttributeError(name)
        return RemoteName(self._ask, name)


class RemoteName:
    """A function or class of the submission's, by name."""

    def __init__(self, ask: Ask, name: str) -> None:
        self._ask, self.__name__ = ask, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        value = self._ask("call", args, kwargs, name=self.__name__)
        saw(value)
        return value

    def __repr__(self) -> str:
        return f"<the student's {self.__name__}>"


class RemoteObject:
    """An object that stays in the guest: a module, an optimizer, an instance of the student's class.

    Calls, attributes, items, iteration and ``with`` go over. ``isinstance`` follows the class that the guest claims,
    among torch's own modules and optimizers, so that a proxy can stand in an ``nn.Sequential``; what it claims is worth
    no more than that. What such an object says of itself is checked, and never leaves the ``with`` block of a test
    without its exception.
    """

    def __init__(self, ask: Ask, handle: Handle) -> None:
        object.__setattr__(self, "_ask", ask)
        object.__setattr__(self, "_handle", handle)
        object.__setattr__(self, "_kind", _torch_class(handle.classes))

    @property  # type: ignore[misc]  # object declares an attribute; isinstance reads whatever is there
    def __class__(self) -> type:
        return self._kind or RemoteObject

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if inspect.isfunction(getattr(self._kind, name, None)):  # a method of torch's: one request instead of two
            return functools.partial(self._method, name)
        return self._ask("get", handle=self._handle.id, name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", (value,), handle=self._handle.id, name=name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("call", args, kwargs, handle=self._handle.id, name=self._handle.classes[0])

    def _method(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self._ask("method", args, kwargs, handle=self._handle.id, name=name)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """Not by pickle, nor copied: requests lift proxies out, and what else would be written is the judge's."""
        raise TypeError(f"{self!r} stays in the student's process and cannot be copied")

    def __len__(self) -> int:
        length = self._method("__len__")
        if type(length) is not int or not 0 <= length <= _MAX_LENGTH:  # a list makes room for as many
            raise TypeError(f"{self!r} has no length that a test can use")
        return length

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, index: Any) -> Any:
        return self._method("__getitem__", index)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._method("__setitem__", index, value)

    def __contains__(self, value: Any) -> bool:
        return self._truth(self._method("__contains__", value))

    def __iter__(self) -> Iterator[Any]:
        iterator = self._method("__iter__")
        if type(iterator) is not RemoteObject:
            raise TypeError(f"{self!r} gave no iterator")
        while True:
            try:
                yield iterator._method("__next__")
            except StopIteration:
                return

    def __enter__(self) -> Any:
        return self._method("__enter__")

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: Any) -> None:
        """Leave the context there; an exception of the judge's is announced as a plain RuntimeError.

        No exception is suppressed, for it may be a check that failed: to want that fails the test.
        """
        inside = (None, None, None) if error is None else (RuntimeError, RuntimeError("raised in the with block"), None)
        wanted = self._truth(self._method("__exit__", *inside))
        if wanted and isinstance(error, Exception) and not isinstance(error, AutograderError):
            raise StudentFailure(Outcome.FAILED, say("calls.swallowed", kind=self._described()))

    def named_modules(
        self, memo: Any = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """What ``nn.Module`` asks of a layer: this proxy itself, whose own layers stay in the guest."""
        yield prefix, self

    def _truth(self, said: Any) -> bool:
        try:
            return bool(said)
        except (RuntimeError, ValueError) as error:  # of a tensor or an array
            raise TypeError(f"{self!r} says neither yes nor no") from error

    def _described(self) -> str:
        """What kind of thing it is, for a message."""
        return str(self._handle.classes[0].rpartition(".")[2])

    def __repr__(self) -> str:
        return f"<the student's {self._described()}>"


def pid_of(thing: Any) -> tuple[str, Any] | None:
    """What a proxy is called in the guest, or None for anything else."""
    if type(thing) is RemoteObject:
        return "handle", thing._handle.id
    if type(thing) is RemoteName:
        return "name", thing.__name__
    return None


def _torch_class(names: tuple[str, ...]) -> type | None:
    """The nearest class of torch's own modules and optimizers among the names of classes."""
    for name in names:
        package, _, short = name.rpartition(".")
        space = (
            nn if package.startswith("torch.nn.modules") else torch.optim if package.startswith("torch.optim") else None
        )
        found = getattr(space, short, None)
        if isinstance(found, type) and f"{found.__module__}.{found.__qualname__}" == name:
            return found
    return None
