"""Files as they were handed in, in a folder or a zip, as one ``Entry`` tree. Nothing is run, extracted or followed."""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from autograder.errors import GraderError, SubmissionError
from autograder.messages import say

MIB = 1 << 20
_DIRECTORY_MARK = b"PK\x01\x02"  # starts each row of a zip's directory
_IGNORED = frozenset({"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"})
_KINDS = {
    stat.S_IFLNK: "kinds.link", stat.S_IFIFO: "kinds.pipe", stat.S_IFSOCK: "kinds.socket",
    stat.S_IFCHR: "kinds.device", stat.S_IFBLK: "kinds.device",
}  # fmt: skip

# What zipfile raises for bytes that are no zip, are cut off, or were made to confuse it.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class ArchiveLimits:
    """What a zip may hold: bytes for sizes; ``ratio`` is that of entries larger than 1 MiB."""

    entries: int = 2_000
    total: int = 128 * MIB
    entry: int = 64 * MIB
    ratio: int = 200


@dataclass(frozen=True)
class Member:
    """One file (or folder, whose name then ends in ``/``) of a zip; ``date_time`` is local time, to two seconds."""

    name: str
    data: bytes
    date_time: tuple[int, int, int, int, int, int]


@dataclass(frozen=True)
class Entry:
    """One file or folder that was handed in.

    ``time`` orders entries of one origin. ``listing`` is set for folders, ``content`` for files; both raise
    ``SubmissionError`` or ``GraderError``. ``refused`` says why the entry is neither. ``path`` is where it lies, if on
    disk; ``is_archive`` marks the root of an opened zip.
    """

    name: str
    time: tuple[float, ...]
    listing: "Callable[[], tuple[Entry, ...]] | None" = None
    content: Callable[[], bytes] | None = None
    refused: str = ""
    path: Path | None = None
    is_archive: bool = False

    @property
    def suffix(self) -> str:
        """The ending of a file's name in lower case, ``.py``; empty for folders and what is refused."""
        return PurePosixPath(self.name).suffix.lower() if self.content else ""

    def children(self) -> tuple["Entry", ...]:
        """What the folder holds, sorted by name, without hidden files and litter; nothing for a file."""
        found = self.listing() if self.listing else ()
        return tuple(sorted((entry for entry in found if not _is_litter(entry.name)), key=lambda entry: entry.name))

    def read(self) -> bytes:
        """The file's bytes. Raises ``SubmissionError`` for no file or a large one, ``GraderError`` for our disk."""
        if self.content is None:
            kind = self.refused or say("kinds.folder_not_file")
            raise SubmissionError(say("reading.no_file", name=quoted(self.name), kind=kind))
        return self.content()


def quoted(name: str) -> str:
    """A name for a message: in backticks, printable, at most 80 characters. Students choose names; terminals obey."""
    printable = "".join(char if char.isprintable() and char != "`" else "?" for char in name)
    return f"`{printable if len(printable) <= 80 else printable[:77] + '...'}`"


def on_disk(path: Path) -> Entry:
    """What lies at ``path``; links are not followed. Raises ``GraderError`` where that can't be looked up."""
    try:
        status = path.lstat()
    except OSError as error:
        raise GraderError(f"{path}: cannot be read ({error.strerror})") from error
    name, time = path.name or path.resolve().name, (status.st_mtime_ns / 1e9,)
    if stat.S_ISDIR(status.st_mode):
        return Entry(name, time, listing=lambda: _list_folder(path), path=path)
    if stat.S_ISREG(status.st_mode):
        return Entry(name, time, content=lambda: read_file(path), path=path)
    return Entry(name, time, refused=say(_KINDS.get(stat.S_IFMT(status.st_mode), "kinds.not_plain")), path=path)


