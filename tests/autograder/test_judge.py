"""From a submission to a grade: real guests, real suites, the small course."""

import shutil
import subprocess
import sys
from collections import Counter

import pytest

from autograder import judge as judge_module
from autograder.course import load_course
from autograder.errors import AssignmentError
from autograder.judge import Judge, warm_judge
from autograder.release import release
from autograder.results import Outcome, TestResult
from autograder.sandbox.rlimits import limit_memory
from autograder.scoring import task_scores
from autograder.seeds import form, seed_of
from autograder.submission import read_submission

from .graded_course import GOOD, GRADED_CONFIG, WRONG, graded_course, hand_in, write_graded

P, F, B = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED


@pytest.fixture(scope="module")
def course():
    """The session's course."""
    return graded_course()


@pytest.fixture(scope="module")
def judge(course):
    """Its judge, warm."""
    return warm_judge(course)


def graded(judge, course, tmp_path, source, **more):
    """The grade of this source."""
    submission = read_submission(hand_in(tmp_path, "alice", source), "alice", course.assignments[0])
    return judge.grade(submission, **more)


def outcomes(grade):
    """The tasks' outcomes, in order."""
    return [task.outcome for task in grade.tasks]


def test_a_right_submission_earns_every_point(judge, course, tmp_path):
    """Full marks, bonus on top, and what the grade depends on is recorded."""
    grade = graded(judge, course, tmp_path, GOOD)
    assert (grade.score, grade.max_score, outcomes(grade)) == (12.5, 10.0, [P, P, P])
    assert grade.problem is None
    assert grade.late is None
    assert grade.isolation["level"] == "process"
    assert grade.isolation["mechanisms"]["rlimits"] == "applied"
    assert [source["path"] for source in grade.sources] == ["scaling.py"]
    assert {"autograder", "python", "torch", "pytest"} <= set(grade.versions)
    assert grade.seed == seed_of(course.config.secret, "alice", "04_scaling", course.config.forms)


def test_a_wrong_function_costs_its_task_and_blocks_those_that_need_it(judge, course, tmp_path):
    """The dependent task is told which one it builds on; the task itself is failed."""
    grade = graded(judge, course, tmp_path, WRONG)
    assert (grade.score, outcomes(grade)) == (0.0, [F, B, B])
    assert "builds on `scale`" in grade.tasks[2].tests[0].message


def test_points_follow_the_weights(judge, course, tmp_path):
    """A function that is right on one of three tests gets that test's share of weight."""
    special = GOOD.replace("return (2 * lam + 0.25) * x", "return (2 * lam + 0.25 * (lam == 0.0)) * x", 1)
    grade = graded(judge, course, tmp_path, special)
    assert [test.weight for test in grade.tasks[0].tests] == [3.0, 1.0, 1.0]
    assert [test.outcome for test in grade.tasks[0].tests] == [F, P, F]
    assert grade.tasks[0].points == 1.4


def test_an_untouched_submission_is_unfinished_and_earns_nothing(judge, course, tmp_path):
    """The released stub, as it is handed out."""
    source = (course.assignments[0].released / "scaling.py").read_text(encoding="utf-8")
    grade = graded(judge, course, tmp_path, source)
    assert (grade.score, set(outcomes(grade))) == (0.0, {Outcome.UNFINISHED})
    assert "4.1 scale is not written yet" in grade.tasks[0].tests[0].message


@pytest.mark.parametrize(
    ("source", "outcome", "told"),
    [
        ("def scale(x, lam:\n", Outcome.MISSING, "scaling.py"),
        ("1 / 0\n", F, "importing it raised ZeroDivisionError"),
        ("import os\n\nos._exit(3)\n", Outcome.CRASHED, "while it was imported"),
    ],
    ids=["syntax", "raises", "exits"],
)
def test_a_submission_that_cannot_be_loaded_earns_nothing_and_says_why(judge, course, tmp_path, source, outcome, told):
    """Each test tells the one reason, and the tasks that need others are not said to be right."""
    grade = graded(judge, course, tmp_path, source)
    assert grade.score == 0.0
    assert grade.is_graded
    assert grade.tasks[0].outcome is outcome
    assert all(told in test.message for task in grade.tasks for test in task.tests)


