"""All grades as one wide table: a row for each student, a column for each assignment."""

from collections.abc import Sequence

from autograder.reports.csv import Value, table
from autograder.results import Grade
from autograder.roster import Student


def rows(grades: Sequence[Grade], roster: Sequence[Student] = ()) -> list[list[Value]]:
    """The table, its head first: every student of the roster, and those who have a grade besides. A score is blank
    where nothing was handed in, or it is not graded; ``not_graded`` and ``not_submitted`` say which."""
    scores = {(grade.student, grade.assignment): grade for grade in grades}
    assignments = sorted({grade.assignment for grade in grades})
    known = {one.student: one for one in roster}
    found: list[list[Value]] = [
        ["student", "name", "email", "section", *assignments, "not_submitted", "not_graded"],
    ]
    for name in sorted({*known, *(grade.student for grade in grades)}):
        about = known.get(name, Student(name))
        theirs = {assignment: scores.get((name, assignment)) for assignment in assignments}
        cells = [one.score if one is not None and one.is_graded else "" for one in theirs.values()]
        missing = " ".join(assignment for assignment, one in theirs.items() if one is None)
        left = " ".join(assignment for assignment, one in theirs.items() if one is not None and not one.is_graded)
        found.append([name, about.name, about.email, about.section, *cells, missing, left])
    return found


def text(grades: Sequence[Grade], roster: Sequence[Student] = ()) -> str:
    """The table as CSV."""
    return table(rows(grades, roster))
