"""The red team: every hostile submission of the catalog, graded as a class under the course's own confinement, and a
right submission beside each. No attack may earn a mark, read a secret, hang the run, or leave anything behind.

Those of classes that an earlier case attacks are slow tests. Only cases that are asked for are graded. Attacks are
bounded, so that one which works shows itself and does no harm.
"""

import dataclasses
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.leaks import Line, leaks, secrets_of
from autograder.reports import csv, feedback
from autograder.reports.texts import load_texts
from autograder.results import Grade
from autograder.source import read_source

from .hostile_class import (
    LIMITS,
    MARK,
    ROOT,
    SECRET,
    Graded,
    Place,
    canary,
    contents,
    grade_class,
    left_behind,
    processes_of,
    recipes,
)
from .reading import lines_of_page

CASES = recipes.cases("hostile")


def first_of_their_classes() -> set[str]:
    """The names of the first case of each class of attacks."""
    seen, names = set[int](), set()
    for case in CASES:
        if not seen.issuperset(case.settings["class"]):
            names.add(case.name)
        seen.update(case.settings["class"])
    return names


FIRST = first_of_their_classes()
EACH = [pytest.param(case, id=case.name, marks=() if case.name in FIRST else pytest.mark.slow) for case in CASES]
TEXTS = load_texts()
RUN_SECONDS = 900.0
SLACK_SECONDS = 4.0  # for starting a guest, and for the judge's own work, on a busy machine
red_team = recipes.load_beside("red_team")
pytestmark = pytest.mark.timeout(1000)  # whichever test is the first waits for the grading


@pytest.fixture(scope="module")
def asked_for(request: pytest.FixtureRequest) -> Sequence[Any]:
    """The cases that tests of this run are about; all of them, where there are only tests of the class as a whole."""
    names = {item.callspec.id for item in request.session.items if hasattr(item, "callspec")}
    return [case for case in CASES if case.name in names] or CASES


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, asked_for: Sequence[Any]) -> Graded:
    """The class, graded once."""
    return grade_class(tmp_path_factory.mktemp("hostile"), asked_for, RUN_SECONDS)


def told(grade: Grade) -> list[str]:
    """Everything that a grade tells its student besides the rubric lines."""
    messages = [text for task in grade.tasks for test in task.tests for text in (test.message, test.printed)]
    return [text for text in (grade.problem or "", *grade.notes, *messages) if text]


@pytest.mark.parametrize("case", EACH)
def test_an_attack_gets_what_it_must(case, graded: Graded) -> None:
    """An attack gets exactly the outcomes, the score and the words of its case, and no attempt in it worked."""
    grade, expect = graded.grades[case.student], case.expect
    outcomes = {task.name: str(task.outcome) for task in grade.tasks}
    default = expect.get("all") or expect["others"]
    passed = [test.name for task in grade.tasks for test in task.tests if str(test.outcome) == "passed"]
    assert not [text for text in told(grade) if MARK.upper() in text]
    assert grade.score == expect["score"], passed
    assert outcomes == dict.fromkeys(outcomes, default) | dict(expect.get("tasks", {})), "\n".join(told(grade))
    assert any(expect.get("says", "") in text for text in told(grade)), "\n".join(told(grade))
    assert expect.get("notes", "") in "\n".join(grade.notes)


@pytest.mark.parametrize("case", EACH)
def test_the_submission_beside_it_is_unaffected(case, graded: Graded) -> None:
    """A right submission that is graded beside an attack, and after it, gets full marks."""
    grade = graded.grades[canary(case)]
    wrong = [(test.name, test.outcome, test.message) for task in grade.tasks for test in task.tests if test.message]
    full = sum(task.max_points for task in grade.tasks)
    assert grade.score == full, [entry for entry in wrong if str(entry[1]) != "skipped"]
    assert not grade.notes


@pytest.mark.parametrize("case", EACH)
def test_an_attack_takes_no_longer_than_its_limits(case, graded: Graded) -> None:
    """No test takes longer than its own seconds and those of one import, and a task that runs out of time stops."""
    most = LIMITS["test_seconds"] + LIMITS["import_seconds"] + SLACK_SECONDS
    for task in graded.grades[case.student].tasks:
        assert max(test.seconds for test in task.tests) < most, task
        out_of_time = [test.seconds for test in task.tests if str(test.outcome) == "timed_out"]
        assert sum(out_of_time) < LIMITS["task_seconds"] + most, task


@pytest.fixture(scope="module")
def secrets(graded: Graded) -> Mapping[str, Sequence[Line]]:
    """The secret lines of each assignment."""
    return {one.name: secrets_of(one, read_source(one)) for one in graded.course.assignments}


@pytest.mark.parametrize("case", EACH)
def test_an_attack_learns_no_secret_line(case, graded: Graded, secrets: Mapping[str, Sequence[Line]]) -> None:
    """Nothing that the student is told holds a line of a suite or of a solution, or the course's secret."""
    grade = graded.grades[case.student]
    assert leaks_of(grade, secrets[grade.assignment]) == []
    assert not [text for text in told(grade) if SECRET in text]


@pytest.mark.parametrize("case", EACH)
def test_a_page_gives_no_secret_away(case, graded: Graded, secrets: Mapping[str, Sequence[Line]]) -> None:
    """Nor does the page, whatever an attack put into names, messages and prints; and it runs nothing of theirs."""
    grade = graded.grades[case.student]
    lines = lines_of_page(grade, graded.course.config)
    assert list(leaks(lines, secrets[grade.assignment])) == []
    assert not [line for line in lines if SECRET in line.text]
    path = graded.place.out / "feedback" / grade.assignment / f"{grade.student}.html"
    whole = path.read_text(encoding="utf-8")
    assert whole.count("<script") == 1
    assert all(char.isprintable() or char in "\n\t" for char in whole)


