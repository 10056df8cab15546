"""docs/collecting.md: every command on the page is run, on downloads like those that it tells of."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder import judge
from autograder.cli import app
from autograder.layouts.choose import LAYOUTS
from autograder.roster import load_roster

from .graded_course import GOOD, NAME, graded_course
from .test_layouts import zipped
from .test_repository import make_clone

PAGE = Path(__file__).resolve().parents[2] / "docs" / "collecting.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?ms)^```\n(.*?)^```$", TEXT)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("autograder ")]
ROSTER = next(block for block in BLOCKS if block.startswith("student,name,"))
METADATA = """\
submission_1:
  :submitters:
  - :name: Alice Okafor
    :email: alice@x.edu
  :created_at: 2027-02-05 14:22:32.365935000 Z
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instructor's folder, with one student's work as each platform delivers it, for the small course."""
    desk = tmp_path_factory.mktemp("desk")
    downloads = {
        "canvas/okaforalice_101_9001_scaling.py": GOOD, "plain/alice_scaling.py": GOOD,
        "moodle/Alice Okafor_12_assignsubmission_file_/scaling.py": GOOD,
        "gradescope/submission_1/scaling.py": GOOD, "gradescope/submission_metadata.yml": METADATA,
    }  # fmt: skip
    for name, text in downloads.items():
        path = desk / "downloads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    zipped(desk / "downloads" / "canvas")
    make_clone(desk / "downloads" / "clones" / "scaling-alice", [("2027-02-01T12:00:00Z", {"scaling.py": GOOD})])
    (desk / "roster.csv").write_text(ROSTER)
    (desk / "groups.csv").write_text("group,student\npair,alice\npair,bob\n")
    return desk


def test_the_page_has_commands_of_every_kind() -> None:
    """So that none is lost to the test below."""
    assert len(COMMANDS) == 12
    assert {line.split()[1] for line in COMMANDS} == {"grade", "ci", "export"}
    assert all(f"`{name}`" in TEXT for name in LAYOUTS)


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_do_what_the_page_says(line: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are graded, written and exported; by the roster, it is the same student whichever platform it was."""
    course = graded_course()
    monkeypatch.chdir(desk)
    arguments = [part.replace("07_dropout", NAME) for part in line.split()[1:]]
    options = [] if "--init" in arguments else ["--course", str(course.root)]
    if arguments[0] == "grade":
        options += ["--jobs", "1", "--roster", str(desk / "roster.csv")]
        judge.warm_judge(course)
    if arguments[0] == "ci":
        options += (
            ["--submission", str(desk / "downloads" / "clones" / "scaling-alice")] if "--init" not in arguments else []
        )
    done = CliRunner().invoke(app, [*arguments, *options])
    assert done.exit_code == 0, done.output
    if arguments[0] == "grade":
        assert (desk / "graded" / "grades" / NAME / "alice.json").is_file()
        assert "not graded" not in done.output
        assert (f"nothing handed in for {NAME}: bob" in done.stdout) is ("--groups" not in arguments)


def test_the_roster_on_the_page_is_one(desk: Path) -> None:
    """It is read as it stands there."""
    assert [student.student for student in load_roster(desk / "roster.csv")] == ["alice", "bob"]


def test_a_task_is_graded_again_by_the_same_roster_and_layout(desk: Path, tmp_path: Path) -> None:
    """So it is the same student; nothing differs."""
    course = graded_course()
    judge.warm_judge(course)
    command = [str(desk / "downloads" / "canvas.zip"), "--roster", str(desk / "roster.csv"), "--layout", "canvas"]
    command += ["--out", str(tmp_path / "graded"), "--jobs", "1", "--course", str(course.root)]
    assert CliRunner().invoke(app, ["grade", *command, "--quiet"]).exit_code == 0
    done = CliRunner().invoke(app, ["regrade", *command, "--task", "scale"])
    assert (done.exit_code, done.stdout) == (0, "0 grades differ\n"), done.output
    assert [path.name for path in sorted((tmp_path / "graded" / "attempts" / NAME).iterdir())] == ["alice"]
    assert len(list((tmp_path / "graded" / "attempts" / NAME / "alice").iterdir())) == 2
