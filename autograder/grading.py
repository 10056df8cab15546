"""Grade many submissions: only what changed, through a pool of warm judges, each grade stored as it comes."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from autograder import audit, comparison, store
from autograder.course import Course
from autograder.errors import GraderError
from autograder.executors import machine
from autograder.fingerprint import fingerprints
from autograder.messages import say, speaking
from autograder.publishing import Press
from autograder.results import Grade, Outcome, TaskScore, TestResult
from autograder.sandbox.nursery import nursery
from autograder.scoring import restated
from autograder.submission import Submission

PRELOAD = ("torchvision", "pytest", "autograder.judge")
"""What takes a judge seconds to import, once for all workers."""


@dataclass(frozen=True)
class Order:
    """What a worker needs to grade one submission. ``keys`` are its tasks' fingerprints, ``kept`` the scores of tasks
    whose fingerprints have not changed since they were graded."""

    course: Course
    submission: Submission
    public: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, TaskScore] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What there is to do: ``orders`` to carry out, ``restated`` grades that only points or lateness have changed, and
    grades that stay as they are."""

    orders: tuple[Order, ...]
    restated: tuple[Grade, ...] = ()
    unchanged: tuple[Grade, ...] = ()


def plan(
    course: Course,
    submissions: Sequence[Submission],
    folder: Path,
    force: bool = False,
    only: frozenset[str] = frozenset(),
) -> Plan:
    """What must be graded, given the grades in ``folder``: tasks whose fingerprint is another than when they were
    graded, and those that stayed ungraded. ``force`` grades what is unchanged, too. ``only`` leaves all tasks but these
    as they are, where a submission has a grade. Orders of one form follow each other: what a judge remembers of the one
    is of use for the next."""
    orders: list[Order] = []
    again: list[Grade] = []
    unchanged: list[Grade] = []
    for submission in submissions:
        keys = fingerprints(course, submission)
        earlier = store.newest(folder, submission.assignment, submission.student)
        kept = {
            task.name: task
            for task in (earlier.tasks if earlier is not None else ())
            if task.name in keys and _stays(task, keys[task.name], force, only)
        }
        if earlier is None or len(kept) < len(keys):
            orders.append(Order(course, submission, keys=keys, kept=kept))
            continue
        now = restated(course, submission, earlier)
        theirs = [store.newest(folder, submission.assignment, member) for member in submission.members]
        wanted = [_as_member(course, submission, now, member) for member in submission.members]
        if now == earlier and all(_is_same(one, other) for one, other in zip(wanted, theirs, strict=True)):
            unchanged += [now, *(one for one in theirs if one is not None)]
        else:
            again.append(now)
    return Plan(tuple(sorted(orders, key=_form)), tuple(again), tuple(unchanged))


def _form(order: Order) -> tuple[str, str]:
    submission = order.submission
    return submission.assignment, order.course.seed(submission.student, submission.assignment)


def _stays(task: TaskScore, key: str, force: bool, only: frozenset[str]) -> bool:
    """Whether a task's score is kept. What ``only`` leaves out is kept even where its outcome would be another now."""
    if only and task.name not in only:
        return True
    return not force and task.outcome is not Outcome.UNGRADED and task.key == key


def shared(course: Course, submissions: Sequence[Submission], grades: Iterable[Grade]) -> Iterator[Grade]:
    """The grades, and after the grade of a group's first student the same for every other member."""
    groups = {(one.assignment, one.student): one for one in submissions if one.members}
    for grade in grades:
        yield grade
        if group := groups.get((grade.assignment, grade.student)):
            yield from (_as_member(course, group, grade, member) for member in group.members)


def _as_member(course: Course, group: Submission, grade: Grade, member: str) -> Grade:
    """A group's grade as that of one of its members: the same but for what lateness costs, which may differ."""
    own = replace(group, student=member, members=())
    return restated(course, own, replace(grade, student=member))


def _is_same(grade: Grade, earlier: Grade | None) -> bool:
    """Whether a grade says what an earlier one of the same student does, whichever attempts they are."""
    return earlier is not None and replace(grade, attempt=earlier.attempt) == earlier


