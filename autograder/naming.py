"""What the names of files and folders say: whose work it is, and for which assignment."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from autograder.archive import Entry, open_entry, quoted
from autograder.course import Assignment
from autograder.errors import SubmissionError
from autograder.submission import COPY_MARK, SUFFIXES, resemblance

_WRAPPED = 4  # folders that hold nothing but one folder


@dataclass(frozen=True)
class Named:
    """What a file or folder name says; either part may be missing."""

    student: str
    assignment: Assignment | None


@dataclass(frozen=True)
class Search:
    """What the command line asked for. ``only`` is the assignment that holds where no name tells; ``layout`` names the
    platform that the files came from. ``cut`` says when a repository's commits stop to count: for an assignment, and
    what its student is called."""

    assignments: tuple[Assignment, ...]
    chosen: Assignment | None
    student: str | None
    layout: str | None = None
    cut: Callable[[Assignment, str], datetime | None] = lambda assignment, _: assignment.due

    @property
    def only(self) -> Assignment | None:
        """The assignment asked for, or the course's only one."""
        return self.chosen or (self.assignments[0] if len(self.assignments) == 1 else None)


def student_id(name: str) -> str:
    """A name as a student id that can name a file: letters and digits of any script and ``._@+-``, else ``-``."""
    text = unicodedata.normalize("NFC", name)
    text = "".join(char if char.isalnum() or char in "._@+-" else "-" for char in text).lstrip(".-").rstrip("-")
    return text.encode()[:200].decode(errors="ignore") or "unnamed"  # file names end at 255 bytes, with suffixes


def named(stem: str, search: Search) -> Named:
    """``alice_dropout``, ``dropout_alice``, ``alice-07_dropout`` and ``alice`` taken apart; the longest name wins."""
    hits: list[tuple[int, str, Assignment]] = []
    for assignment in search.assignments:
        for name in (assignment.name, assignment.module):
            spelled = re.escape(name).replace("_", "[_-]")  # GitHub's names have hyphens
            pattern = rf"(?:(.*?)[\s_.-]+)?{spelled}{COPY_MARK}|{spelled}[\s_.-]+(.*)"
            if fits := re.fullmatch(pattern, stem, re.IGNORECASE):
                hits.append((len(name), fits[1] or fits[2] or "", assignment))
    if not hits:
        return Named(stem, None)
    _, student, assignment = max(hits, key=lambda hit: hit[0])
    return Named(student, assignment)


def called(name: str, search: Search) -> Assignment | None:
    """The assignment whose folder, or module, is called so."""
    matches = (item for item in search.assignments if name.casefold() in (item.name.casefold(), item.module.casefold()))
    return next(matches, None)


def nearest(stem: str, search: Search) -> Assignment | None:
    """The assignment whose module a misspelt ``dropuot`` must mean."""
    modules = {assignment.module: assignment for assignment in search.assignments}
    close = difflib.get_close_matches(stem.casefold(), modules, n=1, cutoff=0.8)
    return modules[close[0]] if close else None


def modules_in(folder: Entry, search: Search) -> list[Assignment]:
    """Assignments whose module lies directly in the folder; if it holds one source, misspelt, the one that is meant."""
    names = [child.name for child in folder.children() if not child.listing]
    found = [item for item in search.assignments if any(resemblance(name, item.module) is not None for name in names)]
    stems = [PurePosixPath(name).stem for name in names if name.lower().endswith(SUFFIXES)]
    near = nearest(stems[0], search) if len(stems) == 1 else None
    return found or ([near] if near else [])


def inside(folder: Entry, search: Search) -> list[Assignment]:
    """As ``modules_in``, also where the files are wrapped in further folders, or in a zip."""
    if found := modules_in(unwrapped(folder, search), search):
        return found
    zips = [child for child in folder.children() if child.suffix == ".zip" and child.path is not None]
    try:
        return modules_in(unwrapped(open_entry(zips[0]), search), search) if len(zips) == 1 else []
    except SubmissionError:
        return []  # whoever grades it says what is wrong with it


def unwrapped(folder: Entry, search: Search) -> Entry:
    """The folder inside that counts: nbgrader's ``submitted/``, or the only one in a folder that holds nothing else."""
    for _ in range(_WRAPPED):
        children = folder.children()
        if submitted := submitted_in(folder):
            return submitted
        if len(children) != 1 or not children[0].listing or called(children[0].name, search):
            break
        if any(child.listing and called(child.name, search) for child in children[0].children()):
            break
        folder = children[0]
    return folder


def submitted_in(folder: Entry) -> Entry | None:
    """nbgrader's folder of what came in, where ``folder`` is its course."""
    return next((child for child in folder.children() if child.listing and child.name == "submitted"), None)


def expected(search: Search) -> str:
    """The files that would be right, for a message; the first three."""
    return " or ".join(quoted(assignment.module + ".py") for assignment in search.assignments[:3])
