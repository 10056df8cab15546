"""Grades and nbgrader's gradebook, kept in step: our points go in, what humans gave comes out.

The gradebook may be one that ``nbgrader generate_assignment`` filled, or empty. Its cells are made before its
submissions, since a new submission gets a row for each cell that there is then; cells that came later get their rows
here. Where it is SQLite, nobody else may write to it meanwhile.
"""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder import store
from autograder.config import Config
from autograder.errors import AssignmentError, GraderError
from autograder.results import ByHand, Grade, Mark, Outcome, TaskScore, points_lost

POINTS = "points-"
"""How the ids of cells begin that a task's points hang on."""


@dataclass(frozen=True)
class Synced:
    """What a sync came to: how many grades were looked at, how many rows of the gradebook changed, which grades got
    other marks by humans, and how many cells wait for one."""

    grades: int
    rows: int
    marked: tuple[Grade, ...]
    waiting: int


def sync(folder: Path, config: Config, url: str) -> Synced:
    """Write all grades of a folder into the gradebook at ``url`` and take back what humans gave there.

    Raises ``AssignmentError`` for a URL that leads to no gradebook, ``GraderError`` where the database refuses.
    """
    grades = store.read_all(folder)
    if not grades:
        raise AssignmentError(f"{folder} holds no grades; `autograder grade` writes them")
    rows, marked, waiting = 0, [], 0
    with _opened(url) as gradebook:
        for name in store.assignments_of(grades):
            chosen = [grade for grade in grades if grade.assignment == name]
            rows += _prepare(gradebook, config, name, chosen)
            for grade in chosen:
                rows += _write(gradebook, grade)
                manual = _by_hand(gradebook.find_submission(name, grade.student))
                waiting += manual.waiting if manual else 0
                if manual != grade.manual:
                    marked.append(replace(grade, manual=manual))
    for grade in marked:
        store.put(folder, grade)
    return Synced(len(grades), rows, tuple(marked), waiting)


@contextlib.contextmanager
def _opened(url: str) -> Iterator[Any]:
    """The gradebook, made where there is none. nbgrader runs ``alembic`` for that, which lies beside our Python."""
    from nbgrader.api import Gradebook
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SAWarning, SQLAlchemyError

    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    shown = "the URL"
    try:
        shown = make_url(url).render_as_string(hide_password=True)
        with warnings.catch_warnings(), Gradebook(url) as gradebook:
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own use of it, on each new submission
            yield gradebook
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        example = "sqlite:////absolute/path/gradebook.db or postgresql+psycopg://user@host/name"
        raise AssignmentError(f"--db: {shown}: {error}; expected for example {example}") from error
    except SQLAlchemyError as error:
        raise GraderError(f"{shown}: {error}") from error


def _prepare(gradebook: Any, config: Config, name: str, grades: Sequence[Grade]) -> int:
    """An assignment with its notebook and cells, before anything is handed in. Returns how many rows changed."""
    from nbgrader.api import MissingEntry

    book, due = _notebook(name), getattr(config.assignments.get(name), "due", None)
    try:
        assignment, changed = gradebook.find_assignment(name), 0
    except MissingEntry:
        assignment, changed = gradebook.add_assignment(name), 1
    if due is not None and assignment.duedate is None:
        changed += _set(assignment, duedate=due.astimezone(UTC).replace(tzinfo=None))
    if book not in {one.name for one in assignment.notebooks}:
        gradebook.add_notebook(book, name)
        changed += 1
    there = gradebook.find_notebook(book, name)
    cells = {cell.name: cell for cell in there.grade_cells}
    solutions = {cell.name for cell in there.solution_cells}
    for task in {task.name: task for grade in grades for task in grade.tasks}.values():
        points = 0.0 if task.bonus else task.max_points  # a bonus adds to the score, not to what it is out of
        if (cell := cells.get(POINTS + task.name)) is not None:
            changed += _set(cell, max_score=points)
        else:
            gradebook.add_grade_cell(POINTS + task.name, book, name, max_score=points, cell_type="code")
            changed += 1
        if task.name not in solutions:
            gradebook.add_solution_cell(task.name, book, name)
            changed += 1
    gradebook.db.commit()
    return changed


