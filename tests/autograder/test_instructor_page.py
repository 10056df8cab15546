"""Every command of docs/instructor.md, run as it stands there, on a class of the small course."""

import csv
import json
import re
import shlex
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from autograder.cli import app

from .graded_course import GOOD, NAME, WRONG, graded_course, hand_in

PAGE = (Path(__file__).parents[2] / "docs" / "instructor.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("uv run autograder ")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
HERE = {"07_dropout": NAME, "7.3": "4.1", "dropout_layer": "scale"}  # what the page calls what the small course has
ROSTER = "student,name,canvas_id,moodle_id\nalice,A,987,31\nben,B,988,32\ncyd,C,989,33\n"
CANVAS = "Student,ID,SIS Login ID,Section,Scaling things (1)\n=A,987,,,\nB,988,,,\nC,989,,,\n"
WORKSHEET = "Identifier,Grade\nParticipant 31,\nParticipant 33,\n"


def run(command):
    """A command of the page, in this process; its output. One judge grades, the session's."""
    words = [HERE.get(word, word) for word in shlex.split(command)]
    more = ["--jobs", "1"] if words[0] in ("grade", "regrade") else []
    more += ["--course", str(graded_course().root)] if words[0] != "diff" else []
    done = CliRunner().invoke(app, [*words, *more])
    assert done.exception is None, done.output
    return done.output


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
