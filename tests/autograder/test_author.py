"""``author check``: a sound assignment passes, and each way of being unsound is named."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.author import check_assignments
from autograder.cli import app
from autograder.course import load_course
from autograder.errors import AssignmentError
from autograder.release import release

from .graded_course import GRADED_CONFIG, MISTAKES, RIGHT, SUITES, answers_text, graded_course, warmed, write_graded

UNSTEADY = (
    "\n\nCOUNT = iter(range(1, 10**9))\n\n\ndef test_scale_counts(student):\n"
    '    """Grows."""\n    assert float(student.scale(torch.ones(()) * next(COUNT), 0.0)) > 0\n'
)
FREE = "\n\ndef test_scale_is_free(student):\n    assert student.scale is not None\n"


@pytest.fixture(scope="module")
def unsound(tmp_path_factory):
    """The report on a course with one mistake of each kind."""
    course = write_graded(tmp_path_factory.mktemp("unsound"))
    assignment = course.assignments[0]
    right = {**RIGHT, "twice": ("return scale(x, lam)", *RIGHT["twice"][:2])}
    wrong = {**MISTAKES, "scale": ("return (0.25 + 2 * lam) * x", *MISTAKES["scale"][:3])}
    accepted, misconceptions = assignment.answers
    accepted.write_text(answers_text({**right, "Scaler": RIGHT["Scaler"][:2]}, False), encoding="utf-8")
    misconceptions.write_text(answers_text(wrong, True), encoding="utf-8")
    assignment.task("scale").suite.write_text(SUITES["scale"] + UNSTEADY + FREE, encoding="utf-8")
    release(course)
    (assignment.released / "scaling.py").write_text("stale\n", encoding="utf-8")
    (report,) = check_assignments(warmed(course), (), seeds=4, jobs=1)
    return report


def problems(report, name):
    """What is said of one answer."""
    (row,) = [row for row in report.rows if row.name == name]
    return row.problems


def test_a_sound_assignment_passes_on_the_command_line():
    """Status 0 and one paragraph: how many answers of each kind were tried."""
    course = graded_course()
    done = CliRunner().invoke(
        app, ["author", "check", "04", "--seeds", "2", "--jobs", "1", "--mutants", "0", "--course", str(course.root)]
    )
    assert (done.exit_code, done.exception) == (0, None), done.output
    assert "04_scaling: sound (84 runs)" in done.output
    assert "10 right answers must get full marks, 12 misconceptions must lose marks" in done.output
    assert "6 empty answers must earn nothing" in done.output


@pytest.mark.parametrize("name", ["words.toml", "messages.toml"])
def test_a_mistake_in_the_courses_words_is_named(tmp_path, name):
    """Before anything is tried, with the file and the section that there is not."""
    course = write_graded(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / name).write_text("[sounds]\nx = 'y'\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["author", "check", "04", "--course", str(course.root)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{name}: unknown section [sounds]" in done.stderr


def test_an_accepted_answer_that_fails_is_named_with_its_test(unsound):
    """A right answer that loses marks is a mistake of the suite, or of the author."""
    (problem,) = problems(unsound, "twice__right0")
    assert problem.startswith("fails test_twice_is_scaled_two_times: ")
    assert problems(unsound, "twice__right1") == ()
    assert problems(unsound, "scale__right0") == ()


def test_a_misconception_that_is_not_caught_is_named(unsound):
    """It must lose marks, in the test that it names."""
    assert problems(unsound, "scale__wrong0") == (
        "loses no marks in scale",
        "is not caught by test_scale_fits_the_reference",
    )
    assert problems(unsound, "scale__wrong1") == ()


@pytest.mark.parametrize("name", ["stub", "return input", "zeros", "a constant", "nothing", "the next task's answer"])
def test_what_is_empty_must_pass_nothing(unsound, name):
    """A test that passes without an answer gives marks away."""
    assert "passes test_scale_is_free" in " ".join(problems(unsound, name))


def test_what_is_missing_around_the_answers_is_named(unsound):
    """Tests without a rubric line, tasks with too few answers, a release that is stale."""
    text = "\n".join(unsound.problems)
    assert "test_scale_is_free has no docstring" in text
    assert "Scaler has 2 accepted answers and 4 misconceptions; write 3 and 5" in text
    assert "scaling.py:1: stale" in text
    assert "twice has" not in text


def test_an_unsteady_test_is_named(unsound):
    """One that asks something else each time that it is run; all others ask the same twice."""
    (problem,) = [problem for problem in problems(unsound, "reference") if "asks something else" in problem]
    assert problem.startswith("test_scale_counts ")
    assert "`rng`" in problem


def test_every_problem_is_in_the_text(unsound):
    """The report begins with the verdict."""
    assert not unsound.sound
    assert unsound.summary.startswith("04_scaling: NOT SOUND")
    found = [*unsound.problems, *(problem for row in unsound.rows for problem in row.problems)]
    assert all(f": {problem}" in unsound.summary or f"✗ {problem}" in unsound.summary for problem in found)


def test_shares_are_of_the_seeds_that_a_test_was_run_on(unsound):
    """A variant sits the tests of the tasks that call it on some seeds only, and passes all of those; no others."""
    (row,) = [row for row in unsound.rows if row.name == "scale__right0"]
    assert row.passed["test_twice_is_scaled_two_times"] == 1.0
    (row,) = [row for row in unsound.rows if row.name == "twice__right0"]
    assert row.passed == {"test_twice_is_scaled_two_times": 0.0}
    assert all(share in (0.0, 1.0) for row in unsound.rows for share in row.passed.values())


def test_missing_files_are_named_before_anything_runs(tmp_path):
    """All of them at once."""
    course = write_graded(tmp_path)
    for path in course.assignments[0].answers:
        path.unlink()
    with pytest.raises(AssignmentError, match=r"missing .*accepted\.py, .*misconceptions\.py"):
        list(check_assignments(course, (), seeds=1, jobs=1))


def test_one_task_can_be_checked_alone():
    """Only its answers and its tests; the report is data for other tools, and a page for people."""
    course = graded_course()
    command = ["author", "check", "04", "twice", "--seeds", "1", "--jobs", "1", "--course", str(course.root), "--json"]
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, done.exception) == (0, None), done.output
    (report,) = json.loads(done.stdout)
    assert report["sound"]
    assert {answer["task"] for answer in report["answers"]} == {"", "twice"}
    assert {test for answer in report["answers"] for test in answer["passed"]} == {"test_twice_is_scaled_two_times"}
    assert report["mutants"]
    assert {mutant["task"] for mutant in report["mutants"]} == {"twice"}
    assert all(mutant["caught_by"] for mutant in report["mutants"])


def test_right_answers_alone(tmp_path):
    """For very many seeds the wrong answers and the mutants can be left out."""
    (report,) = check_assignments(warmed(write_graded(tmp_path)), ("04",), seeds=2, jobs=1, wrong=False)
    assert report.sound
    assert {row.kind for row in report.rows} == {"right"}
    assert not report.mutants


def test_answers_that_train_are_tried_once_in_a_guest(tmp_path):
    """A task with ``training_seconds`` has no mutants, and no answer to it is run in this process; it is proved all the
    same."""
    config = GRADED_CONFIG.replace("names: [twice],", "names: [twice], training_seconds: 60,")
    course = write_graded(tmp_path / "sound", config)
    assert course.assignments[0].task("twice").training_seconds == 60
    (report,) = check_assignments(warmed(course), ("04",), seeds=3, jobs=1)
    assert not [problem for row in report.rows for problem in row.problems], report.summary
    assert report.mutants
    assert "twice" not in {mutant.task for mutant in report.mutants}
    (row,) = [row for row in report.rows if row.name == "twice__wrong0"]
    assert row.passed["test_twice_is_scaled_two_times"] == 0
    course = write_graded(tmp_path / "blind", config)
    blind = 'def test_twice_is_scaled_two_times(student):\n    """Blind."""\n    assert student.twice(1.0, 0.0)\n'
    course.assignments[0].task("twice").suite.write_text(blind, encoding="utf-8")
    (report,) = check_assignments(warmed(course), ("04",), seeds=1, jobs=1, mutants=0)
    assert "loses no marks in twice" in " ".join(problems(report, "twice__wrong0"))


def test_a_task_alone_needs_its_assignment():
    """Which assignment is meant must be said."""
    with pytest.raises(AssignmentError, match="belongs to one assignment"):
        list(check_assignments(load_course(Path(__file__).parents[2]), (), seeds=1, jobs=1, task="l2_penalty"))


def test_mutants_that_survive_are_named(tmp_path):
    """A suite that looks at one point only lets mutants of the reference through; the score says so."""
    course = write_graded(tmp_path)
    suite = course.assignments[0].task("scale").suite
    blind = 'def test_scale_fits_the_reference(student):\n    """Blind."""\n    student.scale(1.0, 0.0) + 1\n'
    suite.write_text(blind, encoding="utf-8")
    (report,) = check_assignments(warmed(course), ("04",), seeds=1, jobs=1, task="scale")
    assert report.survivors
    assert report.mutation_score < 0.95
    assert any("of the mutants are caught; 95 % are asked for" in problem for problem in report.all_problems)
    assert any(f"survives: {mutant.name}" in report.summary for mutant in report.survivors)


def test_a_share_of_the_mutants_is_spread_over_all(tmp_path):
    """Half of them are every second one, and an equivalent that is not among them is no mistake then."""
    course = write_graded(tmp_path)
    entry = "- owner: twice\n  was: return x\n  becomes: return y\n  because: there is no such mutant at all\n"
    course.assignments[0].equivalents.write_text(entry, encoding="utf-8")
    judged = warmed(course)
    (whole,) = check_assignments(judged, ("04",), seeds=1, jobs=1)
    (half,) = check_assignments(judged, ("04",), seeds=1, jobs=1, mutants=0.5)
    assert [mutant.name for mutant in half.mutants] == [mutant.name for mutant in whole.mutants][1::2]
    assert any("no mutant that survives" in problem for problem in whole.problems)
    assert not half.problems


def test_recorded_equivalents_leave_the_score_and_idle_ones_are_named(tmp_path):
    """An entry about a mutant that a test does catch, or that there is none of, is a mistake of the author's."""
    course = write_graded(tmp_path)
    entry = "- owner: twice\n  was: return x\n  becomes: return y\n  because: there is no such mutant at all\n"
    course.assignments[0].equivalents.write_text(entry, encoding="utf-8")
    (report,) = check_assignments(warmed(course), ("04",), seeds=1, jobs=1)
    assert "equivalent.yaml: no mutant that survives is `return x` -> `return y`" in report.all_problems
