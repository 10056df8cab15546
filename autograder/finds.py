"""What one PATH of a command line holds, by its names and contents: finds, each to be read as one submission."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.archive import Entry, on_disk, open_entry
from autograder.course import Assignment
from autograder.errors import SubmissionError
from autograder.layouts.choose import layout_of
from autograder.layouts.handed import Handed, Layout
from autograder.naming import (
    Search,
    called,
    expected,
    inside,
    modules_in,
    named,
    nearest,
    student_id,
    submitted_in,
    unwrapped,
)
from autograder.submission import SUFFIXES


@dataclass(frozen=True)
class Found:
    """Something to read as one student's work for one assignment; ``any_name`` as in ``read_entry``, ``evident``
    where a name or the content tells the assignment; ``members`` as in ``Submission``; ``told`` is what a platform
    says of it."""

    where: str
    entry: Entry
    student: str
    assignment: Assignment
    any_name: bool = False
    evident: bool = True
    members: tuple[str, ...] = ()
    told: Handed | None = None


Finds = Iterator[Found | str]  # a string is an unmatched path and why


def classify(path: Path, search: Search) -> Finds:
    """Everything at a path that may be a submission, and what is none."""
    entry = on_disk(path)
    if entry.refused:
        yield f"{path}: is {entry.refused}, which is not followed; give the path that it leads to"
    elif entry.listing:
        yield from _top_folder(entry, str(path), search, path.resolve())
    elif entry.suffix == ".zip":
        yield from _top_zip(entry, path, search)
    elif entry.suffix in SUFFIXES:
        yield from _file(entry, str(path), search, search.student, _owner(path, search))
    else:
        yield f"{path}: is no submission; expected a .py, .ipynb or .zip file, or a folder"


def _top_zip(entry: Entry, path: Path, search: Search) -> Finds:
    """A zip that was given by name: one submission, or a class where names or contents inside say so."""
    where, parent = str(path), _owner(path, search)
    try:
        root = open_entry(entry)
    except SubmissionError as error:
        yield from _one(entry, where, search, search.student, parent, str(error))
        return
    inner = unwrapped(root, search)
    if layout := layout_of(inner, search):
        yield from _platform(layout, inner, where, search)
        return
    found = [] if modules_in(inner, search) else list(_class(inner, where, search, PurePosixPath(entry.name).stem))
    if any(isinstance(item, Found) and item.evident for item in found):
        yield from found
    else:
        yield from _one(root, where, search, search.student, parent)


def _top_folder(entry: Entry, where: str, search: Search, path: Path) -> Finds:
    """A folder that was given by name: a submission, a student's, a class, or a course with ``submitted/``."""
    if submitted := submitted_in(entry):
        entry, where, path = submitted, f"{where}/submitted", path / "submitted"
    for folder in (entry, unwrapped(entry, search)):
        if layout := layout_of(folder, search):
            yield from _platform(layout, folder, where, search)
            return
    modules = modules_in(entry, search)
    if not modules:
        yield from _class(entry, where, search, path.name)
        return
    says = named(path.name, search)
    name = says.student or (path.parent.name if says.assignment else path.name)
    for assignment in modules:
        yield Found(where, entry, search.student or student_id(name), assignment)
    for child in entry.children():
        beside = named(PurePosixPath(child.name).stem, search)
        if child.suffix in SUFFIXES and beside.student and beside.assignment:
            yield f"{where}/{child.name}: is beside {modules[0].module}.py, which makes the folder one submission"


def _platform(layout: Layout, folder: Entry, where: str, search: Search) -> Finds:
    """What a platform collected: for the assignment that it, or ``--assignment``, names, or else for what is inside."""
    for item in layout.read(folder, where, search):
        if isinstance(item, str):
            yield item
            continue
        chosen = item.assignment or search.only
        assignments = [chosen] if chosen else inside(item.entry, search)
        if not assignments:
            yield f"{item.where}: names no assignment and holds no {expected(search)}; pass --assignment"
        for assignment in assignments:
            yield Found(item.where, item.entry, student_id(item.people[0].id), assignment, told=item)


def _owner(path: Path, search: Search) -> str:
    """The student that the folders above a file name: not ``07_dropout`` in ``alice/07_dropout/dropout.py``."""
    above = path.resolve().parent
    return above.parent.name if called(above.name, search) else above.name


def _class(folder: Entry, where: str, search: Search, name: str) -> Finds:
    """A folder of several submissions: flat, a tree of students, or one student's assignments."""
    children = folder.children()
    if not children:
        yield f"{where}: is empty; expected submissions"
    for child in children:
        place = f"{where}/{child.name}"
        if child.refused:
            yield f"{place}: is {child.refused}, which is not followed"
        elif child.listing and (assignment := called(child.name, search)):
            yield Found(place, child, search.student or student_id(name), assignment)
        elif child.listing:
            yield from _student_folder(child, place, search)
        elif child.suffix == ".zip":
            yield from _one(child, place, search, None, "")
        elif child.suffix in SUFFIXES:
            yield from _file(child, place, search, None, "")
        else:
            yield f"{place}: is no submission; expected a .py, .ipynb or .zip file, or a folder"


def _student_folder(folder: Entry, where: str, search: Search) -> Finds:
    """``<student>/`` of a class, which holds folders of assignments, or the files themselves."""
    assignments = [(child, called(child.name, search)) for child in folder.children() if child.listing]
    if not any(assignment for _, assignment in assignments):
        yield from _one(folder, where, search, None, "")
        return
    student = student_id(folder.name)
    for child, assignment in assignments:
        if assignment:
            yield Found(f"{where}/{child.name}", child, student, assignment)
    known = {child.name for child, assignment in assignments if assignment}
    for child in folder.children():
        if child.name not in known:
            yield f"{where}/{child.name}: is named like no assignment; expected {expected(search)}"


def _one(entry: Entry, where: str, search: Search, student: str | None, parent: str, why: str = "") -> Finds:
    """A folder or zip that is one student's: whose and for what its name tells, or else what is inside."""
    says = named(PurePosixPath(entry.name).stem if entry.suffix or entry.is_archive else entry.name, search)
    name = student or says.student or parent
    evident = [says.assignment] if says.assignment else []
    if not evident and not why:
        try:
            evident = modules_in(unwrapped(open_entry(entry), search), search)
        except SubmissionError as error:
            why = str(error)
    candidates: Sequence[Assignment | None] = evident or [search.only]
    for assignment in candidates:
        if not name:
            yield f"{where}: names no student; expected for example alice_{entry.name}"
        elif not assignment:
            yield f"{where}: {why or 'names no assignment and holds no ' + expected(search)}; or pass --assignment"
        else:
            yield Found(where, entry, student_id(name), assignment, evident=bool(evident))


def _file(entry: Entry, where: str, search: Search, student: str | None, parent: str) -> Finds:
    """A ``.py`` or ``.ipynb``: whose and for what its name tells; ``parent`` stands in for the student's name."""
    stem = PurePosixPath(entry.name).stem
    says = named(stem, search)
    near = None if says.assignment else nearest(stem, search)
    assignment = says.assignment or near or search.only
    name = student or (parent if near or not says.student else says.student)
    if not assignment:
        example = f"{stem}_{search.assignments[0].module}.py"
        yield f"{where}: names no assignment; expected for example {example}, or --assignment"
    elif not name:
        yield f"{where}: names no student; expected for example alice_{entry.name}"
    else:
        # A name that is not the student's is the module's, and must be right.
        any_name = bool(says.assignment) or not (near or student)
        yield Found(where, entry, student_id(name), assignment, any_name, evident=bool(says.assignment))
