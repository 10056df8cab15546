"""Zips are read into memory whole, or refused by the name of the entry that is wrong."""

import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.archive import ArchiveLimits, on_disk, open_archive, open_entry, quoted, read_file
from autograder.errors import GraderError, SubmissionError

NOW = (2027, 2, 1, 12, 0, 0)


def zip_of(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip at ``path`` with these entries."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def info(name: str, mode: int = 0) -> zipfile.ZipInfo:
    """An entry with a Unix mode."""
    entry = zipfile.ZipInfo(name, NOW)
    entry.external_attr = mode << 16
    return entry


def test_reads_files_and_folders(tmp_path: Path) -> None:
    """Names, bytes and times come out; backslashes and ./ are normalised; nothing is written to disk."""
    path = zip_of(tmp_path / "a.zip", (info("hw/"), b""), (info("hw\\dropout.py"), b"x = 1"), (info("./a.txt"), b"a"))
    members = open_archive(path)
    found = [(member.name, member.data) for member in members]
    assert found == [("hw/", b""), ("hw/dropout.py", b"x = 1"), ("a.txt", b"a")]
    assert members[1].date_time == NOW
    assert os.listdir(tmp_path) == ["a.zip"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd", "absolute"),
        ("\\\\host\\share\\x", "absolute"),
        ("C:\\x.py", "absolute"),
        ("c:x.py", "absolute"),
        ("a/../../x.py", "leads out"),
        ("..\\x.py", "leads out"),
        ("..", "leads out"),
        ("a//b", "empty parts"),
        ("n" * 300, "too long"),
        ("d/" * 60 + "f", "too deep"),
    ],
)
def test_names_that_could_escape_are_refused(tmp_path: Path, name: str, why: str) -> None:
    """Absolute names, drives, `..` and absurd lengths are refused, with forward or backward slashes."""
    with pytest.raises(SubmissionError, match=why):
        open_archive(zip_of(tmp_path / "a.zip", (info(name), b"")))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_are_refused_by_name(tmp_path: Path, kind: int) -> None:
    """What is neither file nor folder is named and refused."""
    with pytest.raises(SubmissionError, match=r"`dropout\.py` in the zip is a"):
        open_archive(zip_of(tmp_path / "a.zip", (info("dropout.py", kind | 0o777), b"/etc/passwd")))


def test_nul_in_a_name_is_refused(tmp_path: Path) -> None:
    """A name that another program would read as a shorter one is refused."""
    path = zip_of(tmp_path / "a.zip", ("dropout.pyX.txt", b""))
    path.write_bytes(path.read_bytes().replace(b"pyX", b"py\0"))
    with pytest.raises(SubmissionError, match="NUL"):
        open_archive(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["a.py", "./a.py"])
def test_duplicates_are_refused(tmp_path: Path, second: str) -> None:
    """Two entries of one name, however written, leave it open which counts."""
    with pytest.raises(SubmissionError, match=r"`a\.py` is in the zip twice"):
        open_archive(zip_of(tmp_path / "a.zip", ("a.py", b"1"), (second, b"2")))


def test_a_name_for_a_file_and_a_folder_is_refused(tmp_path: Path) -> None:
    """`a` and `a/b` can't both be."""
    with pytest.raises(SubmissionError, match="both a file and a folder"):
        open_entry(on_disk(zip_of(tmp_path / "a.zip", ("a", b"1"), ("a/b", b"2"))))


def test_encrypted_entries_are_refused(tmp_path: Path) -> None:
    """A password is asked for by nobody."""
    path = zip_of(tmp_path / "a.zip", ("a.py", b"1"))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(SubmissionError, match=r"`a\.py` in the zip is encrypted"):
        open_archive(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99])
def test_unusual_compression_is_refused(tmp_path: Path, method: int) -> None:
    """bzip2 and LZMA unpack without bound in one step, so only the two ordinary methods are read."""
    path = zip_of(tmp_path / "a.zip", ("a.py", b"1"))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<H", raw, raw.index(b"PK\x01\x02") + 10, method)
    path.write_bytes(raw)
    with pytest.raises(SubmissionError, match="unusual way"):
        open_archive(path)


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    """2,000 entries are read, 2,001 are not."""
    assert len(open_archive(zip_of(tmp_path / "a.zip", *((str(n), b"") for n in range(2000))))) == 2000
    with pytest.raises(SubmissionError, match="more than 2,000 entries"):
        open_archive(zip_of(tmp_path / "b.zip", *((str(n), b"") for n in range(2001))))


def test_sizes_are_limited(tmp_path: Path) -> None:
    """One entry, all together and the file itself have limits, up to and including the last byte."""
    path = zip_of(tmp_path / "a.zip", ("a", bytes(1000)), ("b", bytes(1000)))
    assert len(open_archive(path, ArchiveLimits(total=2000, entry=1000))) == 2
    for limits in (ArchiveLimits(entry=999), ArchiveLimits(total=1999)):
        with pytest.raises(SubmissionError, match="too large"):
            open_archive(path, limits)
    with pytest.raises(SubmissionError, match="larger than"):
        open_archive(path, ArchiveLimits(total=100))


