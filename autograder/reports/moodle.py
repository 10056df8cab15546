"""Grades for Moodle: a file for its grade import, and its offline grading worksheet with our scores in it.

Source: docs.moodle.org, ``Grade import`` and ``Assignment settings`` (offline grading worksheet).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.errors import AssignmentError
from autograder.reports.csv import table
from autograder.reports.fill import Column, Filled, fill
from autograder.reports.sheet import read
from autograder.results import Grade
from autograder.roster import Student

_PARTICIPANT, _GRADE = "Identifier", "Grade"


def grade_import(grades: Sequence[Grade], titles: Mapping[str, str], roster: Sequence[Student] = ()) -> str:
    """A row for each student, a column for each assignment by its title. On import, map ``Email address`` or ``ID
    number`` to the user, and each title to its grade item. A cell is blank where nothing is graded."""
    known = {one.student: one for one in roster}
    scores = {(one.student, one.assignment): one.score for one in grades if one.is_graded}
    rows: list[list[str | float]] = [["ID number", "Full name", "Email address", *titles.values()]]
    for name in sorted({grade.student for grade in grades}):
        about = known.get(name, Student(name))
        cells = [scores.get((name, assignment), "") for assignment in titles]
        rows.append([about.sis_user_id or name, about.name, about.email, *cells])
    return table(rows)


def worksheet(downloaded: bytes, grades: Sequence[Grade], roster: Sequence[Student] = ()) -> Filled:
    """The worksheet with the scores of one assignment in its column ``Grade``, all else to the byte as it was. A
    student is found by Moodle's participant number, by email, then by name.

    Raises ``AssignmentError`` where the file is no such worksheet.
    """
    sheet = read(downloaded)
    head = list(sheet.head)
    if _PARTICIPANT not in head or _GRADE not in head:
        raise AssignmentError(
            f"an offline grading worksheet has the columns `{_PARTICIPANT}` and `{_GRADE}`; found {', '.join(head)!r}. "
            "Take the file that the assignment in Moodle gives under Download grading worksheet, in English"
        )
    names = {_PARTICIPANT: "moodle_id", "Email address": "email", "Full name": "name"}
    found_by = [(head.index(name), field) for name, field in names.items() if name in head]
    numbered = tuple(_as_participant(one) for one in roster)
    rows = [place for place in range(1, len(sheet.rows)) if sheet.value(place, head.index(_PARTICIPANT))]
    return fill(sheet, Column(head.index(_GRADE), rows, found_by), grades, numbered)


def _as_participant(student: Student) -> Student:
    """The student with the number as a worksheet writes it: ``Participant 123``."""
    number = student.moodle_id.removeprefix("Participant").strip()
    return replace(student, moodle_id=f"Participant {number}" if number else "")