def grade_all(course: Course, submissions: Sequence[Submission], jobs: int, public: bool = False) -> Iterator[Grade]:
    """Grades of all submissions, whatever is stored, in the order in which they are finished.

    A judge that fails costs a submission nothing: it stays ungraded. Raises ``AssignmentError`` where an assignment
    itself cannot be graded.
    """
    yield from carry_out([Order(course, one, public, fingerprints(course, one)) for one in submissions], jobs)


def carry_out(orders: Sequence[Order], jobs: int) -> Iterator[Grade]:
    """As ``grade_all``, for orders."""
    with nursery() if machine.workers(orders, jobs) > 1 else contextlib.nullcontext() as place:
        grade = partial(grade_one, place=place)
        yield from machine.run(grade, orders, jobs, preload=PRELOAD, lost=_lost)


def grade_one(order: Order, place: Path | None = None) -> Grade:
    """Grade one submission with this process's judge; a second time where the first left it ungraded. A judge that is
    made for it gets its fork server from the nursery at ``place``, if there is one."""
    from autograder.judge import cool, warm_judge

    began = time.perf_counter()
    for last in (False, True):
        try:
            grade = warm_judge(order.course, place).grade(order.submission, order.public, order.kept)
        except GraderError as error:
            cool(order.course)
            with speaking(order.course.root):
                grade = ungraded(order, str(error))
        if grade.is_graded or last:
            break
    tasks = tuple(replace(task, key=order.keys.get(task.name, "")) for task in grade.tasks)
    return replace(grade, tasks=tasks, seconds=time.perf_counter() - began)


def save_all(
    press: Press, grades: Iterable[Grade], unchanged: Sequence[Grade] = (), rule: store.Rule = store.last
) -> tuple[Grade, ...]:
    """Store each grade, and the feedback on the one that counts by the ``rule``, as it comes; then what tells of the
    class, over all that the folder holds. Of those ``unchanged`` only what an earlier run had no time for is written.

    Returns what counts now, and what stayed ungraded, by assignment and student. Raises ``GraderError`` where the
    folder cannot be written.
    """
    done: list[Grade] = []
    for grade in grades:
        whose, attempt = (grade.assignment, grade.student), store.as_next_attempt(press.folder, grade)
        before = store.latest(press.folder, *whose, rule)
        _log(press.folder, before, store.choice(press.folder, *whose, rule, attempt))
        counts = store.read(store.write(press.folder, grade, rule))
        press.feedback(counts)
        done.append(counts if attempt.is_graded else attempt)
    for grade in unchanged:
        counts = store.latest(press.folder, grade.assignment, grade.student, rule) or grade
        if press.lacks(counts):
            press.feedback(counts)
        done.append(counts)
    press.overview(store.read_all(press.folder), changed=[grade.assignment for grade in done])
    return tuple(sorted(done, key=lambda grade: (grade.assignment, grade.student)))


def _log(folder: Path, before: Grade | None, after: Grade | None) -> None:
    """Put on record that a grade which was there is about to be another."""
    if before is None or after is None or not after.is_graded:
        return
    changed = comparison.change(before, after)
    if changed is not None:
        why, now = ", ".join(changed.why), datetime.now(UTC).isoformat(timespec="seconds")
        scores = (changed.before, changed.after)
        about = (after.student, after.assignment, None, *scores, why)
        audit.append(folder, [audit.Entry(now, audit.user(), "regraded", *about)])


def ungraded(order: Order, why: str) -> Grade:
    """The grade of a submission that we failed to grade: no points are lost, and exports wait for it."""
    test = TestResult("grading", say("grader.rubric"), Outcome.UNGRADED, message=why)
    assignment = order.course.assignment(order.submission.assignment)
    return Grade(
        student=order.submission.student,
        assignment=assignment.name,
        tasks=tuple(TaskScore(task.name, task.points, task.bonus, (test,)) for task in assignment.tasks),
        seed=order.course.seed(order.submission.student, assignment.name),
        graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        isolation={"level": order.course.config.isolation, "mechanisms": {}},
        sources=order.submission.sources,
        submitted_at=order.submission.submitted_at,
        problem=None,
    )


def _lost(order: Order) -> Grade:
    with speaking(order.course.root):
        return ungraded(order, say("grader.killed"))
