"""``author new``: what it writes, what it refuses; and the hour after it, for an assignment about max-norm."""

import re

import pytest
from typer.testing import CliRunner

from autograder.author import check_assignments
from autograder.cli import app
from autograder.config import load_config
from autograder.course import load_course
from autograder.errors import AssignmentError
from autograder.release import release
from autograder.scaffold import BLANK, new_assignment

from .graded_course import write_graded
from .max_norm_course import NAME, fill_in


@pytest.fixture
def course(tmp_path):
    """A course with one assignment."""
    return write_graded(tmp_path)


def test_every_file_is_written_and_parses(course):
    """Source, answers, public tests, one suite a task, the entry in the configuration; all valid, all with blanks."""
    paths = new_assignment(course, NAME, ["max_norm", "clip_rows"], "Max-norm constraints")
    names = [str(path.relative_to(course.root)) for path in paths]
    assert names == [
        "grading_config.yaml", f"solutions/{NAME}/max_norm.py", f"solutions/{NAME}/test_public.py",
        f"solutions/{NAME}/accepted.py", f"solutions/{NAME}/misconceptions.py",
        f"tests/graded/{NAME}/test_max_norm.py", f"tests/graded/{NAME}/test_clip_rows.py",
    ]  # fmt: skip
    for path in paths[1:]:
        text = path.read_text(encoding="utf-8")
        compile(text, str(path), "exec")
        assert BLANK in text
    added = load_config(paths[0]).assignments[NAME]
    assert (added.title, [(task.id, task.name) for task in added.tasks]) == (
        "Max-norm constraints", [("12.1", "max_norm"), ("12.2", "clip_rows")],
    )  # fmt: skip


def test_the_configuration_keeps_its_text(course):
    """The entry is added below; comments and order of what was there stay."""
    path = course.root / "grading_config.yaml"
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    new_assignment(course, NAME, ["max_norm"])
    assert path.read_text(encoding="utf-8").startswith(before.rstrip("\n"))


def test_what_is_scaffolded_is_not_sound(course):
    """An assignment whose blanks are not filled proves nothing: the reference itself fails."""
    new_assignment(course, NAME, ["max_norm"])
    loaded = load_course(course.root)
    release(loaded, [NAME])
    (report,) = check_assignments(loaded, [NAME], seeds=1, jobs=1, mutants=0)
    assert any(problem.startswith("reference: fails test_max_norm_law") for problem in report.all_problems)


REFUSED = {
    "a name without a number": ("max_norm", ["f"], "an assignment is called NN_words"),
    "a name with capitals": ("12_MaxNorm", ["f"], "an assignment is called NN_words"),
    "a name that is there": ("04_scaling", ["f"], "already"),
    "a task that is no name": (NAME, ["max-norm"], "a task is called as its function"),
    "a keyword": (NAME, ["lambda"], "a task is called as its function"),
    "the same task twice": (NAME, ["f", "f"], "name each task once"),
    "no task": (NAME, [], "name each task once"),
}


@pytest.mark.parametrize(("name", "tasks", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_assignment_is_refused(course, name, tasks, said):
    """Nothing is written, and the message says what would be right."""
    before = sorted(course.root.rglob("*"))
    with pytest.raises(AssignmentError, match=said):
        new_assignment(course, name, tasks)
    assert sorted(course.root.rglob("*")) == before


def test_files_that_are_there_are_kept(course):
    """A file of that name is named, and neither it nor the configuration is touched."""
    path = course.root / "solutions" / NAME / "accepted.py"
    path.parent.mkdir(parents=True)
    path.write_text("precious")
    config = (course.root / "grading_config.yaml").read_text(encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"accepted\.py: there already"):
        new_assignment(course, NAME, ["max_norm"])
    assert path.read_text() == "precious"
    assert (course.root / "grading_config.yaml").read_text(encoding="utf-8") == config


def test_a_configuration_that_ends_otherwise_is_left_alone(course):
    """Where ``assignments`` is not the last key, the text to add is shown instead."""
    path = course.root / "grading_config.yaml"
    text = path.read_text(encoding="utf-8") + "\nlimits:\n  test_seconds: 5\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"(?s)must be its last key.*title: Max norm"):
        new_assignment(load_course(course.root), NAME, ["max_norm"])
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.timeout(600)
def test_an_assignment_is_written_from_scratch_to_sound(course):
    """The path of docs/authoring.md: new, fill in every blank, release, check; all by the commands."""
    run, root = CliRunner(), course.root
    done = run.invoke(app, ["author", "new", NAME, "--tasks", "max_norm", "--course", str(root)])
    assert (done.exit_code, done.output.count("wrote ")) == (0, 6), done.output
    assert all(BLANK in text for text in fill_in(root))
    left = [path for path in root.rglob(f"{NAME}/*.py") if BLANK in path.read_text(encoding="utf-8")]
    assert left == []
    assert run.invoke(app, ["release", NAME, "--course", str(root)]).exit_code == 0
    done = run.invoke(app, ["author", "check", NAME, "--seeds", "3", "--jobs", "1", "--course", str(root)])
    assert (done.exit_code, done.exception) == (0, None), done.output
    assert re.search(rf"{NAME}: sound \(\d+ runs\)", done.output)
    assert "mutants caught" in done.output
