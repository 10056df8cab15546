"""What the grades of one assignment say about a class: who needs help, what is hard, what to teach again."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.results import COSTLY, Grade, Outcome, TaskScore, TestResult

BINS, FEWEST, SLOWEST = 10, 5, 8


@dataclass(frozen=True)
class Item:
    """How a task, or one of its tests, fared. ``success`` is the mean share of its points that was earned, in [0, 1]:
    its difficulty index. ``discrimination`` is the correlation of that share with the points of all other tasks, None
    where fewer than five submissions, or no spread, leave it undefined. ``seconds`` are the median and the longest."""

    name: str
    rubric: str
    success: float
    discrimination: float | None
    seconds: tuple[float, float]
    tests: tuple["Item", ...] = ()


@dataclass(frozen=True)
class Mistake:
    """One misconception found in the class: the task that it belongs to, what its hint says, and who holds it."""

    name: str
    task: str
    hint: str
    reread: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A lecture section to teach again: the mistakes that it would help against, and all who hold one of them."""

    name: str
    mistakes: tuple[Mistake, ...]
    students: tuple[str, ...]


@dataclass(frozen=True)
class Bin:
    """One bar of the histogram: submissions whose share of the points lies in [low, high), the last one including 1 and
    what bonus tasks add."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Classroom:
    """One assignment of a class. The grades come ungraded first, then those of which nothing ran, then by student."""

    grades: tuple[Grade, ...]
    histogram: tuple[Bin, ...]
    tasks: tuple[Item, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def scores(self) -> list[float]:
        """The score of each submission that is graded."""
        return [grade.score for grade in self.grades if grade.is_graded]

    @property
    def sections(self) -> tuple[Section, ...]:
        """The lecture sections that hints lead to, that of most students first."""
        by_name: dict[str, list[Mistake]] = defaultdict(list)
        for mistake in self.mistakes:
            by_name[mistake.reread].append(mistake)
        found = [
            Section(name, tuple(mistakes), tuple(sorted({one for mistake in mistakes for one in mistake.students})))
            for name, mistakes in by_name.items()
        ]
        return tuple(sorted(found, key=lambda section: (-len(section.students), section.name)))

    @property
    def slowest(self) -> tuple[Item, ...]:
        """The tests that took longest, by their median."""
        tests = [test for task in self.tasks for test in task.tests]
        return tuple(sorted(tests, key=lambda test: -test.seconds[0])[:SLOWEST])


def classroom(grades: Sequence[Grade]) -> Classroom:
    """What the grades of one assignment come to. Ungraded ones count in no figure."""
    graded = [grade for grade in grades if grade.is_graded]
    names = list(dict.fromkeys(task.name for grade in graded for task in grade.tasks))
    return Classroom(
        tuple(sorted(grades, key=lambda grade: (grade.is_graded, grade.problem is None, grade.student))),
        _histogram(graded),
        tuple(_task(name, graded) for name in names),
        _mistakes(graded),
    )


def kinds_of(grade: Grade) -> tuple[str, ...]:
    """By which words a submission is found in the class: ungraded, broken (nothing ran), costly (ran out of time or
    memory, or crashed), named (a misconception was), empty (no points), full."""
    outcomes = {test.outcome for task in grade.tasks for test in task.tests}
    found = {
        "ungraded": not grade.is_graded,
        "broken": grade.problem is not None,
        "costly": bool(outcomes & set(COSTLY)),
        "named": any(task.diagnosis for task in grade.tasks),
        "empty": grade.is_graded and grade.score == 0,
        "full": grade.is_graded and grade.score >= grade.max_score,
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _histogram(grades: Sequence[Grade]) -> tuple[Bin, ...]:
    shares = [grade.score / grade.max_score if grade.max_score else 0.0 for grade in grades]
    counts = Counter(min(BINS - 1, max(0, int(share * BINS + 1e-9))) for share in shares)
    return tuple(Bin(place / BINS, (place + 1) / BINS, counts[place]) for place in range(BINS))


def _task(name: str, grades: Sequence[Grade]) -> Item:
    found = [(task, grade.earned - task.points) for grade in grades for task in grade.tasks if task.name == name]
    found = [(task, others) for task, others in found if task.outcome is not Outcome.SKIPPED]  # it was not tested
    shares = [task.points / task.max_points for task, _ in found]
    tests: dict[str, list[tuple[TestResult, float]]] = defaultdict(list)
    for task, others in found:
        for test in task.tests:
            if test.outcome is not Outcome.SKIPPED:
                tests[test.name].append((test, others))
    return Item(
        name,
        "",
        _mean(shares),
        correlation(shares, [others for _, others in found]),
        _seconds(sum(test.seconds for test in task.tests) for task, _ in found),
        tuple(_test(results) for results in tests.values()),
    )


def _test(results: Sequence[tuple[TestResult, float]]) -> Item:
    passed = [float(test.outcome is Outcome.PASSED) for test, _ in results]
    first = results[0][0]
    spread = correlation(passed, [others for _, others in results])
    return Item(first.name, first.rubric, _mean(passed), spread, _seconds(test.seconds for test, _ in results))


def _mistakes(grades: Sequence[Grade]) -> tuple[Mistake, ...]:
    """The misconceptions named, the most frequent first."""
    found: dict[str, list[tuple[str, TaskScore]]] = defaultdict(list)
    for grade in grades:
        for task in grade.tasks:
            if task.diagnosis is not None:
                found[task.diagnosis.misconception].append((grade.student, task))
    mistakes = []
    for name, holders in found.items():
        task = holders[0][1]
        assert task.diagnosis is not None
        students = tuple(sorted(student for student, _ in holders))
        mistakes.append(Mistake(name, task.name, task.diagnosis.hint, task.diagnosis.reread, students))
    return tuple(sorted(mistakes, key=lambda mistake: (-len(mistake.students), mistake.name)))


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's correlation, None for fewer than five pairs or where one of the two does not vary."""
    if len(xs) < FEWEST or max(xs) - min(xs) < 1e-9 or max(ys) - min(ys) < 1e-9:
        return None
    return statistics.correlation(xs, ys)


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else 0.0


def _seconds(values: Iterable[float]) -> tuple[float, float]:
    found = list(values)
    return (statistics.median(found), max(found)) if found else (0.0, 0.0)
