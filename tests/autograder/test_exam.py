"""Who answers in an exam, on which seeds, against which clock."""

import types

import pytest
import torch

from autograder.config import Limits
from autograder.course import Rules
from autograder.exam import Absent, Direct, Exam
from autograder.remote.failures import StudentFailure
from autograder.results import Outcome
from autograder.seeds import derive

LIMITS = Limits(test_seconds=10, task_seconds=15)


class Clock(Direct):
    """A trusted answer that says how long it took, and how that ended; it remembers what it was given."""

    took, outcome, now = 0.0, Outcome.TIMED_OUT, 0.0

    def begin(self, seed, seconds, rules):
        """Open a test, and already be at its end."""
        super().begin(seed, seconds, rules)
        self.seed, self.seconds = seed, seconds
        Clock.now += self.took
        self.failure = StudentFailure(self.outcome, "") if self.took else None


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Time passes in seats only."""
    monkeypatch.setattr("autograder.exam.time.monotonic", lambda: Clock.now)


def exam_of(seat):
    """An exam at this seat."""
    return Exam(seat, types.ModuleType("reference"), "seed", LIMITS, {})


def test_time_that_ran_out_is_taken_from_the_task():
    """A test gets its own limit, or what its task has left; then no more tests of that task are run."""
    seat = Clock(types.ModuleType("student"))
    exam, seat.took = exam_of(seat), 10.0
    given = []
    for test in ("a", "b"):
        exam.open("task", test)
        given.append(seat.seconds)
        exam.close()
    with pytest.raises(StudentFailure, match="used up its 15 seconds") as caught:
        exam.open("task", "c")
    assert (given, seat.seconds, caught.value.outcome) == ([10.0, 5.0], 0.0, Outcome.TIMED_OUT)
    exam.open("other", "d")
    assert seat.seconds == 10.0


@pytest.mark.parametrize(
    ("outcome", "second"), [(Outcome.FAILED, 10.0), (Outcome.CRASHED, 6.0), (Outcome.OUT_OF_MEMORY, 6.0)]
)
def test_only_what_is_lost_costs_the_task_time(outcome, second):
    """A wrong and slow answer has its full limit in every test; one whose process is lost has what is left."""
    seat = Clock(types.ModuleType("student"))
    exam, seat.took, seat.outcome = exam_of(seat), 9.0, outcome
    for test, seconds in (("a", 10.0), ("b", second)):
        exam.open("task", test)
        exam.close()
        assert seat.seconds == seconds


def test_each_test_seeds_the_guest_anew():
    """From the exam's seed and the test's name: the same for a regrade, and within 63 bits."""
    seat = Clock(types.ModuleType("student"))
    seeds = []
    for test in ("a", "b", "a"):
        exam_of(seat).open("task", test)
        seeds.append(seat.seed)
    assert seeds[0] == seeds[2] != seeds[1]
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_derived_numbers_depend_on_every_label_and_where_it_ends():
    """128 bits; ("ab", "c") is not ("a", "bc")."""
    assert derive("s", "a") == derive("s", "a")
    assert len({derive("s"), derive("s", "a"), derive("s", "b"), derive("t", "a"), derive("s", "a", "b")}) == 5
    assert derive("s", "ab", "c") != derive("s", "a", "bc")
    assert 2**64 < derive("s", "a") < 2**128


def test_a_direct_seat_seeds_and_names_what_is_missing():
    """Attributes are the module's own; a module's dunder names and what it lacks are missing, not errors of ours."""
    module = types.ModuleType("student")
    module.answer = 42
    seat = Direct(module)
    draws = []
    for seed in (1, 1, 2):
        seat.begin(seed, 1.0, Rules())
        draws.append(float(torch.rand(())))
    assert draws[0] == draws[1] != draws[2]
    assert seat.student.answer == 42
    with pytest.raises(StudentFailure, match="`other` is not defined") as caught:
        _ = seat.student.other
    assert caught.value.outcome is Outcome.MISSING


def test_an_absent_submission_has_nobody_to_ask():
    """Every test misses its function, for the one reason."""
    seat = Absent("no file was handed in")
    seat.begin(1, 1.0, Rules())
    with pytest.raises(StudentFailure, match="no file was handed in") as caught:
        _ = seat.student
    assert (caught.value.outcome, seat.failure) == (Outcome.MISSING, None)
