"""What was changed after grades were there: ``audit.jsonl`` in the folder of grades, to which lines are only added."""

import getpass
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.errors import GraderError

LOG = "audit.jsonl"


@dataclass(frozen=True)
class Entry:
    """One change. ``when`` is ISO 8601, UTC; ``what`` is override, override removed or regraded. ``before`` and
    ``after`` are points of the ``task``, or the score where there is none; None is not graded."""

    when: str
    who: str
    what: str
    student: str
    assignment: str
    task: str | None
    before: float | None
    after: float | None
    reason: str


def append(folder: Path, entries: Iterable[Entry]) -> None:
    """Add entries, and force them to the disk. A line that an earlier process was killed in stays a line of its own.

    Raises ``GraderError`` where the log cannot be written.
    """
    text = "".join(json.dumps(asdict(entry), ensure_ascii=False, allow_nan=False) + "\n" for entry in entries)
    if not text:
        return
    path = folder / LOG
    try:
        with open(path, "ab+") as log:
            log.seek(0, os.SEEK_END)
            if log.tell():
                log.seek(-1, os.SEEK_END)
                text = text if log.read(1) == b"\n" else f"\n{text}"
            log.write(text.encode())
            log.flush()
            os.fsync(log.fileno())
    except OSError as error:
        raise GraderError(f"{path}: cannot be written ({error})") from error


def read(folder: Path) -> tuple[dict[str, Any], ...]:
    """All entries, in the order in which they were made; a line that is none is left out."""
    path = folder / LOG
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return tuple(found)


def user() -> str:
    """Who runs this process, by the name of their account; its number where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
