"""The arithmetic of points, and grades as JSON."""

import json
from typing import Any

import pytest

from autograder.contract import from_json, to_json
from autograder.results import Diagnosis, Grade, Outcome, TaskScore, TestResult, summary

P, F, S, U = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.UNGRADED


def task(*outcomes: Outcome, points: float = 10, bonus: bool = False, weights: tuple[float, ...] = ()) -> TaskScore:
    """A task whose tests came to these outcomes."""
    weights = weights or (1.0,) * len(outcomes)
    rows = zip(outcomes, weights, strict=True)
    tests = tuple(TestResult(f"t{n}", "rubric", outcome, weight) for n, (outcome, weight) in enumerate(rows))
    return TaskScore("f", points, bonus, tests)


def grade(*tasks: TaskScore, **more: Any) -> Grade:
    """A grade of these tasks."""
    return Grade("alice", "07_dropout", tasks, "seed", "2027-02-22T00:00:00+00:00", {"level": "process"}, **more)


@pytest.mark.parametrize(
    ("score", "points"),
    [
        (task(P, P), 10.0), (task(P, F), 5.0), (task(F), 0.0), (task(P, F, F), 3.33),
        (task(P, F, weights=(3, 1)), 7.5), (task(), 0.0), (task(P, weights=(0,)), 0.0),
        (task(P, F, S), 5.0), (task(P, S, weights=(1, 99)), 10.0), (task(S, S), 0.0),
        (task(P, U), 5.0), (task(U), 0.0), (task(P, *(set(Outcome) - {P, S})), 1.11),
    ],
)  # fmt: skip
def test_points_of_a_task(score: TaskScore, points: float) -> None:
    """The share of weight passed; skipped tests leave the denominator, and only `passed` earns."""
    assert score.points == points


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([P, P], P), ([P, S], P), ([S], S), ([], U), ([P, F], F), ([F, Outcome.CRASHED], Outcome.CRASHED),
        ([F, Outcome.MISSING, Outcome.TIMED_OUT], Outcome.MISSING), ([Outcome.MISSING, U, P], U),
        *(([P, other], other) for other in Outcome if other is not S),
    ],
)  # fmt: skip
def test_one_outcome_for_several(outcomes: list[Outcome], expected: Outcome) -> None:
    """Passed only where all that ran passed, else the most telling; no test at all is our fault."""
    assert summary(outcomes) is expected


def test_bonus_adds_to_the_score_and_not_to_what_it_is_out_of() -> None:
    """A full score with bonus exceeds the maximum."""
    result = grade(task(P), task(P, F), task(P, points=2.5, bonus=True))
    assert (result.score, result.max_score) == (17.5, 20.0)


def test_late_penalty_takes_a_share_of_the_score() -> None:
    """Of the earned points, bonus included; the maximum stays."""
    result = grade(task(P), task(P, points=2, bonus=True), late={"penalty": 0.25})
    assert (result.score, result.max_score) == (9.0, 10.0)
    assert grade(task(P), late={"penalty": 0}).score == 10.0


def test_points_add_up_without_binary_dust() -> None:
    """Ten tasks of 0.1 point are 1 point."""
    assert grade(*(task(P, points=0.1) for _ in range(10))).score == 1.0


def test_a_grade_is_graded_when_every_test_is_decided() -> None:
    """One ungraded test, or a task without tests, leaves it open; a skipped test does not."""
    assert grade(task(P, F), task(S)).is_graded
    assert not grade(task(P), task(F, U)).is_graded
    assert not grade(task()).is_graded


def test_json_round_trip_keeps_everything() -> None:
    """What is written is what is read, through text, with every field set."""
    failed = TaskScore(
        "g", 5, True, (TestResult("t", "law", Outcome.TIMED_OUT, 2.0, 0.5, "too slow"),), Diagnosis("m", "hint", "7.12")
    )
    full = grade(
        task(P, F, S, U), failed, sources=({"path": "dropout.py", "sha256": "00"},), versions={"torch": "2"},
        submitted_at="2027-02-21T00:00:00+00:00", late={"penalty": 0.1}, attempt=3, problem="none", notes=("note",),
    )  # fmt: skip
    assert from_json(json.loads(json.dumps(to_json(full)))) == full


def test_json_has_the_keys_of_the_contract() -> None:
    """Other tools rely on them."""
    data = to_json(grade(task(P)))
    assert data["schema"] == "autograder/grade/v1"
    assert {
        "student", "assignment", "attempt", "score", "max_score", "tasks", "isolation", "seed", "sources", "versions",
        "submitted_at", "graded_at", "late", "code", "seconds",
    } <= set(data)  # fmt: skip
    assert set(data["tasks"][0]) == {
        "name",
        "points",
        "max_points",
        "bonus",
        "outcome",
        "diagnosis",
        "picture",
        "override",
        "key",
        "tests",
    }
    assert set(data["tasks"][0]["tests"][0]) == {
        "name", "rubric", "outcome", "weight", "seconds", "message", "printed", "measured",
    }  # fmt: skip


def test_a_grade_of_an_earlier_version_is_read() -> None:
    """Without what was added since."""
    data = to_json(grade(task(P)))
    for added in ("code", "seconds"):
        del data[added]
    for added in ("picture", "key"):
        del data["tasks"][0][added]
    del data["tasks"][0]["tests"][0]["printed"]
    assert from_json(data) == grade(task(P))


def test_another_schema_is_refused() -> None:
    """A grade of a later version is not half understood."""
    with pytest.raises(ValueError, match="autograder/grade/v2"):
        from_json({**to_json(grade(task(P))), "schema": "autograder/grade/v2"})
    with pytest.raises(KeyError):
        from_json({"schema": "autograder/grade/v1", "tasks": []})
