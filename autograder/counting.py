"""Which of a student's submissions counts: the last one, the best one, or the last one that was in time.

A submission that was graded several times counts as it was graded last. Of one that does not count, the grade that does
tells its student.
"""

from collections.abc import Iterator
from dataclasses import replace

from autograder import store
from autograder.course import Course
from autograder.messages import say, speaking
from autograder.results import Grade
from autograder.scoring import late, times


def rule(course: Course) -> store.Rule:
    """The course's rule, its setting ``counts``."""
    if course.config.counts == "last":
        return store.last

    def chosen(newest_first: Iterator[Grade]) -> Grade | None:
        attempts = list(newest_first)
        submissions = [replace(one, late=late(course, one)) for one in _last_of_each(attempts)]
        if not submissions:
            return store.last(iter(attempts))
        with speaking(course.root):
            return _best(submissions) if course.config.counts == "best" else _last_in_time(course, submissions)

    return chosen


def _last_of_each(newest_first: list[Grade]) -> Iterator[Grade]:
    """Of each submission, by what was handed in and when, the last grade."""
    seen = set[object]()
    for grade in newest_first:
        submission = (grade.submitted_at, *(source["sha256"] for source in grade.sources))
        if grade.is_graded and submission not in seen:
            seen.add(submission)
            yield grade


def _best(newest_first: list[Grade]) -> Grade:
    """The one with the highest score after what lateness costs; of several, the newest."""
    best = max(newest_first, key=lambda grade: grade.score)
    last = newest_first[0]
    if best is last:
        return best
    told = say("counting.best", attempt=best.attempt, last=last.attempt, score=f"{last.score:g}")
    return replace(best, notes=(*best.notes, told))


def _last_in_time(course: Course, newest_first: list[Grade]) -> Grade:
    """The one that was handed in last of those in time; where there is none, the last of all."""
    in_time = [grade for grade in newest_first if _is_in_time(course, grade)]
    chosen = max(in_time or newest_first, key=lambda grade: grade.submitted_at or "")
    last = newest_first[0]
    if chosen is last or chosen not in in_time:
        return chosen
    told = say("counting.in_time", attempt=chosen.attempt, last=last.attempt)
    return replace(chosen, notes=(*chosen.notes, told))


def _is_in_time(course: Course, grade: Grade) -> bool:
    """By the recorded time and the student's own due date, grace included; one without a time, or a due date, is."""
    known = times(course, grade)
    return known is None or course.late_policy.overdue(*known) <= 0
