"""`grading_config.yaml`: every mistake at once, each with its line and what would be right."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.config import Config, Limits, load_config
from autograder.errors import AssignmentError
from autograder.lateness import LatePolicy

GOOD = """\
course: C
secret: long-enough
limits: {test_seconds: 5}
late: {grace_minutes: 15, percent_per_day: 10, max_percent: 25}
assignments:
  07_dropout:
    title: Dropout
    due: 2027-02-22T23:59:00+02:00
    tasks:
      - {id: "7.1", names: [f, g], points: 6}
      - {id: "7.2", names: [h], points: 0.5, bonus: true, needs: [f]}
"""


def load(tmp_path: Path, text: str) -> Config:
    """The configuration that ``text`` is."""
    path = tmp_path / "grading_config.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def mistakes(tmp_path: Path, text: str) -> str:
    """What is said about ``text``."""
    with pytest.raises(AssignmentError) as caught:
        load(tmp_path, text)
    return str(caught.value)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    """Values arrive typed, and what is left out has its default."""
    config = load(tmp_path, GOOD)
    assignment = config.assignments["07_dropout"]
    assert config.limits == Limits(test_seconds=5)
    assert config.isolation == "confined"
    assert [(task.name, task.points, task.bonus, task.needs) for task in assignment.tasks] == [
        ("f", 6.0, False, ()), ("h", 0.5, True, ("f",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2027-02-22T23:59:00+02:00", datetime(2027, 2, 22, 21, 59, tzinfo=UTC)),
        ("2027-02-22T23:59:00-05:00", datetime(2027, 2, 23, 4, 59, tzinfo=UTC)),
        ("2027-02-22 23:59:00 +05:30", datetime(2027, 2, 22, 18, 29, tzinfo=UTC)),
        ("2027-02-22T23:59:00Z", datetime(2027, 2, 22, 23, 59, tzinfo=UTC)),
        ("'2027-02-22T23:59:00+02:00'", datetime(2027, 2, 22, 21, 59, tzinfo=UTC)),
    ],
)
def test_due_dates_mean_what_they_say(tmp_path: Path, due: str, expected: datetime) -> None:
    """An offset is honoured whether YAML takes the date for a time or a string."""
    assert load(tmp_path, GOOD.replace("2027-02-22T23:59:00+02:00", due)).assignments["07_dropout"].due == expected


@pytest.mark.parametrize("due", ["2027-02-22T23:59:00", "2027-02-22", "soon"])
def test_a_due_date_without_its_offset_is_a_mistake(tmp_path: Path, due: str) -> None:
    """Midnight where? The line is named."""
    assert "line 8: assignments.07_dropout.due" in mistakes(tmp_path, GOOD.replace("2027-02-22T23:59:00+02:00", due))


def test_every_mistake_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    """One run tells all, in the order of the file, with what was found and what would be right."""
    text = GOOD.replace("secret: long-enough", "secret: short\nlatex: 1").replace("points: 6", "points: -6")
    text = text.replace("title: Dropout", "titel: Dropout").replace("test_seconds: 5", "test_seconds: fast")
    lines = mistakes(tmp_path, text).splitlines()
    assert lines[0].endswith("grading_config.yaml: 6 mistake(s)")
    assert [line.split(":")[0].strip() for line in lines[1:]] == [f"line {n}" for n in (2, 3, 4, 7, 8, 11)]
    assert "secret: String should have at least 8 characters (found 'short')" in lines[1]
    assert "latex: unknown key; known here: course, lectures, secret" in lines[2]
    assert "limits.test_seconds" in lines[3]
    assert "title: missing; add it" in lines[4]
    assert "titel: unknown key; known here: title, due, limits, tasks" in lines[5]
    assert "points: Input should be greater than 0 (found -6)" in lines[6]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("7.2", "7.1", "the task id '7.1' is used twice"),
        ("[h]", "[g]", "the task name 'g' is used twice"),
        ("[f]", "[h]", "'h' needs 'h', which is not an earlier task"),
        ("[f]", "[x]", "'h' needs 'x', which is not an earlier task"),
        ("07_dropout:", "dropout:", "line 6: assignments.dropout"),
        ("[f, g]", "[]", "line 10"),
        ("[f, g]", "['not a name']", "line 10"),
    ],
)
def test_inconsistent_tasks_are_mistakes(tmp_path: Path, old: str, new: str, why: str) -> None:
    """Names and ids are unique, and needs point backwards."""
    assert why in mistakes(tmp_path, GOOD.replace(old, new))


def test_the_demo_shows_assignments_of_the_course(tmp_path: Path) -> None:
    """A name that no assignment has is a mistake, and the message names those that there are."""
    assert load(tmp_path, GOOD + "demo: [07_dropout]\n").demo == ("07_dropout",)
    assert "there is no assignment '08_noise'; there are 07_dropout" in mistakes(tmp_path, GOOD + "demo: [08_noise]\n")


def test_duplicate_keys_are_a_mistake(tmp_path: Path) -> None:
    """A second `late:` does not replace the first in silence; its line is named."""
    said = mistakes(tmp_path, GOOD + "late: {percent_per_day: 0}\n")
    assert "duplicate key" in said
    assert "line 12" in said


@pytest.mark.parametrize("text", ["", "- 1", "a: [", "just text", "\x00"])
def test_what_is_no_configuration_is_said(tmp_path: Path, text: str) -> None:
    """An empty file, a list and broken YAML are an author's mistakes, not crashes."""
    assert "grading_config.yaml: " in mistakes(tmp_path, text)


def test_unreadable_files_are_said(tmp_path: Path) -> None:
    """Missing, or not UTF-8."""
    with pytest.raises(AssignmentError, match="cannot be read"):
        load_config(tmp_path / "gone.yaml")
    (tmp_path / "x.yaml").write_bytes(b"course: \xff")
    with pytest.raises(AssignmentError, match="cannot be read"):
        load_config(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("late_by", "penalty"),
    [
        (timedelta(days=-1), 0.0), (timedelta(0), 0.0), (timedelta(minutes=15), 0.0),
        (timedelta(minutes=15, microseconds=1), 0.1), (timedelta(minutes=15, seconds=1), 0.1),
        (timedelta(days=1, minutes=15), 0.1), (timedelta(days=1, minutes=15, seconds=1), 0.2),
        (timedelta(days=2, minutes=15), 0.2), (timedelta(days=2, minutes=16), 0.25), (timedelta(days=900), 0.25),
    ],
)  # fmt: skip
def test_late_policy_boundaries(late_by: timedelta, penalty: float) -> None:
    """Grace is free to the second; then each day begun costs, up to the most."""
    due = datetime(2027, 2, 22, 23, 59, tzinfo=UTC)
    assert LatePolicy(grace_minutes=15, percent_per_day=10, max_percent=25).penalty(due, due + late_by) == penalty


def test_the_course_that_is_shipped_is_sound() -> None:
    """The repository's own configuration is read without a mistake."""
    config = load_config(Path(__file__).parents[2] / "grading_config.yaml")
    core = {name: sum(t.points for t in what.tasks if not t.bonus) for name, what in config.assignments.items()}
    assert all(points > 0 for points in core.values())