def test_a_death_costs_only_the_test_that_it_happened_in(judge, course, tmp_path):
    """The next test gets a fresh guest, in which the submission works as before."""
    dies = GOOD.replace("    return (2", "    import os\n    lam == 2.0 and os._exit(1)\n    return (2", 1)
    grade = graded(judge, course, tmp_path, dies)
    assert [test.outcome for test in grade.tasks[0].tests] == [P, P, Outcome.CRASHED]
    assert "exit status 1" in grade.tasks[0].tests[2].message
    assert outcomes(grade)[1] is P


def test_public_tests_need_neither_solutions_nor_hidden_suites(tmp_path):
    """A student's checkout has only what was released, and is checked all the same."""
    course = write_graded(tmp_path / "course")
    shutil.rmtree(tmp_path / "course" / "solutions")
    shutil.rmtree(tmp_path / "course" / "tests")
    judge = Judge(course, warm_judge(graded_course()).server())
    try:
        grade = graded(judge, course, tmp_path, GOOD, public=True)
        assert [test.name for test in grade.tasks[0].tests] == ["test_scale_by_hand"]
        assert grade.tasks[0].outcome is P
        with pytest.raises(AssignmentError, match=r"04_scaling: missing .*scaling\.py.*test_scale\.py"):
            graded(judge, course, tmp_path, GOOD)
    finally:
        judge.bench("04_scaling", public=True).suite.close()  # the server is the session's


