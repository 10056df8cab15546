"""Every command of docs/instructor.md, run as it stands there: its walk from authoring to Canvas, on an assignment that
is written on the way; then the rest, on a class of the small course."""

import csv
import json
import re
import shlex
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.config import load_config

from .graded_course import GOOD, NAME, WRONG, graded_course, hand_in, write_graded
from .max_norm_course import fill_in

PAGE = (Path(__file__).parents[2] / "docs" / "instructor.md").read_text(encoding="utf-8")


def commands_of(text):
    """The commands in a part of the page, in order."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [line.removeprefix("uv run autograder ") for block in blocks for line in block.splitlines()]


WALK, COMMANDS = map(commands_of, PAGE.split("## Who is who"))
HERE = {"07_dropout": NAME, "7.3": "4.1", "InvertedDropout": "scale"}  # what the page calls what the small course has
ROSTER = "student,name,canvas_id,moodle_id\nalice,A,987,31\nben,B,988,32\ncyd,C,989,33\n"
CANVAS = "Student,ID,SIS Login ID,Section,Scaling things (1)\n=A,987,,,\nB,988,,,\nC,989,,,\n"
GRADEBOOK = "Student,ID,SIS Login ID,Section,Max norm (7)\nA,987,,,\nB,988,,,\n"
WORKSHEET = "Identifier,Grade\nParticipant 31,\nParticipant 33,\n"


def run(command, course=None):
    """A command of the page, in this process; its output. One judge grades, the session's."""
    words = [HERE.get(word, word) for word in shlex.split(command)] if course is None else shlex.split(command)
    more = ["--jobs", "1"] if words[0] in ("grade", "regrade") else []
    more += ["--seeds", "2", "--jobs", "1", "--mutants", "0.3"] if words[:2] == ["author", "check"] else []
    more += ["--course", str(course or graded_course().root)] if words[0] != "diff" else []
    done = CliRunner().invoke(app, [*words, *more])
    assert done.exception is None, done.output
    return done.output


def hand_in_to_canvas(root, folder):
    """Alice writes the reference into what was released, and hands that in; Ben hands in the stub. The instructor has
    their gradebook, and a roster beside the configuration."""
    stub = root / "assignments" / "12_max_norm" / "max_norm.py"
    (folder / "downloads").mkdir()
    with zipfile.ZipFile(folder / "downloads" / "canvas.zip", "w") as archive:
        archive.write(stub, "rayben_988_9002_max_norm.py")
        shutil.copy(root / "solutions" / "12_max_norm" / "max_norm.py", stub)
        archive.write(stub, "okaforalice_987_9001_max_norm.py")
    (root / "roster.csv").write_text("student,canvas_id\nalice,987\nben,988\n", encoding="utf-8")
    (folder / "gradebook.csv").write_text(GRADEBOOK, encoding="utf-8")


@pytest.mark.timeout(600)
def test_an_assignment_goes_all_the_way_to_canvas(tmp_path, monkeypatch):
    """Written, proved, released, checked, graded from Canvas's download, and filled into Canvas's gradebook."""
    root = write_graded(tmp_path / "course").root
    monkeypatch.chdir(tmp_path)
    told = {}
    for command in WALK:
        if command.startswith("check"):
            hand_in_to_canvas(root, tmp_path)
        told[command.partition(" 12")[0]] = run(command, root)
        if command.startswith("author new"):
            fill_in(root)
    assert "12_max_norm: sound" in told["author check"]
    assert "All public tests passed." in told["check"]
    assert "12_max_norm" in told["show alice"]
    filled = next(said for command, said in told.items() if command.startswith("export canvas"))
    assert "2 scores filled in" in filled
    points = load_config(root / "grading_config.yaml").assignments["12_max_norm"].tasks[0].points
    assert (tmp_path / "filled.csv").read_text() == GRADEBOOK.replace("987,,,", f"987,,,{points:.2f}").replace(
        "988,,,", "988,,,0.00"
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """All commands of the page in their order, in a folder with what it speaks of: by command, the output."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("instructor")
        patch.chdir(folder)
        hand_in(folder / "submitted", "alice", GOOD)
        hand_in(folder / "submitted", "ben", WRONG)
        for name, text in (("roster.csv", ROSTER), ("canvas.csv", CANVAS), ("worksheet.csv", WORKSHEET)):
            (folder / name).write_text(text, encoding="utf-8")
        run("grade submitted/ --out graded/")
        return folder, {command: run(command) for command in COMMANDS}


def output_of(done, start):
    """What the commands that begin so printed, in order."""
    return [said for command, said in done[1].items() if command.startswith(start)]


def rows_of(path):
    """A CSV's rows."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_export_is_where_it_was_asked_to_be(done):
    """With the scores of the class: 12.5 and 0 of 10, and nothing for whom there is no submission."""
    folder, _ = done
    assert (folder / "filled.csv").read_text() == CANVAS.replace("987,,,", "987,,,12.50").replace(
        "988,,,", "988,,,0.00"
    )
    assert (folder / "worksheet-filled.csv").read_text() == WORKSHEET.replace("31,", "31,12.50")
    assert [row["Scaling things"] for row in rows_of(folder / "moodle.csv")] == ["12.5", "0.0"]
    assert len(rows_of(folder / "tidy.csv")) == 6
    assert [(row[NAME], row["not_submitted"]) for row in rows_of(folder / "wide.csv")] == [
        ("12.5", ""), ("0.0", ""), ("", NAME),
    ]  # fmt: skip
    assert openpyxl.load_workbook(folder / "grades.xlsx")["Scores"]["E2"].value == 12.5
    assert [grade["score"] for grade in json.loads((folder / "grades.json").read_text())] == [12.5, 0]
    assert 'name="04_scaling.alice"' in (folder / "junit.xml").read_text()
    found = json.loads((folder / "results.json").read_text())
    assert (found["score"], found["visibility"]) == (12.5, "after_published")
    assert json.loads((folder / "result.json").read_text())["classroom"] == "spring"


def test_canvas_names_who_has_no_grade(done):
    """And says how many scores there are."""
    (said,) = output_of(done, "export canvas")
    assert "no grade here: C\n2 scores filled in" in said


def test_overrides_say_what_the_score_is_now(done):
    """And their removal."""
    assert output_of(done, "override") == [
        "alice, 04_scaling: 9.5 of 10 points now\n", "alice, 04_scaling: 12.5 of 10 points now\n",
    ]  # fmt: skip
    log = [json.loads(line) for line in (done[0] / "graded" / "audit.jsonl").read_text().splitlines()]
    assert [(one["what"], one["before"], one["after"], one["task"]) for one in log] == [
        ("override", 7, 4, "scale"), ("override removed", 4, 7, "scale"),
    ]  # fmt: skip
    assert [one["reason"] for one in log] == ["the test asked for more than the handout", "settled"]
    assert all(one["who"] and one["when"].endswith("+00:00") for one in log)


def test_a_regrade_that_changes_nothing_says_so(done):
    """As does the comparison of two gradings of the same."""
    assert output_of(done, "regrade") == ["0 grades differ\n"]
    assert output_of(done, "diff") == ["0 grades differ\n"]
    assert len(list((done[0] / "graded" / "attempts" / NAME / "alice").iterdir())) == 2
