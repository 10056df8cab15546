"""Beside the student's code: loads a submission, carries out the judge's requests, answers by wire.

Requests are pickles, since they come from the judge. Everything that goes back is written by ``wire``. This module
imports the standard library, torch, numpy and some siblings (the imports below); nothing here is secret.
"""

import __future__

import functools
import io
import linecache
import operator
import pickle
import random
import socket
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.remote.frames import receive, send
from autograder.remote.printed import Printed
from autograder.remote.refuse import HERE
from autograder.remote.twins import Twins, lifted
from autograder.remote.wire import Encoder, Handle, Raised, Ref, Unsendable, keys_frame

_FUTURE = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


class Missing(Exception):
    """The submission defines no function or class of a name that the judge calls."""


class Guest:
    """One submission at work: its module's namespace, and the objects that the judge holds handles to."""

    def __init__(self, connection: socket.socket, printed: Printed) -> None:
        self._connection, self._printed = connection, printed
        self._module = types.ModuleType("submission")
        self._labels: set[str] = set()
        self._twins, self._refusals = Twins(), HERE
        self._handles: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._calls: dict[int, tuple[list[torch.Tensor], list[torch.Tensor]]] = {}
        self._inputs: list[torch.Tensor] = []
        self._calls_made = 0
        self._operations: dict[str, Callable[[dict[str, Any]], Any]] = {
            "load": self._load, "call": self._call, "get": self._get, "set": self._set, "method": self._method,
            "vjp": self._vjp,
        }  # fmt: skip

    def serve(self) -> None:
        """Answer requests until the judge closes the connection."""
        while (request := self._heard()) is not None:
            operation, body = pickle.loads(request)
            try:
                answer = self._answer(operation, body)
            except MemoryError:
                answer = Encoder(self._lift).encode({"error": Raised(("builtins.MemoryError",), "")})
            # What only this request held is gone now, so that what is still there is held by the student's objects.
            self._inputs = []
            send(self._connection, answer, keys_frame(self._twins.release()))

    def _heard(self) -> memoryview | None:
        """The judge's next frame, None where there is none. Calls that it has released are let go of."""
        frame = receive(self._connection)
        if frame is None:
            return None
        for number in pickle.loads(frame[1]) if frame[1] else ():
            self._calls.pop(number, None)
        return frame[0]

    def _answer(self, operation: str, body: dict[str, Any]) -> bytes:
        reply: dict[str, Any] = {}
        try:
            self._begin(body)
            reply["value"] = self._operations[operation](body)
        except BaseException as error:
            reply["error"] = self._raised(error)
        reply.update(self._printed.take(), **self._twins.changes())
        self._calls_made += 1  # the judge counts alike
        encoder = Encoder(self._lift)
        try:
            frame = encoder.encode(reply)
        except Unsendable as error:
            refused = {**reply, "value": None, "error": Raised(("Unsendable", *error.claim), "")}
            return Encoder(self._lift).encode(refused)
        if encoder.outputs:  # kept for the way back
            self._calls[self._calls_made] = (encoder.outputs, self._inputs)
        return frame

    def _begin(self, body: dict[str, Any]) -> None:
        """What every request sets anew: seeds and what is forbidden at the start of a test, grad mode, the judge's
        objects."""
        if body.get("seed") is not None:
            self._forget()
            _seed_everything(body["seed"])
            self._refusals.set(body.get("forbids", ()))
        self._refusals.forget()
        torch.set_grad_enabled(body.get("grad", True))
        self._twins.receive(body.get("table", ()))
        self._inputs = [self._twins.find(key) for key in body.get("inputs", ())]

    def _forget(self) -> None:
        """Number everything anew, so that a test is asked the same whatever came before it."""
        self._handles.clear()
        self._numbers.clear()
        self._calls.clear()
        self._calls_made = 0
        self._twins.forget()

    def _load(self, body: dict[str, Any]) -> None:
        """Run the submission's source, piece by piece, as one module."""
        self._module = types.ModuleType(body["module"])
        sys.modules[body["module"]] = self._module
        future = 0  # what one piece imports from __future__ holds in those after it
        for label, source in body["segments"]:
            self._labels.add(label)
            linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
            code = compile(source, label, "exec", flags=future, dont_inherit=True)
            future |= code.co_flags & _FUTURE
            exec(code, self._module.__dict__)

    def _call(self, body: dict[str, Any]) -> Any:
        target = self._handles[body["handle"]] if "handle" in body else self._find(body["name"])
        args, kwargs = self._arguments(body)
        return target(*args, **kwargs)

    def _method(self, body: dict[str, Any]) -> Any:
        args, kwargs = self._arguments(body)
        return getattr(self._handles[body["handle"]], body["name"])(*args, **kwargs)

    def _get(self, body: dict[str, Any]) -> Any:
        return getattr(self._handles[body["handle"]], body["name"])

    def _set(self, body: dict[str, Any]) -> None:
        (value,), _ = self._arguments(body)
        setattr(self._handles[body["handle"]], body["name"], value)

    def _vjp(self, body: dict[str, Any]) -> Any:
        """Gradients of an earlier call's inputs: the vector-Jacobian product with these cotangents."""
        outputs, inputs = self._calls[body["call"]]
        cotangents, _ = self._arguments(body)
        self._inputs = [*inputs, *self._inputs]
        if not inputs:
            return []
        return list(
            torch.autograd.grad(
                outputs, inputs, cotangents, allow_unused=True, retain_graph=True, create_graph=body["create_graph"]
            )
        )

    def _find(self, name: str) -> Any:
        if name not in self._module.__dict__:
            raise Missing(name, [known for known in self._module.__dict__ if not known.startswith("_")])
        return self._module.__dict__[name]

    def _arguments(self, body: dict[str, Any]) -> tuple[Any, Any]:
        args, kwargs, modules = _Arguments(body["args"], self._resolve).load()
        self._twins.watch(modules)
        return args, kwargs

    def _resolve(self, kind: str, key: Any) -> Any:
        finders: dict[str, Callable[[Any], Any]] = {
            "twin": self._twins.find, "handle": self._handles.__getitem__, "callback": self._callback,
            "name": self._find,
        }  # fmt: skip
        return finders[kind](key)

    def _callback(self, number: int) -> Callable[..., Any]:
        """A function that stays with the judge: calling it asks there, values only."""

        def call(*args: Any, **kwargs: Any) -> Any:
            question = {"callback": number, "args": args, "kwargs": kwargs}
            send(self._connection, Encoder(self._lift).encode(question))
            answer = self._heard()
            if answer is None:
                raise EOFError("the judge is gone")
            return pickle.loads(answer)

        return call

    def _lift(self, value: Any) -> Handle | Ref | None:
        if isinstance(value, torch.Tensor):
            key = self._twins.key_of(value)
            return None if key is None else Ref(key)
        number = self._numbers.setdefault(id(value), len(self._numbers))  # an id is its own as long as a handle lives
        self._handles[number] = value
        classes = tuple(f"{kind.__module__}.{kind.__qualname__}" for kind in type(value).__mro__)
        return Handle(number, classes, callable(value))

    def _raised(self, error: BaseException) -> Raised:
        if isinstance(error, Missing):
            name, known = error.args
            return Raised(("Missing", name, *known[:50]), "")
        classes = tuple(f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
        own = (step for step in traceback.walk_tb(error.__traceback__) if step[0].f_code.co_filename in self._labels)
        frames = traceback.StackSummary.extract(own)  # of these alone: looking up lines of other files takes long
        if self._refusals.called is not None:  # whatever became of it on its way here
            classes = ("Forbidden", self._refusals.called)
        try:
            message = str(error)
        except Exception:  # a student's __str__ may itself be broken
            message = ""
        return Raised(classes, message[:10_000], "".join(traceback.format_list(frames[-20:])))


class _Arguments(pickle.Unpickler):
    """Reads arguments: what was lifted out of the pickle is resolved to twins, handles and callbacks."""

    def __init__(self, data: bytes, resolve: Callable[[str, Any], Any]) -> None:
        super().__init__(io.BytesIO(data))
        self._resolve = resolve

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the pickle means; the stand-in for what was lifted out means: look it up here."""
        if (module, name) == (lifted.__module__, lifted.__name__):
            return self._resolve
        return super().find_class(module, name)


def _seed_everything(seed: int) -> None:
    """Seed every default generator. ``torch.manual_seed`` would take milliseconds to tell devices that are not used."""
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed_all(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def main(connection: socket.socket, hello: dict[str, Any], printed_kb: int) -> None:
    """Entry point in a freshly forked and confined guest: say what confines it, then serve."""
    printed = Printed(printed_kb * 1024)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), printed, printed
    # A warning as Python shows it names the file that was at work, which may be this one.
    warnings.showwarning = lambda message, category, *_: print(f"{category.__name__}: {message}", file=sys.stderr)
    guest = Guest(connection, printed)
    send(connection, Encoder(lambda _: None).encode(hello))
    guest.serve()
