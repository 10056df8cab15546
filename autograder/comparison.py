"""Two gradings of the same class side by side: whose grade changed, by how much, in which tasks, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.results import Grade, TaskScore


@dataclass(frozen=True)
class Change:
    """One submission whose grade is another, or is in one of the two only. Scores, and the points of the ``tasks`` that
    changed, are as they were and as they are; None is not there, or not graded. ``why`` names all that differs."""

    student: str
    assignment: str
    before: float | None
    after: float | None
    tasks: tuple[tuple[str, float | None, float | None], ...]
    why: tuple[str, ...]


def compare(before: Sequence[Grade], after: Sequence[Grade]) -> tuple[Change, ...]:
    """The changes, by assignment and student; nothing for grades whose scores and points are the same."""
    olds = {(grade.assignment, grade.student): grade for grade in before}
    news = {(grade.assignment, grade.student): grade for grade in after}
    found = (change(olds.get(key), news.get(key)) for key in sorted(olds.keys() | news.keys()))
    return tuple(one for one in found if one is not None)


def change(old: Grade | None, new: Grade | None) -> Change | None:
    """What changed between two grades of a submission, None where nothing did."""
    known = new or old
    if known is None:
        return None
    scores = tuple(grade.score if grade is not None and grade.is_graded else None for grade in (old, new))
    points = [{task.name: _points(task) for task in grade.tasks} if grade is not None else {} for grade in (old, new)]
    names = list(dict.fromkeys([*points[1], *points[0]]))
    tasks = tuple((name, points[0].get(name), points[1].get(name)) for name in names)
    tasks = tuple(one for one in tasks if one[1] != one[2])
    why: tuple[str, ...]
    if old is None or new is None:
        why = ("not there before",) if old is None else ("no longer there",)
    else:
        if scores[0] == scores[1] and not tasks:
            return None
        why = tuple(reasons(old, new)) or ("graded again",)
    return Change(known.student, known.assignment, scores[0], scores[1], tasks, why)


def reasons(old: Grade, new: Grade) -> Iterator[str]:
    """What differs between two grades of a submission besides their points."""
    if [source["sha256"] for source in old.sources] != [source["sha256"] for source in new.sources]:
        yield "source"
    versions = sorted(
        name for name in {*old.versions, *new.versions} if old.versions.get(name) != new.versions.get(name)
    )
    if versions:
        yield f"version of {', '.join(versions)}"
    if old.seed != new.seed:
        yield "secret"
    pairs = [(one, two) for one in old.tasks for two in new.tasks if one.name == two.name]
    if not versions and old.sources == new.sources and old.seed == new.seed:
        changed = [one.name for one, two in pairs if one.key != two.key]
        if changed:
            yield f"tests of {', '.join(changed)}"  # or what they depend on: solutions, limits, rules, this package
    if any((one.max_points, one.bonus) != (two.max_points, two.bonus) for one, two in pairs) or len(pairs) < max(
        len(old.tasks), len(new.tasks)
    ):
        yield "points of tasks"
    if old.submitted_at != new.submitted_at:
        yield "time of submission"
    elif old.late != new.late:
        yield "late policy"
    for one, two in pairs:
        if one.override != two.override:
            reason = two.override.reason if two.override is not None else "removed"
            yield f"override of {two.name}: {reason}"


def _points(task: TaskScore) -> float | None:
    return task.points if task.is_graded else None
