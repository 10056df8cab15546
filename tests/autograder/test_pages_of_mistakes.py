"""The pages of wrong submissions of the whole course: what they tell must not be what the suites know."""

from pathlib import Path

import pytest

from autograder.compose import module_text
from autograder.course import load_course
from autograder.judge import warm_judge
from autograder.leaks import leaks, secrets_of
from autograder.notebook import Segment
from autograder.reference import load_solutions
from autograder.source import read_source
from autograder.submission import Submission

from .reading import lines_of_page

COURSE = load_course(Path(__file__).resolve().parents[2])
EACH = 1


def wrong_submissions(assignment):
    """The assignment's misconceptions: the first of each name in one submission, and so on."""
    solutions = load_solutions(assignment)
    for place in range(EACH):
        chosen = {}
        for name in assignment.names:
            held = [answer for answer in solutions.misconceptions if answer.replaces == name]
            if place < len(held):
                chosen[name] = held[place]
        text = module_text(solutions, chosen, otherwise="reference")
        yield Submission("sam", assignment.name, (Segment(f"{assignment.module}.py", text),), (), None)


QUICK = ("03_norm_penalties", "07_dropout", "10_augmentation")  # what a plain run looks at; the rest is slow together
MARKED = [
    pytest.param(one, marks=() if one.name in QUICK else pytest.mark.slow, id=one.name) for one in COURSE.assignments
]


@pytest.mark.parametrize("assignment", MARKED)
def test_a_page_holds_no_line_of_a_suite_or_solution(assignment):
    """But a hint, which is meant to be read, and the line of their own that raised."""
    known = secrets_of(assignment, read_source(assignment))
    hints = " ".join(answer.hint for answer in load_solutions(assignment).misconceptions)
    failed = 0
    for submission in wrong_submissions(assignment):
        grade = warm_judge(COURSE).grade(submission)
        assert grade.problem is None
        secrets = [one for one in known if one.text.strip() not in submission.segments[0].source + hints]
        assert len(secrets) > len(known) / 3
        failed += sum(task.outcome not in ("passed", "skipped") for task in grade.tasks)
        lines = lines_of_page(grade, COURSE.config)
        assert list(leaks(lines, secrets)) == []
        assert not [line for line in lines if COURSE.config.secret in line.text]
    assert failed >= len(assignment.tasks)
