"""One submission becomes a value, whatever a student did to it."""

import hashlib
import os
import random
import zipfile
from pathlib import Path

import pytest

from autograder.archive import on_disk
from autograder.config import Limits
from autograder.course import Assignment, Task
from autograder.errors import GraderError
from autograder.submission import Submission, read_entry, read_submission, resemblance

GOOD = "def f():\n    return 1\n"
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "def f(): return 2"}]}'
EXPECTED = "expected `dropout.py` or `dropout.ipynb`"


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """07_dropout, whose one task is `f`; its release is the stub."""
    released = tmp_path / "course" / "assignments" / "07_dropout"
    released.mkdir(parents=True)
    (released / "dropout.py").write_text("def f(): raise NotImplementedError\n")
    task = Task("7.1", ("f",), 5.0, False, (), tmp_path / "test_f.py")
    return Assignment("07_dropout", "Dropout", (task,), Limits(), None, tmp_path, tmp_path, released)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder that a student hands in."""
    (tmp_path / "hw").mkdir()
    return tmp_path / "hw"


def put(folder: Path, files: dict[str, str], age: int = 0) -> Path:
    """Files in ``folder``, each a second newer than the one before."""
    for number, (name, text) in enumerate(files.items()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, newline="")
        os.utime(folder / name, (1_700_000_000 + number - age,) * 2)
    return folder


def zipped(path: Path, files: dict[str, str]) -> Path:
    """A zip of files, all of one time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2027, 1, 1, 0, 0, 0)), text)
    return path


def source(submission: Submission) -> str:
    """All source of a submission without a problem."""
    assert submission.problem is None
    return "".join(segment.source for segment in submission.segments)


def test_a_module_is_one_segment_with_its_hash(folder: Path, assignment: Assignment) -> None:
    """The file alone or in its folder: the same source, under the name that it was handed in with."""
    put(folder, {"dropout.py": GOOD})
    for path in (folder, folder / "dropout.py"):
        submission = read_submission(path, "alice", assignment)
        assert (submission.student, submission.assignment) == ("alice", "07_dropout")
        assert [(segment.label, segment.source) for segment in submission.segments] == [("dropout.py", GOOD)]
        assert submission.sources == ({"path": "dropout.py", "sha256": hashlib.sha256(GOOD.encode()).hexdigest()},)
        assert (submission.submitted_at, submission.problem, submission.notes) == (None, None, ())


def test_a_notebook_is_read_by_cells(folder: Path, assignment: Assignment) -> None:
    """Cells become segments, and notes on broken cells are passed on."""
    (submission,) = (read_submission(put(folder, {"dropout.ipynb": NOTEBOOK}), "a", assignment),)
    assert submission.segments[0].label == "dropout.ipynb cell 1"


def test_zip_wrapped_or_not(tmp_path: Path, assignment: Assignment) -> None:
    """A zip of the file, or of one folder with it, is read; its path says where it lay."""
    for inside in ("", "hw/", "a/b/"):
        submission = read_submission(zipped(tmp_path / "a.zip", {inside + "dropout.py": GOOD}), "a", assignment)
        assert source(submission) == GOOD
        assert submission.sources[0]["path"] == f"a.zip/{inside}dropout.py"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"dropuot.py": GOOD}, "found `dropuot.py`; "),
        ({"my dropout.py": GOOD}, "found `my dropout.py`; "),
        ({"essay.docx": "", "b.py": "", "a.py": ""}, "found `a.py`, `b.py`, `essay.docx`; "),
        ({f"{n}.txt": "" for n in range(8)}, "found `0.txt`, `1.txt`, `2.txt`, `3.txt`, `4.txt` and 3 more; "),
        ({"dropuot.py": GOOD, "data/x.csv": ""}, "found `dropuot.py`, `data/`, `x.csv`; "),
        ({".dropout.py": GOOD, "__pycache__/dropout.py": GOOD}, "the folder is empty; "),
        ({}, "the folder is empty; "),
    ],
)
def test_a_wrong_name_says_what_was_found_and_expected(
    folder: Path, assignment: Assignment, files: dict[str, str], found: str
) -> None:
    """The problem names up to five files, sources first, and both names that would be right."""
    submission = read_submission(put(folder, files), "a", assignment)
    assert submission.problem == found + EXPECTED
    assert submission.segments == ()


def test_a_single_file_must_have_the_name_unless_it_holds_the_students(folder: Path, assignment: Assignment) -> None:
    """`alice_dropout.py` counts where discovery says so."""
    put(folder, {"alice_dropout.py": GOOD})
    path = folder / "alice_dropout.py"
    assert read_submission(path, "alice", assignment).problem == f"found `alice_dropout.py`; {EXPECTED}"
    assert source(read_entry(on_disk(path), "alice", assignment, any_name=True)) == GOOD


