"""A test that hears what it has passed with before is not run again: real guests, and suites that count their runs."""

import dataclasses
from pathlib import Path

import pytest

from autograder.course import load_course
from autograder.evidence import saw
from autograder.judge import Judge, warm_judge
from autograder.results import Outcome
from autograder.submission import Segment, Submission, read_submission

from .graded_course import GOOD, GRADED_CONFIG, graded_course, hand_in, write_graded

ROOT = Path(__file__).resolve().parents[2]
HEAD = (
    "from pathlib import Path\n\nimport pytest\nimport torch\n\nfrom autograder import expect\n\n"
    "LOG = Path(__file__).with_name('runs.log')\n\n\ndef note(run):\n    with LOG.open('a') as log:\n"
    "        print(run, file=log)\n\n\n"
)
PLAIN = HEAD + (
    'def test_scale_of_ones(student):\n    """Ones become the factor."""\n    note("ones")\n'
    "    for lam in (1.0, 2.0):\n"
    "        expect.close(student.scale(torch.ones(3), lam), torch.full((3,), 2 * lam + 0.25))\n"
)
RIGHT_ELSEWISE = GOOD.replace("return (2 * lam + 0.25) * x", "return (2 * lam + 0.25) * x * (1 + 1e-6)", 1)
RIGHT_IN_OTHER_WORDS = GOOD.replace("return (2 * lam + 0.25) * x", "return x * (lam + lam + 0.25)", 1)
WRONG = GOOD.replace("+ 0.25", "+ 0.5", 1)
LATER_WRONG = GOOD.replace("return (2 * lam + 0.25) * x", "return (2 * lam + 0.25 + (lam == 2.0)) * x", 1)


@pytest.fixture
def course_of(tmp_path):
    """Makes a course, with a judge of its own on the session's fork server, of this suite for its first task."""

    def make(suite, config=GRADED_CONFIG, **more):
        course = write_graded(tmp_path / "course", config)
        for name, text in {"scale": suite, **more}.items():
            course.assignments[0].task(name).suite.write_text(text, encoding="utf-8")
        judge = Judge(course, warm_judge(graded_course()).server())

        def graded(source, student="alice"):
            folder = tmp_path / f"{student}-{abs(hash(source))}"
            submission = read_submission(hand_in(folder, student, source), student, course.assignments[0])
            return judge.grade(submission).tasks[0]

        return judge, graded

    return make


def runs(judge):
    """What the suite of the first task has noted of its runs."""
    log = judge.bench("04_scaling").assignment.suites / "runs.log"
    return log.read_text(encoding="utf-8").splitlines() if log.is_file() else []


def plain(test):
    """A result but for its time, and for what pytest, in which this runs, adds to a failed assertion."""
    return dataclasses.replace(test, seconds=0.0, message=test.message.partition("\n")[0])


def test_the_same_answers_pass_without_a_run(course_of):
    """Whoever wrote them, and in whatever words; all of the result is the same but for its time."""
    judge, graded = course_of(PLAIN)
    first = graded(GOOD)
    assert first.outcome is Outcome.PASSED
    again, other = graded(GOOD), graded(RIGHT_IN_OTHER_WORDS)
    assert len(runs(judge)) == 1
    for task in (again, other):
        assert list(map(plain, task.tests)) == list(map(plain, first.tests))
    assert again.tests[0].seconds > 0


def test_other_answers_are_judged_by_a_run(course_of):
    """A right answer whose last digits differ passes, and is known from then on; a wrong one fails every time, though
    its first answers are right."""
    judge, graded = course_of(PLAIN)
    assert graded(GOOD).outcome is Outcome.PASSED
    assert graded(RIGHT_ELSEWISE).outcome is Outcome.PASSED
    assert len(runs(judge)) == 2
    assert graded(RIGHT_ELSEWISE).outcome is Outcome.PASSED
    assert len(runs(judge)) == 2
    for source in (WRONG, LATER_WRONG, WRONG, LATER_WRONG):
        before = len(runs(judge))
        assert graded(source).outcome is Outcome.FAILED
        assert len(runs(judge)) > before  # once for the student, and for the misconceptions it is compared with
    assert graded(GOOD).outcome is Outcome.PASSED


