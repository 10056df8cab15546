"""Grades for other programs: which may leave, and in which formats. What is not graded stops an export."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import store
from autograder.config import Config
from autograder.errors import AssignmentError, GraderError
from autograder.reports import json, junit, moodle, tidy, wide, xlsx
from autograder.results import Grade
from autograder.roster import Student

_NAMED = 20


@dataclass(frozen=True)
class Export:
    """What is exported: grades, in the terms of a course, and who the students are."""

    grades: Sequence[Grade]
    config: Config
    roster: Sequence[Student] = ()

    @property
    def titles(self) -> Mapping[str, str]:
        """The titles of the assignments, by name."""
        return {name: self.config.title(name) for name in store.assignments_of(self.grades)}


FORMATS: Mapping[str, Callable[[Export], bytes]] = {
    "csv": lambda wanted: tidy.text(wanted.grades, wanted.config, wanted.roster).encode(),
    "json": lambda wanted: json.text(wanted.grades).encode(),
    "junit": lambda wanted: junit.text(wanted.grades).encode(),
    "moodle": lambda wanted: moodle.grade_import(wanted.grades, wanted.titles, wanted.roster).encode(),
    "wide": lambda wanted: wide.text(wanted.grades, wanted.roster).encode(),
    "xlsx": lambda wanted: xlsx.data(wanted.grades, wanted.config, wanted.roster),
}
"""The formats that hold a whole class and need nothing but grades."""


def grades_to_export(
    folder: Path, assignment: str | None = None, student: str | None = None, allow_ungraded: bool = False
) -> tuple[Grade, ...]:
    """The grades in a folder, those of one assignment or student where given.

    Raises ``AssignmentError`` where there are none, and ``GraderError`` naming those that are not graded, unless they
    are allowed.
    """
    found = tuple(
        grade
        for grade in store.read_all(folder)
        if assignment in (None, grade.assignment) and student in (None, grade.student)
    )
    if not found:
        wanted = "".join(f" of {name}" for name in (student, assignment) if name is not None)
        raise AssignmentError(f"{folder} holds no grades{wanted}; `autograder grade` writes them")
    left = [f"{grade.student}, {grade.assignment}" for grade in found if not grade.is_graded]
    if left and not allow_ungraded:
        more = f"\n  and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
        raise GraderError(
            f"{len(left)} of {len(found)} submissions are not graded, so nothing is exported. Grade them again; "
            "for a whole class, --allow-ungraded leaves them blank\n  " + "\n  ".join(left[:_NAMED]) + more
        )
    return found