@pytest.mark.parametrize(
    ("name", "rank"),
    [
        ("dropout.py", 0), ("dropout.ipynb", 0), ("Dropout.PY", 1), ("dropout (1).py", 2), ("dropout-1.py", 2),
        ("dropout-1-1.py", 2), ("dropout-2.ipynb", 2), ("dropout_v2.py", 2), ("dropout.txt", None),
        ("xdropout.py", None), ("dropout_final.py", None), ("dropout.py.py", None), ("dropout.py\n", None),
    ],
)  # fmt: skip
def test_copies_are_recognised(folder: Path, assignment: Assignment, name: str, rank: int | None) -> None:
    """Marks that browsers and LMSs add, and capitals, cost nothing and are noted."""
    assert resemblance(name, "dropout") == rank
    if rank and name.lower().endswith(".py"):
        submission = read_submission(put(folder, {name: GOOD}), "a", assignment)
        assert source(submission) == GOOD
        assert submission.notes == (f"{name} is taken for dropout.{name.rpartition('.')[2].lower()}",)


def test_of_two_formats_the_newer_counts(folder: Path, assignment: Assignment) -> None:
    """The note says which was not used, and why."""
    newer = read_submission(put(folder, {"dropout.py": GOOD, "dropout.ipynb": NOTEBOOK}), "a", assignment)
    assert newer.segments[0].label == "dropout.ipynb cell 1"
    assert newer.notes == ("dropout.py is not used: dropout.ipynb is newer",)
    put(folder, {"dropout.py": GOOD}, age=-50)
    assert read_submission(folder, "a", assignment).segments[0].label == "dropout.py"


def test_of_two_formats_as_old_the_module_counts(tmp_path: Path, assignment: Assignment) -> None:
    """In a zip made in one go, times tell nothing."""
    submission = read_submission(
        zipped(tmp_path / "a.zip", {"dropout.ipynb": NOTEBOOK, "dropout.py": GOOD}), "a", assignment
    )
    assert source(submission) == GOOD
    assert submission.notes == ("dropout.ipynb is not used: dropout.py is as new, and comes first",)


def test_a_stub_that_was_never_touched_does_not_count(folder: Path, assignment: Assignment) -> None:
    """Whoever worked in the notebook is not graded on the released module beside it, though that is newer."""
    stub = (assignment.released / "dropout.py").read_text().replace("\n", "\r\n")
    submission = read_submission(put(folder, {"dropout.ipynb": NOTEBOOK, "dropout.py": stub}), "a", assignment)
    assert submission.segments[0].label == "dropout.ipynb cell 1"
    assert submission.notes == ("dropout.py is not used: nothing in it was changed",)
    (folder / "dropout.ipynb").unlink()
    assert "NotImplementedError" in source(read_submission(folder, "a", assignment))


def test_other_files_are_named_in_notes(folder: Path, assignment: Assignment) -> None:
    """Only the one file counts, and the student learns it."""
    put(folder, {"dropout.py": GOOD, "helper.py": "1"})
    assert read_submission(folder, "a", assignment).notes == ("helper.py is not used: only dropout.py counts",)
    put(folder, {"dropout (1).py": "1"})
    assert read_submission(folder, "a", assignment).notes[0].endswith("not used: dropout.py has the expected name")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"x = 1\n\n\nf = (\n", "dropout.py, line 4: SyntaxError: '(' was never closed"),
        (b"def f():\nreturn 1", "dropout.py, line 2: IndentationError: expected an indented block"),
        (b"", "dropout.py is empty"),
        (b" \n\t\n", "dropout.py is empty"),
        (b"x = 1\0", "dropout.py holds NUL bytes"),
        ("x = 'ä'".encode("utf-16"), "dropout.py holds NUL bytes"),
        ("x = 'ä'".encode("latin-1"), "dropout.py cannot be decoded"),
        (b"# coding: rot13\nx = 1", "dropout.py cannot be decoded"),
        (b"# coding: punycode\nx = 1", "dropout.py cannot be decoded (punycode is no encoding of source)"),
        (b"# coding: nonsense\nx = 1", "dropout.py cannot be decoded"),
        (b"#" * ((2 << 20) + 1), "dropout.py is larger than 2 MiB"),
        (b"(" * 10_000, "dropout.py"),
        (b"-" * 200_000 + b"1", "dropout.py: SyntaxError: nested too deeply"),
    ],
)  # fmt: skip
def test_source_that_is_no_python_is_a_problem(folder: Path, assignment: Assignment, text: bytes, problem: str) -> None:
    """The student reads the file, the line and what is wrong; the hash of what was handed in is kept."""
    (folder / "dropout.py").write_bytes(text)
    submission = read_submission(folder, "a", assignment)
    assert (submission.problem or "").startswith(problem)
    assert submission.sources[0]["sha256"] == hashlib.sha256(text).hexdigest()
    is_text = any(f"{kind}Error" in str(submission.problem) for kind in ("Syntax", "Indentation", "Tab"))
    assert bool(submission.segments) == is_text  # kept to show the line, and never run


