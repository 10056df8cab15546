"""The pytest plugin of graded suites: fixtures ``student``, ``reference``, ``rng`` and ``once``; markers ``weight`` and
``cuda``; one ``TestResult`` a test.

A judge gives it an ``Exam`` for each submission. A plain ``pytest tests/graded`` has none: there the suites run in this
process against the reference solution, or against the file given with ``--student``.
"""

import functools
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from autograder.errors import AutograderError, GraderError
from autograder.exam import Direct, Exam
from autograder.expect import Mismatch
from autograder.messages import say
from autograder.remote.failures import StudentFailure, StudentRaised
from autograder.results import FINE, Outcome, TestResult

EXAM = pytest.StashKey[Exam]()
_SHOWN = 4000  # characters of a message, and of what was printed


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of a plain pytest run over graded suites."""
    group = parser.getgroup("autograder")
    group.addoption("--student", metavar="FILE", help="run the suites against this module, in this process")
    group.addoption("--exam-seed", default="0", help="seed that every test's own derives from")


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers and the fixtures known."""
    config.addinivalue_line("markers", "weight(n): the test's relative weight within its task (default 1)")
    config.addinivalue_line("markers", "cuda: needs a GPU; skipped where there is none")
    config.pluginmanager.register(Fixtures(config.stash))


class Fixtures:
    """What suites are given. The test at work is remembered here, since pytest's own ``request`` costs more than most
    tests do."""

    def __init__(self, stash: pytest.Stash) -> None:
        self._stash = stash
        self._item: Any = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Remember the test; skip ``cuda`` tests where no GPU is."""
        self._item = item
        if item.get_closest_marker("cuda") is not None:
            import torch

            if not torch.cuda.is_available():
                pytest.skip(say("tests.no_gpu"))

    @pytest.fixture
    def exam(self) -> Iterator[Exam]:
        """The exam that this test belongs to."""
        found = self._stash.get(EXAM, None) or _plain_exam(self._item)
        yield found
        found.close()

    @pytest.fixture
    def student(self, exam: Exam) -> Any:
        """The student's functions and classes, as attributes."""
        exam.open(task_of(self._item, exam), self._item.name)
        return exam.seat.student

    @pytest.fixture
    def once(self, exam: Exam) -> Callable[[str, Callable[[], Any]], Any]:
        """``once(name, work)`` is what ``work()`` returned the first time in this submission's exam: plain data only,
        since what stays in the guest ends with its test. For what takes a training and several rubric lines look at."""

        def remembered(name: str, work: Callable[[], Any]) -> Any:
            if name not in exam.kept:
                exam.kept[name] = work()
            return exam.kept[name]

        return remembered

    @pytest.fixture
    def reference(self, exam: Exam) -> Any:
        """The reference solution's functions and classes, as attributes."""
        return exam.reference

    @pytest.fixture
    def rng(self, exam: Exam) -> Any:
        """A CPU ``torch.Generator`` for this test's inputs, seeded for this student, assignment and test."""
        import torch

        from autograder.seeds import derive

        return torch.Generator().manual_seed(derive(exam.seed, self._item.name) % 2**63)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> pytest.TestReport | None:
    """Keep one ``TestResult`` for each test of an exam.

    The report that pytest gets is a bare one: describing a failure in its own way would take longer than most tests.
    """
    exam = item.config.stash.get(EXAM, None)
    if exam is None:
        return None
    results = exam.results.setdefault(task_of(item, exam), [])
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        results.append(_result(item, call, exam))
    elif call.when == "teardown" and call.excinfo is not None:
        results[-1] = _result(item, call, exam)
    outcome: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
    return pytest.TestReport(item.nodeid, ("", None, item.name), {}, outcome, None, call.when)  # type: ignore[arg-type]


def task_of(item: pytest.Item, exam: Exam) -> str:
    """The task that a test belongs to: a hidden suite is called ``test_<task>.py``, and in ``test_public.py`` each test
    is called ``test_<name>_<what>``."""
    stem = _stem(item.path)
    if stem != "test_public":
        return stem.removeprefix("test_")
    names = [name for name in exam.owners if f"{item.name}_".startswith(f"test_{name}_")]
    return exam.owners[max(names, key=len)] if names else ""


@functools.cache
def _stem(path: Path) -> str:
    return path.stem  # asked for many times in each test


def _plain_exam(item: pytest.Item) -> Exam:
    """The exam of a plain pytest run, made once for each suite's folder."""
    from autograder.course import find_course, load_course
    from autograder.reference import load_solutions, run

    course = load_course(find_course(item.path))
    assignment = course.assignment(item.path.parent.name)
    made: dict[str, Exam] = item.config.stash.setdefault(_PLAIN, {})
    if assignment.name not in made:
        solutions = load_solutions(assignment)
        reference = run(assignment.module, solutions.segments())
        file = item.config.getoption("--student")
        student = run(assignment.module, ((file, Path(file).read_text(encoding="utf-8")),)) if file else reference
        seed = item.config.getoption("--exam-seed")
        made[assignment.name] = Exam(Direct(student), reference, seed, assignment.limits, assignment.owners)
    return made[assignment.name]


_PLAIN = pytest.StashKey[dict[str, Exam]]()


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
    if not isinstance(error, StudentRaised) and _is_the_references(call, exam):
        return Outcome.UNGRADED, say("grader.reference", error=type(error).__name__)
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