def test_isolation_that_cannot_be_had_refuses_to_grade(tmp_path):
    """Asking for more than there is never grades with less in silence."""
    write_graded(tmp_path, GRADED_CONFIG.replace("isolation: process", "isolation: confined"))
    script = (  # a filter that hides Landlock, as on a kernel without it
        "import errno, sys, pyseccomp\nfrom pathlib import Path\n"
        "rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)\n"
        "rules.add_rule(pyseccomp.ERRNO(errno.EOPNOTSUPP), 'landlock_create_ruleset')\nrules.load()\n"
        "from autograder.cli import app\napp(['check', sys.argv[1], '--course', sys.argv[2]])\n"
    )
    release(load_course(tmp_path))
    target = tmp_path / "assignments" / load_course(tmp_path).assignments[0].name
    done = subprocess.run([sys.executable, "-c", script, target, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "isolation is `confined`, but on this machine landlock is unavailable" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_confined_course_is_graded_with_all_mechanisms_in_force(tmp_path):
    """Where the machine has what the course asks for, every grade records it."""
    write_graded(tmp_path, GRADED_CONFIG.replace("isolation: process", "isolation: confined"))
    course = load_course(tmp_path)
    judge = Judge(course)
    grade = judge.grade(read_submission(hand_in(tmp_path, "alice", GOOD), "alice", course.assignments[0]))
    judge.close()
    assert outcomes(grade) == [P, P, P]
    assert grade.isolation["level"] == "confined"
    assert all(state.startswith("applied") for state in grade.isolation["mechanisms"].values())
    assert {"landlock", "seccomp", "rlimits"} <= {*grade.isolation["mechanisms"]}


def test_the_default_isolation_is_the_strict_one(tmp_path):
    """A configuration that says nothing does not mean less."""
    write_graded(tmp_path, GRADED_CONFIG.replace("isolation: process\n", ""))
    assert load_course(tmp_path).config.isolation == "confined"


@pytest.mark.parametrize(
    ("taken_in", "score"),
    [("2027-02-09 00:14:00 UTC", 12.5), ("2027-02-09 00:15:00 UTC", 11.25), ("2027-05-01 00:00:00 UTC", 6.25)],
    ids=["in grace", "one day", "months"],
)
def test_lateness_costs_what_the_policy_says(judge, course, tmp_path, taken_in, score):
    """By the time that nbgrader took it in: nothing within grace, a day's share for a day begun, half at most."""
    folder = hand_in(tmp_path, "alice", GOOD)
    (folder / "timestamp.txt").write_text(taken_in, encoding="utf-8")
    grade = judge.grade(read_submission(folder, "alice", course.assignments[0]))
    assert grade.score == score
    assert (grade.late is None) == (score == 12.5)


def test_an_answer_that_a_suite_would_blow_up_fails(tmp_path, monkeypatch, request):
    """A suite that broadcasts what it was given runs into the judge's own limit, and that test fails."""
    monkeypatch.setattr(judge_module, "JUDGE_MEMORY_MB", 512)
    course = write_graded(tmp_path / "course")
    suite = course.assignments[0].task("scale").suite
    broadcast = (
        'import torch\n\n\ndef test_scale_fits(student):\n    """Broadcasts."""\n'
        "    assert (student.scale(torch.ones(1, 1), 2.0) + torch.zeros(100_000)).mean() == 4.25\n"
    )
    suite.write_text(broadcast, encoding="utf-8")
    request.addfinalizer(lambda: limit_memory(4096))
    tight = Judge(course, warm_judge(graded_course()).server())
    source = GOOD + "\n\ndef scale(x, lam):\n    import torch\n    return torch.full((10_000, 1), 2.0)\n"
    (task, *_) = graded(tight, course, tmp_path, source).tasks
    assert (task.outcome, task.points) == (F, 0)
    assert "RuntimeError" in task.tests[0].message
    (task, *_) = graded(tight, course, tmp_path / "again", GOOD).tasks
    assert task.outcome is P


def test_the_seed_depends_on_student_assignment_and_secret_only():
    """A regrade sees the same inputs; where each student has their own nobody else's are the same, and the secret is
    not in it."""
    seed = seed_of("not-a-real-secret", "alice", "04_scaling", None)
    assert seed == seed_of("not-a-real-secret", "alice", "04_scaling", None)
    secret = "not-a-real-secret"
    others = [(secret, "bob", "04_scaling"), (secret, "alice", "05"), ("x" * 9, "alice", "04_scaling")]
    assert len({seed, *(seed_of(*other, None) for other in others)}) == 4
    assert "secret" not in seed


def test_a_class_shares_the_forms_of_an_assignment():
    """Each student has one of them, about as many have each, and another assignment or secret has others."""
    secret, students = "not-a-real-secret", [f"student{number}" for number in range(400)]
    forms = [form(secret, "04_scaling", number) for number in range(4)]
    drawn = Counter(seed_of(secret, student, "04_scaling", 4) for student in students)
    assert set(drawn) == set(forms)
    assert min(drawn.values()) > 60
    assert not {form(secret, "05", number) for number in range(4)} & set(forms)
    assert not {form("x" * 9, "04_scaling", number) for number in range(4)} & set(forms)
    assert seed_of(secret, "alice", "04_scaling", 1) == forms[0]


def test_only_failed_tests_are_blocked_and_passed_ones_keep_their_points(course):
    """A task that needs an unsolved one keeps what it earned; a death stays a death."""
    rows = {
        "scale": [TestResult("a", "r", F)],
        "twice": [TestResult("b", "r", P), TestResult("c", "r", F, message="m"), TestResult("d", "r", Outcome.CRASHED)],
    }
    scores = {score.name: score for score in task_scores(course.assignments[0], rows)}
    assert [test.outcome for test in scores["twice"].tests] == [P, B, Outcome.CRASHED]
    assert scores["twice"].tests[1].message.endswith("\nm")
    assert scores["twice"].points == 1.0
    assert scores["Scaler"].outcome is Outcome.UNGRADED  # no test at all is our fault


def test_a_skipped_task_counts_as_solved_for_those_that_need_it(course):
    """No GPU here is nobody's mistake, so it blocks nothing."""
    rows = {"scale": [TestResult("a", "r", Outcome.SKIPPED)], "twice": [TestResult("b", "r", F)]}
    scores = {score.name: score for score in task_scores(course.assignments[0], rows)}
    assert scores["twice"].outcome is F


def test_a_trusted_answer_may_sit_some_tasks_only(judge, course):
    """`author check` tries a variant on its own task; the others are not run."""
    bench = judge.bench("04_scaling")
    exam = judge.try_answer(bench, bench.reference, "seed", frozenset({"scale"}))
    assert set(exam.results) == {"scale"}
    assert {test.outcome for test in exam.results["scale"]} == {P}
