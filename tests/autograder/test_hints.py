"""Hints that say too much: an expression of the reference, or a number that only the hidden suite knows."""

import pytest

from autograder.hints import telling_hints
from autograder.reference import load_solutions

from .graded_course import MISTAKES, answers_text, write_graded

SAFE = "You add the wrong constant. Look at `lam` again: 2 * lam is not all."


def problems(root, hint):
    """What is said of a course whose first misconception has this hint."""
    course = write_graded(root)
    path = course.assignments[0].answers[1]
    text = answers_text(MISTAKES, True)
    before = text.partition('hint="')[2].partition('"')[0]
    path.write_text(text.replace(f'hint="{before}"', f"hint={hint!r}", 1), encoding="utf-8")
    return list(telling_hints(course.assignments[0], load_solutions(course.assignments[0])))


def test_a_hint_that_leads_is_fine(tmp_path):
    """Words, names and short pieces of code tell a student where to look."""
    assert problems(tmp_path, SAFE) == []


@pytest.mark.parametrize("hint", ["Write `(lam * 2 + 0.25) * x`.", "It should be lam*2+0.25, no?"])
def test_an_expression_of_the_reference_is_found(tmp_path, hint):
    """With spaces or without them, in code marks or in plain words."""
    found = problems(tmp_path, hint)
    assert "holds an expression of the reference: lam*2+0.25" in " ".join(found)


def test_a_number_of_the_hidden_suite_is_found(tmp_path):
    """An input or an expected value that stands in the suite only may not stand in a hint."""
    course = write_graded(tmp_path / "plain")
    suite = course.assignments[0].tasks[0].suite
    suite.write_text(suite.read_text(encoding="utf-8") + "\nSECRET = 3.875\n", encoding="utf-8")
    path = course.assignments[0].answers[1]
    text = answers_text(MISTAKES, True)
    before = text.partition('hint="')[2].partition('"')[0]
    path.write_text(text.replace(before, "For 3.875 you return too much.", 1), encoding="utf-8")
    (problem,) = telling_hints(course.assignments[0], load_solutions(course.assignments[0]))
    assert problem.endswith("holds a number of the hidden suite: 3.875")
