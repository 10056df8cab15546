"""Which of a student's submissions counts, by each rule: whatever is graded again, and whenever it was killed."""

import dataclasses

import pytest

from autograder import overrides, store
from autograder.config import load_config
from autograder.counting import rule
from autograder.course import CONFIG_FILE, load_course
from autograder.errors import AssignmentError
from autograder.grading import save_all
from autograder.overriding import Wish, override
from autograder.publishing import Press
from autograder.results import Outcome

from .golden_class import grade, scaling
from .small_course import CONFIG, write_course
from .test_exports import TEXTS

NAME = "04_scaling"
P, F, U = Outcome.PASSED, Outcome.FAILED, Outcome.UNGRADED
EARLY, LATER, LATE = "2027-02-07T12:00:00+00:00", "2027-02-08T12:00:00+00:00", "2027-02-10T12:00:00+00:00"


def course_with(folder, counts):
    """The small course, in which so much is late after 8 February."""
    write_course(folder / counts)
    (folder / counts / CONFIG_FILE).write_text(f"counts: {counts}\n{CONFIG}", encoding="utf-8")
    return load_course(folder / counts)


def handed_in(outcome, when, content="first"):
    """A grade of ana's, of a submission that is known by its content and its time. ``scale`` has 2 or 7 points."""
    (scale, *_) = scaling(P, P, P)
    tests = (
        dataclasses.replace(scale.tests[0], outcome=P, weight=2.0),
        dataclasses.replace(scale.tests[1], weight=5.0),
    )
    scale = dataclasses.replace(scale, tests=(tests[0], dataclasses.replace(tests[1], outcome=outcome)))
    return grade("ana", scale, submitted_at=when, sources=({"path": "scaling.py", "sha256": content},))


def counted(tmp_path, counts, *attempts):
    """What counts after these attempts, which are saved in turn; that is also what is found when it was lost."""
    course = course_with(tmp_path, counts)
    press = Press(tmp_path / "graded", course.config, TEXTS)
    for attempt in attempts:
        save_all(press, [attempt], rule=rule(course))
    path = store.path_of(press.folder, NAME, "ana")
    found = store.read(path)
    path.unlink()
    assert store.latest(press.folder, NAME, "ana", rule(course)) == store.read(path) == found
    return found


@pytest.mark.parametrize(
    ("counts", "attempts", "expected"),
    [
        ("last", [(P, EARLY, "a"), (F, LATER, "b")], (2, 2.0)),
        ("best", [(P, EARLY, "a"), (F, LATER, "b")], (1, 7.0)),
        ("best", [(F, EARLY, "a"), (P, LATER, "b")], (2, 7.0)),
        ("best", [(P, EARLY, "a"), (P, LATER, "b")], (2, 7.0)),  # of equals the newest
        ("best", [(P, EARLY, "a"), (F, EARLY, "a")], (2, 2.0)),  # one submission, graded again
        ("best", [(P, EARLY, "a"), (U, LATER, "b")], (1, 7.0)),
        ("best", [(F, EARLY, "a"), (P, LATE, "b")], (2, 5.6)),  # late, and better still
        ("last_before_due", [(F, EARLY, "a"), (P, LATER, "b"), (P, LATE, "c")], (2, 7.0)),
        ("last_before_due", [(F, LATER, "b"), (P, EARLY, "a")], (1, 2.0)),  # graded in another order
        ("last_before_due", [(P, LATE, "c")], (1, 5.6)),  # none in time
        ("last_before_due", [(F, None, "a"), (P, LATE, "c")], (1, 2.0)),  # without a time it is not late
    ],
)
def test_each_rule_chooses_its_attempt(tmp_path, counts, attempts, expected):
    """By number, with the score that it has after what lateness costs."""
    found = counted(tmp_path, counts, *[handed_in(*one) for one in attempts])
    assert (found.attempt, found.score) == expected


@pytest.mark.parametrize("counts", ["best", "last_before_due"])
def test_a_grade_says_why_it_is_not_of_the_last_submission(tmp_path, counts):
    """On the page, too; and a grade of the last one says nothing."""
    first, second = handed_in(P, EARLY, "a"), handed_in(F, LATE, "b")
    (note,) = counted(tmp_path, counts, first, second).notes
    assert (
        note
        == {
            "best": "attempt 1 counts, as your best; attempt 2, the last one, has 1.6 points",
            "last_before_due": "attempt 1 counts, the last one that was in time; attempt 2 came later",
        }[counts]
    )
    assert note in (tmp_path / "graded" / "feedback" / NAME / "ana.txt").read_text(encoding="utf-8").replace("\n", " ")
    assert counted(tmp_path, counts, dataclasses.replace(first, submitted_at=LATER)).notes == ()


def test_points_by_hand_are_for_whichever_counts(tmp_path):
    """They are set on what counts, and stay when another submission does."""
    course = course_with(tmp_path, "best")
    press = Press(tmp_path / "graded", course.config, TEXTS)
    for one in (handed_in(P, EARLY, "a"), handed_in(F, LATER, "b")):
        save_all(press, [one], rule=rule(course))
    assert override(course, press, Wish("ana", "4.1", 3, "as agreed", "pat")).attempt == 1
    (after,) = save_all(press, [handed_in(P, LATER, "c")], rule=rule(course))
    assert (after.attempt, after.score) == (3, 3)
    assert overrides.read(press.folder, NAME, "ana")["scale"].points == 3


def test_the_log_has_a_line_where_what_counts_has_changed_and_none_where_not(tmp_path):
    """A worse submission changes nothing under `best`."""
    counted(tmp_path, "best", handed_in(F, EARLY, "a"), handed_in(P, LATER, "b"), handed_in(F, LATER, "c"))
    (line,) = (tmp_path / "graded" / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert '"before": 2.0, "after": 7.0' in line


def test_another_rule_is_a_clear_error(tmp_path):
    """With what was found, and the three that there are."""
    path = tmp_path / "config.yaml"
    path.write_text(f"counts: first\n{CONFIG}", encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"(?s)line 1.*counts.*'last', 'best' or 'last_before_due'.*'first'"):
        load_config(path)
