"""Points that an instructor gives in place of those that the tests came to: kept beside the attempts, never in them.

overrides/<assignment>/<student>.json    by task: points, reason, who, when
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from autograder.errors import GraderError
from autograder.files import write_text
from autograder.results import Grade, Override

NONE: Mapping[str, Override] = {}


def read(folder: Path, assignment: str, student: str) -> Mapping[str, Override]:
    """The overrides of a student's submission, by task. Raises ``GraderError`` naming the file that holds none."""
    path = _path(folder, assignment, student)
    if not path.is_file():
        return NONE
    try:
        return {task: Override(**about) for task, about in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise GraderError(f"{path}: no overrides ({type(error).__name__}: {error}); mend or remove it") from error


def write(folder: Path, assignment: str, student: str, overrides: Mapping[str, Override]) -> None:
    """Keep these overrides of a student's submission, and no others."""
    text = json.dumps({task: asdict(one) for task, one in overrides.items()}, ensure_ascii=False, indent=1) + "\n"
    write_text(_path(folder, assignment, student), text)


def applied(grade: Grade, overrides: Mapping[str, Override]) -> Grade:
    """The grade with these overrides, and no others; with ``NONE``, what the tests alone came to."""
    tasks = tuple(replace(task, override=overrides.get(task.name)) for task in grade.tasks)
    return grade if tasks == grade.tasks else replace(grade, tasks=tasks)


def _path(folder: Path, assignment: str, student: str) -> Path:
    return folder / "overrides" / assignment / f"{student}.json"
