"""What one student handed in for one assignment, as a value: read as data, run by nobody here."""

import hashlib
import io
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.archive import Entry, on_disk, open_entry, quoted
from autograder.course import Assignment
from autograder.errors import SubmissionError
from autograder.files import read_bytes
from autograder.messages import say
from autograder.notebook import MAX_SOURCE, Segment, segments_of
from autograder.statements import NotPythonError, parse

__all__ = ["Segment", "Submission", "read_entry", "read_submission", "resemblance"]

TIMESTAMP = "timestamp.txt"  # nbgrader writes it when it takes a submission in
COPY_MARK = r"(?: ?\(\d+\)|(?:-\d+)+|_v\d+)?"  # browsers and LMSs tell copies apart: `dropout (1).py`, `dropout-2.py`
SUFFIXES = (".py", ".ipynb")
_SHOWN = 5
_DEPTH = 4
_NOT_FOR_SOURCE = frozenset({"idna", "punycode"})  # take quadratic time


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment.

    ``segments`` run in order in one namespace. Where ``problem`` says why nothing can be run, they are empty, or what
    could be read and is no Python.
    ``sources`` has ``{"path": name as handed in, "sha256": hex}`` for each file read. ``submitted_at`` is ISO 8601 in
    UTC, from nbgrader's ``timestamp.txt`` or as the platform tells; ``changed_at`` likewise, as the disk says of the
    file or the zip. ``notes`` say what was left out, and why. ``members`` are the others who handed it in together with
    ``student``: the grade is theirs, too.
    """

    student: str
    assignment: str
    segments: tuple[Segment, ...]
    sources: tuple[Mapping[str, str], ...]
    submitted_at: str | None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    changed_at: str | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Choice:
    """The one file that counts, its path as handed in, and what to say about the others."""

    file: Entry
    path: str
    notes: tuple[str, ...]


def read_submission(path: Path, student: str, assignment: Assignment) -> Submission:
    """Read a ``.py``, an ``.ipynb``, a folder or a zip. What a student did wrong becomes ``problem``.

    Raises ``GraderError`` where our own disk fails us.
    """
    return read_entry(on_disk(path), student, assignment)


def read_entry(entry: Entry, student: str, assignment: Assignment, any_name: bool = False) -> Submission:
    """Read what was handed in. ``any_name`` takes a single file whatever its name, which may hold the student's.

    Raises ``GraderError`` where our own disk fails us.
    """
    segments: tuple[Segment, ...] = ()
    sources: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    submitted_at, problem = None, None
    changed_at = _changed_at(entry)
    try:
        root = open_entry(entry)
        submitted_at, notes = _submitted_at(root, assignment)
        choice = _choose(root, assignment, any_name)
        notes += choice.notes
        changed_at = _changed_at(choice.file) or changed_at
        data = choice.file.read()
        sources = ({"path": choice.path, "sha256": hashlib.sha256(data).hexdigest()},)
        name = _plain(choice.file.name)
        if choice.file.suffix == ".ipynb":
            segments, left_out = segments_of(data, name, assignment.names)
            notes += left_out
        else:
            segments = (Segment(name, _text(data, name)),)
            _check_syntax(segments[0])
    except SubmissionError as error:
        problem = str(error)
    return Submission(student, assignment.name, segments, sources, submitted_at, problem, notes, changed_at)


def resemblance(name: str, module: str) -> int | None:
    """How a file name fits a module: 0 as it should be, 1 but for capitals, 2 marked as a copy; ``None`` not at all."""
    if name in {module + suffix for suffix in SUFFIXES}:
        return 0
    fits = re.fullmatch(rf"{re.escape(module)}({COPY_MARK})\.(?:py|ipynb)", name, re.IGNORECASE)
    return None if not fits else 2 if fits[1] else 1


def _choose(root: Entry, assignment: Assignment, any_name: bool) -> _Choice:
    """The file that counts. Raises ``SubmissionError`` that says what was found and what was expected."""
    expected = say("reading.or").join(f"`{assignment.module}{suffix}`" for suffix in SUFFIXES)
    if root.listing is None:
        if root.content and not any_name and resemblance(root.name, assignment.module) is None:
            raise SubmissionError(say("reading.found", names=quoted(root.name), expected=expected))
        return _Choice(root, root.name, ())
    inside = root.name + "/" if root.is_archive else ""
    seen: list[str] = []
    folder = root
    for _ in range(_DEPTH):
        children = [entry for entry in folder.children() if entry.name != TIMESTAMP or root.is_archive]
        fitting = [entry for entry in children if resemblance(entry.name, assignment.module) is not None]
        if fitting:
            chosen, notes = _preferred(fitting, assignment)
            return _Choice(chosen, inside + chosen.name, notes + _unused(children, fitting, chosen))
        folders = [entry for entry in children if entry.listing]
        zips = [entry for entry in children if entry.suffix == ".zip" and entry.path is not None]
        if len(zips) == 1 and not folders:
            return _choose(open_entry(zips[0]), assignment, any_name)
        seen += [entry.name + ("/" if entry.listing else "") for entry in children]
        if len(folders) != 1:
            break
        folder, inside = folders[0], f"{inside}{folders[0].name}/"
    if not seen:
        empty = "reading.empty_archive" if root.is_archive else "reading.empty_folder"
        raise SubmissionError(say(empty, expected=expected))
    seen.sort(key=lambda name: not name.lower().endswith(SUFFIXES))
    raise SubmissionError(say("reading.found", names=_listed([quoted(name) for name in seen]), expected=expected))


def _preferred(fitting: Sequence[Entry], assignment: Assignment) -> tuple[Entry, tuple[str, ...]]:
    """Of several files the one to read: changed since the release, well named, newest, ``.py``."""
    files = [entry for entry in fitting if entry.content] or list(fitting)
    changed = [entry for entry in files if len(files) == 1 or not _is_untouched(entry, assignment)] or files
    best = min(resemblance(entry.name, assignment.module) or 0 for entry in changed)
    named = [entry for entry in changed if (resemblance(entry.name, assignment.module) or 0) == best]
    newest = max(entry.time for entry in named)
    chosen = next(
        entry for suffix in (".py", ".ipynb", "") for entry in named if entry.time == newest and entry.suffix == suffix
    )
    name, expected = _plain(chosen.name), assignment.module + chosen.suffix
    notes = [say("reading.taken", name=name, expected=expected)] if best else []
    for entry in (entry for entry in fitting if entry is not chosen):
        why = (
            "reading.no_use" if not entry.content
            else "reading.untouched" if entry not in changed
            else "reading.misnamed" if entry not in named
            else "reading.older" if entry.time < newest
            else "reading.as_new"
        )  # fmt: skip
        notes.append(say(why, name=_plain(entry.name), kind=entry.refused or say("kinds.folder"), chosen=name))
    return chosen, tuple(notes)


def _is_untouched(entry: Entry, assignment: Assignment) -> bool:
    """Whether the file is what was released, so that a stub never stands for work done in the other format."""
    released = assignment.released / (assignment.module + entry.suffix)
    if not entry.content or not released.is_file():
        return False
    return entry.read().replace(b"\r\n", b"\n") == read_bytes(released).replace(b"\r\n", b"\n")


def _unused(children: Sequence[Entry], fitting: Sequence[Entry], chosen: Entry) -> tuple[str, ...]:
    others = [entry for entry in children if entry not in fitting]
    links = [entry for entry in others if entry.refused]
    refused = tuple(say("reading.not_followed", name=_plain(entry.name), kind=entry.refused) for entry in links)
    plain = [_plain(entry.name) for entry in others if not entry.refused]
    if not plain:
        return refused[:_SHOWN]
    unused = "reading.one_unused" if len(plain) == 1 else "reading.some_unused"
    return (*refused[:_SHOWN], say(unused, names=_listed(plain), chosen=_plain(chosen.name)))


def _text(data: bytes, name: str) -> str:
    """The text of a ``.py`` file. Raises ``SubmissionError``."""
    if len(data) > MAX_SOURCE:
        raise SubmissionError(say("python.large", name=name, size=MAX_SOURCE >> 20))
    if b"\0" in data:
        raise SubmissionError(say("python.nul", name=name))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding in _NOT_FOR_SOURCE:
            raise LookupError(say("python.encoding", encoding=encoding))
        source = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise SubmissionError(say("python.decoding", name=name, error=error)) from error
    if not source.strip():
        raise SubmissionError(say("python.empty", name=name))
    return source


def _check_syntax(segment: Segment) -> None:
    try:
        parse(segment.source)
    except NotPythonError as error:
        where = say("python.where", label=segment.label, line=error.line) if error.line else segment.label
        raise SubmissionError(f"{where}: {error.reason}") from error


def _submitted_at(root: Entry, assignment: Assignment) -> tuple[str | None, tuple[str, ...]]:
    """The time in an nbgrader tree's ``timestamp.txt``, and a note where it is none.

    Read only in ``<student>/<assignment>/``: elsewhere, and in a zip, the file would be the student's own claim.
    """
    if root.is_archive or root.name not in (assignment.name, assignment.module):
        return None, ()
    for entry in root.children():
        if entry.name == TIMESTAMP and entry.content:
            text = entry.read()[:100].decode("utf-8", "replace").strip()
            try:
                return _utc(text), ()
            except (ValueError, LookupError, OSError, OverflowError):
                return None, (say("reading.no_time", file=TIMESTAMP, text=repr(text)),)
    return None, ()


def _changed_at(entry: Entry) -> str | None:
    """When a file or folder on disk was last changed; None within a zip, whose own times are the student's claim."""
    return datetime.fromtimestamp(entry.time[0], UTC).isoformat() if len(entry.time) == 1 else None


def _utc(text: str) -> str:
    """nbgrader's ``2027-02-22 23:59:00.000000 UTC``, or ISO 8601, as ISO 8601 in UTC. May raise ``ValueError``."""
    stamp, _, zone = text.rpartition(" ")
    named = bool(re.search(r"[A-Za-z]", zone)) and ":" in stamp
    when = datetime.fromisoformat(stamp if named else text)
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(zone) if named else UTC)
    return when.astimezone(UTC).isoformat()


def _plain(name: str) -> str:
    return quoted(name).strip("`")


def _listed(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:_SHOWN]), len(names) - _SHOWN
    return say("reading.more", names=shown, count=more) if more > 0 else shown
