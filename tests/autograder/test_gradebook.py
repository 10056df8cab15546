"""Grades go into nbgrader's gradebook and marks of humans come out: SQLite by default, PostgreSQL by URL."""

import dataclasses
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, inspect, text

from autograder import store
from autograder.config import load_config
from autograder.errors import AssignmentError
from autograder.gradebook import sync
from autograder.reports import csv, feedback
from autograder.reports.texts import load_texts
from autograder.results import Diagnosis, Grade, Outcome, TaskScore, TestResult

from .nbgrader_course import autograder
from .small_course import write_course

NAME, BOOK = "04_scaling", "scaling"
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []


def grade_of(student, scale, scaler=Outcome.PASSED, **more):
    """A grade: `scale` passed, failed or ungraded, and the bonus task."""
    tests = (TestResult("test_scale_law", "Doubling doubles.", scale),)
    hint = Diagnosis("unshifted", "You forgot the shift.", "DS 542") if scale is Outcome.FAILED else None
    tasks = (
        TaskScore("scale", 7.0, False, tests, hint),
        TaskScore("Scaler", 2.5, True, (TestResult("test_scaler", "It scales.", scaler),)),
    )
    return Grade(
        student, NAME, tasks, "seed", "2027-02-01T00:00:00+00:00", {"level": "process", "mechanisms": {}}, **more
    )


