"""``autograder check``: which file is meant, and what a student hears of the public tests."""

import shutil
import threading
from contextlib import closing

import pytest

from autograder.checking import check_target, watch_target, write_page
from autograder.errors import AssignmentError
from autograder.reports.texts import load_texts
from autograder.results import Outcome

from .graded_course import GOOD, WRONG, write_graded


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


def test_a_watch_checks_again_after_a_save_that_changed_something(course, tmp_path):
    """From the same warm process; the same content saved again is nothing new."""
    path = tmp_path / "scaling.py"
    path.write_text(WRONG, encoding="utf-8")
    with closing(watch_target(course, str(path))) as grades:
        assert next(grades).tasks[0].outcome is Outcome.FAILED
        changes = [WRONG, GOOD]
        timers = [threading.Timer(0.4 * (n + 1), path.write_text, [text, "utf-8"]) for n, text in enumerate(changes)]
        for timer in timers:
            timer.start()
        assert next(grades).tasks[0].outcome is Outcome.PASSED
        for timer in timers:
            timer.join()


def test_a_watch_outlives_a_file_that_is_gone_for_a_moment(course, tmp_path):
    """As an editor leaves it that writes a new file and renames it; what no longer parses is told, and not fatal."""
    path = tmp_path / "scaling.py"
    path.write_text(GOOD, encoding="utf-8")
    with closing(watch_target(course, str(path))) as grades:
        assert next(grades).tasks[0].outcome is Outcome.PASSED
        beside = tmp_path / "scaling.py.swp"
        beside.write_text("def (:\n", encoding="utf-8")
        path.unlink()
        timer = threading.Timer(0.4, beside.rename, [path])
        timer.start()
        problems = []
        while not problems or "line 1" not in problems[-1]:
            problems.append(str(next(grades).problem))
        timer.join()


def test_a_check_leaves_a_page(course, tmp_path, monkeypatch):
    """With the public rubric lines, and no points; in the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (grade,) = check_target(course, "04")
    page = write_page(course, grade, load_texts(course.root))
    assert page == tmp_path / "cache" / "autograder" / "check" / "04_scaling.html"
    shown = page.read_text(encoding="utf-8")
    assert "Your public tests" in shown
    assert "points" not in shown.partition("<main>")[2]
