"""Notebooks as students leave them get the grade that they must get, here and in nbgrader's frame."""

import json

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.cells import defined_in
from autograder.judge import warm_judge
from autograder.nbrestore import Issued, read_cells, restored
from autograder.nbsource import source_text
from autograder.source import read_source
from autograder.submission import read_submission

from .graded_course import NAME, graded_course
from .mangled import CHANGES, FULL, mangled
from .nbgrader_course import QUESTION

COURSE = graded_course()
ASSIGNMENT = COURSE.assignment(NAME)


def answered():
    """The released notebook with the reference's answers in it."""
    book = json.loads((ASSIGNMENT.released / "scaling.ipynb").read_text(encoding="utf-8"))
    answers = {
        name: cell.text
        for cell in read_source(ASSIGNMENT)
        if cell.kind == "task"
        for name in defined_in(cell)
    }  # fmt: skip
    for cell in book["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("solution"):
            cell["source"] = answers[about["grade_id"]]
    return json.dumps(book)


MANGLED = list(mangled(answered()))


@pytest.fixture(scope="module")
def issued():
    """The cells that nbgrader's gradebook has after `generate_assignment`, as far as they matter here."""
    path = ASSIGNMENT.solution / "written.toml"
    path.write_text(QUESTION, encoding="utf-8")
    try:
        book = nbformat.reads(source_text(ASSIGNMENT, COURSE.root), as_version=4)
    finally:
        path.unlink()
    found = []
    for cell in book.cells:
        if about := cell.metadata.get("nbgrader"):
            kind = "tests" if about.grade else "question" if about.task else ""
            locked = not about.solution
            one = (about.grade_id, cell.cell_type, cell.source, about.checksum, locked, about.get("points"), kind)
            found.append(Issued(*one))
    return found


def test_there_are_enough_and_they_differ():
    """At least forty, each with a name and bytes of its own."""
    assert len({one.name for one in MANGLED}) == len(MANGLED) >= 40
    assert len({one.data for one in MANGLED}) == len(MANGLED)
    assert len(CHANGES) >= 40


@pytest.mark.parametrize("one", MANGLED, ids=lambda one: one.name)
def test_a_mangled_notebook_gets_its_grade(one, tmp_path):
    """The points of each task; and what was lost, or taken for something else, is named with its place."""
    path = tmp_path / "scaling.ipynb"
    path.write_bytes(one.data)
    grade = warm_judge(COURSE).grade(read_submission(path, "ada", ASSIGNMENT))
    assert {task.name: task.points for task in grade.tasks} == one.points, (grade.problem, grade.notes)
    told = " ".join([grade.problem or "", *grade.notes])
    assert (one.note in told) if one.note else (told == "")


@pytest.mark.parametrize("one", MANGLED, ids=lambda one: one.name)
def test_a_mangled_notebook_stands_in_nbgraders_frame(one, issued):
    """Each of our tests and questions once, as issued; valid metadata; nothing that the student wrote is lost."""
    cells = restored(read_cells(one.data), issued)
    book = nbformat.v4.new_notebook(cells=cells)
    nbformat.validate(book)
    MetadataValidator().validate_nb(book)
    ours = {cell.grade_id: cell.source for cell in issued if cell.points is not None}
    placed = [
        (cell.metadata.nbgrader.grade_id, cell.source)
        for cell in cells
        if "points" in cell.metadata.get("nbgrader", {})
    ]
    assert sorted(placed) == sorted(ours.items())
    handed_in = {cell.source for cell in read_cells(one.data)}
    locked = {cell.source for cell in issued if cell.locked}
    assert handed_in - locked <= {cell.source for cell in cells}


def test_full_marks_are_worth_something():
    """The table of what must be got is that of the course's points."""
    assert {task.name: task.points for task in ASSIGNMENT.tasks} == FULL