def read_file(path: Path, most: int = ArchiveLimits.entry) -> bytes:
    """The bytes of a plain file that nobody can swap for a link or a pipe meanwhile.

    Raises ``SubmissionError`` for another kind of file or above ``most`` bytes, ``GraderError`` where reading fails.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SubmissionError(say("reading.no_file", name=quoted(path.name), kind=say("kinds.not_plain")))
            data = file.read(most + 1)
    except OSError as error:
        raise GraderError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > most:
        raise SubmissionError(say("reading.large", name=quoted(path.name), size=most // MIB))
    return data


def open_entry(entry: Entry) -> Entry:
    """A zip on disk as a folder; anything else as it is.

    Raises ``SubmissionError`` for a zip that can't be read or is refused, and for one inside another.
    """
    if entry.suffix != ".zip":
        return entry
    if entry.path is None:
        raise SubmissionError(say("zip.nested", name=quoted(entry.name)))
    entries = _grow(open_archive(entry.path))
    return Entry(entry.name, entry.time, listing=lambda: entries, path=entry.path, is_archive=True)


def open_archive(path: Path, limits: ArchiveLimits | None = None) -> tuple[Member, ...]:
    """Read a zip into memory.

    Raises ``SubmissionError`` that names the entry which can't be read, could escape, or is too large.
    """
    limits = limits or ArchiveLimits()
    raw = read_file(path, limits.total)
    name = quoted(path.name)
    # The directory is parsed as a whole, so a hostile one is counted before that.
    if raw.count(_DIRECTORY_MARK) > limits.entries:
        raise SubmissionError(say("zip.many", name=name, count=f"{limits.entries:,}"))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _members(archive, limits)
    except _UNREADABLE as error:
        raise SubmissionError(say("zip.unreadable", name=name, error=error)) from error


def _members(archive: zipfile.ZipFile, limits: ArchiveLimits) -> tuple[Member, ...]:
    members: dict[str, Member] = {}
    left = limits.total
    for info in archive.infolist():
        if (name := _safe_name(info)) in ("", "/"):
            continue
        if name in members:
            raise SubmissionError(say("zip.twice", name=quoted(name)))
        data = b"" if name.endswith("/") else _inflate(archive, info, limits, left)
        left -= len(data)
        members[name] = Member(name, data, info.date_time)
    return tuple(members.values())


def _safe_name(info: zipfile.ZipInfo) -> str:
    """The entry's name with forward slashes. Raises ``SubmissionError`` for what could escape, or is no plain file."""
    name = info.orig_filename.replace("\\", "/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    parts = name.removesuffix("/").split("/")
    objections = {
        "zip.nul": "\0" in name,
        "zip.absolute": name.startswith("/") or bool(PureWindowsPath(name).drive),
        "zip.outside": ".." in parts,
        "zip.empty_parts": "" in parts,
        "zip.long": len(parts) > 50 or any(len(part) > 255 for part in parts),
        "zip.encrypted": bool(info.flag_bits & 0x1),
        "zip.kind": kind not in (0, stat.S_IFREG, stat.S_IFDIR),
        "zip.compressed": info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
    }
    for objection, holds in objections.items():
        if holds:
            why = say(objection, kind=say(_KINDS.get(kind, "kinds.special")))
            raise SubmissionError(say("zip.refused", name=quoted(name), objection=why))
    return "/".join(part for part in parts if part != ".") + ("/" if name.endswith("/") else "")


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: ArchiveLimits, left: int) -> bytes:
    """The entry's bytes, in chunks, so that a size which the directory understates is noticed in time."""
    packed = max(info.compress_size, 1)
    most = min(limits.entry, left)
    chunks: list[bytes] = []
    unpacked, size = 0, info.file_size
    with archive.open(info) as file:
        while True:
            if size > most:
                raise SubmissionError(say("zip.large", name=quoted(info.filename)))
            if size > MIB and size > limits.ratio * packed:
                raise SubmissionError(say("zip.ratio", name=quoted(info.filename), ratio=limits.ratio))
            if not (chunk := file.read(MIB)):
                return b"".join(chunks)
            chunks.append(chunk)
            unpacked += len(chunk)
            size = max(size, unpacked)


def _list_folder(path: Path) -> tuple[Entry, ...]:
    try:
        return tuple(on_disk(path / name) for name in os.listdir(path))
    except OSError as error:
        raise GraderError(f"{path}: cannot be listed ({error.strerror})") from error


def _grow(members: Iterable[Member]) -> tuple[Entry, ...]:
    """The entries that the members' names spell, folders from their parts."""
    groups: dict[str, list[Member]] = {}
    for member in members:
        head, slash, rest = member.name.partition("/")
        groups.setdefault(head + slash, []).append(Member(rest, member.data, member.date_time))
    for name in groups:
        if name + "/" in groups:
            raise SubmissionError(say("zip.both", name=quoted(name)))
    return tuple(_branch(name, inside) for name, inside in groups.items())


def _branch(name: str, inside: list[Member]) -> Entry:
    time = tuple(float(part) for part in max(member.date_time for member in inside))
    if not name.endswith("/"):
        return Entry(name, time, content=lambda: inside[0].data)
    entries = _grow(member for member in inside if member.name)
    return Entry(name.removesuffix("/"), time, listing=lambda: entries)


def _is_litter(name: str) -> bool:
    return name.startswith(".") or name in _IGNORED
