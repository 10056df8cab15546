"""What the PATHs on a command line hold: one ``Submission`` for each student and assignment, and what fits none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.archive import Entry, on_disk, open_entry
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, SubmissionError
from autograder.messages import speaking
from autograder.naming import (
    Search,
    called,
    expected,
    modules_in,
    named,
    nearest,
    student_id,
    submitted_in,
    unwrapped,
)
from autograder.submission import SUFFIXES, Submission, read_entry


@dataclass(frozen=True)
class Discovery:
    """Submissions sorted by (assignment, student), and a sentence on each path that is none of them."""

    submissions: tuple[Submission, ...]
    unmatched: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """Something to read as one student's work for one assignment; ``any_name`` as in ``read_entry``, ``evident``
    where a name or the content tells the assignment."""

    where: str
    entry: Entry
    student: str
    assignment: Assignment
    any_name: bool = False
    evident: bool = True


_Finds = Iterator[_Found | str]  # a string is an unmatched path and why


def discover(paths: Sequence[Path], course: Course, assignment: str | None, student: str | None) -> Discovery:
    """Find and read every submission under ``paths``; nothing is lost silently, nothing is run.

    ``assignment`` selects one; ``student`` names a single submission's student, and selects in a tree. Raises
    ``AssignmentError`` for a path that does not exist or an unknown assignment, ``GraderError`` where our disk fails.
    """
    chosen = course.assignment(assignment) if assignment else None
    search = Search(course.assignments, chosen, student_id(student) if student else None)
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise AssignmentError(f"{path}: no such file or folder; give a submission, a folder of them, or a zip")
    with speaking(course.root):
        return _found_in(paths, search)


def _found_in(paths: Sequence[Path], search: Search) -> Discovery:
    once = {path.absolute(): path for path in reversed(paths)}
    found, unmatched = dict[tuple[str, str], _Found](), list[str]()
    for path in reversed(once.values()):
        for item in _at_path(path, search):
            if isinstance(item, str):
                unmatched.append(item)
            elif (first := found.setdefault((item.assignment.name, item.student), item)) is not item:
                taken = f"{item.student} already has {first.where} for {item.assignment.name}"
                unmatched.append(f"{item.where}: {taken}; keep one of them")
    read = (read_entry(item.entry, item.student, item.assignment, item.any_name) for _, item in sorted(found.items()))
    return Discovery(tuple(read), tuple(unmatched))


def _at_path(path: Path, search: Search) -> _Finds:
    """One PATH, and where it holds none of ``--student``, what there is instead."""
    others: set[str] = set()
    hits = 0
    for item in _classify(path, search):
        if isinstance(item, str):
            yield item
        elif search.chosen and item.assignment != search.chosen:
            others.add(f"{item.student} ({item.assignment.name})")
        elif search.student and item.student != search.student:
            others.add(item.student)
        else:
            hits += 1
            yield item
    if others and not hits:
        wanted = " ".join(filter(None, [search.student, search.chosen.name if search.chosen else None]))
        yield f"{path}: nothing of {wanted}; it has {', '.join(sorted(others)[:5])}"


def _classify(path: Path, search: Search) -> _Finds:
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


def _top_zip(entry: Entry, path: Path, search: Search) -> _Finds:
    """A zip that was given by name: one submission, or a class where names or contents inside say so."""
    where, parent = str(path), _owner(path, search)
    try:
        root = open_entry(entry)
    except SubmissionError as error:
        yield from _one(entry, where, search, search.student, parent, str(error))
        return
    inner = unwrapped(root, search)
    found = [] if modules_in(inner, search) else list(_class(inner, where, search, PurePosixPath(entry.name).stem))
    if any(isinstance(item, _Found) and item.evident for item in found):
        yield from found
    else:
        yield from _one(root, where, search, search.student, parent)


def _top_folder(entry: Entry, where: str, search: Search, path: Path) -> _Finds:
    """A folder that was given by name: a submission, a student's, a class, or a course with ``submitted/``."""
    if submitted := submitted_in(entry):
        entry, where, path = submitted, f"{where}/submitted", path / "submitted"
    modules = modules_in(entry, search)
    if not modules:
        yield from _class(entry, where, search, path.name)
        return
    says = named(path.name, search)
    name = says.student or (path.parent.name if says.assignment else path.name)
    for assignment in modules:
        yield _Found(where, entry, search.student or student_id(name), assignment)
    for child in entry.children():
        beside = named(PurePosixPath(child.name).stem, search)
        if child.suffix in SUFFIXES and beside.student and beside.assignment:
            yield f"{where}/{child.name}: is beside {modules[0].module}.py, which makes the folder one submission"


def _owner(path: Path, search: Search) -> str:
    """The student that the folders above a file name: not ``07_dropout`` in ``alice/07_dropout/dropout.py``."""
    above = path.resolve().parent
    return above.parent.name if called(above.name, search) else above.name


def _class(folder: Entry, where: str, search: Search, name: str) -> _Finds:
    """A folder of several submissions: flat, a tree of students, or one student's assignments."""
    children = folder.children()
    if not children:
        yield f"{where}: is empty; expected submissions"
    for child in children:
        place = f"{where}/{child.name}"
        if child.refused:
            yield f"{place}: is {child.refused}, which is not followed"
        elif child.listing and (assignment := called(child.name, search)):
            yield _Found(place, child, search.student or student_id(name), assignment)
        elif child.listing:
            yield from _student_folder(child, place, search)
        elif child.suffix == ".zip":
            yield from _one(child, place, search, None, "")
        elif child.suffix in SUFFIXES:
            yield from _file(child, place, search, None, "")
        else:
            yield f"{place}: is no submission; expected a .py, .ipynb or .zip file, or a folder"


def _student_folder(folder: Entry, where: str, search: Search) -> _Finds:
    """``<student>/`` of a class, which holds folders of assignments, or the files themselves."""
    assignments = [(child, called(child.name, search)) for child in folder.children() if child.listing]
    if not any(assignment for _, assignment in assignments):
        yield from _one(folder, where, search, None, "")
        return
    student = student_id(folder.name)
    for child, assignment in assignments:
        if assignment:
            yield _Found(f"{where}/{child.name}", child, student, assignment)
    known = {child.name for child, assignment in assignments if assignment}
    for child in folder.children():
        if child.name not in known:
            yield f"{where}/{child.name}: is named like no assignment; expected {expected(search)}"


def _one(entry: Entry, where: str, search: Search, student: str | None, parent: str, why: str = "") -> _Finds:
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
            yield _Found(where, entry, student_id(name), assignment, evident=bool(evident))


def _file(entry: Entry, where: str, search: Search, student: str | None, parent: str) -> _Finds:
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
        yield _Found(where, entry, student_id(name), assignment, any_name, evident=bool(says.assignment))