@pytest.mark.parametrize(
    "text",
    ["\ufeffx = 'ä'".encode(), "# coding: latin-1\nx = 'ä'".encode("latin-1"), "x = 'ä'\r\n".encode(), b"x = '\\d'"],
)
def test_declared_encodings_and_line_ends_are_honoured(folder: Path, assignment: Assignment, text: bytes) -> None:
    """PEP 263 cookies, byte order marks and Windows line ends are ordinary; so is a warning of the compiler's."""
    (folder / "dropout.py").write_bytes(text)
    read = source(read_submission(folder, "a", assignment))
    assert "\r" not in read
    assert "\ufeff" not in read
    assert "ä" in read or "\\d" in read


def test_links_and_pipes_are_refused_by_name(folder: Path, assignment: Assignment, tmp_path: Path) -> None:
    """A link never leads to another's file; a pipe never blocks; beside a real file they are only named."""
    put(tmp_path, {"secret.py": GOOD})
    (folder / "dropout.py").symlink_to(tmp_path / "secret.py")
    problem = read_submission(folder, "a", assignment).problem
    assert problem == "`dropout.py` is a symbolic link; hand in the file itself"
    assert read_submission(folder / "dropout.py", "a", assignment).problem == problem
    put(folder, {"dropout.ipynb": NOTEBOOK})
    (folder / "data").symlink_to(tmp_path)
    os.mkfifo(folder / "p")
    assert read_submission(folder, "a", assignment).notes == (
        "dropout.py cannot be used: it is a symbolic link",
        "data is a symbolic link and was not followed",
        "p is a pipe and was not followed",
    )
    (tmp_path / "linked").symlink_to(folder)
    assert "symbolic link" in (read_submission(tmp_path / "linked", "a", assignment).problem or "")


def test_a_broken_zip_is_a_problem(tmp_path: Path, assignment: Assignment) -> None:
    """The student zips it again."""
    (tmp_path / "a.zip").write_bytes(b"no zip")
    assert "not a zip" in (read_submission(tmp_path / "a.zip", "a", assignment).problem or "")
    empty = read_submission(zipped(tmp_path / "b.zip", {}), "a", assignment)
    assert empty.problem == f"the archive is empty; {EXPECTED}"


def test_what_we_cannot_read_is_our_fault(tmp_path: Path, assignment: Assignment) -> None:
    """A missing or unreadable file is never a student's zero."""
    with pytest.raises(GraderError):
        read_submission(tmp_path / "gone", "a", assignment)
    if os.geteuid():
        put(tmp_path, {"x/dropout.py": GOOD})
        (tmp_path / "x" / "dropout.py").chmod(0)
        with pytest.raises(GraderError):
            read_submission(tmp_path / "x", "a", assignment)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2027-02-22 23:59:00.000000 UTC", "2027-02-22T23:59:00+00:00"),
        ("2027-02-22 23:59:00 America/New_York", "2027-02-23T04:59:00+00:00"),
        ("2027-02-22T23:59:00+02:00\n", "2027-02-22T21:59:00+00:00"),
        ("2027-02-22 23:59:00", "2027-02-22T23:59:00+00:00"),
        ("yesterday", None),
        ("2027-02-22 23:59:00 ../../etc", None),
        ("", None),
    ],
)
def test_time_of_an_nbgrader_tree(tmp_path: Path, assignment: Assignment, stamp: str, expected: str | None) -> None:
    """`timestamp.txt` in `<student>/<assignment>/` is the time in UTC; what is no time is noted."""
    put(tmp_path / "alice" / "07_dropout", {"dropout.py": GOOD, "timestamp.txt": stamp})
    submission = read_submission(tmp_path / "alice" / "07_dropout", "alice", assignment)
    assert submission.submitted_at == expected
    assert bool(submission.notes) == (expected is None)


def test_a_students_own_timestamp_does_not_count(tmp_path: Path, assignment: Assignment) -> None:
    """In a zip, or a folder that nbgrader did not make, anyone can write a time."""
    files = {"dropout.py": GOOD, "timestamp.txt": "2000-01-01 00:00:00 UTC"}
    for path in (put(tmp_path / "hw", files), zipped(tmp_path / "07_dropout.zip", files)):
        assert read_submission(path, "a", assignment).submitted_at is None


def test_nothing_runs(folder: Path, assignment: Assignment, tmp_path: Path) -> None:
    """Reading a module runs none of it."""
    put(folder, {"dropout.py": f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n"})
    assert read_submission(folder, "a", assignment).problem is None
    assert not (tmp_path / "ran").exists()


def test_random_bytes_never_raise(folder: Path, assignment: Assignment) -> None:
    """Whatever bytes a student hands in, the result is a value."""
    noise = random.Random(7)
    for _ in range(200):
        for name in ("dropout.py", "dropout.ipynb", "dropout.zip"):
            seed = {"dropout.py": GOOD, "dropout.ipynb": NOTEBOOK, "dropout.zip": "PK\x03\x04"}[name]
            data = bytearray(seed.encode())
            data[noise.randrange(len(data))] = noise.randrange(256)
            (folder / name).write_bytes(data + noise.randbytes(noise.randrange(3)))
            assert isinstance(read_submission(folder / name, "a", assignment), Submission)
