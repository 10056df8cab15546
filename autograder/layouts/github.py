"""A folder of clones, one for each student, as ``gh classroom clone`` leaves them: ``dropout-alice``, ``dropout-bob``.

What counts is the last commit at the deadline: ``--deadline``, or else when it was due. Commits carry the
time that whoever made them chose; GitHub shows when they were pushed.
"""

from collections.abc import Sequence
from datetime import datetime
from os.path import commonprefix

from autograder.archive import Entry
from autograder.course import Assignment
from autograder.errors import SubmissionError
from autograder.layouts.handed import Handed, Layout, Person, Read
from autograder.naming import Search, called, named
from autograder.repository import Commit, is_clone, last_commit


def _fits(folder: Entry) -> bool:
    return any(is_clone(entry) for entry in folder.children())


def _read(folder: Entry, where: str, search: Search) -> Read:
    if is_clone(folder):
        yield _clone(folder, where, "", search)
        return
    children = [(entry, is_clone(entry)) for entry in folder.children()]
    prefix = _prefix([entry.name for entry, cloned in children if cloned])
    for entry, cloned in children:
        place = f"{where}/{entry.name}"
        yield _clone(entry, place, prefix, search) if cloned else f"{place}: is no clone: no .git in it"


def _clone(entry: Entry, where: str, prefix: str, search: Search) -> Handed | str:
    """One student's repository as it was at the deadline."""
    says = named(entry.name, search)
    assignment = says.assignment or search.only
    if assignment is None:
        return f"{where}: names no assignment; pass --assignment"
    student = (says.student if says.assignment else entry.name.removeprefix(prefix)) or entry.name
    deadline = search.cut(assignment, student)
    try:
        assert entry.path is not None  # as `is_clone` saw
        commit = last_commit(entry.path, deadline)
        if commit is None:
            return f"{where}: holds no commit" + (f" made by {deadline.isoformat()}" if deadline else "")
        folder = _folder_of(commit.root, assignment, search)
    except SubmissionError as error:
        return f"{where}: {error}"
    return Handed(where, folder, (Person(student),), commit.made_at, _notes(commit, deadline), assignment)


def _folder_of(root: Entry, assignment: Assignment, search: Search) -> Entry:
    """The assignment's folder, in a repository that holds a whole course; else the repository's own."""
    for folder in (*(child for child in root.children() if child.name == "assignments" and child.listing), root):
        for child in folder.children():
            if child.listing and called(child.name, search) == assignment:
                return child
    return root


def _prefix(names: Sequence[str]) -> str:
    """What the names of several clones have in common, up to a hyphen: the slug of their assignment."""
    head, hyphen, _ = commonprefix(list(names)).rpartition("-")  # noqa: RUF071 - characters are meant
    return head + hyphen if len(names) > 1 else ""


def _notes(commit: Commit, deadline: datetime | None) -> tuple[str, ...]:
    when = f", the last by {deadline.isoformat()}" if deadline else ""
    after = f"; {commit.later} later {'is' if commit.later == 1 else 'are'} not used" if commit.later else ""
    return (f"graded as of commit {commit.id[:10]} of {commit.made_at}{when}{after}",)


GITHUB = Layout("github", _fits, _read)
