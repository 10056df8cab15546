"""Who a submission belongs to: what a platform says of people, joined with the course's roster and groups."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import AssignmentError
from autograder.files import read_rows
from autograder.layouts.handed import Person
from autograder.naming import student_id
from autograder.results import Grade
from autograder.roster import Student, load_roster

_LOGINS = ("email", "sis_login_id")  # what folders are named after, besides the student's id


class UnknownPersonError(Exception):
    """Nobody in the roster is this person, or more than one is; the message says what was looked for."""


@dataclass(frozen=True)
class People:
    """The students of a course, none where there is no roster, and the ``groups`` that hand in together."""

    students: tuple[Student, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def ids(self, people: Sequence[Person]) -> tuple[str, ...]:
        """The ids under which the work of these people is filed: theirs, and those of their groups' other members.

        Raises ``UnknownPersonError``.
        """
        found: list[str] = []
        for person in people:
            for name in (person.id, *person.names):
                if members := self.groups.get(_squeezed(name)):
                    found += members
                    break
            else:
                student = self._student(person)
                found += next((members for members in self.groups.values() if student in members), (student,))
        return tuple(dict.fromkeys(found))

    def _student(self, person: Person) -> str:
        if not self.students:
            return student_id(person.id)
        keys = {"student": person.id, **dict.fromkeys(_LOGINS, person.id), **person.keys}
        for column, value in keys.items():
            for student in self.students if column != "moodle_id" else ():
                if value and _filed(value) == _filed(getattr(student, column)):
                    return student_id(student.student)
        candidates = next(filter(None, ([one for one in self.students if _is(one, name)] for name in person.names)), [])
        number = keys.get("moodle_id")
        if number and (len(candidates) > 1 or not person.names):
            # A participant's number is that of one assignment: it tells apart, and never goes before a name.
            candidates = [one for one in candidates or self.students if one.moodle_id == number]
        if len(candidates) != 1:
            told = {"student": person.id, **person.keys, **({"name": person.names[0]} if person.names else {})}
            known = ", ".join(f"{column} {value!r}" for column, value in told.items())
            who = "nobody in the roster has" if not candidates else "more than one in the roster has"
            raise UnknownPersonError(f"{who} {known}")
        return student_id(candidates[0].student)


ANYBODY = People()


def load_people(roster: Path | None, groups: Path | None) -> People:
    """Read both files. Raises ``AssignmentError`` naming the file and what is wrong in it."""
    students = load_roster(roster) if roster is not None else ()
    return People(students, _read_groups(groups, {student_id(one.student) for one in students}) if groups else {})


def absent(people: People, grades: Iterable[Grade]) -> Mapping[str, tuple[str, ...]]:
    """For each assignment among the grades, the students of the roster who have none: they handed nothing in."""
    graded: dict[str, set[str]] = {}
    for grade in grades:
        graded.setdefault(grade.assignment, set()).add(grade.student)
    everybody = [student_id(student.student) for student in people.students]
    return {name: tuple(sorted(set(everybody) - students)) for name, students in sorted(graded.items())}


def _is(student: Student, name: str) -> bool:
    """Whether a name is the student's, in any rotation of its parts: Canvas writes ``lovelaceada``."""
    parts = student.name.replace(",", " ").split()
    turned = [parts[start:] + parts[:start] for start in range(len(parts))]
    return _squeezed(name) in {_squeezed("".join(one)) for one in turned}


def _squeezed(name: str) -> str:
    """A name's letters and digits, in lower case."""
    return "".join(char for char in unicodedata.normalize("NFC", name).casefold() if char.isalnum())


def _filed(value: str) -> str | None:
    """A value as names of files spell it, in lower case; None where there is none."""
    return student_id(value).casefold() if value else None


def _read_groups(path: Path, known: set[str]) -> Mapping[str, tuple[str, ...]]:
    """A CSV with the columns ``group`` and ``student``, one row a member. Every mistake at once."""
    rows = read_rows(path)
    if not rows or rows[0][1] != ["group", "student"]:
        raise AssignmentError(f"{path}, line 1: expected the columns group,student")
    found: dict[str, list[str]] = {}
    problems = list(_fill(found, rows[1:], known))
    if problems:
        raise AssignmentError(f"{path}: {len(problems)} mistake(s)\n" + "\n".join(f"  {one}" for one in problems))
    return {name: tuple(members) for name, members in found.items()}


def _fill(found: dict[str, list[str]], rows: Sequence[tuple[int, list[str]]], known: set[str]) -> Iterator[str]:
    """Put each row's student into its group. Yields what is wrong with rows."""
    seen: set[str] = set()
    for line, cells in rows:
        if len(cells) != 2 or not all(cells) or not _squeezed(cells[0]):
            yield f"line {line}: expected a group and a student"
        elif known and student_id(cells[1]) not in known:
            yield f"line {line}: {cells[1]!r} is not in the roster"
        elif student_id(cells[1]) in seen:
            yield f"line {line}: {cells[1]!r} is in a group already; expected one row a student"
        else:
            seen.add(student_id(cells[1]))
            found.setdefault(_squeezed(cells[0]), []).append(student_id(cells[1]))
