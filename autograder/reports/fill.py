"""Our scores in one column of somebody else's gradebook: whose row is whose, and what is left alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import AssignmentError
from autograder.reports.sheet import Sheet
from autograder.results import Grade
from autograder.roster import Student


@dataclass(frozen=True)
class Filled:
    """The gradebook with our column filled, and what an instructor should know: who got a score, who has one here but
    no row there, who has a row there but none here, and whatever else was odd."""

    data: bytes
    filled: tuple[str, ...]
    not_there: tuple[str, ...]
    not_here: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """Where scores go: the ``column``, the ``rows`` of students, and by which columns a student is found, the most
    trustworthy first: pairs of a column and a field of the roster. Cells that hold one of ``kept`` stay."""

    column: int
    rows: Sequence[int]
    found_by: Sequence[tuple[int, str]]
    kept: frozenset[str] = frozenset()


def fill(sheet: Sheet, where: Column, grades: Iterable[Grade], roster: Sequence[Student]) -> Filled:
    """Fill the column with the scores of one assignment, rounded to two decimals. A cell without a score for it stays
    as it is: who handed nothing in, or is not graded yet, gets no 0.

    Raises ``AssignmentError`` where two rows are one student's.
    """
    by_student = {grade.student: grade for grade in grades}
    mark = sheet.decimal([where.column])
    owners = _owners(sheet, where, by_student, roster)
    values: dict[tuple[int, int], str] = {}
    notes: list[str] = []
    for place, student in owners.items():
        held = sheet.value(place, where.column)
        if held.casefold() in where.kept:
            notes.append(f"{student}: the gradebook says {held!r}; left so")
        elif by_student[student].is_graded:
            values[place, where.column] = f"{by_student[student].score:.2f}".replace(".", mark)
        else:
            notes.append(f"{student}: not graded; the cell is left as it was")
    rest = [place for place in where.rows if place not in owners]
    return Filled(
        sheet.changed(values),
        tuple(owners[place] for place, _ in values),
        tuple(sorted(by_student.keys() - set(owners.values()))),
        tuple(sheet.value(place, 0) for place in rest),
        tuple(notes),
    )


def _owners(
    sheet: Sheet, where: Column, grades: Mapping[str, Grade], roster: Sequence[Student]
) -> Mapping[int, str]:  # fmt: skip
    """Whose row each is, of those who have a grade: by the roster, else where an id in the gradebook is ours."""
    known = _known(roster, [field for _, field in where.found_by])
    owners: dict[int, str] = {}
    rows: dict[str, int] = {}
    for place in where.rows:
        said = [(field, sheet.value(place, column)) for column, field in where.found_by]
        found = [known[one] for one in said if one in known]
        found += [value for field, value in said if field != "name" and value in grades]
        if not found or found[0] not in grades:
            continue
        student = found[0]
        if student in rows:
            raise AssignmentError(
                f"rows {rows[student] + 1} and {place + 1} of the gradebook are both {student!r}; expected one, "
                "so mend the roster or the gradebook"
            )
        owners[place], rows[student] = student, place
    return owners


def _known(roster: Sequence[Student], fields: Iterable[str]) -> Mapping[tuple[str, str], str]:
    """Whose an id, or a name, is; a name that two students share is nobody's."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in roster:
        for field in fields:
            for value in {getattr(one, field), *(_turned(one.name) if field == "name" else ())} - {""}:
                found.setdefault((field, value), set()).add(one.student)
    return {key: students.pop() for key, students in found.items() if len(students) == 1}


def _turned(name: str) -> tuple[str, ...]:
    """The name the other way round: ``Lovelace, Ada`` as ``Ada Lovelace``, and back for each place to part it."""
    if ", " in name:
        last, first = name.split(", ", 1)
        return (f"{first} {last}",)
    words = name.split(" ")
    return tuple(f"{' '.join(words[place:])}, {' '.join(words[:place])}" for place in range(1, len(words)))