def _write(gradebook: Any, grade: Grade) -> int:
    """One submission's points, comments and lateness. Returns how many rows changed."""
    from nbgrader.api import MissingEntry

    changed, when = 0, _utc(grade.submitted_at)
    try:
        submission = gradebook.find_submission(grade.assignment, grade.student)
    except MissingEntry:
        gradebook.update_or_create_student(grade.student)
        submission, changed = gradebook.add_submission(grade.assignment, grade.student), 1
    if when is not None:
        changed += _set(submission, timestamp=when)
    book = _notebook(grade.assignment)
    notebook = gradebook.find_submission_notebook(book, grade.assignment, grade.student)
    for task in grade.tasks:
        changed += _write_task(gradebook, notebook, task)
    gradebook.db.commit()
    if submission.extension is None:  # of what an extension costs, only nbgrader knows
        gradebook.db.refresh(notebook)
        late = grade.late or {"penalty": 0.0}
        penalty = points_lost(late["penalty"], notebook.score, late.get("floor", 0.0))
        changed += _set(notebook, late_submission_penalty=penalty or None)
        gradebook.db.commit()
    return changed


def _write_task(gradebook: Any, notebook: Any, task: TaskScore) -> int:
    """A task's points and comment. Ungraded ones get no points, and keep those of an earlier grading."""
    rows, added = _rows(gradebook, notebook, task)
    row, comment = rows
    points = row.auto_score if task.outcome is Outcome.UNGRADED else task.points
    needs = points is None or (row.manual_score is not None and (row.needs_manual_grade or row.auto_score != points))
    changed = _set(row, auto_score=points, needs_manual_grade=needs)
    return added + changed + _set(comment, auto_comment=_comment(task) or None)


def _rows(gradebook: Any, notebook: Any, task: TaskScore) -> tuple[tuple[Any, Any], int]:
    """The rows of a task in a submission, made where its cells are newer, and how many were."""
    from nbgrader.api import Comment
    from nbgrader.api import Grade as Row

    made, found = 0, []
    of_cell = {cell.name: cell for cell in (*notebook.notebook.grade_cells, *notebook.notebook.solution_cells)}
    for kind, name, there in ((Row, POINTS + task.name, notebook.grades), (Comment, task.name, notebook.comments)):
        row = next((one for one in there if one.name == name), None)
        if row is None:
            row = kind(cell_id=of_cell[name].id, notebook=notebook)
            gradebook.db.add(row)
            made += 1
        found.append(row)
    return (found[0], found[1]), made


def _comment(task: TaskScore) -> str:
    """What a student reads beside their code: the rubric lines that are not met, and the hint."""
    lines = [test.rubric for test in task.tests if test.outcome not in (Outcome.PASSED, Outcome.SKIPPED)]
    hint = f"{task.diagnosis.hint} Reread {task.diagnosis.reread}." if task.diagnosis else ""
    return "\n".join([*(f"Not yet: {line}" for line in lines), *([hint] if hint else [])])


def _by_hand(submission: Any) -> ByHand | None:
    """What humans gave, and where one is needed; None where there is neither."""
    marks = []
    for notebook in submission.notebooks:
        comments = {comment.name: comment.manual_comment for comment in notebook.comments}
        for row in sorted(notebook.grades, key=lambda row: str(row.name)):
            said = comments.get(row.name) or comments.get(row.name.removeprefix(POINTS)) or ""
            mark = Mark(
                row.name, row.cell.max_score, row.manual_score, row.extra_credit or 0.0, said, row.needs_manual_grade
            )
            if mark.score is not None or mark.extra_credit or mark.comment or mark.needs_human:
                marks.append(mark)
    score = round(max(0.0, submission.score - (submission.late_submission_penalty or 0.0)), 2)
    return ByHand(score, submission.max_score, tuple(marks)) if marks else None


def _set(row: Any, **values: Any) -> int:
    """Set what differs; 1 if anything did, else 0."""
    differing = {key: value for key, value in values.items() if getattr(row, key) != value}
    for key, value in differing.items():
        setattr(row, key, value)
    return int(bool(differing))


def _notebook(assignment: str) -> str:
    """The name of an assignment's notebook: ``dropout`` for ``07_dropout``."""
    return assignment.partition("_")[2]


def _utc(when: str | None) -> datetime | None:
    """A time as the gradebook keeps it: in UTC, without a zone."""
    return datetime.fromisoformat(when).astimezone(UTC).replace(tzinfo=None) if when else None
