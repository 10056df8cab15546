"""Odd zips and folders that cases of the catalog hand in, by name."""

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from autograder.course import Assignment

_WRONG = b"def bernoulli_mask(v, p):\n    return v\n"


def _zip(path: Path, info: zipfile.ZipInfo, data: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, data, zipfile.ZIP_DEFLATED)


def _named(name: str) -> Callable[[Path], None]:
    """A zip of one entry of that name, also where ``zipfile`` would tidy it up."""

    def write(path: Path) -> None:
        plain = f"{'x' * len(name.encode())}"
        _zip(path, zipfile.ZipInfo(plain), _WRONG)
        path.write_bytes(path.read_bytes().replace(plain.encode(), name.encode()))

    return write


def _special(kind: int, data: bytes) -> Callable[[Path], None]:
    """A zip whose ``dropout.py`` says that it is no plain file."""

    def write(path: Path) -> None:
        info = zipfile.ZipInfo("dropout.py")
        info.external_attr = (kind | 0o777) << 16
        _zip(path, info, data)

    return write


def _encrypted_zip(path: Path) -> None:
    """Python cannot encrypt; a reader goes by the flag in both headers, set here by hand."""
    _zip(path, zipfile.ZipInfo("dropout.py"), b"secret")
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(raw)


def _zip_bomb(path: Path) -> None:
    _zip(path, zipfile.ZipInfo("dropout.py"), bytes(20 << 20))


def _zip_in_zip(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("dropout.py", "rate = 0.5\n")
    _zip(path, zipfile.ZipInfo("dropout.zip"), inner.getvalue())


def _no_zip(path: Path) -> None:
    path.write_text("no zip\n", encoding="utf-8")


def _zip_twice(path: Path) -> None:
    """One name twice: what is looked at and what is used could differ."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("dropout.py", "dropout.px"):
            archive.writestr(name, _WRONG)
    path.write_bytes(path.read_bytes().replace(b"dropout.px", b"dropout.py"))


def _zip_that_lies(path: Path) -> None:
    """The directory and the header say ten bytes, and twenty million come out."""
    _zip_bomb(path)
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", raw, raw.index(mark) + offset, 10)
    path.write_bytes(raw)


def _zip_of_many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3000):
            archive.writestr(f"{number}.py", "")


def _zip_over_itself(path: Path) -> None:
    """Many names for the same compressed bytes: small on disk, large when unpacked."""
    _zip(path, zipfile.ZipInfo("0000.py"), bytes(1 << 20))
    raw = path.read_bytes()
    directory, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    row = raw[directory:end]
    rows = b"".join(row.replace(b"0000.py", b"%04d.py" % number) for number in range(1500))
    tail = bytearray(raw[end:])
    struct.pack_into("<HHI", tail, 8, 1500, 1500, len(rows))
    path.write_bytes(raw[:directory] + rows + tail)


def _link_to_the_solution(target: Path, assignment: Assignment) -> None:
    os.symlink(assignment.source, target / f"{assignment.module}.py")


def _folder_that_is_a_link(target: Path, assignment: Assignment) -> None:
    os.symlink(assignment.solution, target / "homework")


def _link_to_itself(target: Path, assignment: Assignment) -> None:
    os.symlink(target, target / "homework")


def _pipe(target: Path, assignment: Assignment) -> None:
    os.mkfifo(target / f"{assignment.module}.py")


def _odd_file_names(target: Path, assignment: Assignment) -> None:
    """Names that a terminal, a web page, a spreadsheet or a CI system would obey, beside the module."""
    names = (
        "\x1b]0;pwned\x07\x1b[2J.py", "\n::set-output name=score::100\n.py", "<script>alert(1)<.py",
        "=HYPERLINK(cmd).py", "\u202epy.tuoport", "[bold red]pwned[.py",
    )  # fmt: skip
    for name in names:
        (target / name).write_bytes(_WRONG)


# Zips are written to a path; folders are filled, for an assignment.
ZIPS: Mapping[str, Callable[[Path], None]] = {
    "encrypted_zip": _encrypted_zip,
    "zip_with_link": _special(stat.S_IFLNK, b"/etc/passwd"),
    "zip_with_device": _special(stat.S_IFCHR, b""),
    "zip_with_dots": _named("../dropout.py"),
    "zip_with_backslashes": _named("..\\..\\dropout.py"),
    "zip_with_drive": _named("C:\\dropout.py"),
    "zip_with_absolute_name": _named("/tmp/pwned/dropout.py"),
    "zip_with_terminal_codes": _named("\x1b[2J\x1b]0;pwned\x07.py"),
    "zip_twice": _zip_twice,
    "zip_that_lies": _zip_that_lies,
    "zip_of_many": _zip_of_many,
    "zip_over_itself": _zip_over_itself,
    "zip_bomb": _zip_bomb,
    "zip_in_zip": _zip_in_zip,
    "no_zip": _no_zip,
}
FOLDERS: Mapping[str, Callable[[Path, Assignment], None]] = {
    "link_to_the_solution": _link_to_the_solution,
    "folder_that_is_a_link": _folder_that_is_a_link,
    "link_to_itself": _link_to_itself,
    "pipe": _pipe,
    "odd_file_names": _odd_file_names,
}
