"""The command line's contracts: exit statuses, what is on standard output, and messages instead of tracebacks."""

import csv
import json
import os
import shutil
from pathlib import Path
from urllib.parse import urlparse

import pytest
from typer.testing import CliRunner

from autograder import store
from autograder.cli import app
from autograder.release import release

from .graded_course import GOOD, GRADED_CONFIG, WRONG, graded_course, hand_in, warmed, write_graded

BROKEN = '''\
from autograder.errors import AssignmentError


def test_twice_is_scaled_two_times(student):
    """The factor counts twice."""
    raise AssignmentError("the table of expected values is empty")
'''


def autograder(*arguments, course=None):
    """Run a command in this process; its result has exit_code, stdout and stderr."""
    more = ["--course", str((course or graded_course()).root)]
    done = CliRunner().invoke(app, [*map(str, arguments), *more])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


def grade(*arguments, course=None):
    """Grade with one judge, the session's."""
    return autograder("grade", *arguments, "--jobs", 1, course=course)


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """A class of two, and a file that is nobody's."""
    folder = tmp_path_factory.mktemp("class") / "submitted"
    hand_in(folder, "ana", GOOD)
    hand_in(folder, "ben", WRONG)
    (folder / "notes.docx").write_bytes(b"PK")
    return folder


def test_graded_is_status_0_whatever_the_scores(submitted, tmp_path):
    """Grades, feedback and scores are where the contract says; what was not graded is on standard error."""
    done = grade(submitted, "--out", tmp_path)
    assert done.exit_code == 0
    assert "notes.docx" in done.stderr
    assert "notes.docx" not in done.stdout
    assert [found.score for found in store.read_all(tmp_path)] == [12.5, 0.0]
    assert (tmp_path / "feedback" / "04_scaling" / "ben.txt").is_file()
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        assert [row["student"] for row in csv.DictReader(file)] == ["ana", "ben"]
    assert "ana" in done.stdout
    assert "scores.csv" in done.stdout


def test_json_is_one_array_and_nothing_else(submitted, tmp_path):
    """Another program reads standard output whole."""
    done = grade(submitted, "--out", tmp_path, "--json")
    rows = json.loads(done.stdout)
    assert [(row["student"], row["schema"], row["score"]) for row in rows] == [
        ("ana", "autograder/grade/v1", 12.5), ("ben", "autograder/grade/v1", 0.0),
    ]  # fmt: skip
    assert "notes.docx" in done.stderr


def test_one_student_may_be_chosen(submitted, tmp_path):
    """Only theirs is graded."""
    done = grade(submitted, "--out", tmp_path, "--student", "ben", "--assignment", "scaling", "--json")
    assert [row["student"] for row in json.loads(done.stdout)] == ["ben"]


def test_show_prints_the_feedback_of_one(submitted, tmp_path):
    """The text that the student gets; a grade that is not there is a message."""
    grade(submitted, "--out", tmp_path, "--student", "ana")
    done = autograder("show", "ana", "04", "--out", tmp_path)
    assert done.exit_code == 0
    assert done.stdout.strip() == (tmp_path / "feedback" / "04_scaling" / "ana.txt").read_text("utf-8").strip()
    missing = autograder("show", "ben", "04", "--out", tmp_path)
    assert missing.exit_code == 3
    assert "ben.json: cannot be read" in missing.stderr


