"""Grades on disk: whole or not at all, and never replaced by something worse."""

import json
import os
import subprocess
import sys

import pytest

from autograder import store
from autograder.errors import GraderError
from autograder.results import Grade, Outcome, TaskScore, TestResult


def grade_of(outcome, student="alice", assignment="04_scaling"):
    """A grade with one test."""
    task = TaskScore("scale", 7.0, False, (TestResult("test_a", "A law.", outcome),))
    return Grade(student, assignment, (task,), "seed", "2027-02-01T00:00:00+00:00", {"level": "process"})


def test_what_is_written_is_read(tmp_path):
    """At the path of the contract, as JSON that a person can read."""
    grade = grade_of(Outcome.PASSED, "zoë")
    path = store.write(tmp_path, grade)
    assert path == tmp_path / "grades" / "04_scaling" / "zoë.json"
    assert store.read(path) == grade
    text = path.read_text(encoding="utf-8")
    assert "zoë" in text
    assert text.endswith("}\n")
    assert json.loads(text)["score"] == 7.0


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (Outcome.PASSED, Outcome.UNGRADED, Outcome.PASSED), (Outcome.FAILED, Outcome.UNGRADED, Outcome.FAILED),
        (Outcome.PASSED, Outcome.FAILED, Outcome.FAILED), (Outcome.UNGRADED, Outcome.FAILED, Outcome.FAILED),
        (Outcome.UNGRADED, Outcome.UNGRADED, Outcome.UNGRADED),
    ],
)  # fmt: skip
def test_an_ungraded_regrade_never_replaces_a_grade(tmp_path, before, after, kept):
    """Any decided one does, a worse one too."""
    assert store.write(tmp_path, grade_of(before)) == store.write(tmp_path, grade_of(after))
    (found,) = store.read_all(tmp_path)
    assert found.tasks[0].outcome is kept


def test_all_grades_come_by_assignment_and_student(tmp_path):
    """Whatever the order in which they were written; a folder without grades has none."""
    assert store.read_all(tmp_path) == ()
    names = [("bob", "07_b"), ("alice", "07_b"), ("carol", "03_a")]
    for student, assignment in names:
        store.write(tmp_path, grade_of(Outcome.PASSED, student, assignment))
    found = store.read_all(tmp_path)
    assert [grade.student for grade in found] == ["carol", "alice", "bob"]
    assert store.assignments_of(reversed(found)) == ("03_a", "07_b")


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "not a grade"), ("[]", "not a grade"), ('{"schema": "autograder/grade/v9"}', "grade/v9"),
     ('{"schema": "autograder/grade/v1"}', "KeyError"), ("\ud800", "not a grade")],
    ids=["torn", "list", "schema", "keys", "encoding"],
)  # fmt: skip
def test_a_file_that_is_no_grade_is_named(tmp_path, text, told):
    """With what was found in it."""
    path = tmp_path / "alice.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(GraderError, match=f"alice.json: .*{told}"):
        store.read(path)


def test_a_missing_grade_is_named(tmp_path):
    """Not a traceback of the disk's."""
    with pytest.raises(GraderError, match=r"nobody\.json: cannot be read"):
        store.read(store.path_of(tmp_path, "04_scaling", "nobody"))


def test_a_write_that_fails_leaves_the_old_file_and_no_scraps(tmp_path):
    """A reader sees the old text or the new one, never half of one."""
    path = tmp_path / "scores.csv"
    store.write_text(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        store.write_text(path, "new\n" * 100_000 + "\ud800")
    assert path.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    """A file where a folder should be is our fault, not the student's."""
    (tmp_path / "grades").write_text("a file", encoding="utf-8")
    with pytest.raises(GraderError, match=r"alice\.json: cannot be written"):
        store.write(tmp_path, grade_of(Outcome.PASSED))


def test_files_are_readable_by_others_and_have_plain_line_ends(tmp_path):
    """What another program reads: 0644, LF."""
    path = tmp_path / "deep" / "er" / "a.txt"
    store.write_text(path, "a\nb\n")
    assert path.stat().st_mode & 0o777 == 0o644
    assert path.read_bytes() == b"a\nb\n"


def test_every_attempt_is_kept(tmp_path):
    """Numbered from 1, ungraded ones too; the grade that counts is the last that was decided, and knows its number."""
    for outcome in (Outcome.FAILED, Outcome.UNGRADED, Outcome.PASSED, Outcome.UNGRADED):
        store.write(tmp_path, grade_of(outcome))
    found = store.attempts(tmp_path, "04_scaling", "alice")
    assert [(one.attempt, one.is_graded) for one in found] == [(1, True), (2, False), (3, True), (4, False)]
    assert store.latest(tmp_path, "04_scaling", "alice") == found[2]


@pytest.mark.parametrize("left", ["", "{"], ids=["gone", "torn"])
def test_a_grade_that_was_lost_comes_back_from_its_attempts(tmp_path, left):
    """As after a crash between the two writes; it is put back in its place."""
    store.write(tmp_path, grade_of(Outcome.FAILED))
    path = store.write(tmp_path, grade_of(Outcome.PASSED))
    path.unlink()
    if left:
        path.write_text(left, encoding="utf-8")
    assert store.latest(tmp_path, "04_scaling", "alice").score == 7.0
    assert store.read(path).attempt == 2


def test_an_attempt_newer_than_the_grade_counts(tmp_path):
    """The second write was lost, the first was not."""
    path = store.write(tmp_path, grade_of(Outcome.FAILED))
    old = path.read_text("utf-8")
    store.write(tmp_path, grade_of(Outcome.PASSED))
    path.write_text(old, encoding="utf-8")
    assert store.latest(tmp_path, "04_scaling", "alice").score == 7.0


def test_nobody_has_no_grade(tmp_path):
    """Nor attempts."""
    assert store.latest(tmp_path, "04_scaling", "alice") is None
    assert store.attempts(tmp_path, "04_scaling", "alice") == ()


HOLD = """
import sys, time
from pathlib import Path
from autograder import store

with store.locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_one_grading_at_a_time_has_a_folder(tmp_path):
    """The second is told who has it; a lock ends with its process, killed or not."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    with (
        pytest.raises(GraderError, match=f"process {holder.pid}, is at work here; wait for it"),
        store.locked(tmp_path),
    ):
        pass
    holder.kill()
    holder.communicate()
    with store.locked(tmp_path):
        assert (tmp_path / store.LOCK).read_text("utf-8") == f"{os.getpid()}\n"


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """Before anything is graded."""
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(GraderError, match="out: cannot be written"), store.locked(tmp_path / "out"):
        pass