def test_nobody_is_asked_twice(course_of):
    """Where a run goes on from a known conversation, it hears what was said already: the student's functions, which
    may count their calls, are called as often as ever."""
    _, graded = course_of(PLAIN)
    graded(GOOD)
    counting = RIGHT_ELSEWISE.replace(
        "    return (2", "    CALLS.append(1)\n    assert len(CALLS) <= 2\n    return (2", 1
    )
    assert graded("CALLS = []\n\n\n" + counting).tests[0].outcome is Outcome.PASSED


def test_what_failed_is_never_taken_for_known(course_of):
    """However often it was heard, and whoever came first."""
    judge, graded = course_of(PLAIN)
    for source, outcome in ((WRONG, "failed"), (WRONG, "failed"), (GOOD, "passed"), (WRONG, "failed")):
        before = len(runs(judge))
        assert graded(source).outcome == outcome
        assert len(runs(judge)) > before


def test_a_mistake_is_named_for_everybody_who_makes_it(course_of):
    """What is noted between two submissions, when pictures are drawn, does not get into what was learned of it."""
    _, graded = course_of(PLAIN)
    adds = GOOD.replace("return (2 * lam + 0.25) * x", "return x + 2 * lam + 0.25", 1)  # the last that is tried
    first = graded(adds).diagnosis
    assert first is not None
    for _ in range(2):
        saw("something drawn")
        assert graded(adds).diagnosis == first


def test_each_form_has_its_own_conversations(course_of):
    """Inputs drawn from another seed are other inputs."""
    draw = HEAD + (
        'def test_scale_fits(student, reference, rng):\n    """Fits."""\n    x = torch.rand(3, generator=rng)\n'
        "    note(x.tolist())\n    expect.close(student.scale(x, 1.0), reference.scale(x, 1.0))\n"
    )
    judge, graded = course_of(draw, GRADED_CONFIG.replace("late:", "forms: 3\nlate:"))
    for number in range(12):
        assert graded(GOOD, f"student{number}").outcome is Outcome.PASSED
    assert len(runs(judge)) == 3
    assert len(set(runs(judge))) == 3


def test_where_each_student_has_their_own_inputs_every_test_is_run(course_of):
    """``forms: null``: nothing is shared, and nothing is known."""
    judge, graded = course_of(PLAIN, GRADED_CONFIG.replace("late:", "forms: null\nlate:"))
    assert [graded(GOOD, f"student{number}").outcome for number in range(3)] == [Outcome.PASSED] * 3
    assert len(runs(judge)) == 3


def test_a_death_after_right_answers_is_a_death(course_of):
    """The process is gone in the midst of a test that was known: it costs that test, as it would without."""
    _, graded = course_of(PLAIN)
    graded(GOOD)
    dies = GOOD.replace("    return (2", "    if lam == 2.0:\n        import os\n        os._exit(3)\n    return (2", 1)
    task = graded(dies)
    assert task.outcome is Outcome.CRASHED
    assert "3" in task.tests[0].message
    assert graded(GOOD).outcome is Outcome.PASSED


def test_time_that_a_known_conversation_took_counts(course_of):
    """What is left for a run is the rest: slow answers, the first already unknown, end in the limit."""
    config = GRADED_CONFIG.replace("late:", "limits: {test_seconds: 1.0}\nlate:")
    _, graded = course_of(PLAIN, config)
    graded(GOOD)
    slow = RIGHT_ELSEWISE.replace("    return (2", "    import time\n    time.sleep(0.6)\n    return (2", 1)
    assert graded(slow).outcome is Outcome.TIMED_OUT


