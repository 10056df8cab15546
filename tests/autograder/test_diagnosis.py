"""Mistakes named: wrong answers in the students' own words get the label of the misconception behind them, or none."""

import re
from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from autograder.course import load_course
from autograder.judge import warm_judge
from autograder.results import Outcome, TestResult
from autograder.seeds import seed_of
from autograder.submission import Segment, Submission

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "diagnosis").glob("*.yaml"))


def diagnosed(bench, task, answer, student):
    """What the diagnosis finds in the reference with this text put over it, after the task's tests in a real guest."""
    judge = warm_judge(load_course(ROOT))
    judge.prepare(bench.assignment)
    session = judge.session(bench.assignment, [bench.solutions.reference, ("answer.py", answer)])
    try:
        exam = judge.sit(bench, session, seed_of("evaluation", student, bench.assignment.name, None), frozenset({task}))
    finally:
        session.close()
    tests = exam.results[task]
    assert Outcome.FAILED in {test.outcome for test in tests}, (answer, tests)
    return bench.diagnostician.diagnose(exam, task, tests)


def label_of(diagnosis):
    """The variants that a diagnosis names, without the task's own name."""
    return {name.partition("__")[2] for name in diagnosis.misconception.split(" | ")} if diagnosis else set()


QUICK = ("07_dropout",)  # what a plain run looks at; the rest is slow together
SLOW = [pytest.param(path, marks=pytest.mark.slow) for path in FILES if path.stem not in QUICK]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", [*(path for path in FILES if path.stem in QUICK), *SLOW], ids=lambda path: path.stem)
def test_wrong_answers_get_their_label(path):
    """Most of the evaluation set is labelled as it must be, the rest not at all: no answer gets a wrong label."""
    bench = warm_judge(load_course(ROOT)).bench(path.stem)
    counts, misses = Counter(), []
    for number, case in enumerate(YAML(typ="safe").load(path.read_text(encoding="utf-8"))):
        defined = re.findall(r"^(?:def|class) (\w+)", case["answer"], re.MULTILINE)
        (name,) = (name for name in defined if name in bench.assignment.owners)
        found = label_of(diagnosed(bench, bench.assignment.owners[name], case["answer"], f"student {number}"))
        wanted = set() if case["label"] == "none" else {case["label"]}
        shared = "shared" if set() < wanted < found else "wrong"
        kind = "right" if found == wanted else shared if found else "silent"
        counts[kind] += 1
        misses += [(name, case["label"], kind, found)] if kind != "right" else []
    print(f"{path.stem}: {dict(counts)} of {counts.total()}; not right: {misses}")  # shown by pytest -rP
    assert counts["wrong"] == 0, misses
    assert counts["right"] + counts["shared"] >= 0.95 * counts.total(), misses


def test_the_evaluation_set_is_large_enough():
    """At least 60 wrong answers, a fifth of them of no known kind."""
    labels = [case["label"] for path in FILES for case in YAML(typ="safe").load(path.read_text(encoding="utf-8"))]
    assert len(labels) >= 60
    assert labels.count("none") >= len(labels) / 5


def test_a_diagnosis_has_hint_and_section():
    """The grade holds the misconception's name, its hint and what to reread."""
    bench = warm_judge(load_course(ROOT)).bench("07_dropout")
    source = "def bernoulli_mask(v, p):\n    if not 0 <= p <= 1: raise ValueError\n    return (v >= p)\n"
    pieces = (bench.solutions.reference, ("answer.py", source))
    submission = Submission("alice", "07_dropout", tuple(Segment(*piece) for piece in pieces), (), None)
    grade = warm_judge(load_course(ROOT)).grade(submission)
    (score,) = (score for score in grade.tasks if score.name == "bernoulli_mask")
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
