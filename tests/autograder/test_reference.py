"""The reference and its answers, as modules and as source."""

import pytest

from autograder.errors import AssignmentError
from autograder.reference import load_solutions, run

from .graded_course import MISTAKES, RIGHT, answers_text
from .small_course import write_assignment


@pytest.fixture
def assignment(tmp_path):
    """The small course's."""
    return write_assignment(tmp_path)


def test_the_answers_are_found_and_told_apart(assignment):
    """Accepted ones and misconceptions, with what an author wrote about them."""
    solutions = load_solutions(assignment)
    assert [answer.written_as for answer in solutions.accepted] == ["scale__added"]
    assert [(answer.written_as, answer.caught_by) for answer in solutions.misconceptions] == [
        ("scale__unshifted", ("test_scale_law",))
    ]
    assert "is not written yet" in solutions.stub
    assert "_private_factor" not in solutions.stub


def test_a_variant_stands_in_for_the_reference_everywhere(assignment):
    """What calls the name calls the variant, which goes by the name; the rest is the reference's."""
    solutions = load_solutions(assignment)
    reference = run("scaling", solutions.segments())
    variant = run("scaling", solutions.segments(solutions.misconceptions[0]))
    assert (reference.scale(4.0, 1.0), variant.scale(4.0, 1.0)) == (9.0, 8.0)
    assert variant.scale.__name__ == "scale"
    import torch

    assert float(variant.Scaler(1.0)(torch.tensor(4.0))) == 8.0
    assert reference.scale(4.0, 1.0) == 9.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("from autograder.answers import accepted\n@accepted\ndef other__x():\n    pass\n", "no task 'other'"),
        ("1 / 0\n", r"accepted\.py cannot be run: ZeroDivisionError"),
        ("def (:\n", r"accepted\.py cannot be run: SyntaxError"),
        ("from autograder.answers import accepted\n@accepted\ndef plain():\n    pass\n", "an answer is called"),
    ],
    ids=["no such task", "raises", "syntax", "name"],
)
def test_a_mistake_in_an_answer_file_is_the_authors(assignment, text, told):
    """The message names the file, or the answer."""
    assignment.answers[0].write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError, match=told):
        load_solutions(assignment)


@pytest.mark.parametrize("where", [0, 1])
def test_an_answer_that_is_written_twice_is_refused(assignment, where):
    """In one file or in both: the second would silently take the place of the first."""
    first, second = assignment.answers
    text = first.read_text(encoding="utf-8")
    again = "\n\n@accepted\ndef scale__added(x, lam):\n    return 0\n"
    (first, second)[where].write_text(text + again if not where else text, encoding="utf-8")
    with pytest.raises(AssignmentError, match="scale__added is written 2 times"):
        load_solutions(assignment)


def test_every_answer_of_the_graded_course_is_loaded(assignment):
    """Functions and classes alike."""
    first, second = assignment.answers
    kept = ("scale", "Scaler")
    first.write_text(answers_text({name: RIGHT[name] for name in kept}, False), encoding="utf-8")
    second.write_text(answers_text({name: MISTAKES[name] for name in kept}, True), encoding="utf-8")
    solutions = load_solutions(assignment)
    assert (len(solutions.accepted), len(solutions.misconceptions)) == (6, 8)
