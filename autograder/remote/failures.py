"""How a submission can fail a test from the other side of the boundary, as exceptions in the judge."""

import builtins
import contextlib
import difflib
from typing import NoReturn

from autograder.messages import say
from autograder.remote.wire import Raised
from autograder.results import Outcome

_OUT_OF_MEMORY_TEXTS = ("can't allocate memory", "not enough memory", "CUDA out of memory")


class StudentFailure(Exception):
    """The submission failed in a way that decides a test: ``outcome``, and a message for the student."""

    def __init__(self, outcome: Outcome, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.outcome, self.message, self.traceback = outcome, message, traceback


class ProcessEnded(StudentFailure):
    """The submission's process is gone, or cannot be talked to; the message is a sentence of its own."""


class ForbiddenCall(StudentFailure):
    """The submission called what its task forbids; ``name`` is what a student knows it by."""

    def __init__(self, name: str, traceback: str) -> None:
        super().__init__(Outcome.FAILED, say("calls.forbidden", name=name), traceback)
        self.name = name


class StudentRaised(Exception):
    """Mixed into the built-in exception that stands for one raised by the student's code."""

    traceback = ""
    original = ""

    def __str__(self) -> str:
        return str(self.args[0])


# UnicodeError and ExceptionGroup need arguments of their own; their bases stand for them.
_STAND_INS: dict[str, type[StudentRaised]] = {
    f"builtins.{name}": type(name, (StudentRaised, value), {"__module__": __name__})
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, UnicodeError | ExceptionGroup)
}


def reraise(raised: Raised, asked_for: str) -> NoReturn:
    """Raise here what the guest says was raised there: the nearest built-in exception, or ``StudentFailure``."""
    first = raised.classes[0] if raised.classes else ""
    if first == "Missing":
        raise StudentFailure(Outcome.MISSING, _missing(asked_for, raised.classes[2:]))
    if first == "Forbidden" and len(raised.classes) == 2:
        raise ForbiddenCall(raised.classes[1], raised.traceback)
    if first == "Unsendable":
        reason = _unsendable(raised.classes[1:])
        raise StudentFailure(Outcome.FAILED, say("calls.unsendable", name=asked_for, reason=reason))
    if "builtins.MemoryError" in raised.classes or any(text in raised.message for text in _OUT_OF_MEMORY_TEXTS):
        raise StudentFailure(Outcome.OUT_OF_MEMORY, say("calls.memory"), raised.traceback)
    original = first.rpartition(".")[2]
    for name in raised.classes:
        if name in _STAND_INS:
            error = _STAND_INS[name](raised.message)
            error.traceback, error.original = raised.traceback, original
            raise error
    key = "calls.exited" if original == "SystemExit" else "calls.raised"
    raise StudentFailure(Outcome.FAILED, say(key, error=original, message=raised.message), raised.traceback)


def broken_import(error: StudentFailure | StudentRaised) -> StudentFailure:
    """Why a submission cannot be imported, said once and remembered."""
    if isinstance(error, StudentFailure):
        key = "calls.import_ended" if isinstance(error, ProcessEnded) else "calls.import_failed"
        return StudentFailure(error.outcome, say(key, message=error.message), error.traceback)
    text = say("calls.import_raised", error=error.original, message=error)
    return StudentFailure(Outcome.FAILED, text, error.traceback)


def _unsendable(claim: tuple[str, ...]) -> str:
    """Why a value cannot be sent, from what the guest says of it: a key, then names and values in turn. A hostile guest
    may say anything; where that is no such message, it is the one that says least."""
    key, *values = claim or ("",)
    if key.startswith("unsendable."):
        with contextlib.suppress(KeyError):
            return say(key, **dict(zip(values[::2], values[1::2], strict=False)))
    return say("unsendable.value", error="?")


def _missing(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return say("calls.missing_close", name=name, close=close[0]) if close else say("calls.missing", name=name)
