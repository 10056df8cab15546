"""``autograder check``: a student's own file against the public tests, by the same judge and guest as a grading."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.results import Grade
from autograder.sandbox.spawn import ForkServer
from autograder.submission import SUFFIXES, read_submission


def check_target(course: Course, target: str | None) -> Iterator[Grade]:
    """Grades by the public tests of ``target``: an assignment, a file of one, or None for every released assignment.

    Raises ``AssignmentError`` where there is no such assignment or file.
    """
    targets = _targets(course, target)
    with closing(ForkServer()) as server:  # warms up while this process imports the judge, and torch with it
        from autograder.judge import Judge

        with closing(Judge(course, server)) as judge:
            for assignment, path in targets:
                yield judge.grade(read_submission(path, "you", assignment), public=True)


def _targets(course: Course, target: str | None) -> list[tuple[Assignment, Path]]:
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
