"""``autograder check``: which file is meant, and what a student hears of the public tests."""

import shutil

import pytest

from autograder.checking import check_target
from autograder.errors import AssignmentError
from autograder.results import Outcome

from .graded_course import GOOD, write_graded


@pytest.fixture
def course(tmp_path):
    """A student's checkout: what was released, and no more."""
    made = write_graded(tmp_path)
    shutil.rmtree(tmp_path / "solutions")
    shutil.rmtree(tmp_path / "tests")
    return made


def test_a_students_own_file_passes_without_solutions_or_hidden_suites(course, tmp_path):
    """In a folder of any name, by the file's own name."""
    path = tmp_path / "mine" / "scaling.py"
    path.parent.mkdir()
    path.write_text(GOOD, encoding="utf-8")
    (grade,) = check_target(course, str(path))
    assert (grade.student, grade.assignment) == ("you", "04_scaling")
    assert [test.name for task in grade.tasks for test in task.tests] == ["test_scale_by_hand"]
    assert grade.tasks[0].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("nothing.py", r"nothing\.py does not exist; name a file of yours"),
        ("other.py", r"which assignment is this\? Expected a file called scaling\.py"),
        ("99_unknown", "no assignment '99_unknown' .*; it has 04_scaling"),
    ],
)
def test_a_target_that_is_none_is_named_before_anything_starts(course, tmp_path, monkeypatch, target, told):
    """With what would be right."""
    (tmp_path / "other.py").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssignmentError, match=told):
        next(check_target(course, target))
