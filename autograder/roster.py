"""The roster: a CSV that joins a course's student ids with the names and ids that other systems know them by."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from autograder.errors import AssignmentError
from autograder.files import read_rows


@dataclass(frozen=True)
class Student:
    """One row of the roster: ``student`` is the id that grades carry; what else is not known is empty. ``canvas_id`` is
    Canvas's own user id, ``moodle_id`` the number of Moodle's ``Participant 123``."""

    student: str
    name: str = ""
    email: str = ""
    section: str = ""
    canvas_id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    moodle_id: str = ""


COLUMNS = tuple(field.name for field in fields(Student))
_UNIQUE = ("student", "email", "canvas_id", "sis_user_id", "sis_login_id", "moodle_id")  # two people never share one


def load_roster(path: Path) -> tuple[Student, ...]:
    """The students of a roster, in the order of the file.

    Raises ``AssignmentError`` naming the file and every mistake in it, with its line.
    """
    rows = read_rows(path)
    columns = [cell.lower() for cell in rows[0][1]] if rows else []
    problems = list(_problems_of_head(columns)) or list(_problems_of_rows(columns, rows[1:]))
    if problems:
        raise AssignmentError(f"{path}: {len(problems)} mistake(s)\n" + "\n".join(f"  {one}" for one in problems))
    return tuple(Student(**dict(zip(columns, cells, strict=True))) for _, cells in rows[1:])


def _problems_of_head(columns: list[str]) -> Iterator[str]:
    if "student" not in columns:
        yield f"line 1: found no column `student`; the first line names the columns, of {', '.join(COLUMNS)}"
    for name in columns:
        if name not in COLUMNS:
            yield f"line 1: unknown column {name!r}; known are {', '.join(COLUMNS)}"
    for name, count in Counter(columns).items():
        if count > 1:
            yield f"line 1: the column {name!r} is there {count} times; expected once"


def _problems_of_rows(columns: list[str], rows: list[tuple[int, list[str]]]) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    for line, cells in rows:
        if len(cells) != len(columns):
            yield f"line {line}: {len(cells)} cells; expected {len(columns)}, one for each column"
            continue
        row = dict(zip(columns, cells, strict=True))
        if not row["student"]:
            yield f"line {line}: no student; expected the id that stands on the grades"
        for name in _UNIQUE:
            value = row.get(name, "")
            if value and (earlier := seen.setdefault((name, value), line)) != line:
                yield f"line {line}: {name} {value!r} is on line {earlier}, too; expected one row a student"
