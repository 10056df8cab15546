"""The instructor's own export of a Canvas gradebook, with our column filled.

Source: instructure/canvas-lms, ``lib/gradebook_importer.rb`` and ``gradebook_exporter.rb``.
"""

import re
from collections.abc import Sequence

from autograder.errors import AssignmentError
from autograder.reports.feedback import number
from autograder.reports.fill import Column, Filled, fill
from autograder.reports.sheet import read
from autograder.results import Grade
from autograder.roster import Student

_IDS = (("ID", "canvas_id"), ("SIS User ID", "sis_user_id"), ("SIS Login ID", "sis_login_id"))  # Canvas's own order
_EXCUSED = frozenset({"ex"})


def filled(
    gradebook: bytes, grades: Sequence[Grade], titles: Sequence[str], roster: Sequence[Student] = ()
) -> Filled:  # fmt: skip
    """The gradebook with the scores of one assignment in the column of that title, all else to the byte as it was. The
    first of ``titles`` that is a column counts. A student is found by Canvas's id, SIS id, login, then name; an
    excused one stays so.

    Raises ``AssignmentError`` where the file is no such gradebook, or has no such column, or two.
    """
    sheet = read(gradebook)
    head = sheet.head
    if len(head) <= 3 or "Student" not in head[0] or "ID" not in head[1]:
        raise AssignmentError(
            f"the first line of a Canvas gradebook begins `Student,ID,…`; found {','.join(head[:4])!r}. Take the file "
            "that Grades, Export in Canvas gives"
        )
    column = _column(head, titles)
    found_by = [(head.index(name), field) for name, field in _IDS if name in head] + [(0, "name")]
    points = [place for place in range(1, len(sheet.rows)) if "Points Possible" in sheet.value(place, 0)]
    if any(sheet.value(place, column) == "(read only)" for place in points):
        raise AssignmentError(f"Canvas says that the column {head[column]!r} is read only; choose another")
    rows = [place for place in range(1, len(sheet.rows)) if place not in points and sheet.value(place, 1)]
    result = fill(sheet, Column(column, rows, found_by, _EXCUSED), grades, roster)
    other = [said for place in points if (said := sheet.value(place, column)) and _is_other(said, grades)]
    notes = [f"Canvas has {said} points possible; the assignment here has {_most(grades)}" for said in other]
    return Filled(result.data, result.filled, result.not_there, result.not_here, (*result.notes, *notes))


def _column(head: Sequence[str], titles: Sequence[str]) -> int:
    """The place of the column that has one of these titles, with Canvas's number behind it or without."""
    for title in titles:
        wanted = title.strip().casefold()
        found = [
            place for place, cell in enumerate(head)
            if wanted in (cell.strip().casefold(), re.sub(r" \(\d+\)$", "", cell.strip()).casefold())
        ]  # fmt: skip
        if len(found) > 1:
            names = " and ".join(repr(head[place]) for place in found)
            raise AssignmentError(f"{title!r} could be {names}; name one of them with --column")
        if found:
            return found[0]
    there = [cell for cell in head if re.search(r" \(\d+\)$", cell.strip())] or head
    raise AssignmentError(
        f"no column {' or '.join(map(repr, titles))} in the gradebook; name one with --column: {', '.join(there)}"
    )


def _most(grades: Sequence[Grade]) -> str:
    return " or ".join(sorted({number(grade.max_score) for grade in grades}))


def _is_other(said: str, grades: Sequence[Grade]) -> bool:
    try:
        points = float(said.replace(",", "."))
    except ValueError:
        return False
    return any(abs(points - grade.max_score) > 0.005 for grade in grades)
