"""What the outcome of a task depends on, as one hash: where it is the same, grading again would give the same.

It covers the submission, the task's suite and what lies beside it, the assignment's solutions, limits, rules and seed,
the versions of the libraries and this package's own files; and the same of every task that it builds on. Points, due
dates and titles are left out: what they change is worked out anew without running anything. The wording of messages
is left out, too, but for the problem of a submission of which nothing can be run.
"""

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import autograder
from autograder.course import Assignment, Course
from autograder.files import read_bytes
from autograder.submission import Submission
from autograder.versions import versions

_PACKAGE = Path(autograder.__path__[0])


def fingerprints(course: Course, submission: Submission) -> Mapping[str, str]:
    """The hash of each task of a submission's assignment, by the task's name."""
    assignment = course.assignment(submission.assignment)
    common = _hash(
        course.config.isolation,
        course.seed(submission.student, assignment.name),
        [[segment.label, segment.source] for segment in submission.segments],
        submission.problem,
        _surroundings(assignment),
    )
    found: dict[str, str] = {}
    for task in assignment.tasks:
        found[task.name] = _hash(common, _content(task.suite), [found[name] for name in task.needs])
    return found


def forget() -> None:
    """Look at files again: a process does so only once, and one that lives on may have to."""
    for remembered in (_surroundings, _package, _content):
        remembered.cache_clear()


@functools.lru_cache(maxsize=64)
def _surroundings(assignment: Assignment) -> str:
    """What all tasks of an assignment share. The files are looked at once in a process, as judges do."""
    suites = {task.suite for task in assignment.tasks}
    beside = [path for path in _files(assignment.suites) if path not in suites]
    rules = [
        [task.id, task.names, task.needs, task.forbids, task.changes_arguments, task.training_seconds]
        for task in assignment.tasks
    ]
    files = [[path.name, _content(path)] for path in [*_files(assignment.solution), *beside]]
    return _hash(assignment.name, assignment.limits.model_dump(), rules, files, dict(versions()), _package())


@functools.cache
def _package() -> str:
    """This package's own source, which changes more often than its version where it is being written."""
    return _hash([[str(path.relative_to(_PACKAGE)), _content(path)] for path in _files(_PACKAGE)])


def _files(folder: Path) -> list[Path]:
    """The files below a folder that a grading may depend on: no bytecode, and no templates of pages."""
    found = [path for path in sorted(folder.rglob("*.*")) if path.is_file()]
    return [path for path in found if path.suffix in (".py", ".yaml", ".npz", ".csv") and "templates" not in path.parts]


@functools.lru_cache(maxsize=4096)
def _content(path: Path) -> str:
    """The hash of a file; of one that is missing, that of nothing."""
    return hashlib.sha256(read_bytes(path)).hexdigest() if path.is_file() else ""


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
