"""People of a platform are students of the roster, alone or in groups; who handed nothing in is told, not given 0."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder import judge, store
from autograder.cli import app
from autograder.contract import from_json, to_json
from autograder.discovery import discover
from autograder.errors import AssignmentError
from autograder.grading import carry_out, plan, save_all, shared
from autograder.joining import People, UnknownPersonError, absent, load_people
from autograder.layouts.handed import Person
from autograder.publishing import Press
from autograder.reports.texts import load_texts
from autograder.results import Grade
from autograder.roster import Student

from .graded_course import GOOD, GRADED_CONFIG, NAME, graded_course, hand_in, warmed, write_graded

ROSTER = People(
    (
        Student("s1", name="Lovelace, Ada", email="Ada@x.edu", sis_login_id="alove"),
        Student("s2", name="José Ñu", moodle_id="5"),
        Student("s3", name="Wei Zhang"),
        Student("s4", name="Wei Zhang"),
        Student("s5"),
    )
)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person("s5"), "s5"), (Person("S5"), "s5"), (Person("alove"), "s1"), (Person("ada@x.edu"), "s1"),
        (Person("x", ("adalovelace",)), "s1"), (Person("x", ("Ada Lovelace",)), "s1"),
        (Person("x", ("Jose\u0301 ñu",)), "s2"), (Person("x", (), {"moodle_id": "5"}), "s2"),
        (Person("x", ("Ada Lovelace",), {"moodle_id": "5"}), "s1"), (Person("x", keys={"email": "ADA@X.EDU"}), "s1"),
    ],
)  # fmt: skip
def test_a_person_is_the_student_that_ids_or_names_say(person: Person, expected: str) -> None:
    """Ids go before names; capitals, order and accents' encodings do not matter."""
    assert ROSTER.ids([person]) == (expected,)


@pytest.mark.parametrize(
    ("person", "message"),
    [
        (Person("who"), "nobody in the roster has student 'who'"),
        (Person("x", ("Wei Zhang",)), "more than one in the roster has student 'x', name 'Wei Zhang'"),
        (Person("x", ("Ada",)), "nobody"), (Person("x", keys={"canvas_id": ""}), "nobody"),
        (Person("x", ("Wei Zhang",), {"moodle_id": "5"}), "nobody"),
    ],
)  # fmt: skip
def test_nobody_is_guessed(person: Person, message: str) -> None:
    """Half a name, two namesakes and an empty id decide nothing."""
    with pytest.raises(UnknownPersonError, match=message):
        ROSTER.ids([person])


def test_groups_are_read_with_every_mistake_at_once(tmp_path: Path) -> None:
    """A row is a group and a student of the roster, who is in one group only."""
    (tmp_path / "roster.csv").write_text("student\nana\nben\n")
    path = tmp_path / "groups.csv"
    path.write_text("group,student\nOne,ana\n\none,ben\n")
    people = load_people(tmp_path / "roster.csv", path)
    assert people.ids([Person("ben")]) == ("ana", "ben") == people.ids([Person("ONE")])
    path.write_text("group,student\nOne,ana\nTwo,ana\nTwo,zoe\nThree\n")
    with pytest.raises(
        AssignmentError, match=r"3 mistake\(s\)\n  line 3: 'ana' is in a.*\n  line 4: 'zoe'.*\n  line 5"
    ):
        load_people(tmp_path / "roster.csv", path)
    path.write_text("student;group\n")
    with pytest.raises(AssignmentError, match="line 1: expected the columns group,student"):
        load_people(None, path)


def graded(folder: Path, people: People, out: Path, number: int) -> dict[str, Grade]:
    """Grade a folder as `autograder grade` does, and see that this many submissions were run."""
    course = graded_course()
    found = discover([folder], course, None, None, people).submissions
    todo = plan(course, found, out)
    assert len(todo.orders) == number
    grades = shared(course, found, (*todo.restated, *carry_out(todo.orders, 1)))
    press = Press(out, course.config, load_texts(), people)
    return {grade.student: grade for grade in save_all(press, grades, todo.unchanged)}


def test_a_group_is_graded_once_and_each_has_the_grade(tmp_path: Path) -> None:
    """The same grade under every member's name, stored and fed back; the next run has nothing to do."""
    hand_in(tmp_path / "in", "ana", GOOD.replace("return scale(scale(x, lam), lam)", "return x"))
    people = People(groups={"pair": ("ana", "ben")})
    grades = graded(tmp_path / "in", people, tmp_path / "out", 1)
    assert set(grades) == {"ana", "ben"}
    assert replace(grades["ben"], student="ana") == grades["ana"]
    assert 0 < grades["ana"].score < grades["ana"].max_score
    for name in ("ana", "ben"):
        assert store.latest(tmp_path / "out", NAME, name) == from_json(to_json(grades[name]))
        assert (tmp_path / "out" / "feedback" / NAME / f"{name}.html").is_file()
    again = graded(tmp_path / "in", people, tmp_path / "out", 0)
    assert {name: to_json(grade) for name, grade in again.items()} == {
        name: to_json(one) for name, one in grades.items()
    }
    trio = People(groups={"trio": ("ana", "ben", "cyd")})
    assert graded(tmp_path / "in", trio, tmp_path / "out", 0)["cyd"].score == grades["ana"].score


def test_groups_are_read_as_the_roster_is(tmp_path: Path) -> None:
    """Semicolons of a spreadsheet too; what is no CSV is named with its line, and no traceback."""
    path = tmp_path / "groups.csv"
    path.write_text("group;student\n\nPair; s1\npair;s2\n")
    assert load_people(None, path).groups == {"pair": ("s1", "s2")}
    path.write_text('group,student\nPair,"' + "b" * 200_000)
    with pytest.raises(AssignmentError, match=r"groups\.csv: line 2: no CSV \(field larger"):
        load_people(None, path)


def test_who_handed_nothing_in_is_listed_without_a_score(tmp_path: Path) -> None:
    """In the summary and in scores.csv, from the course's own roster.csv; a stranger is named and not graded."""
    course = write_graded(tmp_path / "course", GRADED_CONFIG)
    (course.root / "roster.csv").write_text("student,name\nana,Ana\nben,Ben\ncyd,Cyd\n")
    for student in ("ana", "mallory"):
        hand_in(tmp_path / "in", student, GOOD)
    warmed(course)
    command = ["grade", f"{tmp_path}/in", "--out", f"{tmp_path}/out", "--course", str(course.root), "--jobs", "1"]
    done = CliRunner().invoke(app, command)
    judge.cool(course)
    assert done.exit_code == 0, done.output
    assert f"nothing handed in for {NAME}: ben, cyd\n" in done.stdout
    assert "mallory" in done.stderr
    assert "nobody in the roster has student 'mallory'" in done.stderr
    rows = list(csv.DictReader((tmp_path / "out" / "scores.csv").open()))
    assert [(row["student"], row["status"], row["score"] != "") for row in rows] == [
        ("ana", "graded", True), ("ben", "absent", False), ("cyd", "absent", False),
    ]  # fmt: skip
    assert not (tmp_path / "out" / "grades" / NAME / "ben.json").exists()


def test_absence_counts_what_earlier_runs_graded() -> None:
    """And without a roster nobody is absent."""
    grade = Grade("s1", NAME, (), "seed", "now", {})
    assert absent(ROSTER, [grade]) == {NAME: ("s2", "s3", "s4", "s5")}
    assert absent(People(), [grade]) == {NAME: ()}
