"""The pytest plugin of graded suites: fixtures ``student``, ``reference``, ``rng`` and ``once``; markers ``weight`` and
``cuda``; one ``TestResult`` a test.

A judge gives it an ``Exam`` for each submission. A plain ``pytest tests/graded`` has none: there the suites run in this
process against the reference solution, or against the file given with ``--student``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from autograder import given
from autograder.exam import Direct, Exam
from autograder.verdict import record

EXAM = pytest.StashKey[Exam]()


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
    """What suites are given, as fixtures. The test at work is remembered here: pytest's own ``request`` costs more than
    most tests do."""

    def __init__(self, stash: pytest.Stash) -> None:
        self._stash = stash
        self._item: Any = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Remember the test; skip ``cuda`` tests where no GPU is."""
        self._item = item
        given.require_gpu(item)

    @pytest.fixture
    def exam(self) -> Iterator[Exam]:
        """The exam that this test belongs to."""
        found = self._stash.get(EXAM, None) or _plain_exam(self._item)
        yield found
        found.close()

    @pytest.fixture
    def student(self, exam: Exam) -> Any:
        """The student's functions and classes, as attributes."""
        return given.student(self._item, exam)

    @pytest.fixture
    def once(self, exam: Exam) -> Any:
        """``once(name, work)``: what ``work()`` returned the first time in this submission's exam."""
        return given.once(self._item, exam)

    @pytest.fixture
    def reference(self, exam: Exam) -> Any:
        """The reference solution's functions and classes, as attributes."""
        return given.reference(self._item, exam)

    @pytest.fixture
    def rng(self, exam: Exam) -> Any:
        """A CPU ``torch.Generator`` for this test's inputs, seeded for this student, assignment and test."""
        return given.rng(self._item, exam)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> pytest.TestReport | None:
    """Keep one ``TestResult`` for each test of an exam.

    The report that pytest gets is a bare one: describing a failure in its own way would take longer than most tests.
    """
    exam = item.config.stash.get(EXAM, None)
    if exam is None:
        return None
    record(item, call, exam)
    outcome: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
    return pytest.TestReport(item.nodeid, ("", None, item.name), {}, outcome, None, call.when)  # type: ignore[arg-type]


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