def rows_of(url):
    """Everything that a database holds, table by table."""
    engine = create_engine(url)
    with engine.connect() as connection:
        return {
            table: sorted(map(repr, connection.execute(text(f'select * from "{table}"')).all()))
            for table in inspect(engine).get_table_names()
        }


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """The small course's configuration."""
    course = write_course(tmp_path_factory.mktemp("course"))
    return load_config(course.root / "grading_config.yaml")


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of Debian's, private to these tests, on a socket in a temporary folder."""
    if not SERVERS:
        if os.environ.get("CI"):
            pytest.fail("CI installs PostgreSQL (package postgresql)")
        pytest.skip("needs a PostgreSQL server (package postgresql)")
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    as_other = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres", pwd.getpwnam("postgres").pw_gid)
        as_other = ["runuser", "-u", "postgres", "--"]
    run = lambda *words: subprocess.run([*as_other, *map(str, words)], check=True, capture_output=True, cwd=home)  # noqa: E731
    data = home / "data"
    run(SERVERS[-1] / "initdb", "-D", data, "-U", "course", "-A", "trust", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c unix_socket_permissions=0777"
    run(SERVERS[-1] / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start")
    home.chmod(0o755)
    yield home
    run(SERVERS[-1] / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """An empty gradebook, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gradebook.db'}"
    home = request.getfixturevalue("server")
    name = f"book_{os.getpid()}_{abs(hash(str(tmp_path)))}"
    admin = create_engine(f"postgresql+psycopg://course@/postgres?host={home}", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    return f"postgresql+psycopg://course@/{name}?host={home}"


@pytest.fixture
def folder(tmp_path):
    """Grades of three students: right, late and wrong, and not graded."""
    late = {"due": "2027-02-08T23:59:00+00:00", "seconds": 90_000, "penalty": 0.2}
    store.write(tmp_path, grade_of("amara", Outcome.PASSED, submitted_at="2027-02-01T12:00:00+00:00"))
    store.write(tmp_path, grade_of("ben", Outcome.FAILED, late=late, submitted_at="2027-02-10T12:00:00+00:00"))
    store.write(tmp_path, grade_of("cleo", Outcome.UNGRADED))
    return tmp_path


def test_grades_go_in_and_a_second_time_changes_nothing(folder, config, url):
    """Assignment, tasks, students, times, scores, lateness and comments; repeated, no row is another."""
    done = sync(folder, config, url)
    assert done.grades == 3
    with Gradebook(url) as book:
        assert str(book.find_assignment(NAME).duedate) == "2027-02-08 23:59:00"
        amara, ben = (book.find_submission(NAME, student) for student in ("amara", "ben"))
        assert (amara.score, amara.max_score, amara.needs_manual_grade) == (9.5, 7.0, False)
        assert str(amara.timestamp) == "2027-02-01 12:00:00"
        assert (ben.score, ben.late_submission_penalty) == (2.5, 0.5)
        comment = book.find_comment("scale", BOOK, NAME, "ben").comment
        assert comment == "Not yet: Doubling doubles.\nYou forgot the shift. Reread DS 542."
    before = rows_of(url)
    assert sync(folder, config, url).rows == 0
    assert rows_of(url) == before


def test_lateness_takes_no_score_below_the_floor(tmp_path, config, url):
    """As in the grade itself."""
    late = {"due": "2027-02-08T23:59:00+00:00", "seconds": 900_000, "penalty": 0.5, "floor": 6.0}
    one = grade_of("ben", Outcome.PASSED, late=late, submitted_at="2027-02-19T12:00:00+00:00")
    store.write(tmp_path, one)
    sync(tmp_path, config, url)
    with Gradebook(url) as book:
        ben = book.find_submission(NAME, "ben")
        assert ben.score - ben.late_submission_penalty == one.score == 6.0


def test_what_is_ungraded_gets_no_points_and_waits(folder, config, url):
    """Neither 0 nor anything else: the cell is empty and asks for a human, and keeps what an earlier grading gave."""
    assert sync(folder, config, url).waiting == 1
    with Gradebook(url) as book:
        row = book.find_grade("points-scale", BOOK, NAME, "cleo")
        assert (row.auto_score, row.needs_manual_grade) == (None, True)
    store.write(folder, grade_of("cleo", Outcome.PASSED))
    assert sync(folder, config, url).waiting == 0
    with Gradebook(url) as book:
        row = book.find_grade("points-scale", BOOK, NAME, "cleo")
        assert (row.auto_score, row.needs_manual_grade) == (7.0, False)


def test_marks_by_hand_survive_regrades_and_come_back(folder, config, url):
    """A human's score and comment stay through syncs and gradings, are in our grade, and are asked about again only
    where the points below them change."""
    sync(folder, config, url)
    with Gradebook(url) as book:
        row = book.find_grade("points-scale", BOOK, NAME, "ben")
        row.manual_score, row.extra_credit, row.needs_manual_grade = 5.0, 1.0, False
        book.find_comment("scale", BOOK, NAME, "ben").manual_comment = "Nearly!"
        book.db.commit()
    assert [grade.student for grade in sync(folder, config, url).marked] == ["ben"]
    mark = store.latest(folder, NAME, "ben").manual.marks[0]
    assert (mark.cell, mark.score, mark.extra_credit, mark.comment) == ("points-scale", 5.0, 1.0, "Nearly!")
    assert not mark.needs_human
    store.write(folder, dataclasses.replace(store.latest(folder, NAME, "ben"), manual=None))  # a regrade, same points
    assert store.latest(folder, NAME, "ben").manual.marks == (mark,)
    assert sync(folder, config, url).marked == ()
    store.write(folder, grade_of("ben", Outcome.PASSED))
    assert sync(folder, config, url).waiting == 2  # cleo's, and this one
    with Gradebook(url) as book:
        row = book.find_grade("points-scale", BOOK, NAME, "ben")
        assert (row.auto_score, row.manual_score, row.needs_manual_grade) == (7.0, 5.0, True)


def test_reports_show_marks_by_hand(folder, config, tmp_path):
    """The feedback and the scores say what humans gave, what that comes to, and what waits; the score stays ours."""
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    sync(folder, config, url)
    with Gradebook(url) as book:
        row = book.find_grade("points-scale", BOOK, NAME, "ben")
        row.manual_score, row.needs_manual_grade = 5.0, False
        book.db.commit()
    sync(folder, config, url)
    ben = store.latest(folder, NAME, "ben")
    assert ben.score == 2.0
    said = feedback.text(ben, load_texts(tmp_path))
    assert "points-scale  marked by hand: 5 of 7" in said
    assert "with what was marked by hand: 6 of 7 points" in said  # (5 + 2.5) less a fifth
    assert "still to be marked by a human" in feedback.text(store.latest(folder, NAME, "cleo"), load_texts(tmp_path))
    table = csv.text(store.read_all(folder)).splitlines()
    assert table[0].endswith("status,problem,overridden,score_with_manual,needs_human")
    assert [row.rsplit(",", 2)[1:] for row in table[1:]] == [["", ""], ["6.0", "0"], ["2.5", "1"]]
    assert json.loads(store.path_of(folder, NAME, "ben").read_text())["manual"]["marks"][0]["score"] == 5.0


def test_tasks_that_come_later_get_their_rows(folder, config, url):
    """nbgrader makes a submission's rows when it is made; a task that is added then is not lost."""
    sync(folder, config, url)
    more = grade_of("amara", Outcome.PASSED)
    late = TaskScore("twice", 3.0, False, (TestResult("test_twice", "Two times.", Outcome.PASSED),))
    store.write(folder, dataclasses.replace(more, tasks=(*more.tasks, late)))
    sync(folder, config, url)
    with Gradebook(url) as book:
        assert book.find_submission(NAME, "amara").score == 12.5
    assert sync(folder, config, url).rows == 0


def test_the_command_needs_no_set_up(folder, tmp_path):
    """`gradebook sync` without a URL makes a SQLite gradebook beside the folder, and says what it did."""
    course = write_course(tmp_path / "course")
    out = tmp_path / "out" / "graded"
    out.parent.mkdir()
    shutil.copytree(folder / "grades", out / "grades")
    said = autograder("gradebook", "sync", out, "--course", course.root)
    assert "3 grades: " in said
    assert "1 cells wait for a human" in said
    with sqlite3.connect(tmp_path / "out" / "gradebook.db") as database:
        assert database.execute("select count(*) from student").fetchone() == (3,)
    assert ": 0 rows changed, 0 with new marks" in autograder("gradebook", "sync", out, "--course", course.root)


def test_alembic_is_found_without_the_environment_on_the_path(folder, config, tmp_path, monkeypatch):
    """nbgrader runs `alembic` by name; we look beside our own Python."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert shutil.which("alembic") is None
    sync(folder, config, f"sqlite:///{tmp_path / 'other.db'}")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--db", "gradebook.db"], "expected for example sqlite:////absolute"),
        (["--db", "oracle9://user:hidden-word@host/x"], "expected for example sqlite:////absolute"),
    ],
)
def test_a_wrong_url_is_explained(folder, tmp_path, words, why):
    """With what would be right, without a traceback, and without its password."""
    course = write_course(tmp_path / "course")
    said = autograder("gradebook", "sync", folder, *words, "--course", course.root, status=2)
    assert why in said
    assert "Traceback" not in said
    assert "hidden-word" not in said


def test_a_database_that_refuses_costs_nothing(folder, tmp_path):
    """Exit status 3, a sentence, and all grades as they were."""
    course = write_course(tmp_path / "course")
    before = store.read_all(folder)
    nowhere = f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"
    said = autograder("gradebook", "sync", folder, "--db", nowhere, "--course", course.root, status=3)
    assert "unable to open database file" in said
    assert store.read_all(folder) == before


def test_an_empty_folder_is_named(tmp_path, config):
    """There is nothing to sync before anything was graded."""
    with pytest.raises(AssignmentError, match="holds no grades"):
        sync(tmp_path, config, f"sqlite:///{tmp_path / 'gradebook.db'}")
