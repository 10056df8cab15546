"""What a test of an exam came to: one ``TestResult``, and what the student is told."""

import traceback
from typing import Any

import pytest

from autograder.errors import AutograderError, GraderError
from autograder.exam import Direct, Exam
from autograder.expect import Mismatch
from autograder.given import task_of
from autograder.messages import say
from autograder.remote.failures import StudentFailure, StudentRaised
from autograder.results import FINE, Outcome, TestResult

_SHOWN = 4000  # characters of a message, and of what was printed


def record(item: pytest.Item, call: pytest.CallInfo[Any], exam: Exam) -> None:
    """Keep one ``TestResult`` for each test of an exam, after each of its phases: ``setup``, ``call``, ``teardown``."""
    results = exam.results.setdefault(task_of(item, exam), [])
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        results.append(_result(item, call, exam))
    elif call.when == "teardown" and call.excinfo is not None:
        results[-1] = _result(item, call, exam)


def _result(item: pytest.Item, call: pytest.CallInfo[Any], exam: Exam) -> TestResult:
    outcome, message = _decide(item, call, exam)
    if item.name in exam.evidence and call.excinfo is not None:
        exam.evidence[item.name].ending = _ending(call.excinfo.value)
    marker = item.get_closest_marker("weight")
    function = getattr(item, "function", None)
    rubric = " ".join((getattr(function, "__doc__", None) or item.name).split())
    printed = "" if outcome in FINE else exam.seat.printed.strip("\n")
    return TestResult(
        name=item.name,
        rubric=rubric,
        outcome=outcome,
        weight=float(marker.args[0]) if marker is not None else 1.0,
        seconds=call.duration,
        message=_shortened(message),
        printed=_shortened(printed),
        measured=exam.evidence[item.name].measured if item.name in exam.evidence else {},
    )


def _shortened(message: str) -> str:
    """A message at a length that can be read, without characters that would command a terminal."""
    plain = "".join(char for char in message if char.isprintable() or char in "\n\t")
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}\n{say('tests.cut', count=len(plain) - _SHOWN)}"


def _decide(item: pytest.Item, call: pytest.CallInfo[Any], exam: Exam) -> tuple[Outcome, str]:
    """What a test came to, and what the student is told besides the rubric line. Nothing defaults to passed."""
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, GraderError):
        exam.fault = error
    if isinstance(error, AutograderError):
        return Outcome.UNGRADED, say("grader.error", error=error)
    # What is skipped before it is opened must not take over the failure of the test before it.
    if call.when == "setup" and isinstance(error, pytest.skip.Exception):
        return Outcome.SKIPPED, str(error)
    if exam.seat.failure is not None:
        return _student_failure(exam.seat.failure)
    if error is None:
        return Outcome.PASSED, ""
    if isinstance(error, pytest.skip.Exception):
        return Outcome.SKIPPED, str(error)
    if isinstance(error, StudentFailure):
        return _student_failure(error)
    if not isinstance(error, StudentRaised):
        if _is_the_references(call, exam):
            return Outcome.UNGRADED, say("grader.reference", error=type(error).__name__)
        if _is_the_suites(error, exam):
            return Outcome.UNGRADED, say("grader.suite", error=f"{type(error).__name__}: {error}")
    if isinstance(error, NotImplementedError):
        return Outcome.UNFINISHED, str(error)
    if isinstance(error, StudentRaised):
        return Outcome.FAILED, f"{say('calls.raised', error=error.original, message=error)}\n{error.traceback}".rstrip()
    if call.when != "call":
        return Outcome.UNGRADED, say("grader.phase", error=type(error).__name__, phase=call.when)
    return _failed_check(error, item, exam)


def _ending(error: BaseException) -> str:
    """How a test failed, in words that are the same in a guest and in this process, and in every course."""
    if isinstance(error, StudentRaised):
        return error.original
    if isinstance(error, StudentFailure):
        return str(error.outcome)
    if isinstance(error, Mismatch):
        return error.ending
    written_here = isinstance(error, AssertionError | pytest.fail.Exception)
    # Where pytest runs inside of pytest, what it found out about an assertion follows on more lines.
    return str(error).partition("\n")[0] if written_here else type(error).__name__


def _is_the_references(call: pytest.CallInfo[Any], exam: Exam) -> bool:
    """Whether an exception came through the reference; a trusted answer's frames cannot be told from its own."""
    file = getattr(exam.reference, "__file__", None)
    if file is None or call.excinfo is None or isinstance(exam.seat, Direct):
        return False
    return file in _files(call.excinfo.value)


def _is_the_suites(error: BaseException, exam: Exam) -> bool:
    """Whether an exception says that a suite is broken: no value of a student's makes a name unknown in it. A name
    that is only unbound may have been bound in a loop over such a value."""
    return type(error) in (NameError, ImportError, ModuleNotFoundError) and not isinstance(exam.seat, Direct)


def _files(error: BaseException) -> list[str]:
    """The files of an exception's frames, outermost first. pytest's own list looks each of them up on disk."""
    return [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]


def _student_failure(failure: StudentFailure) -> tuple[Outcome, str]:
    return failure.outcome, f"{failure.message}\n{failure.traceback}".rstrip()


def _failed_check(error: BaseException, item: pytest.Item, exam: Exam) -> tuple[Outcome, str]:
    """What a failed check tells the student: only what was written for students, never a value of the suite's."""
    frames = _files(error)
    if isinstance(error, Mismatch):
        return Outcome.FAILED, str(error)
    if isinstance(error, AssertionError):
        return Outcome.FAILED, str(error) if frames[-1] == str(item.path) else ""
    if isinstance(error, pytest.fail.Exception):
        return Outcome.FAILED, str(error).replace("DID NOT RAISE", say("tests.not_raised"))
    if isinstance(exam.seat, Direct):
        return Outcome.FAILED, f"{type(error).__name__}: {error}"
    return Outcome.FAILED, say("tests.unusable", error=type(error).__name__)
