"""What `export` and `override` say and how they end where something is not as it should be."""

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.store import write

from .golden_class import CLASS
from .small_course import write_course

CANVAS = "Student,ID,SIS Login ID,Section,Scaling things (1)\nA,1,amara,,EX\nB,2,ben,,\nC,3,,,\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command beside a folder of grades and a gradebook; cleo's grade is ungraded."""
    course = write_course(tmp_path / "course")
    for one in CLASS:
        write(tmp_path / "graded", one)
    (tmp_path / "canvas.csv").write_text(CANVAS)
    (tmp_path / "bad.csv").write_text("student,nmae\n")
    monkeypatch.chdir(tmp_path)

    def command(line):
        done = CliRunner().invoke(app, [*line.split(), "--course", str(course.root)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return command


def test_an_export_waits_for_what_is_not_graded(run, tmp_path):
    """Status 3, by name, and no file; --allow-ungraded lets the others go."""
    done = run("export csv --to out.csv")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "1 of 6 submissions are not graded" in done.stderr
    assert "cleo, 04_scaling" in done.stderr
    assert not (tmp_path / "out.csv").exists()
    done = run("export csv --to out.csv --allow-ungraded")
    assert (done.exit_code, done.stdout) == (0, "wrote out.csv\n5 grades; 1 not graded, left blank\n")


def test_canvas_tells_apart_what_was_done_and_what_was_not(run, tmp_path):
    """What was written on standard output, the rest on standard error."""
    done = run("export canvas --gradebook canvas.csv --to out.csv --assignment scaling --allow-ungraded")
    assert (done.exit_code, done.stdout) == (0, "wrote out.csv\n1 scores filled in\n")
    assert done.stderr.splitlines() == [
        "note: amara: the gradebook says 'EX'; left so", "has a grade here, but no row there: @eve",
        "has a grade here, but no row there: cleo", "no grade here: C",
    ]  # fmt: skip
    assert (tmp_path / "out.csv").read_text() == CANVAS.replace("ben,,", "ben,,3.74")


def test_the_courses_roster_is_known_to_all(run, tmp_path):
    """Who handed nothing in stays in the scores when points are set by hand; names are there without an option."""
    (tmp_path / "course" / "roster.csv").write_text("student,name\namara,Amara B\nzoe,Zoe Q\n")
    assert run("override amara 4.1 3 --reason agreed --assignment 04").exit_code == 0
    assert "zoe,04_scaling," in (tmp_path / "graded" / "scores.csv").read_text()
    assert run("export wide --to out.csv --allow-ungraded").exit_code == 0
    assert "Amara B" in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "export canvas --gradebook canvas.csv --to canvas.csv --assignment 04 --allow-ungraded",
            "canvas.csv is the file that was down",
        ),
        (
            "export canvas --gradebook gone.csv --to out.csv --assignment 04 --allow-ungraded",
            "gone.csv: cannot be read",
        ),
        (
            "export canvas --gradebook bad.csv --to out.csv --assignment 04 --allow-ungraded",
            "bad.csv: the first line of a Canvas",
        ),
        (
            "export canvas --gradebook canvas.csv --to out.csv --assignment 04 --allow-ungraded --column X",
            "no column 'X' in the gradebook",
        ),
        (
            "export wide --to out.csv --roster bad.csv --allow-ungraded",
            "bad.csv: 1 mistake(s)\n  line 1: unknown column 'nmae'",
        ),
        ("export csv --to out.csv --assignment 09", "09"),
        ("export csv nowhere --to out.csv", "nowhere holds no grades"),
        ("export moodle --to out.csv --worksheet canvas.csv", "a worksheet is of one assignment"),
        (
            "export gradescope --to out.csv --student amara --assignment 04 --visibility later",
            "--visibility is 'later'",
        ),
        ("export gradescope --to out.csv --student cyd --assignment 04", "holds no grades of cyd of 04_scaling"),
        ("regrade nowhere --task scale", "nowhere"),
        ("override amara 4.1", "give the points that the task is to have, or --remove"),
        ("override amara 4.1 3 --remove --reason r", "give the points that the task is to have, or --remove"),
        ("override amara 4.1 3", "an override needs a --reason"),
        ("override amara 4.1 8 --reason r", "scale has 7 points; found 8, expected 0 to that"),
    ],
)
def test_mistakes_are_status_2_with_a_message(run, tmp_path, line, said):
    """What was found, and what would be right; nothing is written."""
    done = run(line)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (tmp_path / "out.csv").exists()
    assert (tmp_path / "canvas.csv").read_text() == CANVAS
