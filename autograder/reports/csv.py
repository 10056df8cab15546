"""All grades as one CSV: a row a submission, a column a task; safe to open in a spreadsheet."""

import csv
import io
import types
from collections.abc import Mapping, Sequence

from autograder.results import Grade

NOBODY: Mapping[str, Sequence[str]] = types.MappingProxyType({})
_FORMULA = ("=", "+", "-", "@", "\t", "\n")


def text(grades: Sequence[Grade], absent: Mapping[str, Sequence[str]] = NOBODY) -> str:
    """The CSV. A cell is empty where a task is not of the row's assignment; ``status`` is graded or ungraded. After the
    grades come those ``absent``, by assignment: who handed nothing in has no score, which is not 0."""
    ordered = sorted(grades, key=lambda grade: (grade.assignment, grade.student))
    tasks = list(dict.fromkeys(task.name for grade in ordered for task in grade.tasks))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["student", "assignment", "score", "max_score", *tasks, "status", "problem"])
    for grade in ordered:
        points = {task.name: task.points for task in grade.tasks}
        status = "graded" if grade.is_graded else "ungraded"
        row = [
            _safe(grade.student), grade.assignment, grade.score, grade.max_score,
            *[points.get(name, "") for name in tasks], status, _safe(grade.problem or ""),
        ]  # fmt: skip
        writer.writerow(row)
    for name, students in absent.items():
        writer.writerows([_safe(student), name, "", "", *["" for _ in tasks], "absent", ""] for student in students)
    return buffer.getvalue()


def _safe(value: str) -> str:
    """A text that a spreadsheet will not take for a formula, nor a bare carriage return in it for the end of a row."""
    value = "\n".join(value.splitlines())
    return f"'{value}" if value.startswith(_FORMULA) else value
