"""Grades as CSV, safe to open in a spreadsheet: ``scores.csv``, and how every table of ours is written."""

import csv
import io
import types
from collections.abc import Iterable, Mapping, Sequence

from autograder.results import Grade

NOBODY: Mapping[str, Sequence[str]] = types.MappingProxyType({})
_FORMULA = ("=", "+", "-", "@", "\t", "\n")
Value = str | int | float


def text(grades: Sequence[Grade], absent: Mapping[str, Sequence[str]] = NOBODY) -> str:
    """``scores.csv``: a row a submission, a column a task. A cell is empty where a task is not of the row's assignment;
    ``status`` is graded or ungraded. Where humans marked anything, two columns more say what it comes to with that, and
    in how many cells one is needed. After the grades come those ``absent``, by assignment: who handed nothing in has no
    score, which is not 0."""
    ordered = sorted(grades, key=lambda grade: (grade.assignment, grade.student))
    tasks = list(dict.fromkeys(task.name for grade in ordered for task in grade.tasks))
    by_hand = ["score_with_manual", "needs_human"] if any(grade.manual for grade in ordered) else []
    head = ["student", "assignment", "score", "max_score", *tasks, "status", "problem", "overridden", *by_hand]
    rows: list[list[Value]] = [[*head]]
    for grade in ordered:
        points = {task.name: task.points for task in grade.tasks}
        status = "graded" if grade.is_graded else "ungraded"
        cells = [points.get(name, "") for name in tasks]
        overridden = " ".join(task.name for task in grade.tasks if task.override is not None)
        about: list[Value] = [grade.student, grade.assignment, grade.score, grade.max_score]
        marked: list[Value] = [grade.manual.score, grade.manual.waiting] if grade.manual else ["" for _ in by_hand]
        rows.append([*about, *cells, status, grade.problem or "", overridden, *marked])
    for name, students in absent.items():
        cells, rest = ["" for _ in tasks], ["" for _ in ("problem", "overridden", *by_hand)]
        rows += [[student, name, "", "", *cells, "absent", *rest] for student in students]
    return table(rows, quotes_texts=False)


def table(rows: Iterable[Sequence[Value]], quotes_texts: bool = True) -> str:
    """Rows as CSV: texts in quotes, or only where they need them, and unable to be a formula; numbers as they are,
    negative ones too."""
    buffer = io.StringIO()
    writer = csv.writer(
        buffer, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC if quotes_texts else csv.QUOTE_MINIMAL
    )
    writer.writerows([[safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return buffer.getvalue()


def safe(value: str) -> str:
    """A text that a spreadsheet will not take for a formula, nor a bare carriage return in it for the end of a row."""
    value = "\n".join(value.splitlines())
    return f"'{value}" if value.startswith(_FORMULA) else value
