"""Pictures of what students' functions do: of the reference always, of a wrong answer perhaps, and never a failure."""

import types
from pathlib import Path

import pytest

from autograder.course import ANYTHING, load_course
from autograder.drawing import Drawings, load_drawings
from autograder.errors import AssignmentError
from autograder.exam import Direct
from autograder.picture import Picture
from autograder.reference import load_solutions
from autograder.results import Outcome, TaskScore, TestResult

from .graded_course import graded_course

COURSE = load_course(Path(__file__).resolve().parents[2])
DRAWN = [
    (assignment, task)
    for assignment in COURSE.assignments
    if assignment.pictures.is_file()
    for task in assignment.tasks
    if f"def {task.name}(" in assignment.pictures.read_text(encoding="utf-8")
]


def test_the_pictures_that_students_ask_for_are_there():
    """Augmented images, the stopping point, the double-descent curve, masks and means, the ensemble: and others."""
    tasks = {task.name for _, task in DRAWN}
    assert {"flip", "median_mse_curve", "InvertedDropout", "bernoulli_mask"} <= tasks
    assert {assignment.name for assignment, _ in DRAWN} == {assignment.name for assignment in COURSE.assignments}


@pytest.mark.parametrize(("assignment", "task"), DRAWN, ids=lambda one: one.name)
def test_the_reference_has_every_picture(guest_of, assignment, task):
    """Through a real guest, as a submission's is drawn; with panels, and something in each."""
    session = guest_of(load_solutions(assignment).reference[1], memory_mb=2048)
    drawings = load_drawings(assignment, assignment.pictures)
    picture = drawings.draw(task.name, session, "5eed", assignment.rules[task.name])
    assert isinstance(picture, Picture)
    assert picture.caption.endswith(".")
    assert picture.panels
    for panel in picture.panels:
        assert getattr(panel, "png", None) or all(any(y is not None for y in row.y) for row in panel.series)


def score(outcome):
    """A task with one test."""
    return TaskScore("scale", 7.0, False, (TestResult("t", "Law.", outcome),))


def seat(**names):
    """A student's module in this process."""
    module = types.ModuleType("scaling")
    module.__dict__.update(names)
    return Direct(module)


def never(student):
    """A drawing that fails."""
    raise IndexError("what came back has another shape")


def draws(student):
    """A drawing that asks the student's function."""
    return Picture(str(student.scale(2)), "Twice.", ())


def test_a_drawing_that_fails_leaves_no_picture():
    """Whatever a wrong answer makes of it; the score is the same."""
    (one,) = Drawings({"scale": never}).added([score(Outcome.FAILED)], seat(), "5eed", {"scale": ANYTHING})
    assert one == score(Outcome.FAILED)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_came_back_is_drawn(outcome):
    """A function that never returned is not asked once more."""
    drawings = Drawings({"scale": draws})
    (one,) = drawings.added([score(outcome)], seat(scale=lambda x: 2 * x), "5eed", {"scale": ANYTHING})
    drawn = outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED)
    assert (one.picture == Picture("4", "Twice.", ())) == drawn


def test_a_task_without_a_drawing_has_no_picture():
    """And an assignment without a file has none at all."""
    assignment = graded_course().assignments[0]
    drawings = load_drawings(assignment, assignment.pictures)
    (one,) = drawings.added([score(Outcome.PASSED)], seat(), "5eed", {"scale": ANYTHING})
    assert one.picture is None


def test_a_file_that_cannot_be_run_is_named(tmp_path):
    """An author's mistake, at once and not in every grade."""
    path = tmp_path / "pictures.py"
    path.write_text("import nothing_of_the_kind\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"pictures\.py cannot be run: ModuleNotFoundError"):
        load_drawings(graded_course().assignments[0], path)
