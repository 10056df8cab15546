"""Promises of ``autograder.handout``: the README and the notebook, as students and nbgrader read them."""

import re
from datetime import datetime, timedelta, timezone

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum

from autograder.handout import notebook_text, readme_text
from autograder.lateness import LatePolicy
from autograder.source import read_source, stub_of

from .small_course import SOURCE, write_assignment


@pytest.fixture
def assignment(tmp_path):
    """The small assignment."""
    return write_assignment(tmp_path)


def notebook(assignment):
    """Its notebook, parsed."""
    return nbformat.reads(notebook_text(read_source(assignment), assignment), as_version=4)


def test_the_readme_opens_with_what_a_student_asks_first(assignment):
    """Title once, due date, points by task with bonus apart, how to check; then the handout's own words, in order."""
    text = readme_text(read_source(assignment), assignment, LatePolicy(grace_minutes=15))
    assert text.startswith("# Scaling, gently\n\n**Due 2027-02-08 23:59 UTC.**")
    assert "Each day begun after 15 minutes of grace takes 10 % of the score, 50 % at most." in text
    assert "| 4.1 | `scale` | 7 |\n| 4.2 | `Scaler` | 2.5 (bonus) |" in text
    assert "Together 7 points, and up to 2.5 bonus points on top." in text
    assert "`autograder check 04_scaling`" in text
    assert "Passing the public tests is not enough for full marks" in text
    assert text.count("# Scaling, gently") == 1
    assert text.index("Some words first, with $\\lambda > 0$.") < text.index("## 4.1 Scale (`scale`, 7 points)")
    assert text.endswith("Multiply.\n")


def test_the_due_date_names_its_zone(assignment):
    """A due date in another zone is shown as the author wrote it; none and no late policy leave the line out."""
    cells = read_source(assignment)
    object.__setattr__(assignment, "due", datetime(2027, 3, 1, 18, 0, tzinfo=timezone(timedelta(hours=2))))
    assert "**Due 2027-03-01 18:00 UTC+0200.**\n" in readme_text(cells, assignment, None)
    object.__setattr__(assignment, "due", None)
    assert "Due" not in readme_text(cells, assignment, LatePolicy())


def test_a_handout_without_a_heading_takes_the_title_of_the_configuration(tmp_path):
    """The README always has a title, and loses no text for it."""
    assignment = write_assignment(tmp_path, SOURCE.replace("# # Scaling, gently\n#\n", ""))
    text = readme_text(read_source(assignment), assignment, None)
    assert text.startswith("# Scaling things\n")
    assert "Some words first" in text


def test_the_notebook_is_valid_for_jupyter_and_for_nbgrader(assignment):
    """nbformat 4.5 and nbgrader's metadata schema both accept it; ids and grade ids are unique."""
    made = notebook(assignment)
    nbformat.validate(made)
    MetadataValidator().validate_nb(made)
    assert (made.nbformat, made.nbformat_minor) == (4, 5)
    assert made.metadata.kernelspec.name == "python3"
    assert len({cell.id for cell in made.cells}) == len(made.cells)
    grade_ids = [cell.metadata.nbgrader.grade_id for cell in made.cells if "nbgrader" in cell.metadata]
    assert len(set(grade_ids)) == len(grade_ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_\-]+", grade_id) for grade_id in grade_ids)


def test_tasks_are_answers_and_the_rest_is_locked(assignment):
    """A student writes in the task cells, whose grade id is the task's name; handout and imports are read-only."""
    made = notebook(assignment)
    answers = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    assert [cell.metadata.nbgrader.grade_id for cell in answers] == ["scale", "Scaler"]
    for cell in made.cells:
        marks = cell.metadata.get("nbgrader")
        if marks:
            assert (marks.schema_version, marks.grade, marks.task) == (3, False, False)
            assert marks.locked is not marks.solution
            assert marks.cell_type == cell.cell_type
            assert marks.checksum == compute_checksum(cell)


def test_the_notebook_holds_the_stubs_of_the_module(assignment):
    """Module and notebook ask for the same: the code cells are setup, stubs and figures, without outputs."""
    cells, made = read_source(assignment), notebook(assignment)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    wanted = [
        cell.text if cell.kind == "figure" else stub_of(cell, assignment) for cell in cells if cell.kind != "markdown"
    ]
    assert [cell.source for cell in code] == wanted
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert "nbgrader" not in code[-1].metadata, "a figure is plain: students may change it"


def test_the_notebook_says_first_what_figures_do_and_last_how_to_check(assignment):
    """A figure stops until its functions are written: the first cell says so. The last one tells how to check."""
    made = notebook(assignment)
    assert made.cells[0].source.startswith("# Scaling, gently\n")
    assert "NotImplementedError" in made.cells[0].source
    assert "`autograder check 04_scaling`" in made.cells[-1].source
    assert sum("# Scaling, gently" in cell.source for cell in made.cells) == 1


def test_a_cell_that_holds_only_a_helper_is_left_out(tmp_path):
    """What the release removes leaves no empty cell behind."""
    helper = '# %% tags=["task"]\n# BEGIN SOLUTION\ndef _more(x):\n    return 3 * x\n# END SOLUTION\n\n'
    assignment = write_assignment(tmp_path, SOURCE.replace('# %% tags=["figure"]', helper + '# %% tags=["figure"]'))
    assert all(cell.source for cell in notebook(assignment).cells)
