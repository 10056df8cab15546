"""Mistakes named: wrong answers in the students' own words get the label of the misconception behind them, or none."""

from collections import Counter
from pathlib import Path

import pytest
import torch
from ruamel.yaml import YAML

from autograder.course import load_course
from autograder.diagnosis import alike, alike_by_chance
from autograder.evidence import Average, Rate
from autograder.judge import warm_judge
from autograder.results import Outcome, TestResult
from autograder.submission import Segment, Submission

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "diagnosis").glob("*.yaml"))


def graded(bench, *answers, named=""):
    """The grade of the reference with these definitions put over it, through the real judge and a guest."""
    pieces = (bench.solutions.reference, *(("answer.py", answer) for answer in answers))
    submission = Submission(
        f"student {named}", bench.assignment.name, tuple(Segment(*piece) for piece in pieces), (), None
    )
    return warm_judge(load_course(ROOT)).grade(submission)


def labels_of(grade, task):
    """The variants that a task's diagnosis names, without the task's own name."""
    (score,) = (score for score in grade.tasks if score.name == task)
    assert score.outcome is Outcome.FAILED, (task, score.outcome)
    named = score.diagnosis.misconception.split(" | ") if score.diagnosis else []
    return {name.partition("__")[2] for name in named}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_wrong_answers_get_their_label(path):
    """Most of the evaluation set is labelled as it must be, the rest not at all: no answer gets a wrong label."""
    bench = warm_judge(load_course(ROOT)).bench(path.stem)
    counts, misses = Counter(), []
    for number, case in enumerate(YAML(typ="safe").load(path.read_text(encoding="utf-8"))):
        name = case["answer"].split("def ")[1 if "class " not in case["answer"][:9] else 0].partition("(")[0]
        name = name.removeprefix("class ")
        found = labels_of(graded(bench, case["answer"], named=number), bench.assignment.owners[name])
        wanted = set() if case["label"] == "none" else {case["label"]}
        shared = "shared" if set() < wanted < found else "wrong"
        kind = "right" if found == wanted else shared if found else "silent"
        counts[kind] += 1
        misses += [(name, case["label"], kind, found)] if kind != "right" else []
    assert counts["wrong"] == 0, misses
    assert counts["right"] + counts["shared"] >= 0.85 * counts.total(), misses


def test_the_evaluation_set_is_large_enough():
    """At least 60 wrong answers, a fifth of them of no known kind."""
    labels = [case["label"] for path in FILES for case in YAML(typ="safe").load(path.read_text(encoding="utf-8"))]
    assert len(labels) >= 60
    assert labels.count("none") >= len(labels) / 5


def test_a_diagnosis_has_hint_and_section():
    """The grade holds the misconception's name, its hint and what to reread."""
    bench = warm_judge(load_course(ROOT)).bench("07_dropout")
    source = "def bernoulli_mask(v, p):\n    if not 0 <= p <= 1: raise ValueError\n    return (v >= p)\n"
    (score,) = (score for score in graded(bench, source).tasks if score.name == "bernoulli_mask")
    (answer,) = (one for one in bench.solutions.misconceptions if one.written_as == "bernoulli_mask__bool")
    assert score.diagnosis is not None
    assert (score.diagnosis.misconception, score.diagnosis.hint) == (answer.written_as, answer.hint)
    assert score.diagnosis.reread == answer.reread


def test_what_is_no_wrong_answer_gets_no_diagnosis():
    """A stub, an exit, an endless loop: their outcomes say what happened, and nothing is guessed."""
    bench = warm_judge(load_course(ROOT)).bench("07_dropout")
    exam = warm_judge(load_course(ROOT)).try_answer(bench, bench.reference, "seed", frozenset({"bernoulli_mask"}))
    for outcome in (Outcome.UNFINISHED, Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.MISSING, Outcome.UNGRADED):
        tests = [TestResult("a", "", Outcome.FAILED), TestResult("b", "", outcome)]
        assert bench.diagnostician.diagnose(exam, "bernoulli_mask", tests) is None


ALIKE = [
    (torch.ones(3), torch.ones(3) + 1e-7, True),
    (torch.ones(3), torch.ones(3) + 1e-3, False),
    (torch.ones(3), torch.ones(1, 3), False),
    (torch.ones(3), torch.ones(3, dtype=torch.float64), False),
    (torch.tensor([float("nan")]), torch.tensor([float("nan")]), True),
    (torch.tensor([1, 2]), torch.tensor([1, 3]), False),
    (1.0, 1.0 + 1e-9, True),
    (1.0, 1, True),
    (torch.tensor(2.0), 2.0, True),
    (True, 1, False),
    (float("nan"), float("nan"), True),
    ([1.0, "a"], [1.0, "a"], True),
    ([1.0], [1.0, 2.0], False),
    (None, None, True),
    (object, object, True),
    ("a", "b", False),
]


@pytest.mark.parametrize(("one", "other", "same"), ALIKE)
def test_values_are_alike_but_for_rounding(one, other, same):
    """Type, shape, dtype and every entry count; NaN equals NaN."""
    assert alike(one, other) is alike(other, one) is same


CHANCES = [
    (Rate(300, 1000, 0.5), Rate(320, 1000, 0.5), True),
    (Rate(300, 1000, 0.5), Rate(500, 1000, 0.5), False),
    (Rate(0, 1000, 0.5), Rate(0, 1000, 0.5), True),
    (Rate(0, 1000, 0.5), Rate(1000, 1000, 0.5), False),
    (Average(1.0, 2.0, 0.1), Average(1.05, 2.0, 0.1), True),
    (Average(1.0, 2.0, 0.1), Average(1.5, 2.0, 0.1), False),
    (torch.tensor([0.0, 2.0, 4.0]), torch.tensor([1.0, 0.0, 4.0]), True),
    (torch.tensor([0.0, 2.0, 4.0]), torch.tensor([1.0, 0.0, 3.0]), False),
    (torch.zeros(3), torch.zeros(4), False),
    (torch.arange(1.0, 101.0), torch.arange(100.0, 0.0, -1.0), True),
    (torch.arange(1.0, 101.0), torch.arange(201.0, 301.0), False),
    ([torch.zeros(3)], [torch.ones(3)], True),
    (1.0, 2.0, True),
    (1.0, "a", False),
]


@pytest.mark.parametrize(("one", "other", "same"), CHANCES)
def test_what_chance_decides_is_alike_in_its_rates(one, other, same):
    """Where values are random, shares and means must fit each other; of tensors only the shape tells."""
    assert alike_by_chance(one, other) is alike_by_chance(other, one) is same