def test_bombs_are_refused(tmp_path: Path) -> None:
    """More than 200 to 1 above 1 MiB is refused; below, and for data, it is not."""
    with pytest.raises(SubmissionError, match="`bomb` unpacks to more than 200 times"):
        open_archive(zip_of(tmp_path / "a.zip", ("bomb", bytes(20 << 20))))
    assert open_archive(zip_of(tmp_path / "b.zip", ("zeros", bytes(1 << 20)), ("noise", os.urandom(2 << 20))))


def test_a_size_that_the_directory_understates_is_noticed(tmp_path: Path) -> None:
    """A bomb that claims to be small is not unpacked beyond its claim."""
    path = zip_of(tmp_path / "a.zip", ("bomb", bytes(20 << 20)))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.index(b"PK\x01\x02") + 24, 100)
    path.write_bytes(raw)
    with pytest.raises(SubmissionError, match="not a zip that can be read"):
        open_archive(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: b"def f(): pass",
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-10],
        lambda raw: raw.replace(b"payload", b"PAYLOAD"),
        lambda raw: raw.replace(b"PK\x03\x04", b"????"),
    ],
)
def test_damaged_zips_are_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """What is no zip, is cut off, or has a wrong checksum is the student's to zip again."""
    path = zip_of(tmp_path / "a.zip", ("a.py", b"payload" * 20), method=zipfile.ZIP_STORED)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SubmissionError, match=r"`a\.zip` is not a zip that can be read"):
        open_archive(path)


def test_every_damaged_byte_is_read_or_refused(tmp_path: Path) -> None:
    """No single wrong byte makes an error that is not the student's."""
    path = zip_of(tmp_path / "a.zip", (info("hw/a.py"), b"payload"), (info("b"), b""))
    raw = path.read_bytes()
    refused = 0
    for position in range(len(raw)):
        for flip in (0xFF, 0x01, 0x80):
            changed = bytearray(raw)
            changed[position] ^= flip
            path.write_bytes(changed)
            try:
                open_entry(on_disk(path))
            except SubmissionError:
                refused += 1
    assert refused > len(raw)


def test_tree_of_a_zip_is_like_that_of_a_folder(tmp_path: Path) -> None:
    """Hidden files and litter are left out, and folders hold what their names say."""
    names = ["hw/dropout.py", "hw/.DS_Store", "__MACOSX/hw/._dropout.py", "a.txt", "hw/__pycache__/x.pyc"]
    path = zip_of(tmp_path / "z.zip", *((name, name.encode()) for name in names))
    for name in names:
        (tmp_path / "z" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "z" / name).write_text(name)
    for root in (open_entry(on_disk(path)), on_disk(tmp_path / "z")):
        a, hw = root.children()
        assert (a.name, a.read(), hw.name, hw.suffix) == ("a.txt", b"a.txt", "hw", "")
        assert [(entry.name, entry.read()) for entry in hw.children()] == [("dropout.py", b"hw/dropout.py")]


def test_zips_inside_zips_are_not_opened(tmp_path: Path) -> None:
    """One level is enough, and bombs nest."""
    inner = zip_of(tmp_path / "inner.zip", ("a.py", b"1")).read_bytes()
    (entry,) = open_entry(on_disk(zip_of(tmp_path / "a.zip", ("inner.zip", inner)))).children()
    with pytest.raises(SubmissionError, match="zip inside a zip"):
        open_entry(entry)


def test_links_and_pipes_on_disk_are_not_followed(tmp_path: Path) -> None:
    """They are seen for what they are, and reading them is refused, even where they appear only later."""
    (tmp_path / "secret").write_text("s")
    (tmp_path / "link.py").symlink_to("secret")
    os.mkfifo(tmp_path / "pipe.py")
    assert on_disk(tmp_path / "link.py").refused == "a symbolic link"
    for name, why in (("link.py", "a symbolic link"), ("pipe.py", "a pipe")):
        with pytest.raises(SubmissionError, match=f"`{name}` is {why}"):
            on_disk(tmp_path / name).read()
    with pytest.raises(GraderError):
        read_file(tmp_path / "link.py")
    with pytest.raises(SubmissionError, match="not a plain file"):
        read_file(tmp_path / "pipe.py")


def test_our_disk_is_our_fault(tmp_path: Path) -> None:
    """What can't be looked up, listed or read is never blamed on a student."""
    with pytest.raises(GraderError, match="cannot be read"):
        on_disk(tmp_path / "gone")
    (tmp_path / "a.py").touch()
    entry = on_disk(tmp_path / "a.py")
    (tmp_path / "a.py").unlink()
    with pytest.raises(GraderError, match="cannot be read"):
        entry.read()


def test_names_in_messages_are_harmless() -> None:
    """Escape sequences, newlines and backticks do not reach a terminal; long names are cut."""
    assert quoted("a\x1b[31m\n`b") == "`a?[31m??b`"
    assert len(quoted("x" * 500)) == 82
