"""How a submission can fail a test from the other side of the boundary, as exceptions in the judge."""

import builtins
import difflib
from typing import NoReturn

from autograder.remote.wire import Raised
from autograder.results import Outcome

ASKED_IN_A_CALL = (
    "gave a function of the test's an object that stays in the submission's process: only values can be used there"
)
CHANGED = "an argument was changed: the function must leave what it is given as it was, and work on copies"
_OUT_OF_MEMORY_TEXTS = ("can't allocate memory", "not enough memory", "CUDA out of memory")


class StudentFailure(Exception):
    """The submission failed in a way that decides a test: ``outcome``, and a message for the student."""

    def __init__(self, outcome: Outcome, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.outcome, self.message, self.traceback = outcome, message, traceback


class ForbiddenCall(StudentFailure):
    """The submission called what its task forbids; ``name`` is what a student knows it by."""

    def __init__(self, name: str, traceback: str) -> None:
        super().__init__(Outcome.FAILED, f"calls `{name}`, which this task asks you to write yourself", traceback)
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
        raise StudentFailure(Outcome.FAILED, f"`{asked_for}` returned what a test cannot receive: {raised.message}")
    if "builtins.MemoryError" in raised.classes or any(text in raised.message for text in _OUT_OF_MEMORY_TEXTS):
        raise StudentFailure(Outcome.OUT_OF_MEMORY, "needed more memory than it may use", raised.traceback)
    original = first.rpartition(".")[2]
    for name in raised.classes:
        if name in _STAND_INS:
            error = _STAND_INS[name](raised.message)
            error.traceback, error.original = raised.traceback, original
            raise error
    reason = " (exit or sys.exit was called)" if original == "SystemExit" else ""
    raise StudentFailure(Outcome.FAILED, f"raised {original}{reason}: {raised.message}", raised.traceback)


def broken_import(error: StudentFailure | StudentRaised) -> StudentFailure:
    """Why a submission cannot be imported, said once and remembered."""
    if isinstance(error, StudentFailure):
        subject = "" if error.message.startswith("the process") else "it "
        return StudentFailure(error.outcome, f"while it was imported, {subject}{error.message}", error.traceback)
    text = f"importing it raised {error.original}: {error}"
    return StudentFailure(Outcome.FAILED, text, error.traceback)


def _missing(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    found = f"; found `{close[0]}`: is that it?" if close else ""
    return f"`{name}` is not defined{found}"