def test_functions_of_the_judge_are_called_back(course_of):
    """What they answer is part of the conversation; what they count is not forged by it."""
    calling = HEAD + (
        'def test_scale_asks(student):\n    """Asks for the factor."""\n    note(1)\n    asked = []\n\n'
        "    def factor(n):\n        asked.append(n)\n        return 2.0 * n\n\n"
        "    assert student.scale(factor, 3) == 6.0\n    assert asked == [1, 3]\n"
    )
    judge, graded = course_of(calling)
    asks = "def scale(f, lam):\n    f(1)\n    return f(lam)\n"
    assert [graded(asks).outcome for _ in range(3)] == [Outcome.PASSED] * 3
    other = "def scale(f, lam):\n    f(1)\n    f(lam)\n    return 6.0\n"  # sounds the same from here
    assert graded(other).outcome is Outcome.PASSED
    assert len(runs(judge)) == 1
    assert graded("def scale(f, lam):\n    return f(lam)\n").outcome is Outcome.FAILED
    assert graded("def scale(f, lam):\n    f(1)\n    f(2)\n    return f(lam)\n").outcome is Outcome.FAILED


def test_objects_and_gradients_are_numbered_alike_in_every_guest(course_of):
    """A layer that stays in the guest, and backward passes through it, after tests that came out otherwise."""
    keeping = HEAD + (
        'def test_scale_first(student):\n    """May fail."""\n    expect.close(student.scale(torch.ones(2), 1.0), '
        'torch.full((2,), 2.25))\n\n\ndef test_scale_of_layers(student):\n    """Gradients reach the input."""\n'
        "    note(1)\n    for lam in (1.0, 2.0):\n        x = torch.ones(3, requires_grad=True)\n"
        "        layer = student.Scaler(lam)\n        (layer(x) ** 2).sum().backward()\n"
        "        expect.close(x.grad, torch.full((3,), 2 * (2 * lam + 0.25) ** 2))\n        del layer\n"
    )
    judge, graded = course_of(keeping)
    for source in (GOOD, GOOD.replace("return scale(x, self.lam)", "return (2 * self.lam + 0.25) * x")):
        assert graded(source).outcome is Outcome.PASSED
    assert len(runs(judge)) == 1
    first_wrong = GOOD.replace("return (2 * lam", "return (1e-3 + 2 * lam", 1).replace(
        "return scale(x, self.lam)", "return (2 * self.lam + 0.25) * x"
    )
    task = graded(first_wrong)
    assert [test.outcome for test in task.tests] == [Outcome.FAILED, Outcome.PASSED]
    assert len(runs(judge)) == 1


def test_what_tests_share_is_never_taken_for_known(course_of):
    """``once``, and fixtures of an author's own: what such a test asks hangs on others."""
    sharing = HEAD + (
        "@pytest.fixture(scope='module')\ndef shared():\n    return []\n\n\n"
        'def test_scale_once(student, once):\n    """Once."""\n    note("once")\n'
        '    assert once("factor", lambda: float(student.scale(torch.ones(()), 1.0))) == 2.25\n\n\n'
        'def test_scale_shared(student, shared):\n    """Shared."""\n    note("shared")\n'
        "    shared.append(student.scale(torch.ones(()), 1.0))\n    assert len(shared) == 1\n"
    )
    judge, graded = course_of(sharing)
    assert [graded(GOOD).outcome for _ in range(3)] == [Outcome.PASSED] * 3
    assert sorted(runs(judge)) == ["once"] * 3 + ["shared"] * 3


def test_a_test_that_asks_nobody_is_run(course_of):
    """It has no seed, and no conversation: that of the test before it is not taken for its own."""
    alone = PLAIN + '\n\ndef test_scale_alone(reference):\n    """Alone."""\n    note("alone")\n'
    judge, graded = course_of(alone)
    for _ in range(2):
        failed, passed = graded(WRONG).tests
        assert (failed.outcome, passed.outcome) == (Outcome.FAILED, Outcome.PASSED)
    assert [graded(GOOD).outcome for _ in range(2)] == [Outcome.PASSED] * 2
    before = len(runs(judge))
    assert graded(GOOD).outcome is Outcome.PASSED
    assert runs(judge)[before:] == ["alone"]


