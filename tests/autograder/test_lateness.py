"""What lateness costs: laws that every policy keeps, and the configuration that states one."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import scoring
from autograder.config import load_config
from autograder.errors import AssignmentError
from autograder.lateness import Extension, LatePolicy, TotalPolicy
from autograder.reports import feedback, wide
from autograder.submission import Submission

from .golden_class import CLASS, CONFIG, ROSTER, grade, scaling
from .small_course import CONFIG as SMALL
from .small_course import write_course
from .test_exports import TEXTS, rows_of
from .test_reports import P

DUE = datetime(2027, 2, 8, 23, 59, tzinfo=UTC)
PERCENTS = st.floats(0, 100)
MOMENTS = st.timedeltas(timedelta(days=-9), timedelta(days=90)).map(lambda late: DUE + late)
EXTENSIONS = st.one_of(
    st.builds(
        Extension, student=st.sampled_from(["ana", "ben"]),
        assignments=st.sampled_from([(), ("04_scaling",), ("05_x",)]),
        days=st.floats(0.1, 30), hours=st.floats(0, 48),
    ),
    st.builds(Extension, student=st.just("ana"), until=MOMENTS),
)  # fmt: skip
MORE = {
    "grace_minutes": st.integers(0, 3000), "max_percent": PERCENTS, "floor_percent": PERCENTS,
    "extensions": st.lists(EXTENSIONS, max_size=4).map(tuple),
}  # fmt: skip
POLICIES = st.builds(LatePolicy, percent_per_day=PERCENTS, **MORE) | st.builds(
    LatePolicy, percent_per_hour=PERCENTS, **MORE
)


def score_of(policy, submitted, due=DUE, earned=(P, P, P), student="ana"):
    """What a submission at this time comes to, of 12.5 points that are out of 10."""
    one = grade(student, *scaling(*earned))
    penalty = policy.penalty(policy.due(due, student, "04_scaling"), submitted)
    late = {"penalty": penalty, "floor": policy.floor(one.max_score)} if penalty else None
    return dataclasses.replace(one, late=late).score


@given(POLICIES, MOMENTS, MOMENTS)
def test_later_is_never_better(policy, one, other):
    """Whatever the policy and the extensions."""
    early, late = sorted([one, other])
    assert score_of(policy, early) >= score_of(policy, late)


@given(POLICIES, MOMENTS)
def test_lateness_is_bounded(policy, submitted):
    """It adds nothing, takes no more than the cap, and leaves the floor, or all where less was earned."""
    score = score_of(policy, submitted)
    assert score <= 12.5
    assert score >= round(12.5 * (1 - policy.max_percent / 100), 2) - 0.01
    assert score >= min(12.5, policy.floor(10)) - 0.01
    assert 0 <= policy.penalty(DUE, submitted) <= policy.max_percent / 100


@given(POLICIES, st.timedeltas(timedelta(days=-9), timedelta(0)), st.integers(0, 1))
def test_what_is_in_time_costs_nothing(policy, early, grace):
    """To the last second of grace."""
    submitted = DUE + early + grace * timedelta(minutes=policy.grace_minutes)
    assert policy.penalty(DUE, submitted) == 0


@given(POLICIES, EXTENSIONS, MOMENTS)
def test_an_extension_never_hurts(policy, extension, submitted):
    """Not whom it is for, and nobody else."""
    extended = policy.model_copy(update={"extensions": (*policy.extensions, extension)})
    for student in ("ana", "ben"):
        assert score_of(extended, submitted, student=student) >= score_of(policy, submitted, student=student)


@given(POLICIES, MOMENTS, st.integers(-12, 12))
def test_time_zones_change_nothing(policy, submitted, hours):
    """Only the moment counts."""
    there = submitted.astimezone(timezone(timedelta(hours=hours)))
    assert score_of(policy, there) == score_of(policy, submitted)


@pytest.mark.parametrize(
    ("late_by", "penalty"),
    [(timedelta(0), 0), (timedelta(seconds=1), 0.02), (timedelta(hours=1), 0.02), (timedelta(hours=3), 0.06),
     (timedelta(hours=3, seconds=1), 0.08), (timedelta(days=2), 0.5)],
)  # fmt: skip
def test_hours_begun_cost_where_the_policy_counts_hours(late_by, penalty):
    """And the cap is the cap."""
    assert LatePolicy(percent_per_hour=2).penalty(DUE, DUE + late_by) == pytest.approx(penalty)


@pytest.mark.parametrize(
    ("extension", "due"),
    [
        ({"days": 3}, DUE + timedelta(days=3)), ({"hours": 36}, DUE + timedelta(hours=36)),
        ({"until": DUE + timedelta(days=1)}, DUE + timedelta(days=1)), ({"until": DUE - timedelta(days=1)}, DUE),
        ({"days": 3, "assignments": ("04_scaling",)}, DUE + timedelta(days=3)),
        ({"days": 3, "assignments": ("05_noise",)}, DUE), ({"days": 3, "student": "ben"}, DUE),
    ],
)  # fmt: skip
def test_an_extension_is_a_date_or_a_time_for_one_student(extension, due):
    """For the assignments that it names, or all; an earlier date is no shortening."""
    policy = LatePolicy(extensions=(Extension(**{"student": "ana", **extension}),))
    assert policy.due(DUE, "ana", "04_scaling") == due


def test_the_floor_is_kept_and_gives_nothing():
    """Half of the points are left to whoever earned them; who earned less keeps what they had."""
    policy = LatePolicy(percent_per_day=30, max_percent=100, floor_percent=50)
    assert score_of(policy, DUE + timedelta(days=1)) == 8.75
    assert score_of(policy, DUE + timedelta(days=9)) == 5
    failed = tuple(dataclasses.replace(task, tests=()) for task in scaling(P, P, P)[1:])
    little = grade("ana", scaling(P, P, P)[0], *failed, late={"penalty": 0.9, "floor": 9.0})
    assert (little.earned, little.score) == (7, 7)


def test_feedback_says_what_was_really_taken():
    """Its own line, with the share that the floor left to be taken."""
    text = feedback.text(grade("ana", *scaling(P, P, P), late={"penalty": 0.9, "floor": 5}), TEXTS)
    assert "late: 60% of the points were taken off" in text
    assert "5 of 10 points" in text


def test_a_grade_holds_the_cost_of_its_own_recorded_time(tmp_path):
    """The student's due date, the floor in points, and nothing of the clock of the run."""
    config = SMALL.replace("percent_per_day: 10,", "percent_per_hour: 10, floor_percent: 20,").replace(
        "max_percent: 50}", "max_percent: 90, extensions: [{student: ana, days: 1}]}"
    )
    course = write_course(tmp_path, config=config)
    ana = Submission("ana", "04_scaling", (), (), submitted_at="2027-02-10T04:15:00+00:00")
    assert scoring.late(course, ana) == {
        "due": "2027-02-09T23:59:00+00:00", "seconds": 15360, "penalty": 0.5, "floor": 1.4,
    }  # fmt: skip
    assert scoring.late(course, dataclasses.replace(ana, student="ben"))["penalty"] == 0.9
    assert scoring.late(course, dataclasses.replace(ana, submitted_at=None)) is None


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ("{percent_per_day: 10, percent_per_hour: 1}", "line 3: late: give `percent_per_day` or `percent_per_hour`"),
        ("{extensions: [{student: ana}]}", "line 3: late.extensions.0: an extension says either `until` when"),
        ("{extensions: [{student: ana, days: 1, until: 2027-02-08T00:00:00Z}]}", "an extension says either `until`"),
        ("{extensions: [{student: ana, days: 1, assignments: [09_gone]}]}", "ana: there is no assignment '09_gone'"),
        ("{extensions: [{student: ana, dais: 1}]}", "dais: unknown key; known here: student, assignments, until, days"),
        ("{extensions: [{student: ana, until: 2027-02-08T00:00:00}]}", "should have timezone info"),
        ("{}\ntotal: {best_of: 1, drop_lowest: 1}", "line 4: total: give `drop_lowest` or `best_of`, one of the two"),
    ],
)
def test_mistakes_in_a_policy_are_named(tmp_path, late, said):
    """With their line, and what would be right."""
    text = SMALL.replace("late: {grace_minutes: 15, percent_per_day: 10, max_percent: 50}", f"late: {late}")
    (tmp_path / "grading_config.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError) as caught:
        load_config(tmp_path / "grading_config.yaml")
    assert said in str(caught.value)


@given(st.lists(st.floats(0, 1.3), max_size=6), st.integers(0, 6), st.floats(0, 1.3), st.booleans())
def test_dropping_is_never_worse_and_more_work_never_is(shares, number, more, drops):
    """A rule that drops gives no less than the plain mean, and a higher share no lower total."""
    rule = TotalPolicy(drop_lowest=number) if drops else TotalPolicy(best_of=number + 1)
    count = len(shares)
    plain, ruled = TotalPolicy(drop_lowest=0).percent(shares, count), rule.percent(shares, count)
    if not shares:
        assert plain is ruled is None
        return
    assert ruled >= plain - 0.01
    assert min(shares) * 100 - 0.01 <= ruled <= max(shares) * 100 + 0.01
    assert rule.percent([max(shares[0], more), *shares[1:]], count) >= ruled


@pytest.mark.parametrize(
    ("rule", "shares", "assignments", "percent"),
    [
        ({"drop_lowest": 1}, [0.5, 1.0, 0.0], 3, 75.0), ({"drop_lowest": 1}, [0.5, 1.0], 3, 75.0),
        ({"drop_lowest": 1}, [0.5], 3, None), ({"best_of": 1}, [0.5], 3, 50.0), ({"best_of": 9}, [0.5, 1], 2, 75.0),
        ({"drop_lowest": 9}, [0.5, 1], 2, 100.0), ({"drop_lowest": 0}, [], 0, None),
    ],
)  # fmt: skip
def test_a_total_is_the_mean_of_what_counts(rule, shares, assignments, percent):
    """An assignment that is missing is dropped first, and makes no 0 where too few are left."""
    assert TotalPolicy(**rule).percent(shares, assignments) == percent


def test_the_wide_table_has_the_total_where_the_course_has_a_rule():
    """Ungraded and missing ones count as not there."""
    config = CONFIG.model_copy(update={"total": TotalPolicy(drop_lowest=1)})
    found = {row["student"]: row["total_percent"] for row in rows_of(wide.text(CLASS, config, ROSTER))}
    assert found == {"'@eve": "46.7", "amara": "125.0", "ben": "100.0", "cleo": "", "dan": ""}
    assert "total_percent" not in wide.text(CLASS, CONFIG, ROSTER)
