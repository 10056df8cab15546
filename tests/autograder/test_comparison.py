"""Two gradings side by side: who changed, by how much, and the one reason that each difference has."""

import dataclasses
import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.cli import app
from autograder.comparison import compare
from autograder.reports.terminal import changes_table
from autograder.results import Outcome, Override
from autograder.store import write

from .golden_class import CLASS, FIRST, LATE, grade, scaling

P, F = Outcome.PASSED, Outcome.FAILED
OLD = grade(
    "ana", *(dataclasses.replace(task, key=f"k{task.name}") for task in scaling(P, P, P)),
    sources=({"path": "a.py", "sha256": "0"},), versions={"torch": "2.15", "autograder": "1"},
)  # fmt: skip


def changed(task="scale", **more):
    """The tasks of OLD, one of them with other values."""
    return tuple(dataclasses.replace(one, **more) if one.name == task else one for one in OLD.tasks)


FAILED = dataclasses.replace(OLD.tasks[0].tests[0], outcome=F)
BY_HAND = Override(3, "as agreed", "pat", "2027-02-11T08:00:00+00:00")
FAILS = {"tests": (FAILED,)}
MOVED = (("scale", 7, 0),)


@pytest.mark.parametrize(
    ("new", "score", "tasks", "why"),
    [
        ({"tasks": changed(**FAILS), "sources": ({"path": "a.py", "sha256": "1"},)}, 5.5, MOVED, ("source",)),
        ({"tasks": changed(**FAILS, key="x")}, 5.5, MOVED, ("tests of scale",)),
        ({"tasks": changed(**FAILS, key="x"), "versions": {"torch": "2.16", "autograder": "1"}}, 5.5, MOVED,
         ("version of torch",)),
        ({"tasks": changed(**FAILS, key="x"), "seed": "other"}, 5.5, MOVED, ("secret",)),
        ({"tasks": changed(**FAILS)}, 5.5, MOVED, ("graded again",)),
        ({"tasks": changed(max_points=14.0)}, 19.5, (("scale", 7, 14),), ("points of tasks",)),
        ({"tasks": OLD.tasks[1:]}, 5.5, (("scale", 7, None),), ("points of tasks",)),
        ({"late": LATE}, 10.0, (), ("late policy",)),
        ({"late": LATE, "submitted_at": None}, 10.0, (), ("time of submission",)),
        ({"tasks": changed(override=BY_HAND)}, 8.5, (("scale", 7, 3),), ("override of scale: as agreed",)),
        ({"tasks": changed(tests=(dataclasses.replace(FAILED, outcome=Outcome.UNGRADED),))}, None,
         (("scale", 7, None),), ("graded again",)),
    ],
)  # fmt: skip
def test_every_reason_is_told_apart(new, score, tasks, why):
    """By how much, and in which tasks."""
    (found,) = compare([OLD], [dataclasses.replace(OLD, **new)])
    assert (found.student, found.assignment, found.before) == ("ana", "04_scaling", 12.5)
    assert (found.after, found.tasks, found.why) == (score, tasks, why)


def test_an_override_that_was_removed_is_a_reason():
    """And several reasons are all told."""
    old = dataclasses.replace(OLD, tasks=changed(override=BY_HAND))
    (found,) = compare([old], [dataclasses.replace(OLD, late=LATE)])
    assert found.why == ("late policy", "override of scale: removed")


def test_what_is_the_same_is_not_told():
    """Seconds, attempts and times of grading decide nothing."""
    again = dataclasses.replace(OLD, attempt=7, seconds=9.0, graded_at="2028-01-01T00:00:00+00:00", notes=("n",))
    assert compare([OLD], [again]) == ()
    assert compare([], []) == ()


def test_who_is_in_one_grading_only_is_told():
    """By assignment and student."""
    found = compare(CLASS[:3], CLASS[1:])
    assert [(one.student, one.why) for one in found] == [
        ("@eve", ("not there before",)), ("amara", ("no longer there",)), ("amara", ("not there before",)),
        ("ben", ("not there before",)),
    ]  # fmt: skip
    assert [(one.before, one.after) for one in found[:2]] == [(None, 4.67), (12.5, None)]


def test_the_table_says_it_in_a_line():
    """Scores, difference, tasks, reasons; names are no markup."""
    screen = Console(width=160, file=io.StringIO(), record=True)
    screen.print(changes_table([("[b]ana", "04", 12.5, 5.5, (("scale", 7.0, 0.0), ("x", None, 1.0)), ("source", "y"))]))
    line = " ".join(screen.export_text().splitlines()[1].split())
    assert line == "[b]ana 04 12.5 → 5.5 -7.00 scale 7 → 0, x – → 1 source; y"


def test_the_command_prints_a_table_or_json(tmp_path):
    """Of two folders; an empty one is an error, and no traceback."""
    for one in FIRST:
        write(tmp_path / "old", one)
        write(tmp_path / "new", dataclasses.replace(one, late=LATE))
    done = CliRunner().invoke(app, ["diff", str(tmp_path / "old"), str(tmp_path / "new")])
    assert done.exit_code == 0
    assert "12.5 → 10" in done.stdout
    assert done.stdout.endswith("\n2 grades differ\n")  # ben was late before, cleo is not graded
    done = CliRunner().invoke(app, ["diff", str(tmp_path / "old"), str(tmp_path / "new"), "--json"])
    assert [(one["student"], one["why"]) for one in json.loads(done.stdout)] == [
        ("@eve", ["late policy"]), ("amara", ["late policy"]),
    ]  # fmt: skip
    done = CliRunner().invoke(app, ["diff", str(tmp_path / "old"), str(tmp_path / "none")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "none holds no grades" in done.stderr
