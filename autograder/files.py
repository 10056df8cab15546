"""Files: read with an error that names them; text and bytes written whole or not at all."""

import contextlib
import csv
import io
import os
import tempfile
from pathlib import Path

from autograder.errors import AssignmentError, GraderError


def read_text(path: Path) -> str:
    """The text of a file that an author wrote, without a byte order mark.

    Raises ``AssignmentError`` naming the file where it is missing, or no UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: cannot be read as UTF-8 text ({error})") from error


def read_bytes(path: Path) -> bytes:
    """What is in a file. Raises ``AssignmentError`` naming it where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be read ({error})") from error


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows of a CSV that an author wrote, each with its line, its cells without the space around them. They are
    parted by commas or, as some spreadsheets write them, by semicolons; blank lines are left out.

    Raises ``AssignmentError`` naming the file, and the line that is no CSV.
    """
    text = read_text(path)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        return [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise AssignmentError(f"{path}: line {reader.line_num}: no CSV ({error})") from error


def write_text(path: Path, text: str) -> None:
    """Write a text as ``write_bytes`` writes, in UTF-8."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file in one step: another process, or a power cut, leaves the old one or the new one.

    Raises ``GraderError``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
            raise
        _force(path.parent)
    except OSError as error:
        raise GraderError(f"{path}: cannot be written ({error})") from error


def _force(folder: Path) -> None:
    """Force a folder's entries to the disk: a rename is safe only then."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
