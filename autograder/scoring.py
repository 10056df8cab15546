"""From the results of tests to the scores of tasks, and what lateness costs: arithmetic, and nothing is run."""

import dataclasses
import types
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from autograder.course import Assignment, Course
from autograder.messages import say
from autograder.results import FINE, Grade, Outcome, TaskScore, TestResult, summary
from autograder.submission import Submission

NOTHING_KEPT: Mapping[str, TaskScore] = types.MappingProxyType({})


def task_scores(
    assignment: Assignment, results: Mapping[str, Sequence[TestResult]], kept: Mapping[str, TaskScore] = NOTHING_KEPT
) -> tuple[TaskScore, ...]:
    """The scores of every task, in order: those ``kept``, with the points that they have now, and those that the
    results come to. A test that failed in a task that needs an unsolved one is ``blocked``."""
    scores: list[TaskScore] = []
    solved: set[str] = set()
    for task in assignment.tasks:
        earlier = kept.get(task.name)
        tests = tuple(results.get(task.name, ())) if earlier is None else earlier.tests
        unsolved = [name for name in task.needs if name not in solved]
        if unsolved:
            tests = tuple(_blocked(test, unsolved) if test.outcome is Outcome.FAILED else test for test in tests)
        if summary(test.outcome for test in tests) in FINE:
            solved.add(task.name)
        score = earlier or TaskScore(task.name, task.points, task.bonus, tests)
        scores.append(dataclasses.replace(score, max_points=task.points, bonus=task.bonus))
    return tuple(scores)


def _blocked(test: TestResult, unsolved: list[str]) -> TestResult:
    told = say("tests.blocked", names=say("tests.and").join(f"`{name}`" for name in unsolved))
    return dataclasses.replace(test, outcome=Outcome.BLOCKED, message=f"{told}\n{test.message}".rstrip())


def late(course: Course, submission: Submission | Grade) -> Mapping[str, Any] | None:
    """What lateness costs, by the time that was recorded and this student's due date: None where there is no policy,
    no due date, no known time, or nothing to pay."""
    policy, known = course.config.late, times(course, submission)
    if policy is None or known is None:
        return None
    due, submitted = known
    penalty = policy.penalty(due, submitted)
    if not penalty:
        return None
    cost = {"due": due.isoformat(), "seconds": round((submitted - due).total_seconds()), "penalty": penalty}
    floor = policy.floor(course.assignment(submission.assignment).max_score)
    return {**cost, "floor": floor} if floor else cost


def times(course: Course, submission: Submission | Grade) -> tuple[datetime, datetime] | None:
    """When a submission was due for this student, extensions included, and when it was handed in; None where there is
    no due date, or no known time."""
    assignment = course.assignment(submission.assignment)
    if assignment.due is None or submission.submitted_at is None:
        return None
    due = course.late_policy.due(assignment.due, submission.student, assignment.name)
    return due, datetime.fromisoformat(submission.submitted_at)


def restated(course: Course, submission: Submission, grade: Grade) -> Grade:
    """A grade with the points, and the cost of lateness, that the course's configuration gives it now."""
    kept = {task.name: task for task in grade.tasks}
    return dataclasses.replace(
        grade,
        tasks=task_scores(course.assignment(submission.assignment), {}, kept),
        late=late(course, submission),
        submitted_at=submission.submitted_at,
        sources=submission.sources,
        notes=submission.notes,
    )
