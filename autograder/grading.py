"""Grade many submissions: through a pool of warm judges, an ungraded one once more, each grade stored as it comes."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from autograder import store
from autograder.course import Course
from autograder.errors import GraderError
from autograder.executors import inline, local
from autograder.judge import cool, seed_of, warm_judge
from autograder.publishing import Press
from autograder.results import Grade, Outcome, TaskScore, TestResult
from autograder.submission import Submission


@dataclass(frozen=True)
class Order:
    """What a worker needs to grade one submission."""

    course: Course
    submission: Submission
    public: bool = False


def grade_all(course: Course, submissions: Sequence[Submission], jobs: int, public: bool = False) -> Iterator[Grade]:
    """Grades in the order in which they are finished. A judge that fails costs a submission nothing: it stays ungraded.

    Raises ``AssignmentError`` where an assignment itself cannot be graded.
    """
    orders = [Order(course, submission, public) for submission in submissions]
    jobs = min(jobs, len(orders))
    if jobs <= 1:
        return inline.run(grade_one, orders)
    return local.run(grade_one, orders, jobs, preload=("torch", "autograder.judge"))


def grade_one(order: Order) -> Grade:
    """Grade one submission with this process's judge; a second time where the first left it ungraded."""
    for last in (False, True):
        try:
            grade = warm_judge(order.course).grade(order.submission, order.public)
        except GraderError as error:
            cool(order.course)
            grade = ungraded(order, str(error))
        if grade.is_graded or last:
            break
    return grade


def save_all(press: Press, grades: Iterable[Grade]) -> tuple[Grade, ...]:
    """Store each grade, and its feedback, as it comes; then what tells of the class, over all that the folder holds.

    Returns the grades by assignment and student. Raises ``GraderError`` where the folder cannot be written.
    """
    done: list[Grade] = []
    for grade in grades:
        kept = store.read(store.write(press.folder, grade))  # an earlier one, where this one stayed ungraded
        press.feedback(kept)
        done.append(grade)
    press.overview(store.read_all(press.folder), changed=[grade.assignment for grade in done])
    return tuple(sorted(done, key=lambda grade: (grade.assignment, grade.student)))


def ungraded(order: Order, why: str) -> Grade:
    """The grade of a submission that we failed to grade: no points are lost, and exports wait for it."""
    test = TestResult(
        "grading", "The grader itself failed; this is not the student's fault.", Outcome.UNGRADED, message=why
    )
    assignment = order.course.assignment(order.submission.assignment)
    return Grade(
        student=order.submission.student,
        assignment=assignment.name,
        tasks=tuple(TaskScore(task.name, task.points, task.bonus, (test,)) for task in assignment.tasks),
        seed=seed_of(order.course.config.secret, order.submission.student, assignment.name),
        graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        isolation={"level": order.course.config.isolation, "mechanisms": {}},
        sources=order.submission.sources,
        submitted_at=order.submission.submitted_at,
        problem=None,
    )


def cores() -> int:
    """The cores that this process may use: the usual number of jobs."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
