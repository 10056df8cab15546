"""All grades as one CSV: a row a submission, a column a task; safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence

from autograder.results import Grade

_FORMULA = ("=", "+", "-", "@", "\t", "\n")


def text(grades: Sequence[Grade]) -> str:
    """The CSV. A cell is empty where a task is not of the row's assignment; ``status`` is graded or ungraded. Where
    humans marked anything, two columns more say what it comes to with that, and in how many cells one is needed."""
    ordered = sorted(grades, key=lambda grade: (grade.assignment, grade.student))
    tasks = list(dict.fromkeys(task.name for grade in ordered for task in grade.tasks))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    by_hand = ["score_with_manual", "needs_human"] if any(grade.manual for grade in ordered) else []
    writer.writerow(["student", "assignment", "score", "max_score", *tasks, "status", "problem", *by_hand])
    for grade in ordered:
        points = {task.name: task.points for task in grade.tasks}
        status = "graded" if grade.is_graded else "ungraded"
        row = [
            _safe(grade.student), grade.assignment, grade.score, grade.max_score,
            *[points.get(name, "") for name in tasks], status, _safe(grade.problem or ""),
        ]  # fmt: skip
        if by_hand:
            row += [grade.manual.score, grade.manual.waiting] if grade.manual else ["", ""]
        writer.writerow(row)
    return buffer.getvalue()


def _safe(value: str) -> str:
    """A text that a spreadsheet will not take for a formula, nor a bare carriage return in it for the end of a row."""
    value = "\n".join(value.splitlines())
    return f"'{value}" if value.startswith(_FORMULA) else value