def leaks_of(grade: Grade, secrets: Sequence[Line]) -> list[str]:
    """Where what a grade tells gives away a secret line; a rubric line is meant to be read."""
    rubrics = " ".join(test.rubric for task in grade.tasks for test in task.tests)
    lines = [Line("the grade", line) for text in told(grade) for line in text.splitlines()]
    return list(leaks(lines, [line for line in secrets if line.text not in rubrics]))


def test_all_are_graded(graded: Graded, asked_for: Sequence[Any]) -> None:
    """Every attack and every submission beside one is graded; none stays ungraded, and no grade is added."""
    assert graded.status == 0, graded.printed[-2000:]
    assert all(grade.is_graded for grade in graded.grades.values())
    assert set(graded.grades) == {name for case in asked_for for name in (case.student, canary(case))}


def test_nothing_is_written_outside(graded: Graded) -> None:
    """Course, home and submissions are as they were; no attacker's file is anywhere; scratch folders are gone."""
    assert graded.after == graded.before
    assert graded.left == []


def test_the_output_holds_grades_and_nothing_else(graded: Graded) -> None:
    """The folder of grades has one grade and one feedback for each, as the grades say, and the scores."""
    out = graded.place.out
    names = [(grade.assignment, grade.student) for grade in graded.grades.values()]
    wanted = {"scores.csv", "index.html", ".lock"}
    wanted |= {f"grades/{assignment}/{student}.json" for assignment, student in names}
    wanted |= {f"attempts/{assignment}/{student}/0001.json" for assignment, student in names}
    wanted |= {f"feedback/{assignment}/{student}.{kind}" for assignment, student in names for kind in ("txt", "html")}
    wanted |= {f"class/{assignment}.html" for assignment, _ in names}
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == wanted
    assert (out / "scores.csv").read_text(encoding="utf-8") == csv.text(list(graded.grades.values()))
    for grade in graded.grades.values():
        text = (out / "feedback" / grade.assignment / f"{grade.student}.txt").read_text(encoding="utf-8")
        assert text == feedback.text(grade, TEXTS)
        assert all(char.isprintable() or char in "\n\t" for char in text), grade.student


def test_no_process_survives(graded: Graded) -> None:
    """When the grading is over, no process of it is left: no guest, no server, nothing that a guest started."""
    assert list(graded.processes) == []


def test_the_terminal_shows_no_commands(graded: Graded) -> None:
    """What the command prints holds no control characters and no line that a CI system would take for a command."""
    assert all(char.isprintable() or char == "\n" for char in graded.printed)
    assert not [line for line in graded.printed.splitlines() if line.lstrip().startswith(("::", "##"))]
    assert SECRET not in graded.printed


def test_every_class_is_attacked() -> None:
    """All 29 classes of the catalogue have a case, at least 60 there are, and each sentence is one."""
    attacked = {number for case in CASES for number in case.settings["class"]}
    assert attacked == set(range(1, 30))
    assert len({case.student for case in CASES}) == len(CASES) >= 60
    for case in CASES:
        assert case.settings["tries"].endswith("."), case.name
        assert case.settings["must"].endswith("."), case.name


def test_the_page_holds_the_table() -> None:
    """The page on security prints the table as the cases make it."""
    page = red_team.PAGE.read_text(encoding="utf-8")
    assert red_team.page_with(page, CASES) == page, "run: python tests/submissions/red_team.py"


def test_an_attempt_that_works_would_be_seen(capsys: pytest.CaptureFixture[str]) -> None:
    """Where an attempt works, the word is printed that no message may hold; where it fails, nothing is."""
    space: dict[str, Any] = {}
    exec(recipes.HELPERS["attempt"], space)
    space["attempt"]("to fail", lambda: 1 / 0)
    assert capsys.readouterr().out == ""
    space["attempt"]("to work", lambda: "done")
    assert MARK.upper() in capsys.readouterr().out


def test_a_write_would_be_seen(tmp_path: Path) -> None:
    """The watch over files sees a new file, another content, another mode, another time, and what is left behind."""
    place = Place(tmp_path)
    for folder in (place.home, place.course, place.temp):
        folder.mkdir()
    file = place.home / "file"
    file.write_text("old", encoding="utf-8")
    for change in (lambda: file.write_text("new"), lambda: file.chmod(0o600), file.touch, (place.home / "more").touch):
        before = contents(place.home)
        change()
        assert contents(place.home) != before
    assert left_behind(place) == []
    (place.temp / "autograder-x").mkdir()
    (place.course / MARK).touch()
    assert len(left_behind(place)) == 2


def test_a_process_would_be_seen(tmp_path: Path) -> None:
    """The watch over processes sees one that works in the folder, until it ends."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd=tmp_path) as process:
        assert [line for line in processes_of(tmp_path, seconds=0.0) if line.startswith(f"{process.pid}:")]
    assert processes_of(tmp_path) == []


def test_a_leak_would_be_seen(graded: Graded, secrets: Mapping[str, Sequence[Line]]) -> None:
    """A message that holds one line of a suite is found to leak, in the midst of others."""
    grade = next(grade for grade in graded.grades.values() if grade.assignment == "07_dropout")
    suite = (ROOT / "tests" / "graded" / grade.assignment / "test_bernoulli_mask.py").read_text(encoding="utf-8")
    line = next(line.strip() for line in suite.splitlines() if "above = p" in line)
    known = secrets[grade.assignment]
    assert leaks_of(dataclasses.replace(grade, notes=(f"printed:\n{line}\nand more",)), known)
    assert leaks_of(dataclasses.replace(grade, notes=(f"raised ValueError: see {line}",)), known)
