"""Many submissions: one judge or several give the same grades, and what we fail to do costs nobody anything."""

import contextlib
import csv
import itertools
import os
import shutil
from dataclasses import replace

import pytest

from autograder import fingerprint, store
from autograder.contract import to_json
from autograder.counting import rule
from autograder.course import load_course
from autograder.discovery import discover
from autograder.errors import AssignmentError, GraderError
from autograder.grading import Order, carry_out, grade_all, grade_one, plan, save_all, ungraded
from autograder.judge import Judge, cool, warm_judge
from autograder.publishing import Press
from autograder.reports.texts import load_texts
from autograder.results import Outcome

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
        del row["graded_at"], row["seconds"]
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
        "attempts",
        "class",
        "feedback",
        "grades",
        "index.html",
        "scores.csv",
    ]
    found = store.read(tmp_path / "grades" / "04_scaling" / "ana.json")
    assert to_json(found) == to_json(next(grade for grade in grades if grade.student == "ana"))
    assert store.attempts(tmp_path, "04_scaling", "ana") == (found,)
    assert "not written yet" in (tmp_path / "feedback" / "04_scaling" / "eli.txt").read_text(encoding="utf-8")
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [
        "student",
        "assignment",
        "score",
        "max_score",
        "scale",
        "Scaler",
        "twice",
        "status",
        "problem",
        "overridden",
    ]
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
    after = {path: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")}
    (attempt,) = set(after) - set(before)
    assert {path: after[path] for path in before} == before
    assert [one.is_graded for one in store.attempts(tmp_path, "04_scaling", failed.student)] == [True, False]
    assert attempt == tmp_path / "attempts" / "04_scaling" / failed.student / "0002.json"


def test_scores_hold_every_grade_of_the_folder(grades, tmp_path):
    """Grading one more student keeps the others' rows."""
    for grade in grades[:3]:
        save_all(press_of(tmp_path), [grade])
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8").count("04_scaling") == 3


def graded_into(folder, course, submissions, **how):
    """What a run of `grade` does; the students of whom something was run, and of whom only the points changed."""
    todo = plan(course, submissions, folder, **how)
    save_all(press_of(folder), [*todo.restated, *carry_out(todo.orders, jobs=1)], todo.unchanged, rule(course))
    return {order.submission.student: sorted(set(order.keys) - set(order.kept)) for order in todo.orders}, [
        grade.student for grade in todo.restated
    ]


@pytest.fixture
def own(tmp_path, submissions):
    """A course of one's own to change, and a folder in which its class of five is graded."""
    course = warmed(write_graded(tmp_path / "course"))
    graded_into(tmp_path / "out", course, submissions)
    return course, tmp_path / "out"


def changed(course, name, old, new):
    """The course as a later run finds it, one of its files changed; a process looks at its files only once."""
    path = next(path for path in course.root.rglob(name) if old in path.read_text("utf-8"))
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
    fingerprint.forget()
    return warmed(load_course(course.root))


def test_what_has_not_changed_is_not_graded_again(own, submissions):
    """Nothing runs, no attempt is added; `force` runs everything, `only` that task."""
    course, out = own
    before = [path.stat().st_mtime_ns for path in sorted(out.glob("grades/*/*"))]
    assert graded_into(out, course, submissions) == ({}, [])
    assert [path.stat().st_mtime_ns for path in sorted(out.glob("grades/*/*"))] == before
    assert set(graded_into(out, course, submissions, force=True)[0]) == set(CLASS)
    ran, _ = graded_into(out, course, submissions, force=True, only=frozenset({"Scaler"}))
    assert ran == {student: ["Scaler"] for student in CLASS}
    assert {len(store.attempts(out, "04_scaling", student)) for student in CLASS} == {3}


def test_a_changed_submission_is_graded_alone(own, submissions):
    """The others stay as they are."""
    course, out = own
    better = [replace(one, segments=submissions[0].segments) if one.student == "ben" else one for one in submissions]
    assert set(graded_into(out, course, better)[0]) == {"ben"}
    assert store.latest(out, "04_scaling", "ben").score == 12.5


def test_the_best_counts_and_the_last_is_not_graded_again(own, submissions):
    """A worse submission is graded once, and leaves the grade, its page and later runs as they are."""
    course, out = own
    course = changed(course, "grading_config.yaml", "isolation:", "counts: best\nisolation:")
    worse = [replace(submissions[0], segments=submissions[1].segments, sources=submissions[1].sources)]
    assert set(graded_into(out, course, worse)[0]) == {"ana"}
    assert [one.score for one in store.attempts(out, "04_scaling", "ana")] == [12.5, 0]
    assert store.read(store.path_of(out, "04_scaling", "ana")).score == 12.5
    assert graded_into(out, course, worse) == ({}, [])
    page = (out / "feedback" / "04_scaling" / "ana.txt").read_text("utf-8")
    assert "attempt 1 counts, as your best; attempt 2, the last one, has 0 points" in page.replace("\n", " ")
    course = changed(course, "grading_config.yaml", "counts: best", "counts: last")
    assert graded_into(out, course, worse) == ({}, [])
    assert store.read(store.path_of(out, "04_scaling", "ana")).score == 0


def test_a_changed_suite_regrades_its_task_and_what_builds_on_it(own, submissions):
    """`Scaler` and `twice` build on `scale`, nothing builds on `twice`; what is kept stays as it was, and counts."""
    course, out = own
    before = store.latest(out, "04_scaling", "ana")
    course = changed(course, "test_twice.py", '"""', '""" ')
    assert graded_into(out, course, submissions)[0] == {student: ["twice"] for student in CLASS}
    after = store.latest(out, "04_scaling", "ana")
    assert (after.score, after.attempt) == (before.score, 2)
    assert after.tasks[:2] == before.tasks[:2]
    course = changed(course, "test_scale.py", '"""', '""" ')
    assert graded_into(out, course, submissions)[0] == {student: ["Scaler", "scale", "twice"] for student in CLASS}


def test_a_changed_solution_or_limit_regrades_the_assignment(own, submissions):
    """Whatever a test may look at."""
    course, out = own
    course = changed(course, "scaling.py", "lam * 2 + 0.25", "0.25 + lam * 2")
    assert set(graded_into(out, course, submissions)[0]) == set(CLASS)
    course = changed(course, "grading_config.yaml", "isolation:", "limits: {test_seconds: 9}\nisolation:")
    assert set(graded_into(out, course, submissions)[0]) == set(CLASS)


def test_changed_points_are_worked_out_without_running_anything(own, submissions):
    """Everybody's score follows, as a new attempt; a changed title does not even make one."""
    course, out = own
    course = changed(course, "grading_config.yaml", "points: 7", "points: 70")
    assert graded_into(out, course, submissions) == ({}, sorted(CLASS))
    assert store.latest(out, "04_scaling", "ana").score == 75.5
    course = changed(course, "grading_config.yaml", "title: Scaling things", "title: Scales")
    assert graded_into(out, course, submissions) == ({}, [])


def test_what_stayed_ungraded_is_tried_again(own, submissions):
    """Only that, and without asking."""
    course, out = own
    save_all(press_of(out), [ungraded(Order(course, replace(submissions[0], student="new")), "the server ended")])
    ran, _ = graded_into(out, course, [*submissions, replace(submissions[0], student="new")])
    assert set(ran) == {"new"}
    assert store.latest(out, "04_scaling", "new").is_graded


def test_a_page_that_was_lost_is_written_by_the_next_run(own, submissions):
    """The grading was killed after the grade and before its page."""
    course, out = own
    page = out / "feedback" / "04_scaling" / "ana.html"
    page.unlink()
    assert graded_into(out, course, submissions) == ({}, [])
    assert page.is_file()


class PowerCutError(BaseException):
    """The machine goes dark: nothing that would have come after happens, no cleaning up either."""


def test_a_power_cut_at_any_write_loses_nothing(own, submissions, tmp_path, monkeypatch):
    """At every call that touches the disk: what was stored is whole, and the next run ends as an undisturbed one."""
    course, out = own
    wanted = comparable(store.read_all(out))
    calls = ("replace", "fsync", "chmod", "unlink", "fdopen")
    cuts = 0
    for at in itertools.count():
        copy = tmp_path / f"cut-{at}"
        shutil.copytree(out, copy)
        (copy / "grades" / "04_scaling" / "ana.json").unlink()
        shutil.rmtree(copy / "attempts" / "04_scaling" / "ana")
        left = itertools.count(at, -1)

        def cut(real, left=left):
            def call(*args, **kwargs):
                if next(left) <= 0:
                    raise PowerCutError
                return real(*args, **kwargs)

            return call

        with monkeypatch.context() as patched:
            for name in calls:
                patched.setattr(f"autograder.store.os.{name}", cut(getattr(os, name)))
            with contextlib.suppress(PowerCutError):
                again = [replace(grade, attempt=1) for grade in store.read_all(out) if grade.student == "ana"]
                save_all(press_of(copy), again)
                break
        cuts += 1
        graded_into(copy, course, submissions)
        assert comparable(store.read_all(copy)) == wanted
        assert all(store.attempts(copy, "04_scaling", student) for student in CLASS)
    assert cuts > 20
