"""A session whose guest is a script of frames, and everything that a suite may do with what comes of them."""

import contextlib
import itertools
import pickle
from collections.abc import Callable, Iterable
from typing import Any

import torch
from hostile_frames import CALLBACK
from torch import nn

from autograder.remote.failures import StudentFailure, StudentRaised
from autograder.remote.proxy import RemoteObject
from autograder.remote.request import Loaded
from autograder.remote.session import Session
from autograder.remote.wire import FRAME_HEADER, Encoder
from autograder.results import Outcome
from autograder.sandbox.pipe import BadFrame, GuestDied

_LIMIT = 1000.0
_NOTHING = Encoder(lambda _: None).encode([])
_HELLO = Encoder(lambda _: None).encode({"landlock": "applied"})
_LOADED = Encoder(lambda _: None).encode({"value": None})

Script = Iterable[tuple[bytes, bytes]]


class Scripted:
    """Stands for ``pipe.Guest``: reads anything, and says the frames of its script, one after another, with the number
    of a ``callback`` in place of its sign."""

    def __init__(self, script: Script, callback: int) -> None:
        self._callback = callback
        self._script = itertools.chain([(_HELLO, b""), (_LOADED, _NOTHING)], script)

    def send(self, frame: bytes, seconds: float, more: bytes = b"") -> None:
        """Nobody listens."""

    def receive(self, seconds: float, max_size: int) -> memoryview:
        """The next frame; where there is none left, the guest has run out of time."""
        try:
            answer, living = next(self._script)
        except StopIteration:
            raise GuestDied(Outcome.TIMED_OUT, "ran longer than its time limit and was stopped") from None
        answer = answer.replace(CALLBACK.to_bytes(8, "big"), self._callback.to_bytes(8, "big"))
        frame = len(answer).to_bytes(FRAME_HEADER, "big") + answer + living
        if len(frame) > max_size:
            raise BadFrame("too large")
        return memoryview(frame)

    def end(self) -> None:
        """It ends by itself."""


def play(script: Script) -> Session:
    """Let a suite talk to a guest that says these frames. What a suite may see is ``StudentFailure`` or an exception
    of the student's, and ``TypeError`` where an object of theirs is not what it pretends to be; all else is a bug,
    and comes out of here."""

    def callback(*args: Any, **kwargs: Any) -> int:
        return len(args)

    session = Session(lambda: Scripted(script, 0), Loaded("task", [], _LIMIT))  # type: ignore[arg-type]
    session.begin(1, _LIMIT)
    x, y = torch.ones(2, 3, requires_grad=True), torch.ones(4)
    generator, model = torch.Generator().manual_seed(1), nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5))
    try:
        value = session.student.f(x, y, generator, model, callback)
        _use(value)
        _use(session.student.f(x * 2, [y]))
    except (StudentFailure, StudentRaised):
        session.close()
    place = [int.from_bytes(generator.get_state()[at : at + 4].numpy().tobytes(), "little") for at in (8, 16, 20)]
    assert place == [1, 0, 0] or (sum(place) == 625 and place[2] == 0), (
        "its next number lies beyond a generator's block"
    )
    assert len(session.printed) <= 2**20
    assert all(type(layer).__module__.partition(".")[0] in ("torch", "autograder") for layer in model.modules())
    return session


def _use(value: Any) -> None:
    """Do what a suite does with a value: backward through it, ask an object for its parts, look into containers."""
    if isinstance(value, torch.Tensor):
        if value.requires_grad and value.grad_fn is not None:
            value.backward(torch.ones_like(value))
    elif type(value) is RemoteObject:
        _use_object(value)
    elif type(value) in (list, tuple, dict):
        for part in list(value)[:3]:
            _use(part)


def _use_object(thing: RemoteObject) -> None:
    acts: tuple[Callable[[Any], Any], ...] = (
        len, repr, lambda it: list(itertools.islice(it, 3)), lambda it: it[0], lambda it: 1 in it,
        lambda it: it.weight, lambda it: it(1), lambda it: setattr(it, "weight", 5), pickle.dumps,
    )  # fmt: skip
    for act in acts:
        with contextlib.suppress(TypeError, StudentRaised):
            act(thing)
    with contextlib.suppress(ZeroDivisionError, TypeError), thing:
        raise ZeroDivisionError
