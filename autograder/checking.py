"""``autograder check``: a student's own file against the public tests, by the same judge and guest as a grading."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder import places
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.files import write_text
from autograder.messages import speaking
from autograder.reports.page import page
from autograder.reports.texts import Texts
from autograder.results import Grade
from autograder.sandbox.spawn import ForkServer
from autograder.submission import SUFFIXES, read_submission

Target = tuple[Assignment, Path]


def check_target(course: Course, target: str | None) -> Iterator[Grade]:
    """Grades by the public tests of ``target``: an assignment, a file of one, or None for every released assignment.

    Raises ``AssignmentError`` where there is no such assignment or file.
    """
    targets = _targets(course, target)
    with _judge(course) as judge:
        for one in targets:
            yield _check(judge, course, one)


def watch_target(course: Course, target: str | None) -> Iterator[Grade]:
    """As ``check_target``, and then again, from the same warm process, whenever a file of the target was saved with
    something else in it. Ends by an interrupt. Raises ``AssignmentError`` as ``check_target`` does."""
    from watchfiles import watch

    targets = _targets(course, target)
    folders = {path if path.is_dir() else path.parent for _, path in targets}
    seen: dict[Path, bytes] = {}
    with _judge(course) as judge:
        # Waking up once a second, too, a save between two waits is never missed.
        wakes = watch(*folders, debounce=200, step=20, rust_timeout=1000, yield_on_timeout=True, raise_interrupt=True)
        while True:
            for assignment, path in targets:
                content = _content(path)
                if content != seen.get(path):
                    seen[path] = content
                    yield _check(judge, course, (assignment, path))
            next(wakes)


def write_page(course: Course, grade: Grade, texts: Texts) -> Path:
    """Write the page of a check into the user's cache, and return its path."""
    path = places.cache() / "check" / f"{grade.assignment}.html"
    write_text(path, page(grade, course.config, texts, public=True))
    return path


@contextlib.contextmanager
def _judge(course: Course) -> Iterator[Any]:
    with contextlib.closing(ForkServer()) as server:  # warms up while this process imports the judge, and torch with it
        from autograder.judge import Judge

        with contextlib.closing(Judge(course, server)) as judge:
            yield judge


def _check(judge: Any, course: Course, target: Target) -> Grade:
    assignment, path = target
    with speaking(course.root):
        submission = read_submission(path, "you", assignment)
    grade: Grade = judge.grade(submission, public=True)
    return grade


def _content(path: Path) -> bytes:
    """What tells whether there is anything new: a hash over the files that a submission may be read from."""
    found = hashlib.sha256()
    files = [path] if path.is_file() else sorted(one for one in path.glob("*") if one.suffix in SUFFIXES)
    for file in files:
        with contextlib.suppress(OSError):  # an editor that is just replacing it; the next wake sees it
            found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.digest()


def _targets(course: Course, target: str | None) -> list[Target]:
    if target is None:
        return [(assignment, assignment.released) for assignment in course.assignments if assignment.released.is_dir()]
    path = Path(target)
    if path.suffix in SUFFIXES or path.is_dir():
        if not path.exists():
            raise AssignmentError(f"{path} does not exist; name a file of yours, or an assignment")
        return [(_assignment_of(course, path), path)]
    assignment = course.assignment(target)
    return [(assignment, assignment.released)]


def _assignment_of(course: Course, path: Path) -> Assignment:
    """The assignment that a file or folder belongs to, by its name or its folder's."""
    names = (path.stem, path.resolve().name, path.resolve().parent.name)
    for assignment in course.assignments:
        if assignment.module in names or assignment.name in names:
            return assignment
    expected = ", ".join(f"{assignment.module}.py" for assignment in course.assignments)
    raise AssignmentError(f"{path}: which assignment is this? Expected a file called {expected}, or its .ipynb")