def test_tests_of_one_name_are_told_apart_by_their_tasks(course_of):
    """Both are on the same seed, and one has passed."""
    alike = HEAD + 'def test_ones(student):\n    """Ones."""\n    expect.close(student.{}, torch.full((2,), 2.25))\n'
    judge, _ = course_of(alike.format("scale(torch.ones(2), 1.0)"), Scaler=alike.format("Scaler(1.0)(torch.ones(2))"))
    course = judge._course
    source = GOOD.replace("return scale(x, self.lam)", "return x")
    submission = Submission("alice", "04_scaling", (Segment("scaling.py", source),), (), None)
    for _ in range(3):
        scale, scaler, _ = judge.grade(submission).tasks
        assert (scale.outcome, scaler.outcome) == (Outcome.PASSED, Outcome.FAILED), course


ASKING = "    found = student.scale(torch.full((2,), n), 1.0)\n"
SWALLOWING = f"    try:\n    {ASKING}    except Exception:\n        return\n"


@pytest.mark.parametrize("asking", [ASKING, SWALLOWING], ids=["asking", "swallowing"])
def test_an_unsteady_test_costs_a_second_try_and_nothing_else(course_of, asking):
    """It asks something else each time that it is run. Who meets that is graded again, by running it, whatever the test
    itself made of it; afterwards it is never taken for known."""
    head = 'def test_scale_counts(student):\n    """Counts."""\n    note(1)\n    n = float(len(LOG.read_text()))\n'
    unsteady = HEAD + head + asking + "    expect.close(found, torch.full((2,), 2.25 * n))\n"
    judge, graded = course_of(unsteady)
    assert graded(GOOD).outcome is Outcome.PASSED
    assert graded(RIGHT_ELSEWISE).outcome is Outcome.PASSED
    assert [test for _, _, test in judge.bench("04_scaling").past.unsteady] == ["test_scale_counts"]
    for source, outcome in ((GOOD, "passed"), (WRONG, "failed"), (GOOD, "passed")):
        before = len(runs(judge))
        assert graded(source).outcome == outcome
        assert len(runs(judge)) > before


def test_what_is_said_unasked_is_found_out(course_of):
    """A guest that says more than it is asked loses the test, also where its answers are known."""
    _, graded = course_of(PLAIN)
    graded(GOOD)
    chatty = GOOD.replace(
        "    return (2",
        "    import gc, socket\n"
        "    for s in gc.get_objects():\n        if isinstance(s, socket.socket) and lam == 1.0:\n"
        "            s.sendall(b'more')\n    return (2",
        1,
    )
    assert graded(chatty).outcome is not Outcome.PASSED


ASSIGNMENTS = [path.name for path in sorted((ROOT / "solutions").glob("[0-9]*")) if path.name != "11_capstone"]


@pytest.mark.parametrize(
    ("name", "every"),
    [("07_dropout", 12), *(pytest.param(name, 3, marks=pytest.mark.slow) for name in ASSIGNMENTS)],
)
def test_grades_are_those_of_a_judge_that_knows_nothing(name, every):
    """The reference, accepted answers and misconceptions, one after another: every task comes to the same outcome,
    points, diagnosis and messages, whatever was known before."""
    course = load_course(ROOT)
    judge = warm_judge(course)
    solutions = judge.bench(name).solutions
    right, wrong = solutions.accepted[::every], solutions.misconceptions[::every]
    chosen = [None, *right, None, *wrong, *right]

    def graded(answer):
        segments = tuple(Segment(label, text) for label, text in solutions.segments(answer))
        grade = judge.grade(Submission("alice", name, segments, (), None))
        return [(task.name, task.points, task.diagnosis, [plain(test) for test in task.tests]) for task in grade.tasks]

    with_past = [graded(answer) for answer in chosen]
    past = judge.bench(name).past
    assert len(past) > 40
    for answer, grade in zip(chosen, with_past, strict=True):
        past.forget()
        assert graded(answer) == grade, answer