def test_what_stays_ungraded_is_status_3(submitted, tmp_path):
    """An author's error inside a test is our fault: the class is graded, and the status says that it is not done."""
    course = warmed(write_graded(tmp_path / "course"))
    suite = course.assignments[0].task("twice").suite
    suite.write_text(BROKEN, encoding="utf-8")
    done = grade(submitted, "--out", tmp_path / "out", course=course)
    assert done.exit_code == 3
    assert [found.tasks[0].points for found in store.read_all(tmp_path / "out")] == [7.0, 0.0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["submitted", "--assignment", "99"], "no assignment '99'"),
        (["submitted", "--student", "zoe"], "no submission found in"),
        (["submitted", "--jobs", "-1"], "--jobs"),
        ([], "Missing argument"),
        (["submitted", "--unknown"], "--unknown"),
    ],
)
def test_wrong_usage_is_status_2(submitted, tmp_path, monkeypatch, arguments, told):
    """With a message on standard error, and nothing written."""
    monkeypatch.chdir(submitted.parent)
    done = autograder("grade", *arguments, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_bad_configuration_shows_all_its_mistakes(tmp_path, submitted):
    """Each with its line; status 2."""
    course = write_graded(tmp_path)
    bad = GRADED_CONFIG.replace("points: 7", "points: -7").replace("isolation: process", "isolation: none")
    (tmp_path / "grading_config.yaml").write_text(bad + "colour: red\n", encoding="utf-8")
    done = grade(submitted, "--out", tmp_path / "out", course=course)
    assert done.exit_code == 2
    assert "3 mistake(s)" in done.stderr
    assert [line.split(":")[0].split()[0] for line in done.stderr.splitlines()[1:]] == ["line"] * 3
    assert all(word in done.stderr for word in ("points", "isolation", "colour"))


def test_outside_a_course_it_says_where_to_be(tmp_path, monkeypatch):
    """Status 2, with both ways out."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["release"])
    assert done.exit_code == 2
    assert "no grading_config.yaml" in done.stderr
    assert "--course" in done.stderr


def test_a_short_secret_in_the_environment_is_refused(monkeypatch, submitted):
    """AUTOGRADER_SECRET replaces the course's, and must be as long."""
    monkeypatch.setenv("AUTOGRADER_SECRET", "short")
    done = grade(submitted)
    assert done.exit_code == 2
    assert "AUTOGRADER_SECRET has fewer than 8 characters" in done.stderr


def test_release_check_fails_where_a_release_is_stale(tmp_path):
    """Status 1 and what is stale, with its line; 0 once it is released again."""
    course = write_graded(tmp_path)
    path = course.assignments[0].released / "scaling.py"
    assert autograder("release", "--check", course=course).exit_code == 0
    path.write_text("# stale\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    stale = autograder("release", "--check", course=course)
    assert stale.exit_code == 1
    assert "scaling.py:1: stale" in stale.stderr
    assert "stale" in path.read_text(encoding="utf-8")
    wrote = autograder("release", course=course)
    assert (wrote.exit_code, str(path) in wrote.stdout) == (0, True)
    assert release(course)
    assert autograder("release", "--check", course=course).exit_code == 0


def test_check_is_status_1_until_all_public_tests_pass(monkeypatch, tmp_path):
    """The released stub does not pass; the student reads which task is not written, and no points."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    done = autograder("check", "04")
    assert done.exit_code == 1
    assert "Not all public tests pass yet." in done.stdout
    assert "scale  not written yet" in done.stdout
    assert "points" not in done.stdout


def test_quiet_prints_nothing_and_verbose_every_feedback(submitted, tmp_path):
    """Errors are still on standard error."""
    quiet = grade(submitted, "--out", tmp_path, "--quiet")
    assert (quiet.exit_code, quiet.stdout) == (0, "")
    assert "notes.docx" in quiet.stderr
    verbose = grade(submitted, "--out", tmp_path, "--verbose")
    for student in ("ana", "ben"):
        assert (tmp_path / "feedback" / "04_scaling" / f"{student}.txt").read_text("utf-8").strip() in verbose.stdout


def test_no_colours_where_nobody_sees_them(submitted, tmp_path):
    """What goes into a file or another program holds no escape codes."""
    assert "\x1b" not in grade(submitted, "--out", tmp_path, "--verbose").output
    assert "\x1b" not in autograder("show", "ana", "04", "--out", tmp_path).output


def test_show_prints_a_grade_as_json(submitted, tmp_path):
    """The stored one, whole."""
    grade(submitted, "--out", tmp_path, "--student", "ben")
    row = json.loads(autograder("show", "ben", "scaling", "--out", tmp_path, "--json").stdout)
    assert row == json.loads((tmp_path / "grades" / "04_scaling" / "ben.json").read_text("utf-8"))


def test_report_writes_the_pages_again(submitted, tmp_path):
    """From the stored grades, in the course's own words."""
    course = warmed(write_graded(tmp_path / "course"))
    grade(submitted, "--out", tmp_path / "out", course=course)
    (course.root / "templates").mkdir()
    (course.root / "templates" / "words.toml").write_text('[outcomes]\npassed = "richtig"\n', encoding="utf-8")
    done = autograder("report", tmp_path / "out", "--jobs", 1, course=course)
    assert done.exit_code == 0
    assert "2 pages" in done.stdout
    for kind in ("html", "txt"):
        assert "richtig" in (tmp_path / "out" / "feedback" / "04_scaling" / f"ana.{kind}").read_text("utf-8")


def test_report_without_names_goes_elsewhere(submitted, tmp_path):
    """Never among the pages with names; and there must be grades."""
    grade(submitted, "--out", tmp_path / "out")
    for arguments in (["--anonymous"], ["--anonymous", "--to", tmp_path / "out"]):
        refused = autograder("report", tmp_path / "out", *arguments)
        assert refused.exit_code == 2
        assert "another folder" in refused.stderr
    done = autograder("report", tmp_path / "out", "--anonymous", "--to", tmp_path / "open", "--jobs", 1, "--quiet")
    assert (done.exit_code, done.stdout) == (0, "")
    pages = list((tmp_path / "open" / "feedback" / "04_scaling").glob("*.html"))
    assert sorted(page.stem for page in pages) == ["student-1", "student-2"]
    empty = autograder("report", tmp_path / "nothing")
    assert (empty.exit_code, "holds no grades" in empty.stderr) == (2, True)


def test_check_prints_json_lines_and_opens_its_page(monkeypatch, tmp_path):
    """One grade a line and nothing else; the browser is sent to a page that is there."""
    opened = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", opened.append)
    done = autograder("check", "04", "--json", "--open")
    assert done.exit_code == 1
    assert [json.loads(line)["assignment"] for line in done.stdout.splitlines()] == ["04_scaling"]
    (address,) = opened
    assert Path(urlparse(address).path).read_text("utf-8").startswith("<!doctype html>")
    assert autograder("check", "04", "--quiet").stdout == ""


def test_doctor_says_what_this_machine_can_do():
    """Status 0 where nothing is missing; the same findings as a table and as JSON."""
    done = autograder("doctor", "--json")
    findings = {row["subject"]: row for row in json.loads(done.stdout)}
    missing = [row for row in findings.values() if row["state"] == "missing"]
    assert done.exit_code == (1 if missing else 0)
    assert findings["guest: landlock"]["found"].startswith("applied")
    table = autograder("doctor").stdout
    assert all(subject in table for subject in findings)


def test_grading_again_says_what_was_unchanged(submitted, tmp_path):
    """Nothing runs the second time; `--force` runs all, or one task by its name or number, and attempts are counted."""
    assert "2 graded, 0 unchanged" in grade(submitted, "--out", tmp_path).stdout
    again = grade(submitted, "--out", tmp_path)
    assert "0 graded, 2 unchanged" in again.stdout
    assert "slowest" not in again.stdout
    for attempt, task in ((2, "twice"), (3, "4.3")):
        forced = grade(submitted, "--out", tmp_path, "--force", "--task", task, "--json")
        assert [row["attempt"] for row in json.loads(forced.stdout)] == [attempt, attempt]


def test_a_task_that_no_submission_has_is_wrong_usage(submitted, tmp_path):
    """Status 2, with its name."""
    done = grade(submitted, "--out", tmp_path, "--task", "thrice")
    assert (done.exit_code, "no task 'thrice'" in done.stderr, list(tmp_path.glob("grades"))) == (2, True, [])


def test_since_chooses_by_the_time_of_handing_in(submitted, tmp_path):
    """A file that is older is left out; where nothing is left, that is said."""
    copy = tmp_path / "in"
    shutil.copytree(submitted, copy)
    os.utime(copy / "ana" / "04_scaling" / "scaling.py", (1_700_000_000, 1_700_000_000))  # 2023-11-14
    rows = json.loads(grade(copy, "--out", tmp_path / "out", "--since", "2024-01-01", "--json").stdout)
    assert [row["student"] for row in rows] == ["ben"]
    none = grade(copy, "--out", tmp_path / "out", "--since", "2199-01-01")
    assert (none.exit_code, "no submission found in" in none.stderr) == (2, True)
    assert "since 2199-01-01" in none.stderr


def test_two_gradings_of_one_folder_do_not_mix(submitted, tmp_path):
    """The second ends with status 3, says why, and writes nothing."""
    with store.locked(tmp_path):
        done = grade(submitted, "--out", tmp_path)
    assert (done.exit_code, "another grading" in done.stderr) == (3, True)
    assert not (tmp_path / "grades").exists()
