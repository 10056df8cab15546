"""The short way through a test: open to plain tests only, and with the same results as pytest's own way."""

import contextlib
import dataclasses
import types

import pytest

from autograder import shortcut
from autograder.config import Limits
from autograder.exam import Absent, Direct, Exam
from autograder.messages import say
from autograder.remote.failures import StudentFailure
from autograder.results import Outcome
from autograder.suite import Suite

PLAIN = """\
import pytest
import torch
from autograder import expect

seen = []


@pytest.mark.weight(3)
def test_passes(student, reference, rng):
    \"\"\"Its rubric line.\"\"\"
    expect.close(student.answer(torch.rand(3, generator=rng)), reference.answer(torch.ones(3)))


def test_draws_the_same(rng, exam):
    seen.append(float(torch.rand((), generator=rng)))
    assert len(set(seen)) == 1


def test_fails(student):
    assert student.answer(1) == 2, "not two"


def test_has_a_default(student, times=2):
    assert student.answer(times) == 2


def test_raises(student):
    student.broken()


def test_misses(student):
    student.nothing


def test_expects(student):
    with pytest.raises(ValueError):
        student.answer(1)


def test_skips(student):
    pytest.skip("not today")


def test_keeps(once, student):
    assert once("answer", lambda: student.answer(7)) == 7


def test_keeps_still(once, student):
    assert once("answer", lambda: student.answer(8)) == 7


@pytest.mark.cuda
def test_on_a_gpu(student):
    assert student.answer(1) == 1


def test_exits(student):
    raise SystemExit(3)
"""

OTHERS = """\
import pytest


@pytest.fixture(autouse=True)
def always():
    yield


def test_beside_a_fixture(student):
    pass
"""

PYTESTS_OWN = """\
import unittest

import pytest


@pytest.mark.parametrize("value", [1, 2])
def test_values(student, value):
    pass


@pytest.mark.skipif(True, reason="never")
def test_marked(student):
    pass


@pytest.mark.xfail
def test_expected_to_fail(student):
    assert False


def test_with_a_folder(student, tmp_path):
    pass


class TestOfAClass:
    def test_method(self, student):
        pass
"""


class Broken(Direct):
    """Somebody whose seat has failed."""

    def begin(self, seed, seconds, rules):
        """Time is up."""
        self.failure = StudentFailure(Outcome.TIMED_OUT, "too slow")


def module():
    """Answers with what it is given."""
    made = types.ModuleType("student")

    def broken():
        raise LookupError("no such thing")

    made.answer, made.broken = lambda value: value, broken
    return made


def sat(path, seat):
    """The exam of this file's tests, with whoever answers at the seat."""
    with contextlib.closing(Suite([path])) as suite:
        return suite.sit(Exam(seat, module(), "seed", Limits(), {}))


def ways(monkeypatch, path, seat):
    """The exam of this file's tests, the short way and pytest's."""
    exams = []
    for short in (True, False):
        with monkeypatch.context() as patch:
            if not short:
                patch.setattr(shortcut, "asked_for", lambda item: None)
            exams.append(sat(path, seat()))
    return exams


def timeless(exam):
    """The results without the seconds that they took."""
    return [
        dataclasses.replace(test, seconds=0.0, message=test.message.split(" at 0x")[0])
        for tests in exam.results.values()
        for test in tests
    ]


@pytest.mark.parametrize(
    "seat",
    [lambda: Direct(module()), lambda: Absent("cannot be read"), lambda: Broken(module())],
    ids=["present", "absent", "broken"],
)
def test_both_ways_come_to_the_same(monkeypatch, tmp_path, seat):
    """Whatever a test does, and whoever answers: outcome, weight, rubric line, message, what pytest catches."""
    path = tmp_path / "test_plain.py"
    path.write_text(PLAIN, encoding="utf-8")
    short, pytests = ways(monkeypatch, path, seat)
    assert timeless(short) == timeless(pytests)
    assert len(timeless(short)) == PLAIN.count("def test_")
    assert {name: evidence.ending for name, evidence in short.evidence.items()} == {
        name: evidence.ending for name, evidence in pytests.evidence.items()
    }


def test_the_short_way_is_gone(monkeypatch, tmp_path):
    """A plain test never meets pytest's protocol; outcomes of every kind come out of it."""
    path = tmp_path / "test_plain.py"
    path.write_text(PLAIN, encoding="utf-8")
    gone = []
    run = shortcut.run
    monkeypatch.setattr(shortcut, "run", lambda item, *rest: (gone.append(item.name), run(item, *rest)))
    exam = sat(path, Direct(module()))
    assert len(gone) == PLAIN.count("def test_")
    found = {test.name: test.outcome for tests in exam.results.values() for test in tests}
    assert found["test_draws_the_same"] is found["test_keeps_still"] is Outcome.PASSED
    assert found["test_misses"] is Outcome.MISSING
    assert found["test_skips"] is Outcome.SKIPPED


@pytest.mark.parametrize(("text", "count"), [(OTHERS, 1), (PYTESTS_OWN, 6)])
def test_pytests_features_go_pytests_way(monkeypatch, tmp_path, text, count):
    """Parameters, marks, classes, fixtures of pytest's and of the suite's own: nothing of them is lost."""
    path = tmp_path / "test_own.py"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(shortcut, "run", lambda item, *_: pytest.fail(f"{item.name} went the short way"))
    exam = sat(path, Direct(module()))
    results = [test for tests in exam.results.values() for test in tests]
    assert len(results) == count


def test_what_ends_before_it_is_opened_costs_no_task_time(tmp_path):
    """A test that is skipped for want of a GPU does not pay again for the time that the test before it ran out of."""
    path = tmp_path / "test_plain.py"
    path.write_text(
        "import pytest\n\ndef test_late(student):\n    student.late()\n\n"
        "@pytest.mark.cuda\ndef test_gpu(student):\n    pass\n",
        encoding="utf-8",
    )

    class Late(Direct):
        def __getattr__(self, name):
            self.failure = StudentFailure(Outcome.TIMED_OUT, say("process.late"))
            raise self.failure

    exam = sat(path, Late(module()))
    left = exam._left["plain"]
    exam.close()
    assert exam._left["plain"] == left < exam.limits.task_seconds
