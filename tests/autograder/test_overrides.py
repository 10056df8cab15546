"""Points set by hand: they outlive every regrade, no attempt knows them, and the log knows all of them."""

import dataclasses
import json

import pytest

from autograder import audit, overrides, store
from autograder.contract import from_json, to_json
from autograder.errors import AssignmentError, GraderError
from autograder.exporting import grades_to_export
from autograder.grading import save_all
from autograder.overriding import Wish, override, task_of
from autograder.publishing import Press, without_names
from autograder.reports import feedback, terminal
from autograder.results import Outcome, Override
from autograder.scoring import restated
from autograder.submission import Submission

from .golden_class import FIRST, grade, scaling
from .small_course import write_course
from .test_exports import TEXTS, rows_of
from .test_reports import F, P, U

NAME = "04_scaling"


@pytest.fixture
def course(tmp_path):
    """The small course: `scale` has 7 points, `Scaler` 2.5."""
    return write_course(tmp_path / "course")


@pytest.fixture
def press(tmp_path, course):
    """Where ana has 7 of 7 points."""
    press = Press(tmp_path / "graded", course.config, TEXTS)
    save_all(press, [ana(P)])
    return press


def ana(outcome, **more):
    """A grade of ana, whose test of `scale` came to this."""
    one = grade("ana", *scaling(P, P, P), **more)
    test = dataclasses.replace(one.tasks[0].tests[0], outcome=outcome)
    return dataclasses.replace(one, tasks=(dataclasses.replace(one.tasks[0], tests=(test,)),))


def wish(points, **more):
    """4 points, say, for ana's `scale`."""
    return Wish(**{"student": "ana", "task": "4.1", "points": points, "reason": "as agreed", "who": "pat", **more})


def counting(press):
    """The grade that counts."""
    return store.read(store.path_of(press.folder, NAME, "ana"))


def test_an_override_is_what_counts_and_no_attempt_knows_it(press, course):
    """The grade, feedback twice, scores; the attempt stays what the tests came to, to the byte."""
    (attempt,) = (press.folder / "attempts" / NAME / "ana").iterdir()
    before = attempt.read_bytes()
    done = override(course, press, wish(4))
    assert done == counting(press)
    assert (done.score, done.tasks[0].points, done.tasks[0].override.who) == (4, 4, "pat")
    assert attempt.read_bytes() == before
    assert [one.score for one in store.attempts(press.folder, NAME, "ana")] == [7]
    for name in ("ana.txt", "ana.html"):
        assert "oints set by hand: as agreed" in (press.folder / "feedback" / NAME / name).read_text("utf-8")
    (row,) = rows_of((press.folder / "scores.csv").read_text("utf-8"))
    assert (row["score"], row["scale"], row["overridden"]) == ("4.0", "4.0", "scale")


def test_an_override_survives_regrades(press, course):
    """A worse one, a better one, one that stays ungraded and so does not count, and the loss of what counts."""
    override(course, press, wish(4))
    for number, outcome in ((2, F), (3, P), (3, U)):
        (now,) = save_all(press, [ana(outcome)])
        assert (now.score, now.is_graded, now.attempt) == (4, True, number)
        assert counting(press) == now
    store.path_of(press.folder, NAME, "ana").unlink()
    assert store.latest(press.folder, NAME, "ana").score == 4
    assert [one.tasks[0].override for one in store.attempts(press.folder, NAME, "ana")] == [None] * 4


def test_an_override_is_kept_where_only_points_or_lateness_are_worked_out_anew(press, course):
    """And the late penalty holds for it as for points earned."""
    done = override(course, press, wish(4))
    late = Submission("ana", NAME, (), done.sources, submitted_at="2027-02-10T00:00:00+00:00")
    again = restated(course, late, done)
    assert again.tasks[0].override == done.tasks[0].override
    assert again.score == 3.6


def test_an_override_can_be_taken_back(press, course):
    """Then the tests count again; there is nothing to take back a second time."""
    override(course, press, wish(4))
    assert override(course, press, wish(None)).score == 7
    assert counting(press).tasks[0].override is None
    with pytest.raises(AssignmentError, match="scale of ana has no override to remove"):
        override(course, press, wish(None))


def test_an_override_decides_what_stayed_ungraded(press, course):
    """So that an export need not wait for us."""
    save_all(press, [dataclasses.replace(ana(U), student="ben")])
    with pytest.raises(GraderError, match="ben, 04_scaling"):
        grades_to_export(press.folder)
    override(course, press, wish(7, student="ben"))
    assert [one.score for one in grades_to_export(press.folder)] == [7, 7]


