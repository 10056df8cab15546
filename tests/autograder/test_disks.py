"""A full disk, a read-only one, two graders on one folder: a clear error, nothing lost, and the next run goes on."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from autograder import store
from autograder.errors import GraderError
from autograder.grading import save_all
from autograder.publishing import Press
from autograder.reports.texts import load_texts
from autograder.results import Outcome

from .graded_course import GOOD, graded_course, hand_in
from .test_store import HOLD, grade_of


@pytest.fixture
def disk(tmp_path):
    """A disk of 400 KB, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small disk takes root")
    yield place
    subprocess.run(["umount", place], check=True)


def remount(place, options):
    """Change the disk."""
    subprocess.run(["mount", "-o", f"remount,{options}", place], check=True)


def class_of(count):
    """So many grades, of students s000, s001, …"""
    grade = replace(grade_of(Outcome.PASSED), isolation={"level": "process", "mechanisms": {}})
    return [replace(grade, student=f"s{number:03d}") for number in range(count)]


def test_a_full_disk_loses_nothing(disk):
    """What was stored is whole, no scraps stay, and with room again the rest is stored."""
    press, grades = Press(disk, graded_course().config, load_texts()), class_of(60)
    with pytest.raises(GraderError, match="No space left on device"):
        save_all(press, grades)
    stored = store.read_all(disk)
    assert 0 < len(stored) < len(grades)
    assert [path for path in disk.rglob(".*") if path.name != store.LOCK] == []
    assert all(len(store.attempts(disk, grade.assignment, grade.student)) == 1 for grade in stored)
    remount(disk, "size=64m")
    save_all(press, grades[len(stored) :], stored)
    assert [grade.student for grade in store.read_all(disk)] == [grade.student for grade in grades]
    assert len((disk / "scores.csv").read_text("utf-8").splitlines()) == 1 + len(grades)


def run_grade(tmp_path, out):
    """`autograder grade`, which must not get as far as grading."""
    hand_in(tmp_path / "class", "ana", GOOD)
    command = [sys.executable, "-m", "autograder", "grade", tmp_path / "class", "--out", out]
    return subprocess.run(
        [*map(str, command), "--course", str(graded_course().root)], capture_output=True, text=True, timeout=120
    )


def test_a_read_only_disk_is_named_before_anything_is_graded(disk, tmp_path):
    """With exit status 3, and no traceback."""
    remount(disk, "ro")
    done = run_grade(tmp_path, disk / "out")
    assert done.returncode == 3
    assert done.stderr.startswith(f"error: {disk / 'out'}: cannot be written (")
    assert "Read-only file system" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_grader_of_a_folder_is_turned_away(tmp_path):
    """It says who is at work, and touches nothing."""
    out = tmp_path / "out"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "held\n"
        done = run_grade(tmp_path, out)
        first.kill()
    assert done.returncode == 3
    assert f"another grading, process {first.pid}, is at work here" in done.stderr
    assert os.listdir(out) == [store.LOCK]
