"""What each way in which a test can end comes to, and what the student is told; the judge's side is never shown."""

import os
import tempfile
import types
from pathlib import Path

import pytest
import torch

from autograder.config import Limits
from autograder.exam import Absent, Direct, Exam
from autograder.judge import warm_judge
from autograder.reference import run
from autograder.results import Outcome
from autograder.suite import Suite

from .graded_course import WRONG, graded_course, write_graded

SECRET = "31.25"  # what the suite expects, and no student may read

SUITE = '''\
"""A suite that meets every way in which a test can end."""

import pytest
import torch

from autograder import expect
from autograder.errors import AssignmentError, GraderError


@pytest.fixture
def broken_setup():
    raise RuntimeError("31.25 while it is set up")


@pytest.fixture
def broken_teardown():
    yield
    raise RuntimeError("31.25 while it is torn down")


def test_passes(student):
    """Twice two
    is four."""
    assert student.double(2.0) == 4.0


def test_plain_assert(student):
    assert student.double(2.0) == 31.25


def test_assert_with_words(student):
    assert student.double(2.0) == 31.25, "words for the student"


def test_assert_of_torch(student):
    torch.testing.assert_close(student.double(torch.ones(2)), torch.full((2,), 31.25))


def test_mismatch(student):
    expect.close(student.double(torch.ones(2)), torch.full((2,), 31.25), what="the doubled vector")


def test_raised(student):
    student.raises(1.0)


def test_raised_assertion(student):
    student.asserts(1.0)


def test_did_not_raise(student):
    with pytest.raises(ValueError):
        student.double(1.0)


def test_right_error_raised(student):
    with pytest.raises(ValueError):
        student.raises(1.0)


def test_unfinished(student):
    student.unwritten(1.0)


def test_missing(student):
    student.doubl(2.0)


@pytest.mark.cuda
def test_on_a_gpu(student):
    student.double(torch.ones(2).cuda())


def test_reference_raises(student, reference):
    assert student.double(2.0) == reference.raises(31.25)


def test_typo(student):
    assert student.double(2.0) == exepcted


def test_never_bound(student):
    for number in student.nothing():
        last = number
    assert last == 2


def test_reference_asserts(student, reference):
    assert student.double(2.0) == reference.asserts(31.25)


def test_reference_is_unwritten(student, reference):
    assert student.double(2.0) == reference.unwritten(31.25)


def test_author_error(student):
    raise AssignmentError("the table has no row 3")


def test_setup(student, broken_setup):
    student.double(2.0)


def test_teardown(student, broken_teardown):
    assert student.double(2.0) == 4.0


def test_death_swallowed(student):
    try:
        student.dies()
    except Exception:
        pass


def test_after_death(student):
    assert student.double(2.0) == 4.0


def test_missing_swallowed(student):
    try:
        student.nowhere()
    except Exception:
        pass


def test_unusable(student):
    torch.full((2,), 31.25) + student.words()


def test_exit(student):
    student.leaves()


def test_unsendable(student):
    student.unsendable()


def test_prints_and_fails(student):
    assert student.prints("seen by the student") == 31.25


def test_prints_and_passes(student):
    assert student.prints("seen by nobody") is None


@pytest.mark.weight(2.5)
@pytest.mark.parametrize("n", [1, 2], ids=["one", "two"])
def test_weights(student, n):
    assert student.double(n) == 2 * n


def test_long_message(student):
    """Its message has no end."""
    assert student.double(2.0) == 31.25, "word " * 5000
'''

STUDENT = """\
import os
import sys


def double(x):
    return 2 * x


def raises(x):
    raise ValueError("my own words")


def asserts(x):
    assert x is None, "my own check"


def unwritten(x):
    raise NotImplementedError("4.1 scale is not written yet")


def dies():
    os._exit(7)


def leaves():
    sys.exit(0)


def words():
    return "words"


def nothing():
    return []


def unsendable():
    value = []
    value.append(value)
    return value


def prints(text):
    print(text)
"""

REFERENCE = STUDENT.replace("raise ValueError", "return 1 / 0\n    raise ValueError")


def seat_of(source):
    """A session over a student's source."""
    course = graded_course()
    return warm_judge(course).session(course.assignments[0], [("scaling.py", source)])


