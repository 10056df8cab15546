"""One trial of a proof: an answer that sits its suite on many seeds, or a mutant that a suite must catch.

Answers are trusted, so they sit the suites in this process, and once through the judge and a guest, which must agree.
Mutants may loop for ever: they sit them in a guest, against the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.answers import Answer
from autograder.bench import Bench
from autograder.course import Course
from autograder.exam import Exam
from autograder.judge import warm_judge
from autograder.messages import say
from autograder.mutation import Mutant
from autograder.reach import reached_by
from autograder.reference import Segments, run
from autograder.remote.conversation import Conversations
from autograder.results import FINE, Outcome, TestResult
from autograder.seeds import form
from autograder.soundness import Kind, MutantRow, Row

WHOLE_SUITE_SEEDS = 2
"""On so many seeds an answer sits the tests of the other tasks that call it, too."""
MUTANT_SEEDS = 3
SPARE, SPARE_TRAINING = 5, 2
"""A right answer must leave these factors of a test's time unused (exercises, ruling h); the second where it trains."""


@dataclass(frozen=True)
class Trial:
    """One answer to be tried: by name, with the source that a submission of it would hold. ``answer`` is None for the
    reference and for what must earn nothing (``trivial``). ``only`` limits all to one task."""

    course: Course
    assignment: str
    name: str
    segments: Segments
    seeds: int
    answer: Answer | None = None
    trivial: bool = False
    only: str | None = None

    @property
    def kind(self) -> Kind:
        """What becomes of it if the suite is sound."""
        wrong = self.answer is not None and self.answer.is_misconception
        return "misconception" if wrong else "trivial" if self.trivial else "right"


@dataclass(frozen=True)
class MutantTrial:
    """One mutant to be tried by the tests of ``task``, or by all where that is empty. ``because`` is recorded."""

    course: Course
    assignment: str
    mutant: Mutant
    task: str
    because: str = ""


def try_out(trial: Trial | MutantTrial) -> tuple[str, Row | MutantRow]:
    """The assignment, and how an answer or a mutant fares in it."""
    return trial.assignment, try_mutant(trial) if isinstance(trial, MutantTrial) else try_answer(trial)


def try_answer(trial: Trial) -> Row:
    """Try one answer on all its seeds in this process, where it does not train a model, and once in a guest."""
    judge = warm_judge(trial.course)
    bench = judge.bench(trial.assignment)
    module = run(bench.assignment.module, trial.segments)
    own = frozenset() if trial.answer is None else frozenset({bench.assignment.task(trial.answer.replaces).name})
    asked = frozenset(task.name for task in bench.assignment.tasks if trial.only in (None, task.name))
    if trial.answer is not None:  # for tasks that never call it, it is the reference, which has a trial of its own
        asked &= reached_by(bench.assignment, bench.solutions.reference[1], trial.answer.replaces)
    training = _training(bench)
    found = _Findings(trial, bench, own)
    for number in range(trial.seeds):
        tasks = asked if not own or number < WHOLE_SUITE_SEEDS else own
        found.add(judge.try_answer(bench, module, _seed(trial, number), tasks - training))
    judge.prepare(bench.assignment)
    session = judge.session(bench.assignment, list(trial.segments))
    try:
        remote = judge.sit(bench, session, _seed(trial, 0), own or asked)
    finally:
        session.close()
    found.compare(remote)
    found.add(remote, training)
    if trial.answer is None and trial.kind == "right":
        found.problems.update(dict.fromkeys(_unsteady(trial, bench, asked - training)))
    return found.row()


def _seed(trial: Trial | MutantTrial, number: int) -> str:
    """The seeds that answers are tried on: first the forms that students are given, then others."""
    config = trial.course.config
    is_form = number < (config.forms or 0)
    return form(config.secret, trial.assignment, number) if is_form else f"author check {number}"


def _unsteady(trial: Trial, bench: Bench, tasks: frozenset[str]) -> Iterator[str]:
    """Tests that do not ask a guest the same when they are run a second time."""
    judge = warm_judge(trial.course)
    session = judge.session(bench.assignment, list(trial.segments))
    session.past, session.recalls = Conversations(), False
    try:
        for _ in range(2):
            judge.sit(bench, session, _seed(trial, 0), tasks, past=session)
    finally:
        session.close()
    for _, _, test in sorted(session.past.unsteady):
        yield (
            f"{test} asks something else when it is run again on the same seed, and hears the same answers: draw all "
            "that is random in it from `rng`, and keep nothing from one run to the next"
        )


def _training(bench: Bench) -> frozenset[str]:
    return frozenset(task.name for task in bench.assignment.tasks if task.training_seconds)


