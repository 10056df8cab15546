"""All grades as one wide table: a row for each student, a column for each assignment."""

from collections.abc import Collection, Sequence

from autograder.config import Config
from autograder.reports.csv import Value, table
from autograder.results import Grade
from autograder.roster import Student


def rows(grades: Sequence[Grade], config: Config, roster: Sequence[Student] = ()) -> list[list[Value]]:
    """The table, its head first: every student of the roster, and those who have a grade besides. A score is blank
    where nothing was handed in, or it is not graded; ``not_graded`` and ``not_submitted`` say which.
    Where the course has a rule for it, ``total_percent`` is its total; blank where too little is there to tell."""
    scores = {(grade.student, grade.assignment): grade for grade in grades}
    assignments = sorted({grade.assignment for grade in grades})
    known = {one.student: one for one in roster}
    total = ["total_percent"] if config.total is not None else []
    found: list[list[Value]] = [
        ["student", "name", "email", "section", *assignments, "not_submitted", "not_graded", *total],
    ]
    for name in sorted({*known, *(grade.student for grade in grades)}):
        about = known.get(name, Student(name))
        theirs = {assignment: scores.get((name, assignment)) for assignment in assignments}
        cells = [one.score if one is not None and one.is_graded else "" for one in theirs.values()]
        missing = " ".join(assignment for assignment, one in theirs.items() if one is None)
        left = " ".join(assignment for assignment, one in theirs.items() if one is not None and not one.is_graded)
        found.append(
            [name, about.name, about.email, about.section, *cells, missing, left, *_total(theirs.values(), config)]
        )
    return found


def _total(theirs: Collection[Grade | None], config: Config) -> list[Value]:
    if config.total is None:
        return []
    shares = [one.score / one.max_score for one in theirs if one is not None and one.is_graded and one.max_score]
    percent = config.total.percent(shares, len(theirs))
    return ["" if percent is None else percent]


def text(grades: Sequence[Grade], config: Config, roster: Sequence[Student] = ()) -> str:
    """The table as CSV."""
    return table(rows(grades, config, roster))
