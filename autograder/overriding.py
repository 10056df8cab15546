"""Set, or take back, the points of one task by hand: logged, kept through regrades, and shown wherever grades are."""

from dataclasses import dataclass
from datetime import UTC, datetime

from autograder import audit, overrides, store
from autograder.counting import rule
from autograder.course import Course
from autograder.errors import AssignmentError
from autograder.publishing import Press
from autograder.results import Grade, Override, TaskScore


@dataclass(frozen=True)
class Wish:
    """Whose task is to have which points, and why; ``points`` None takes an override back. ``task`` is a name or a
    number such as ``7.3``."""

    student: str
    task: str
    points: float | None
    reason: str
    who: str
    assignment: str | None = None


def override(course: Course, press: Press, wish: Wish) -> Grade:
    """Do it, in the folder that ``press`` writes to; returns the grade as it is now.

    Raises ``AssignmentError`` where there is no such grade or task, the points are not between 0 and the task's, the
    reason is empty, or there is nothing to take back.
    """
    if not wish.reason.strip():
        raise AssignmentError("an override needs a --reason: students, and you next year, will ask")
    assignment, name = task_of(course, wish.task, wish.assignment)
    folder = press.folder
    with store.locked(folder):
        grade = store.latest(folder, assignment, wish.student, rule(course))
        if grade is None:
            raise AssignmentError(f"{folder} holds no grade of {wish.student} for {assignment}")
        task = next((task for task in grade.tasks if task.name == name), None)
        if task is None:
            raise AssignmentError(f"the grade of {wish.student} for {assignment} has no task {name!r}; grade it again")
        kept = dict(overrides.read(folder, assignment, wish.student))
        kept.pop(name, None)
        if wish.points is not None:
            kept[name] = _override(wish, task)
        elif task.override is None:
            raise AssignmentError(f"{name} of {wish.student} has no override to remove")
        done = overrides.applied(grade, kept)
        audit.append(folder, [_entry(wish, grade, done, name)])  # first: what is not logged is not done
        overrides.write(folder, assignment, wish.student, kept)
        store.put(folder, done)
        press.feedback(done)
        press.overview(store.read_all(folder), changed=[assignment])
    return done


def task_of(course: Course, task: str, assignment: str | None) -> tuple[str, str]:
    """The assignment and the name of a task that is given by name or number. Raises ``AssignmentError`` for none, or
    several."""
    wanted = course.assignment(assignment).name if assignment is not None else None
    found = [(one.name, name) for one in course.assignments if wanted in (None, one.name) for name in one.meant(task)]
    if not found:
        where = f"in {wanted}" if wanted is not None else "in this course"
        raise AssignmentError(f"there is no task {task!r} {where}; expected a name such as `InvertedDropout`, or `7.3`")
    if len(found) > 1:
        raise AssignmentError(f"{task!r} is a task of {' and '.join(one for one, _ in found)}; name one: --assignment")
    return found[0]


def _override(wish: Wish, task: TaskScore) -> Override:
    points = float(wish.points or 0)
    if not 0 <= points <= task.max_points:
        raise AssignmentError(f"{task.name} has {task.max_points:g} points; found {points:g}, expected 0 to that")
    return Override(points, wish.reason.strip(), wish.who, datetime.now(UTC).isoformat(timespec="seconds"))


def _entry(wish: Wish, before: Grade, after: Grade, name: str) -> audit.Entry:
    old, new = (next(task for task in grade.tasks if task.name == name) for grade in (before, after))
    return audit.Entry(
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        who=wish.who,
        what="override" if wish.points is not None else "override removed",
        student=wish.student,
        assignment=before.assignment,
        task=name,
        before=old.points if old.is_graded else None,
        after=new.points if new.is_graded else None,
        reason=wish.reason.strip(),
    )
