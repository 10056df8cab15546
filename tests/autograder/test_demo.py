"""The demo class: its size, that it is the same every time, and that it leaves other files alone."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from autograder.course import load_course
from autograder.demo import STUDENTS, write_class
from autograder.discovery import discover
from autograder.errors import GraderError

from .small_course import write_course

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class of this very course."""
    folder = tmp_path_factory.mktemp("demo")
    assert write_class(load_course(ROOT), folder) == 30
    return folder


def digests(folder: Path) -> dict[str, str]:
    """The content of every file."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_class_is_thirty_submissions_of_fifteen_students(submitted: Path) -> None:
    """Every submission is found, two a student, and nothing in the folder is anything else."""
    found = discover([submitted], load_course(ROOT), None, None)
    assert not found.unmatched
    assert len(found.submissions) == 30
    assert Counter(Counter(item.student for item in found.submissions).values()) == {2: 15}


def test_class_is_mixed(submitted: Path) -> None:
    """It holds modules, notebooks and zips; some of it cannot be read, for different reasons, and most can."""
    suffixes = Counter(path.suffix for path in submitted.rglob("*") if path.is_file())
    assert min(suffixes[".py"], suffixes[".ipynb"], suffixes[".zip"]) >= 4
    problems = [
        item.problem for item in discover([submitted], load_course(ROOT), None, None).submissions if item.problem
    ]
    for phrase in ("SyntaxError", "is empty", "dropuot.py", "leads out of the folder", "is not a notebook"):
        assert len([problem for problem in problems if phrase in problem]) == 1
    assert len(problems) == 5


def test_class_gives_no_answer_away(submitted: Path) -> None:
    """No file of it names a variant, a hint or the package's marks."""
    for path in submitted.rglob("*"):
        if path.is_file():
            assert b"autograder.answers" not in path.read_bytes()


def test_class_is_the_same_every_time(submitted: Path, tmp_path: Path) -> None:
    """Written again elsewhere, the class is the same byte for byte."""
    write_class(load_course(ROOT), tmp_path)
    assert digests(tmp_path) == digests(submitted)


def test_other_files_stay(tmp_path: Path) -> None:
    """In a folder that is not empty it overwrites its own files and nothing else."""
    course = write_course(tmp_path / "course")
    folder = tmp_path / "class"
    write_class(course, folder)
    mine = folder / STUDENTS[0] / "04_scaling" / "scaling.py"
    right, other = mine.read_text(encoding="utf-8"), mine.with_name("diary.txt")
    mine.write_text("mine", encoding="utf-8")
    other.write_text("dear diary", encoding="utf-8")
    assert write_class(course, folder) == 30
    assert (mine.read_text(encoding="utf-8"), other.read_text(encoding="utf-8")) == (right, "dear diary")


def test_course_of_one_assignment_has_thirty_students(tmp_path: Path) -> None:
    """Where there is one assignment, thirty students hand in one submission each."""
    course = write_course(tmp_path / "course")
    write_class(course, tmp_path / "class")
    found = discover([tmp_path / "class"], course, None, None)
    assert len({item.student for item in found.submissions}) == len(found.submissions) == 30


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is an error that names it."""
    (tmp_path / "class").write_text("a file", encoding="utf-8")
    with pytest.raises(GraderError, match=r"class.*cannot be written \(.*\); choose another --out"):
        write_class(write_course(tmp_path / "course"), tmp_path / "class")
