"""One submission sitting the suites of its assignment: who answers, on which seeds, against which clock."""

import hashlib
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.config import Limits
from autograder.errors import GraderError
from autograder.remote.failures import StudentFailure
from autograder.results import Outcome, TestResult


class Seat(Protocol):
    """Who answers for the student: a guest (``remote.session.Session``), this process, or nobody."""

    failure: StudentFailure | None
    printed: str

    @property
    def student(self) -> Any:
        """What the suites call."""

    def begin(self, seed: int, seconds: float, forbids: Sequence[str] = ()) -> None:
        """Open a test: seed everything random; ``seconds`` is what the student's code may take, and ``forbids`` what
        it must not call."""

    def used(self) -> float:
        """Seconds that the student's code took since ``begin``."""


@dataclass
class Direct:
    """The student's module in this process, without a boundary: for trusted answers, and as the floor of benchmarks.

    Nothing is forbidden here, where suites and the reference run too."""

    module: types.ModuleType
    failure: StudentFailure | None = None
    printed: str = ""

    @property
    def student(self) -> "Direct":
        """Itself: attributes are the module's."""
        return self

    def begin(self, seed: int, seconds: float, forbids: Sequence[str] = ()) -> None:
        """Seed the default generator: directly, since ``torch.manual_seed`` takes milliseconds to tell every device."""
        import torch

        torch.default_generator.manual_seed(seed)

    def used(self) -> float:
        """Not measured here."""
        return 0.0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.module.__dict__:
            raise StudentFailure(Outcome.MISSING, f"`{name}` is not defined")
        return self.module.__dict__[name]


@dataclass
class Absent:
    """A submission of which nothing can be run: every test is missing its function, for the one reason given."""

    problem: str
    failure: StudentFailure | None = None
    printed: str = ""

    @property
    def student(self) -> Any:
        """Nobody."""
        raise StudentFailure(Outcome.MISSING, self.problem)

    def begin(self, seed: int, seconds: float, forbids: Sequence[str] = ()) -> None:
        """Nothing to open."""

    def used(self) -> float:
        """No time at all."""
        return 0.0


@dataclass
class Exam:
    """A seat, the reference to compare with, the seed that every test's own derives from, and the results so far.

    ``owners`` says which task each function or class belongs to, ``forbids`` what each task must not call. ``tasks``
    limits the exam to these; None is all. ``fault`` is set where the grader itself failed in a test: the exam then says
    nothing about the student.
    """

    seat: Seat
    reference: types.ModuleType
    seed: str
    limits: Limits
    owners: Mapping[str, str]
    forbids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tasks: frozenset[str] | None = None
    results: dict[str, list[TestResult]] = field(default_factory=dict)
    fault: GraderError | None = None
    _left: dict[str, float] = field(default_factory=dict)
    _task: str = ""

    def open(self, task: str, test: str) -> None:
        """Start a test. Its time is a test's limit, or what its task has left where that is less."""
        self._task = task
        left = self._left.setdefault(task, self.limits.task_seconds)
        seconds = max(0.0, min(left, self.limits.test_seconds))
        self.seat.begin(derive(self.seed, test, "guest") % 2**63, seconds, self.forbids.get(task, ()))
        if left <= 0:
            raise StudentFailure(
                Outcome.TIMED_OUT,
                f"not run: the tests of this task before it used up its {self.limits.task_seconds:g} seconds",
            )

    def close(self) -> None:
        """End a test: only tests that ran out of time are held against the task's time."""
        failure = self.seat.failure
        if failure is not None and failure.outcome is Outcome.TIMED_OUT:
            self._left[self._task] -= self.seat.used()


def derive(seed: str, *labels: str) -> int:
    """A 128-bit number that depends on a seed and labels, and tells nothing about either."""
    return int.from_bytes(hashlib.sha256("\0".join((seed, *labels)).encode()).digest()[:16], "big")