@dataclass
class _Findings:
    """What the exams of one answer showed: the promises that it breaks, in order and each once, and what it passed."""

    trial: Trial
    bench: Bench
    own: frozenset[str]
    problems: dict[str, None] = field(default_factory=dict)
    passed: dict[str, list[bool]] = field(default_factory=dict)
    tests: dict[str, TestResult] = field(default_factory=dict)
    chances: dict[str, float] = field(default_factory=dict)

    def add(self, exam: Exam, tasks: frozenset[str] | None = None) -> None:
        """Take in an exam, or these tasks of it."""
        results = {task: tests for task, tests in exam.results.items() if tasks is None or task in tasks}
        self.problems.update(dict.fromkeys(_violations(self.trial, self.bench, results, self.own)))
        for test in (test for tests in results.values() for test in tests):
            self.tests.setdefault(test.name, test)
            if test.name in exam.evidence:
                self.chances.setdefault(test.name, exam.evidence[test.name].chance)
            if test.outcome is not Outcome.SKIPPED:
                self.passed.setdefault(test.name, []).append(test.outcome is Outcome.PASSED)

    def compare(self, remote: Exam) -> None:
        """Tell the first exam here from the same one in a guest, and how long a right answer took there."""
        luck = () if self.trial.answer is None else self.trial.answer.may_catch
        self.problems.update(dict.fromkeys(_differences(self.tests, remote.results, luck)))
        if self.trial.kind == "right":
            self.problems.update(dict.fromkeys(_slow(self.bench, remote.results)))

    def row(self) -> Row:
        """All of it."""
        trial, shares = self.trial, {name: sum(runs) / len(runs) for name, runs in self.passed.items()}
        if trial.answer is not None and trial.kind == "misconception":
            mine = {item.name for item in self.bench.suite.items() if item.task in self.own}
            self.problems.update(dict.fromkeys(_wavering(trial.answer, shares, mine)))
        chance = sum(self.chances.values())
        return Row(trial.name, trial.kind, "".join(self.own), tuple(self.problems), shares, trial.seeds + 1, chance)


def _violations(trial: Trial, bench: Bench, results: dict[str, list[TestResult]], own: frozenset[str]) -> Iterator[str]:
    """The promises that one run breaks."""
    for task, tests in results.items():
        bad = [test for test in tests if test.outcome not in FINE]
        if trial.trivial:
            yield from (f"passes {test.name}" for test in tests if test.outcome is Outcome.PASSED)
        elif trial.kind == "misconception" and task in own:
            assert trial.answer is not None
            fails = {test.name for test in bad}
            if not bad:
                yield f"loses no marks in {task}"
            for name in trial.answer.caught_by:
                if name not in fails and not any(failed.startswith(f"{name}[") for failed in fails):
                    yield f"is not caught by {name}"
        elif trial.kind == "right" or not own & {*bench.assignment.task(task).needs}:
            yield from (f"fails {test.name}: {test.message.splitlines()[0] if test.message else ''}" for test in bad)


def _differences(
    here: dict[str, TestResult], remote: dict[str, list[TestResult]], luck: tuple[str, ...]
) -> Iterator[str]:
    """Tests that come out differently in a guest and in this process, though not by ``luck``."""
    for test in (test for tests in remote.values() for test in tests):
        if test.message.startswith(say("calls.changed")) or test.name in luck or test.name not in here:
            continue  # that what stays in the guest changes its arguments can only be seen there
        if (here[test.name].outcome in FINE) != (test.outcome in FINE):
            yield (
                f"{test.name} is {test.outcome} in a guest and {here[test.name].outcome} in process: "
                f"{test.message.splitlines()[0] if test.message else ''}"
            )


def _slow(bench: Bench, remote: dict[str, list[TestResult]]) -> Iterator[str]:
    """Tests that leave a right answer, in a guest, too little of their time."""
    for task, tests in remote.items():
        training = bench.assignment.task(task).training_seconds
        limit, spare = (training, SPARE_TRAINING) if training else (bench.assignment.limits.test_seconds, SPARE)
        for test in tests:
            if spare * test.seconds > limit:
                yield f"takes {test.seconds:.1f} s for {test.name}; a right answer should leave {spare} times that"


def _wavering(answer: Answer, shares: dict[str, float], mine: set[str]) -> Iterator[str]:
    """Tests of its own task that a wrong answer passes on some seeds only: its grade would depend on the draw."""
    for name, share in shares.items():
        if name in mine and 0 < share < 1 and name not in answer.may_catch:
            yield (
                f"passes {name} on {100 * share:.0f} % of the seeds, so that a grade depends on the draw; mend the "
                "test, or name it under may_catch if the answer itself is random"
            )


def try_mutant(trial: MutantTrial) -> MutantRow:
    """Have one mutant sit the tests of its task, until one catches it, on a few seeds."""
    judge = warm_judge(trial.course)
    bench = judge.bench(trial.assignment)
    pieces = [bench.solutions.reference, ("mutant", trial.mutant.source)]
    session = judge.session(bench.assignment, pieces)
    every = frozenset(task.name for task in bench.assignment.tasks)
    tasks = frozenset({trial.task}) if trial.task else every - _training(bench)
    caught_by = ""
    try:
        for number in range(MUTANT_SEEDS):
            exam = judge.sit(bench, session, _seed(trial, number), tasks, one_is_enough=True)
            bad = [test for tests in exam.results.values() for test in tests if test.outcome not in FINE]
            if bad:
                caught_by = bad[0].name
                break
    finally:
        session.close()
    return MutantRow(str(trial.mutant), trial.task, caught_by, trial.because)
