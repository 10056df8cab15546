"""The small graded course as a course folder of nbgrader's, and nbgrader's own commands run on it."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat

from .graded_course import GRADED_CONFIG, NAME, write_graded

QUESTION = '''\
[[question]]
name = "why_shift"
points = 4
text = "Why is the factor shifted, and what would happen without it?"
scheme = """- 2 points: for the reason that the slide gives.
- 2 points: for the case of a factor of zero."""
'''
MODULE = "scaling.ipynb"
ZIPPED = "^.*_(?P<student_id>[a-z]+)_attempt_(?P<timestamp>[0-9-]+)_(?P<file_id>[a-z]+)"
RAN: list[tuple[str, ...]] = []
"""Every command line that was run so far."""


def environment():
    """The variables of this process, with this environment's programs found first: nbgrader runs `alembic`."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONWARNINGS": "ignore"}


def nbgrader(folder, *words, fails=False):
    """Run one of nbgrader's commands in a folder, and return what it said."""
    RAN.append(("nbgrader", *words))
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def autograder(*words, status=0):
    """Run one of our own commands, and return what it printed."""
    RAN.append(("autograder", *map(str, words)))
    command = [sys.executable, "-m", "autograder", *map(str, words)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def make(root):
    """A course in ``root/course``, and nbgrader's folder for it in ``root/nb`` with its assignment generated."""
    course = write_graded(
        root / "course", GRADED_CONFIG.replace("max_percent: 50", "max_percent: 50, floor_percent: 80")
    )
    (course.root / "solutions" / NAME / "written.toml").write_text(QUESTION, encoding="utf-8")
    autograder("release", "--nbgrader", root / "nb", "--course", course.root)
    nbgrader(root / "nb", "generate_assignment", NAME)
    return course, root / "nb"


def released(nb):
    """The released notebook."""
    return nbformat.read(nb / "release" / NAME / MODULE, as_version=4)


def cell_of(book, grade_id):
    """The cell with this id."""
    return next(cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def answered(nb):
    """The released notebook with the answers of the source in it."""
    source, book = nbformat.read(nb / "source" / NAME / MODULE, as_version=4), released(nb)
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell_of(book, cell.metadata.nbgrader.grade_id).source = cell.source
    return book


def text_of(book):
    """A notebook as text."""
    return nbformat.writes(book)


def submit(nb, student, text, when="2027-02-01 12:00:00 UTC"):
    """Put a notebook where nbgrader collects submissions."""
    folder = nb / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / MODULE).write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "timestamp.txt").write_text(when)
    return folder


def scores(nb):
    """Auto scores in nbgrader's gradebook by student and cell."""
    rows = """select student.id, base_cell.name, grade.auto_score from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        join student on student.id = submitted_assignment.student_id"""
    with sqlite3.connect(nb / "gradebook.db") as database:
        return {(student, cell): score for student, cell, score in database.execute(rows)}


def graded(nb, student):
    """The judge's grade of a student's submission."""
    return json.loads((nb / "graded" / "grades" / NAME / f"{student}.json").read_text())
