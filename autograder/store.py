"""Grades on disk: ``DIR/grades/<assignment>/<student>.json``, one file a grade, and ``DIR/scores.csv``.

A file is written beside its place and renamed into it, so that a reader, or a grader killed at any moment, never sees
half of one.
"""

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import GraderError
from autograder.results import Grade, from_json, to_json


def write(folder: Path, grade: Grade) -> Path:
    """Store a grade; returns its path. A grade that stayed ungraded never replaces one that did not.

    Raises ``GraderError`` where the folder cannot be written.
    """
    path = path_of(folder, grade.assignment, grade.student)
    if not grade.is_graded and path.is_file() and read(path).is_graded:
        return path
    write_text(path, json.dumps(to_json(grade), indent=1, ensure_ascii=False) + "\n")
    return path


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
    """All grades below ``folder``, by assignment and student."""
    return tuple(read(path) for path in sorted(folder.glob("grades/*/*.json")))


def write_text(path: Path, text: str) -> None:
    """Write a file in one step: another process sees the old one or the new one. Raises ``GraderError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise GraderError(f"{path}: cannot be written ({error})") from error


def assignments_of(grades: Iterable[Grade]) -> tuple[str, ...]:
    """The assignments among grades, sorted."""
    return tuple(sorted({grade.assignment for grade in grades}))
