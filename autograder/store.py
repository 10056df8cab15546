"""Grades on disk. A folder of grades holds

    grades/<assignment>/<student>.json             the grade that counts: of the attempt that a rule chooses
    attempts/<assignment>/<student>/<number>.json  every attempt, ungraded ones too, numbered from 1

What is set by hand (``overrides``) is in the grade that counts, and in no attempt.

A file is written beside its place, forced to the disk, and renamed into it; then the folder is forced to the disk as
well. So a reader, a grader killed at any moment, or a power cut sees a file whole or not at all. An attempt is written
before the grade that counts: where the second is lost, the first still tells.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pydantic_core

from autograder import overrides
from autograder.contract import from_json, to_json
from autograder.errors import GraderError
from autograder.files import write_text
from autograder.results import Grade

LOCK = ".lock"


Rule = Callable[[Iterator[Grade]], Grade | None]
"""Chooses the grade that counts among a student's attempts, which it is given newest first and reads as it needs."""


def last(newest_first: Iterator[Grade]) -> Grade | None:
    """The last attempt that is graded; where there is none, the last one."""
    newest = None
    for grade in newest_first:
        if grade.is_graded:
            return grade
        newest = newest or grade
    return newest


def write(folder: Path, grade: Grade, rule: Rule = last) -> Path:
    """Store a grade as the next attempt; returns the path of the grade that counts. One that stayed ungraded never
    replaces one that did not, and what humans gave stays.

    Raises ``GraderError`` where the folder cannot be written.
    """
    path, grade = path_of(folder, grade.assignment, grade.student), as_next_attempt(folder, grade)
    attempt = _folder_of_attempts(folder, grade.assignment, grade.student) / f"{grade.attempt:04d}.json"
    with contextlib.suppress(GraderError):
        grade = replace(grade, manual=grade.manual or read(path).manual)
    write_text(attempt, _text(overrides.applied(grade, overrides.NONE)))
    latest(folder, grade.assignment, grade.student, rule)
    return path


def put(folder: Path, grade: Grade) -> None:
    """Have this grade count, as it is; no attempt is made of it."""
    write_text(path_of(folder, grade.assignment, grade.student), _text(grade))


def as_next_attempt(folder: Path, grade: Grade) -> Grade:
    """The grade as ``write`` will have it count: with its number, and with what was set by hand."""
    earlier = _attempts(folder, grade.assignment, grade.student)
    by_hand = overrides.read(folder, grade.assignment, grade.student)
    return overrides.applied(replace(grade, attempt=_number(earlier[-1]) + 1 if earlier else 1), by_hand)


def latest(folder: Path, assignment: str, student: str, rule: Rule = last) -> Grade | None:
    """The grade that counts, None where there is none. One that was lost between two writes, that is no longer
    readable, or that the rule no longer chooses, is put in its place anew."""
    found = _counting(folder, assignment, student)
    ahead = _ahead(folder, assignment, student, found)
    if found is not None and (ahead > 0 or (rule is last and ahead == 0)):
        return found
    chosen = _chosen(folder, assignment, student, rule, found)
    if chosen is not None and chosen != found:
        put(folder, chosen)
    return chosen or found


def newest(folder: Path, assignment: str, student: str) -> Grade | None:
    """The last attempt that is graded, or else the last one, with what was set by hand; whether it counts or not."""
    found = _counting(folder, assignment, student)
    if found is not None and _ahead(folder, assignment, student, found) >= 0:
        return found
    return _chosen(folder, assignment, student, last, found) or found


def choice(folder: Path, assignment: str, student: str, rule: Rule, new: Grade | None = None) -> Grade | None:
    """What counts among the attempts, and a ``new`` one, with what was set by hand. Nothing is written."""
    return _chosen(folder, assignment, student, rule, _counting(folder, assignment, student), new)


def _chosen(
    folder: Path, assignment: str, student: str, rule: Rule, found: Grade | None, new: Grade | None = None
) -> Grade | None:
    """The same, where ``found`` is what counts at present."""

    def newest_first() -> Iterator[Grade]:
        if new is not None:
            yield overrides.applied(new, overrides.NONE)
        for attempt in reversed(_attempts(folder, assignment, student)):
            with contextlib.suppress(GraderError):
                yield read(attempt)

    chosen = rule(newest_first())
    if chosen is None:
        return None
    chosen = overrides.applied(chosen, overrides.read(folder, assignment, student))
    return chosen if found is None else replace(chosen, manual=found.manual)


def _ahead(folder: Path, assignment: str, student: str, found: Grade | None) -> int:
    """By how many attempts ``found`` is ahead of those that are stored; 0 where it is the last one."""
    stored = _attempts(folder, assignment, student)
    return (found.attempt if found is not None else 0) - (_number(stored[-1]) if stored else 0)


def _counting(folder: Path, assignment: str, student: str) -> Grade | None:
    with contextlib.suppress(GraderError):
        return read(path_of(folder, assignment, student))
    return None


def path_of(folder: Path, assignment: str, student: str) -> Path:
    """Where the grade of a student's submission is."""
    return folder / "grades" / assignment / f"{student}.json"


def read(path: Path) -> Grade:
    """The grade in a file. Raises ``GraderError`` naming the file where it holds none."""
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise GraderError(f"{path}: cannot be read ({error})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GraderError(f"{path}: not a grade ({type(error).__name__}: {error})") from error


def read_all(folder: Path) -> tuple[Grade, ...]:
    """All grades that count below ``folder``, by assignment and student."""
    return tuple(read(path) for path in sorted(folder.glob("grades/*/*.json")))


def attempts(folder: Path, assignment: str, student: str) -> tuple[Grade, ...]:
    """Every attempt at a student's submission, in order. Raises ``GraderError`` for a file that is none."""
    return tuple(read(path) for path in _attempts(folder, assignment, student))


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have the folder for oneself, so that two gradings never mix. The lock ends with the process, however that ends.

    Raises ``GraderError`` where another process has it, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise GraderError(f"{folder}: cannot be written ({error})") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise GraderError(
                f"{folder}: another grading, process {holder}, is at work here; wait for it, or choose another --out"
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def assignments_of(grades: Iterable[Grade]) -> tuple[str, ...]:
    """The assignments among grades, sorted."""
    return tuple(sorted({grade.assignment for grade in grades}))


def _text(grade: Grade) -> str:
    return pydantic_core.to_json(to_json(grade), indent=1).decode() + "\n"


def _folder_of_attempts(folder: Path, assignment: str, student: str) -> Path:
    return folder / "attempts" / assignment / student


def _attempts(folder: Path, assignment: str, student: str) -> list[Path]:
    found = _folder_of_attempts(folder, assignment, student).glob("[0-9]*.json")
    return sorted(found, key=_number)


def _number(path: Path) -> int:
    return int(path.stem)