def test_the_log_has_every_change_in_order(press, course):
    """Overrides by whom and why, and what a regrade changed, in source, say."""
    override(course, press, wish(4))
    override(course, press, wish(5, who="kim", reason="second thoughts"))
    override(course, press, wish(None))
    save_all(press, [ana(F, sources=({"path": "a.py", "sha256": "1"},))])
    save_all(press, [ana(F, sources=({"path": "a.py", "sha256": "1"},))])  # the same again is no change
    keys = ("what", "who", "task", "before", "after", "reason")
    found = [tuple(one[key] for key in keys) for one in audit.read(press.folder)]
    assert found[:3] == [
        ("override", "pat", "scale", 7, 4, "as agreed"), ("override", "kim", "scale", 4, 5, "second thoughts"),
        ("override removed", "pat", "scale", 5, 7, "as agreed"),
    ]  # fmt: skip
    assert found[3:] == [("regraded", audit.user(), None, 7, 0, "source")]


def test_the_log_is_only_added_to(tmp_path):
    """Not a byte before is touched, and a line that somebody was killed in does not swallow the next."""
    entry = audit.Entry("2027-01-01T00:00:00+00:00", "pat", "override", "ana", NAME, "scale", None, 4, "é\n\u2028x")
    audit.append(tmp_path, [entry])
    log = tmp_path / audit.LOG
    log.write_bytes(log.read_bytes() + b'{"when": "\xc3')
    before = log.read_bytes()
    audit.append(tmp_path, [entry, entry])
    audit.append(tmp_path, [])
    assert log.read_bytes().startswith(before + b"\n")
    assert audit.read(tmp_path) == (dataclasses.asdict(entry),) * 3


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"points": 7.01}, "scale has 7 points; found 7.01, expected 0 to that"),
        ({"points": -1}, "found -1, expected 0 to that"), ({"points": float("nan")}, "found nan"),
        ({"reason": " "}, "an override needs a --reason"), ({"student": "bob"}, "holds no grade of bob for 04_scaling"),
        ({"task": "gone"}, "there is no task 'gone' in this course"),
        ({"task": "Scaler"}, "has no task 'Scaler'; grade it again"), ({"assignment": "09"}, "09"),
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_is_refused_and_changes_nothing(press, course, more, said):
    """Neither the grade nor the log."""
    before = store.path_of(press.folder, NAME, "ana").read_bytes()
    with pytest.raises(AssignmentError) as caught:
        override(course, press, wish(**{"points": 4, **more}))
    assert said in str(caught.value)
    assert store.path_of(press.folder, NAME, "ana").read_bytes() == before
    assert not (press.folder / audit.LOG).exists()


def test_a_task_of_two_assignments_must_be_told_apart(tmp_path):
    """By --assignment; its number is enough by itself."""
    course = write_course(tmp_path)
    doubled = dataclasses.replace(
        course, assignments=(*course.assignments, dataclasses.replace(course.assignments[0], name="05_scaling"))
    )
    with pytest.raises(AssignmentError, match="'scale' is a task of 04_scaling and 05_scaling; name one: --assignment"):
        task_of(doubled, "scale", None)
    assert task_of(doubled, "scale", "05_scaling") == ("05_scaling", "scale")
    assert task_of(course, "4.2", None) == (NAME, "Scaler")


def test_overrides_that_cannot_be_read_are_an_error_of_ours(press, course):
    """Rather than to be forgotten in silence."""
    override(course, press, wish(4))
    path = press.folder / "overrides" / NAME / "ana.json"
    for text in ("{", "[]", '{"scale": {"points": 4}}'):
        path.write_text(text)
        with pytest.raises(GraderError, match=r"ana\.json: no overrides"):
            save_all(press, [ana(P)])


def test_pages_without_names_tell_no_reason(press, course):
    """A reason, and who gave it, may name somebody."""
    done = override(course, press, wish(4, reason="ana was ill"))
    (shown,) = without_names([done])
    assert (shown.score, shown.tasks[0].override.reason, shown.tasks[0].override.who) == (4, "", "")


def test_json_keeps_an_override_and_older_grades_have_none(press, course):
    """An addition to the contract."""
    done = override(course, press, wish(4))
    data = json.loads(json.dumps(to_json(done)))
    assert from_json(data) == done
    assert data["tasks"][0]["points"] == 4
    older = {**data, "tasks": [{key: value for key, value in data["tasks"][0].items() if key != "override"}]}
    assert from_json(older).score == 7


def test_the_terminal_shows_points_set_by_hand():
    """Also where the tests stayed undecided."""
    one = overrides.applied(FIRST[2], {"twice": Override(1, "r", "w", "t")})
    table = terminal.class_table([one], NAME, {}, TEXTS)
    assert next(iter(table.columns[2].cells)).endswith("]1[/]")
    assert "points set by hand: r" in feedback.text(one, TEXTS)
    assert "points set by hand" not in feedback.text(one, TEXTS, "public")
    assert one.tasks[1].outcome is Outcome.UNGRADED
