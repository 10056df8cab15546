"""The values that a grading produces, and the arithmetic of points. Frozen; nothing else happens here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from autograder.picture import Picture


class Outcome(StrEnum):
    """What one test, or one task, came to."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out_of_memory"
    UNFINISHED = "unfinished"
    MISSING = "missing"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    UNGRADED = "ungraded"


FINE = (Outcome.PASSED, Outcome.SKIPPED)  # costs no points
COSTLY = (Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.OUT_OF_MEMORY)  # a guest was lost, or its time

# A task that is not passed takes the label that explains most: the first of these that any of its tests has.
_TELLING = (
    Outcome.UNGRADED, Outcome.MISSING, Outcome.UNFINISHED, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.CRASHED,
    Outcome.BLOCKED, Outcome.FAILED,
)  # fmt: skip


@dataclass(frozen=True)
class TestResult:
    """One test: its ``rubric`` line, what it came to, its relative ``weight``, seconds taken, a message for the student
    (empty when there is nothing to add to the rubric line), what their code ``printed`` in a test that it did not pass,
    and what was ``measured``, for a leaderboard."""

    __test__ = False  # pytest would otherwise collect a class of this name

    name: str
    rubric: str
    outcome: Outcome
    weight: float = 1.0
    seconds: float = 0.0
    message: str = ""
    printed: str = ""
    measured: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagnosis:
    """The misconception that a failed task matches, with its hint and the lecture section to reread."""

    misconception: str
    hint: str
    reread: str


@dataclass(frozen=True)
class Override:
    """The points of a task that an instructor set by hand, why, who and when (ISO 8601, UTC)."""

    points: float
    reason: str
    who: str
    when: str


@dataclass(frozen=True)
class TaskScore:
    """The tests of one task and the points that they come to, or that an ``override`` says; the ``picture`` of what it
    does on a public example; the ``key`` is a hash of all that its outcome depends on."""

    name: str
    max_points: float
    bonus: bool
    tests: tuple[TestResult, ...]
    diagnosis: Diagnosis | None = None
    picture: Picture | None = None
    key: str = ""
    override: Override | None = None

    @cached_property
    def points(self) -> float:
        """``max_points`` times the share of weight passed. Skipped tests leave the denominator; ungraded ones stay
        in it, and their weight is not earned until they are graded. An override goes before all of that."""
        if self.override is not None:
            return self.override.points
        counted = [test for test in self.tests if test.outcome is not Outcome.SKIPPED]
        total = sum(test.weight for test in counted)
        if not total:
            return 0.0
        passed = sum(test.weight for test in counted if test.outcome is Outcome.PASSED)
        return round(self.max_points * passed / total, 2)

    @cached_property
    def outcome(self) -> Outcome:
        """``passed`` when every test that ran passed; else the most telling outcome among the others."""
        return summary(test.outcome for test in self.tests)

    @cached_property
    def is_graded(self) -> bool:
        """Whether its points are decided, by its tests or by hand."""
        return self.outcome is not Outcome.UNGRADED or self.override is not None


def summary(outcomes: Iterable[Outcome]) -> Outcome:
    """One outcome for several: passed only where all that ran passed, skipped only where none ran, and ungraded
    where there is none."""
    seen = set(outcomes)
    for telling in _TELLING:
        if telling in seen:
            return telling
    return Outcome.PASSED if Outcome.PASSED in seen else Outcome.SKIPPED if seen else Outcome.UNGRADED


@dataclass(frozen=True)
class Mark:
    """What a human gave in one cell of a gradebook: a ``score``, None where there is none, ``extra_credit`` on top, and
    a ``comment``; ``needs_human`` where somebody must look at it still, or again."""

    cell: str
    max_score: float
    score: float | None = None
    extra_credit: float = 0.0
    comment: str = ""
    needs_human: bool = False


def share_lost(penalty: float, earned: float, floor: float) -> float:
    """The share of the points earned that lateness takes: what the policy says, but that no score is taken below
    ``floor``, in points."""
    return min(penalty, max(0.0, 1 - floor / earned)) if earned > 0 else 0.0


def points_lost(penalty: float, earned: float, floor: float) -> float:
    """The points that lateness takes, for a gradebook that keeps them: what is left is rounded as a score is."""
    return round(earned - round(earned * (1 - share_lost(penalty, earned, floor)), 2), 6)


@dataclass(frozen=True)
class ByHand:
    """What a gradebook adds to a grade: the ``marks`` of humans, and what it all comes to with them, less what being
    late costs."""

    score: float
    max_score: float
    marks: tuple[Mark, ...]

    @property
    def waiting(self) -> int:
        """In how many cells a human is needed."""
        return sum(mark.needs_human for mark in self.marks)


@dataclass(frozen=True)
class Grade:
    """What one submission came to. ``problem`` says why nothing of it could be run, where that is so. ``code`` is the
    source that was graded, in labelled pieces: a file, or the cells of a notebook. ``seconds`` is what grading it took,
    wall-clock, all of it. ``manual`` is what humans gave, and changes nothing of the rest."""

    student: str
    assignment: str
    tasks: tuple[TaskScore, ...]
    seed: str
    graded_at: str
    isolation: Mapping[str, Any]
    sources: tuple[Mapping[str, str], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    submitted_at: str | None = None
    late: Mapping[str, Any] | None = None
    attempt: int = 1
    problem: str | None = None
    notes: tuple[str, ...] = ()
    code: tuple[Mapping[str, str], ...] = ()
    seconds: float = 0.0
    manual: ByHand | None = None

    @cached_property
    def max_score(self) -> float:
        """Points of the core tasks: bonus tasks add to the score, never to what it is out of."""
        return round(sum(task.max_points for task in self.tasks if not task.bonus), 2)

    @cached_property
    def earned(self) -> float:
        """Points earned, bonus included, before any late penalty."""
        return sum(task.points for task in self.tasks)

    @cached_property
    def score(self) -> float:
        """Points earned, less the late penalty."""
        return round(self.earned * (1 - self.penalty), 2)

    @cached_property
    def penalty(self) -> float:
        """The share of the points earned that lateness takes."""
        return share_lost(self.late["penalty"], self.earned, self.late.get("floor", 0.0)) if self.late else 0.0

    @cached_property
    def is_graded(self) -> bool:
        """Whether every task was decided; where not, the fault is ours and the submission must be graded again."""
        return all(task.is_graded for task in self.tasks)
