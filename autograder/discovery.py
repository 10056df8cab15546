"""What the PATHs on a command line hold: one ``Submission`` for each student and assignment, and what fits none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.finds import Finds, Found, classify
from autograder.joining import ANYBODY, People, UnknownPersonError
from autograder.layouts.handed import Person
from autograder.messages import speaking
from autograder.naming import Search, student_id
from autograder.submission import Submission, read_entry


@dataclass(frozen=True)
class Discovery:
    """Submissions sorted by (assignment, student), and a sentence on each path that is none of them."""

    submissions: tuple[Submission, ...]
    unmatched: tuple[str, ...]


def discover(
    paths: Sequence[Path],
    course: Course,
    assignment: str | None,
    student: str | None,
    people: People = ANYBODY,
    layout: str | None = None,
    deadline: datetime | None = None,
) -> Discovery:
    """Find and read every submission under ``paths``; nothing is lost silently, nothing is run.

    ``assignment`` selects one; ``student`` names a single submission's student, and selects in a tree. ``people`` says
    who there is, ``layout`` which platform the files came from. Of a repository that counts which was there at the
    ``deadline``; where none is given, at the due date, with this student's extension and the grace. Raises
    ``AssignmentError`` for a path that does not exist or an unknown assignment, ``GraderError`` where our disk fails.
    """
    chosen = course.assignment(assignment) if assignment else None

    def cut(assignment: Assignment, name: str) -> datetime | None:
        return deadline or _due(course, people, assignment, name)

    search = Search(course.assignments, chosen, student_id(student) if student else None, layout, cut)
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise AssignmentError(f"{path}: no such file or folder; give a submission, a folder of them, or a zip")
    with speaking(course.root):
        return _found_in(paths, search, people)


def _due(course: Course, people: People, assignment: Assignment, name: str) -> datetime | None:
    """Until when work of whoever is called this costs nothing; None where there is no due date."""
    if assignment.due is None:
        return None
    try:
        ids = people.ids([Person(name)])
    except UnknownPersonError:
        ids = (name,)
    due = max(course.late_policy.due(assignment.due, one, assignment.name) for one in ids)
    return due + timedelta(minutes=course.late_policy.grace_minutes)


def _found_in(paths: Sequence[Path], search: Search, people: People) -> Discovery:
    once = {path.absolute(): path for path in reversed(paths)}
    found, unmatched = dict[tuple[str, str], Found](), list[str]()
    for path in reversed(once.values()):
        for item in _at_path(path, search, people):
            if isinstance(item, str):
                unmatched.append(item)
            else:
                unmatched += _take(item, found)
    firsts = [item for (_, name), item in sorted(found.items()) if name == item.student]
    return Discovery(tuple(map(_read, firsts)), tuple(unmatched))


def _take(item: Found, found: dict[tuple[str, str], Found]) -> Iterator[str]:
    """Note what was found, for each of its students who has nothing yet. Yields a sentence on who has."""
    free: list[str] = []
    for name in (item.student, *item.members):
        if first := found.get((item.assignment.name, name)):
            yield f"{item.where}: {name} already has {first.where} for {item.assignment.name}; keep one of them"
        else:
            free.append(name)
    for name in free:
        found[item.assignment.name, name] = replace(item, student=free[0], members=tuple(free[1:]))


def _read(item: Found) -> Submission:
    read = read_entry(item.entry, item.student, item.assignment, item.any_name)
    if item.told is None:
        return replace(read, members=item.members)
    notes = item.told.notes + read.notes
    return replace(read, members=item.members, notes=notes, submitted_at=item.told.submitted_at or read.submitted_at)


def _joined(item: Found, people: People) -> Found | str:
    """What was found under the ids of everybody whose it is; a sentence where the roster does not know them."""
    told = item.told.people if item.told else (Person(item.student, (item.student,)),)
    try:
        first, *others = people.ids(told)
    except UnknownPersonError as error:
        return f"{item.where}: {error}; mend the roster or the name"
    return replace(item, student=first, members=tuple(others))


def _at_path(path: Path, search: Search, people: People) -> Finds:
    """One PATH, and where it holds none of ``--student``, what there is instead."""
    others: set[str] = set()
    hits = 0
    for one in classify(path, search):
        item = one if isinstance(one, str) else _joined(one, people)
        if isinstance(item, str):
            yield item
        elif search.chosen and item.assignment != search.chosen:
            others.add(f"{item.student} ({item.assignment.name})")
        elif search.student and search.student not in (item.student, *item.members):
            others.add(item.student)
        else:
            hits += 1
            yield item
    if others and not hits:
        wanted = " ".join(filter(None, [search.student, search.chosen.name if search.chosen else None]))
        yield f"{path}: nothing of {wanted}; it has {', '.join(sorted(others)[:5])}"
