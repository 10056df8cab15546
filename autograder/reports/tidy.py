"""All grades as one long table: a row for each student, assignment and task. What statistics programs want."""

from collections.abc import Sequence

from autograder.config import Config
from autograder.reports.csv import Value, table
from autograder.results import Grade, Outcome
from autograder.roster import Student

COLUMNS = (
    "student", "name", "email", "section", "assignment", "task", "task_id", "points", "max_points", "bonus", "outcome",
    "misconception", "attempt", "submitted_at", "late_penalty", "score", "max_score",
)  # fmt: skip


def rows(grades: Sequence[Grade], config: Config, roster: Sequence[Student] = ()) -> list[list[Value]]:
    """The table, its head first. Points, and the score of the submission, are blank where they are not graded, points
    also where a task was not tested."""
    known = {one.student: one for one in roster}
    found: list[list[Value]] = [list(COLUMNS)]
    for grade in sorted(grades, key=lambda grade: (grade.student, grade.assignment)):
        ids = {task.name: task.id for task in config.tasks(grade.assignment)}
        about = known.get(grade.student, Student(grade.student))
        late = float(grade.late["penalty"]) if grade.late else 0.0
        score: Value = grade.score if grade.is_graded else ""
        for task in grade.tasks:
            points: Value = "" if task.outcome in (Outcome.UNGRADED, Outcome.SKIPPED) else task.points
            found.append([
                grade.student, about.name, about.email, about.section, grade.assignment, task.name,
                ids.get(task.name, ""), points, task.max_points, "yes" if task.bonus else "no", str(task.outcome),
                task.diagnosis.misconception if task.diagnosis else "", grade.attempt, grade.submitted_at or "", late,
                score, grade.max_score,
            ])  # fmt: skip
    return found


def text(grades: Sequence[Grade], config: Config, roster: Sequence[Student] = ()) -> str:
    """The table as CSV."""
    return table(rows(grades, config, roster))