def sit(folder, suite, seat, seed="seed", limits=None, source=REFERENCE):
    """The exam of this seat in a suite of one task, ``scale``; results by the test's name."""
    path = Path(tempfile.mkdtemp(dir=folder)) / "scale.py"  # the pytest around us rewrites test_*.py
    path.write_text(suite, encoding="utf-8")
    reference = run("scaling", (("reference.py", source),))
    reference.__file__ = "reference.py"
    warm = Suite([path])
    try:
        exam = warm.sit(Exam(seat, reference, seed, limits or Limits(), {"scale": "scale", "scaled": "scale"}))
    finally:
        warm.close()
        if not isinstance(seat, Absent | Direct):
            seat.close()
    return {test.name: test for test in exam.results["scale"]}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """One sitting of the whole suite."""
    return sit(tmp_path_factory.mktemp("suite"), SUITE, seat_of(STUDENT))


FAILED, UNGRADED, CRASHED = Outcome.FAILED, Outcome.UNGRADED, Outcome.CRASHED
OUTCOMES = {
    "test_passes": Outcome.PASSED,
    "test_plain_assert": FAILED,
    "test_assert_with_words": FAILED,
    "test_assert_of_torch": FAILED,
    "test_mismatch": FAILED,
    "test_raised": FAILED,
    "test_raised_assertion": FAILED,
    "test_did_not_raise": FAILED,
    "test_right_error_raised": Outcome.PASSED,
    "test_unfinished": Outcome.UNFINISHED,
    "test_missing": Outcome.MISSING,
    "test_reference_raises": UNGRADED,
    "test_typo": UNGRADED,
    "test_never_bound": FAILED,
    "test_reference_asserts": UNGRADED,
    "test_reference_is_unwritten": UNGRADED,
    "test_author_error": UNGRADED,
    "test_setup": UNGRADED,
    "test_teardown": UNGRADED,
    "test_death_swallowed": CRASHED,
    "test_after_death": Outcome.PASSED,
    "test_missing_swallowed": Outcome.MISSING,
    "test_unusable": FAILED,
    "test_exit": FAILED,
    "test_unsendable": FAILED,
    "test_prints_and_fails": FAILED,
    "test_prints_and_passes": Outcome.PASSED,
    "test_weights[one]": Outcome.PASSED,
    "test_weights[two]": Outcome.PASSED,
    "test_long_message": FAILED,
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_end_has_its_outcome(results, name):
    """Nothing defaults to passed; an error of the suite's or the reference's costs the student nothing."""
    assert results[name].outcome is OUTCOMES[name], results[name].message


def test_each_test_has_exactly_one_result(results):
    """Set-up, call and teardown of a test make one result, in the order of the suite."""
    assert [name for name in results if name != "test_on_a_gpu"] == list(OUTCOMES)


def test_gpu_tests_are_skipped_where_no_gpu_is(results):
    """A skip is neither passed nor failed: its weight leaves the denominator."""
    expected = Outcome.PASSED if torch.cuda.is_available() else Outcome.SKIPPED
    assert results["test_on_a_gpu"].outcome is expected


TOLD = {
    "test_passes": "",
    "test_plain_assert": "",
    "test_assert_with_words": "words for the student",
    "test_assert_of_torch": "",
    "test_mismatch": "the doubled vector has wrong values",
    "test_did_not_raise": "it did not raise ValueError",
    "test_unfinished": "4.1 scale is not written yet",
    "test_missing": "`doubl` is not defined; found `double`: is that it?",
    "test_reference_raises": "our fault, not yours: the reference raised ZeroDivisionError",
    "test_typo": "our fault, not yours: the test is broken (NameError: name 'exepcted' is not defined)",
    "test_never_bound": "what was returned cannot be used as the task asks (UnboundLocalError)",
    "test_author_error": "our fault, not yours: the table has no row 3",
    "test_setup": "our fault, not yours: RuntimeError in the test's setup",
    "test_teardown": "our fault, not yours: RuntimeError in the test's teardown",
    "test_death_swallowed": "the process ended itself with exit status 7 before it had answered",
    "test_unusable": "what was returned cannot be used as the task asks (TypeError)",
    "test_prints_and_fails": "",
    "test_prints_and_passes": "",
}


@pytest.mark.parametrize("name", TOLD)
def test_the_student_is_told_just_this(results, name):
    """Only what was written for students, and what is their own."""
    assert results[name].message == TOLD[name]


def test_what_was_printed_is_kept_where_a_test_failed(results):
    """Beside the message, not in it; a passed test keeps none."""
    assert results["test_prints_and_fails"].printed == "seen by the student"
    assert results["test_prints_and_passes"].printed == ""


def test_what_the_student_raised_is_shown_with_their_own_frames(results):
    """Type, words and line of their code; no frame of ours."""
    message = results["test_raised"].message
    assert message.startswith("raised ValueError: my own words\n")
    assert 'File "scaling.py", line 10, in raises' in message
    assert "autograder" not in message
    assert results["test_raised_assertion"].message.startswith("raised AssertionError: my own check\n")
    assert "sys.exit" in results["test_exit"].message


def test_no_message_holds_what_the_suite_expects(results):
    """A value of the suite's would be an answer."""
    assert [test.name for test in results.values() if SECRET in test.message] == []


def test_rubric_and_weight_are_the_authors(results):
    """The docstring on one line, or the name where there is none; weight 1 unless marked."""
    assert results["test_passes"].rubric == "Twice two is four."
    assert results["test_plain_assert"].rubric == "test_plain_assert"
    assert [results[name].weight for name in ("test_passes", "test_weights[one]")] == [1.0, 2.5]


def test_a_message_has_an_end(results):
    """However long, it is cut where a page of feedback ends."""
    message = results["test_long_message"].message
    assert len(message) < 4100
    assert message.endswith("… and 21000 more characters")


SEEDS = """\
import torch


def test_a(student, rng):
    assert False, f"{float(torch.rand((), generator=rng))} {student.draw()}"


def test_b(student, rng):
    assert False, f"{float(torch.rand((), generator=rng))} {student.draw()}"
"""
DRAWS = "import random\nimport torch\n\n\ndef draw():\n    return (float(torch.rand(())), random.random())\n"


def test_seeds_repeat_and_differ(tmp_path):
    """A regrade draws the same inputs and the same chance in the guest; another test or student, others."""
    drawn = [sit(tmp_path, SEEDS, seat_of(DRAWS), seed) for seed in ("alice", "alice", "bob")]
    first, again, other = [[test.message for test in rows.values()] for rows in drawn]
    assert first == again
    assert len({*first, *other}) == 4
    assert all(len({*one.split()} & {*two.split()}) == 0 for one, two in [(first[0], first[1]), (first[0], other[0])])


SLOW = """\
def test_1(student):
    student.loop()


def test_2(student):
    student.loop()


def test_3(student):
    student.fine()
"""
LOOPS = "def loop():\n    while True:\n        pass\n\n\ndef fine():\n    return 1\n"


def test_a_task_has_only_so_much_time_to_run_out_of(tmp_path):
    """Each test that runs out of time takes from its task's; when that is spent, the task's other tests do not run."""
    limits = Limits(test_seconds=0.25, task_seconds=0.4)
    rows = sit(tmp_path, SLOW, seat_of(LOOPS), limits=limits)
    assert [row.outcome for row in rows.values()] == [Outcome.TIMED_OUT] * 3
    stopped = "ran longer than its time limit and was stopped"
    assert [row.message for row in rows.values()][:2] == [stopped, stopped]
    assert rows["test_3"].message == "not run: the tests of this task before it used up its 0.4 seconds"


def test_a_submission_of_which_nothing_runs_misses_every_test(tmp_path):
    """For the one reason given, and without a guest."""
    rows = sit(tmp_path, SLOW, Absent("no file called scaling.py was handed in"))
    assert {(row.outcome, row.message) for row in rows.values()} == {
        (Outcome.MISSING, "no file called scaling.py was handed in")
    }


PUBLIC = """\
def test_scale_by_hand(student):
    assert student.scale(1) == 1


def test_scaled_all(student):
    assert student.scaled(1) == 1


def test_other(student):
    assert True
"""


def test_public_tests_belong_to_the_longest_name_that_theirs_begins_with(tmp_path):
    """`test_scaled_all` is of `scaled`, not of `scale`; a test of no task is kept apart."""
    path = tmp_path / "test_public.py"
    path.write_text(PUBLIC, encoding="utf-8")
    module = types.ModuleType("scaling")
    module.scale = module.scaled = lambda x: x
    warm = Suite([path])
    exam = warm.sit(Exam(Direct(module), module, "seed", Limits(), {"scale": "first", "scaled": "second"}))
    warm.close()
    named = {task: [test.name for test in tests] for task, tests in exam.results.items()}
    assert named == {"first": ["test_scale_by_hand"], "second": ["test_scaled_all"], "": ["test_other"]}


PLAIN = """\
def test_scale_fits(student, reference):
    assert student.scale(2.0, 1.0) == reference.scale(2.0, 1.0)


def test_scale_is_linear(student, rng):
    assert student.scale(2.0, 1.0) == 4.5
"""


class Counted:
    """How the tests of a pytest run ended."""

    def __init__(self):
        self.ended = []

    def pytest_runtest_logreport(self, report):
        """Keep what the call of each test came to."""
        if report.when == "call":
            self.ended.append(report.outcome)


def test_a_plain_pytest_run_uses_the_reference_or_the_given_file(tmp_path):
    """Authors run their suites with pytest alone: against the reference, or with --student against a file."""
    suite = write_graded(tmp_path).assignments[0].suites / "test_scale.py"
    suite.write_text(PLAIN, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    base = ["-c", os.devnull, "-p", "autograder.plugin", "-pno:terminal", "-pno:cacheprovider", "-pno:logging"]
    for more, ended in ((), "passed"), (("--student", str(tmp_path / "wrong.py")), "failed"):
        counted = Counted()
        pytest.main([*base, "--import-mode=importlib", "--noconftest", *more, str(suite)], plugins=[counted])
        assert counted.ended == [ended, ended]


KEEPING = '''\
"""A suite whose tests share what takes long."""

from autograder import expect


def squares(student, once):
    return once("squares", lambda: [student.double(2.0), student.double(3.0)])


def test_scale_first(student, once):
    """The first test does the work."""
    expect.measured("sum", sum(squares(student, once)))


def test_scale_second(student, once):
    """The second looks at the same."""
    assert squares(student, once) == [4.0, 6.0]
'''


def test_what_takes_long_is_done_once_and_what_is_measured_is_kept(tmp_path):
    """``once`` remembers for the rest of one submission's exam; ``expect.measured`` puts a number into the result."""
    path = tmp_path / "test_scale.py"
    path.write_text(KEEPING, encoding="utf-8")
    suite, calls = Suite([path]), []
    student = types.SimpleNamespace(double=lambda x: calls.append(x) or 2 * x)
    for expected in (2, 4):
        exam = Exam(Direct(student), types.ModuleType("reference"), "seed", Limits(), {"double": "scale"})
        first, second = suite.sit(exam).results["scale"]
        assert (first.outcome, second.outcome) == (Outcome.PASSED, Outcome.PASSED)
        assert (dict(first.measured), dict(second.measured)) == ({"sum": 10.0}, {})
        assert len(calls) == expected
    suite.close()


MODES = '''\
"""A suite that looks at torch's global modes after a call."""

import torch


def test_scale_first(student):
    """Calls."""
    student.double(2.0)


def test_scale_second(student):
    """Finds torch as it was."""
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() == torch.float32
'''


def test_modes_that_a_trusted_answer_leaves_behind_end_with_its_test(tmp_path):
    """A misconception that switches gradients off is replayed where students are judged; the next test has them."""

    def careless(x):
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        return x

    path = tmp_path / "test_scale.py"
    path.write_text(MODES, encoding="utf-8")
    suite = Suite([path])
    student = types.SimpleNamespace(double=careless)
    exam = Exam(Direct(student), types.ModuleType("reference"), "seed", Limits(), {"double": "scale"})
    assert [test.outcome for test in suite.sit(exam).results["scale"]] == [Outcome.PASSED, Outcome.PASSED]
    suite.close()
    torch.set_default_dtype(torch.float32)
