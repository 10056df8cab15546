"""Many submissions: one judge or several give the same grades, and what we fail to do costs nobody anything."""

import csv

import pytest

from autograder import store
from autograder.discovery import discover
from autograder.errors import AssignmentError, GraderError
from autograder.grading import Order, cores, grade_all, grade_one, save_all, ungraded
from autograder.judge import Judge, cool, warm_judge
from autograder.publishing import Press
from autograder.reports.texts import load_texts
from autograder.results import Outcome, to_json

from .graded_course import GOOD, WRONG, graded_course, hand_in, warmed, write_graded

CLASS = {
    "ana": GOOD,
    "ben": WRONG,
    "cyd": "import os\n\nos._exit(1)\n",
    "dee": GOOD.replace("return (2", "return print('seen') or (2"),
    "eli": "def scale(x, lam):\n    raise NotImplementedError\n",
}


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    """A class of five."""
    folder = tmp_path_factory.mktemp("class")
    for student, source in CLASS.items():
        hand_in(folder, student, source)
    return discover([folder], graded_course(), None, None).submissions


def press_of(folder):
    """What writes a class's files into a folder."""
    return Press(folder, graded_course().config, load_texts())


def comparable(grades):
    """The grades by student, without what time alone decides."""
    rows = {grade.student: to_json(grade) for grade in grades}
    for row in rows.values():
        del row["graded_at"]
        for test in (test for task in row["tasks"] for test in task["tests"]):
            del test["seconds"]
    return rows


@pytest.fixture(scope="module")
def grades(submissions):
    """The class, graded by one judge."""
    return tuple(grade_all(graded_course(), submissions, jobs=1))


def test_one_judge_grades_everybody(grades):
    """Whatever those before did, each gets what is theirs."""
    assert {grade.student: grade.score for grade in grades} == {"ana": 12.5, "ben": 0, "cyd": 0, "dee": 12.5, "eli": 0}
    assert all(grade.is_graded for grade in grades)


def test_several_judges_give_the_same_grades(submissions, grades):
    """All but the times: points, outcomes, messages, seeds, versions."""
    assert comparable(grade_all(graded_course(), submissions, jobs=2)) == comparable(grades)


def test_a_regrade_is_the_same_grade(submissions, grades):
    """The same seeds, the same inputs, the same words."""
    assert comparable(grade_all(graded_course(), submissions[:2], jobs=1)) == comparable(grades[:2])


def test_a_judge_that_fails_is_replaced_and_costs_nothing(submissions, tmp_path):
    """The fork server was killed: the submission is graded by a new judge, and so are those after it."""
    course = write_graded(tmp_path)
    judge = warm_judge(course)
    judge.bench("04_scaling")
    judge.server()._process.kill()
    judge.server()._process.wait()
    try:
        found = list(grade_all(course, submissions[:2], jobs=1))
        assert warm_judge(course) is not judge
    finally:
        cool(course)
    assert [(grade.score, grade.is_graded) for grade in found] == [(12.5, True), (0.0, True)]


def test_a_suite_that_stops_leaves_one_ungraded_and_the_next_is_graded(submissions, tmp_path):
    """A suite that stops pytest for one student is our fault: no points are lost, and nobody else is affected."""
    course = write_graded(tmp_path)
    suite = course.assignments[0].task("scale").suite
    text = suite.read_text(encoding="utf-8")
    stop = "\n\ndef test_scale_stops(student):\n    if student.scale(1.0, 1.0) == 2.25:\n        pytest.exit('stop')\n"
    suite.write_text(text + stop, encoding="utf-8")
    server = warm_judge(graded_course()).server()
    orders = [Order(course, submission) for submission in submissions[:2]]
    judges = [Judge(course, server) for _ in orders]
    try:
        first = _graded_or_ungraded(judges[0], orders[0])
        second = _graded_or_ungraded(judges[1], orders[1])
    finally:
        for judge in judges:
            judge.bench("04_scaling").suite.close()
    assert {task.outcome for task in first.tasks} == {Outcome.UNGRADED}
    assert "the suite failed" in first.tasks[0].tests[0].message
    assert second.is_graded


def _graded_or_ungraded(judge, order):
    """As a worker does, with a judge of its own that shares the session's server."""
    try:
        return judge.grade(order.submission)
    except GraderError as error:
        return ungraded(order, str(error))


def test_an_ungraded_grade_is_whole(submissions):
    """Every task, no points, whose fault it was, and what was handed in."""
    grade = ungraded(Order(graded_course(), submissions[0]), "the fork server ended")
    assert [task.name for task in grade.tasks] == ["scale", "Scaler", "twice"]
    assert not grade.is_graded
    assert (grade.score, grade.max_score) == (0.0, 10.0)
    assert "not the student's fault" in grade.tasks[0].tests[0].rubric
    assert grade.sources == submissions[0].sources
    assert store.from_json(to_json(grade)) == grade


def test_an_assignment_that_cannot_be_graded_stops_the_class(submissions, tmp_path):
    """The author's mistake is not spread over everybody's feedback."""
    course = warmed(write_graded(tmp_path))
    course.assignments[0].task("twice").suite.unlink()
    with pytest.raises(AssignmentError, match=r"missing .*test_twice\.py"):
        list(grade_all(course, submissions, jobs=1))
    with pytest.raises(AssignmentError, match=r"missing .*test_twice\.py"):
        grade_one(Order(course, submissions[0]))


def test_grades_feedback_and_scores_are_stored(grades, tmp_path):
    """One file a grade, one text a student, one table: as the contract says."""
    done = save_all(press_of(tmp_path), reversed(grades))
    assert [grade.student for grade in done] == sorted(CLASS)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "class",
        "feedback",
        "grades",
        "index.html",
        "scores.csv",
    ]
    found = store.read(tmp_path / "grades" / "04_scaling" / "ana.json")
    assert to_json(found) == to_json(next(grade for grade in grades if grade.student == "ana"))
    assert "not written yet" in (tmp_path / "feedback" / "04_scaling" / "eli.txt").read_text(encoding="utf-8")
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ["student", "assignment", "score", "max_score", "scale", "Scaler", "twice", "status", "problem"]
    assert list(rows[0]) == columns
    assert [row["student"] for row in rows] == sorted(CLASS)
    assert rows[0]["score"] == "12.5"


def test_an_ungraded_regrade_leaves_grade_feedback_and_scores(grades, submissions, tmp_path):
    """What a student once earned is not lost to our fault, in none of the three."""
    save_all(press_of(tmp_path), grades)
    before = {path: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")}
    failed = ungraded(Order(graded_course(), submissions[0]), "the fork server ended")
    (told,) = save_all(press_of(tmp_path), [failed])
    assert not told.is_graded
    assert {path: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")} == before


def test_scores_hold_every_grade_of_the_folder(grades, tmp_path):
    """Grading one more student keeps the others' rows."""
    for grade in grades[:3]:
        save_all(press_of(tmp_path), [grade])
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8").count("04_scaling") == 3


def test_there_is_a_core_to_grade_on():
    """The usual number of jobs."""
    assert cores() >= 1
