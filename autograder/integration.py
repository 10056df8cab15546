"""What a CI server grades: the assignments in a checkout, by public or hidden tests. Of the checkout only what a
student hands in is read, as data; a link in it leads nowhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.archive import Entry, on_disk
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.grading import grade_all
from autograder.repository import is_clone, last_commit
from autograder.results import FINE, Grade, Outcome
from autograder.submission import SUFFIXES, Submission, read_entry, resemblance

KINDS = ("auto", "public", "hidden")


@dataclass(frozen=True)
class Checked:
    """The grade of one assignment, and the student's file as a path within the checkout."""

    grade: Grade
    path: str

    @property
    def is_passed(self) -> bool:
        """Whether every task is."""
        return all(task.outcome in FINE for task in self.grade.tasks)

    @property
    def is_begun(self) -> bool:
        """Whether there is more to it than the stubs that were released."""
        return any(task.outcome is not Outcome.UNFINISHED for task in self.grade.tasks)


def kind_of(course: Course, kind: str) -> str:
    """``public`` or ``hidden``; for ``auto`` hidden where the course has hidden suites. Raises ``AssignmentError``."""
    if kind not in KINDS:
        raise AssignmentError(f"--tests is {kind!r}; expected {', '.join(KINDS)}")
    if kind != "auto":
        return kind
    has_suites = any(task.suite.is_file() for assignment in course.assignments for task in assignment.tasks)
    return "hidden" if has_suites else "public"


def check_out(course: Course, names: Sequence[str], checkout: Path, student: str, kind: str) -> tuple[Checked, ...]:
    """Grade the assignments in a checkout: those named, each of which then counts even where nothing is handed in; or
    all that are there and begun.

    Raises ``AssignmentError`` for an unknown assignment, and where there is nothing to grade.
    """
    root = on_disk(checkout)
    if root.listing is None:
        raise AssignmentError(f"{checkout}: is no folder; expected a checkout")
    commit = last_commit(checkout, None) if kind == "hidden" and is_clone(root) else None
    pushed_at = commit.made_at if commit is not None else None
    named = [course.assignment(name) for name in names]
    found: list[tuple[Submission, str]] = []
    for assignment in named or course.assignments:
        place = _place(root, assignment)
        if place is not None or named:
            folder, path = place or (root, "")
            submission = replace(read_entry(folder, student, assignment), submitted_at=pushed_at)
            file = submission.sources[0]["path"] if submission.sources else f"{assignment.module}.py"
            found.append((submission, path + file))
    if not found:
        expected = ", ".join(f"{assignment.module}.py" for assignment in course.assignments[:3])
        raise AssignmentError(f"{checkout}: holds no assignment; expected for example {expected}, or assignments/")
    grades = _grades(course, [one for one, _ in found], kind)
    checked = [Checked(grade, path) for grade, (_, path) in zip(grades, found, strict=True)]
    return tuple(one for one in checked if named or one.is_begun)


def _grades(course: Course, submissions: Sequence[Submission], kind: str) -> Iterator[Grade]:
    """The grades in order; by public tests, only of the tasks that these look at."""
    if kind == "hidden":
        yield from grade_all(course, submissions, jobs=1)
        return
    from autograder.judge import warm_judge

    for submission in submissions:
        grade = warm_judge(course).grade(submission, public=True)
        yield replace(grade, tasks=tuple(task for task in grade.tasks if task.tests))


def _place(root: Entry, assignment: Assignment) -> tuple[Entry, str] | None:
    """The folder of a checkout that holds an assignment's file, and its path in it."""
    inner = next((child for child in root.children() if child.name == "assignments" and child.listing), None)
    for above, path in ((inner, "assignments/"), (root, "")):
        for folder in above.children() if above else ():
            if folder.listing and folder.name == assignment.name and _holds(folder, assignment):
                return folder, f"{path}{folder.name}/"
    return (root, "") if _holds(root, assignment) else None


def _holds(folder: Entry, assignment: Assignment) -> bool:
    names = [child.name for child in folder.children() if child.suffix in SUFFIXES]
    return any(resemblance(name, assignment.module) is not None for name in names)
