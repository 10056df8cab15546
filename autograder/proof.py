"""One trial of a proof: an answer that sits its suite on many seeds, or a mutant that a suite must catch.

Answers are trusted, so they sit the suites in this process, and once through the judge and a guest, which must agree.
Mutants may loop for ever: they sit them in a guest, against the clock.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.answers import Answer
from autograder.bench import Bench
from autograder.course import Course
from autograder.exam import Exam
from autograder.judge import warm_judge
from autograder.mutation import Mutant
from autograder.reference import Segments, run
from autograder.remote.failures import CHANGED
from autograder.results import Outcome, TestResult
from autograder.soundness import Kind, MutantRow, Row

WHOLE_SUITE_SEEDS = 1
"""On so many seeds an answer sits the other tasks' tests, too, where the code is the reference's."""
MUTANT_SEEDS = 3
SPARE = 5
"""A right answer must leave this factor of a test's time unused (exercises, ruling h)."""
_FINE = (Outcome.PASSED, Outcome.SKIPPED)


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
    """Try one answer on all its seeds, and once in a guest."""
    judge = warm_judge(trial.course)
    bench = judge.bench(trial.assignment)
    module = run(bench.assignment.module, trial.segments)
    own = frozenset() if trial.answer is None else frozenset({bench.assignment.task(trial.answer.replaces).name})
    every = None if trial.only is None else frozenset({trial.only})
    problems: dict[str, None] = {}  # in order, each once
    passed: dict[str, list[bool]] = {}
    exams: list[Exam] = []
    for number in range(trial.seeds):
        whole = not own or number < WHOLE_SUITE_SEEDS
        exam = judge.try_answer(bench, module, f"author check {number}", every if whole else own)
        exams.append(exam if number == 0 else dataclasses.replace(exam, evidence={}))
        problems.update(dict.fromkeys(_violations(trial, bench, exam.results, own)))
        for test in (test for tests in exam.results.values() for test in tests):
            if test.outcome is not Outcome.SKIPPED:
                passed.setdefault(test.name, []).append(test.outcome is Outcome.PASSED)
    judge.prepare(bench.assignment)
    session = judge.session(bench.assignment, list(trial.segments))
    try:
        remote = judge.sit(bench, session, "author check 0", every or own or None).results
    finally:
        session.close()
    luck = () if trial.answer is None else trial.answer.may_catch
    problems.update(dict.fromkeys(_differences(exams[0].results, remote, luck)))
    if trial.kind == "right":
        problems.update(dict.fromkeys(_slow(bench, remote)))
    shares = {name: sum(runs) / len(runs) for name, runs in passed.items()}
    if trial.answer is not None and trial.kind == "misconception":
        problems.update(dict.fromkeys(_wavering(trial.answer, shares, exams[0].results, own)))
    chance = sum(evidence.chance for evidence in exams[0].evidence.values())
    return Row(trial.name, trial.kind, "".join(own), tuple(problems), shares, trial.seeds + 1, chance)


def _violations(trial: Trial, bench: Bench, results: dict[str, list[TestResult]], own: frozenset[str]) -> Iterator[str]:
    """The promises that one run breaks."""
    for task, tests in results.items():
        bad = [test for test in tests if test.outcome not in _FINE]
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
    direct: dict[str, list[TestResult]], remote: dict[str, list[TestResult]], luck: tuple[str, ...]
) -> Iterator[str]:
    """Tests that come out differently in a guest and in this process, though not by ``luck``."""
    here = {test.name: test for tests in direct.values() for test in tests}
    for test in (test for tests in remote.values() for test in tests):
        if test.message.startswith(CHANGED) or test.name in luck:
            continue  # that what stays in the guest changes its arguments can only be seen there
        if (here[test.name].outcome in _FINE) != (test.outcome in _FINE):
            yield (
                f"{test.name} is {test.outcome} in a guest and {here[test.name].outcome} in process: "
                f"{test.message.splitlines()[0] if test.message else ''}"
            )


def _slow(bench: Bench, remote: dict[str, list[TestResult]]) -> Iterator[str]:
    """Tests that leave a right answer, in a guest, too little of their time."""
    limit = bench.assignment.limits.test_seconds
    for test in (test for tests in remote.values() for test in tests):
        if SPARE * test.seconds > limit:
            yield f"takes {test.seconds:.1f} s for {test.name}; a right answer should leave {SPARE} times that"


def _wavering(
    answer: Answer, shares: dict[str, float], results: dict[str, list[TestResult]], own: frozenset[str]
) -> Iterator[str]:
    """Tests of its own task that a wrong answer passes on some seeds only: its grade would depend on the draw."""
    for test in (test for task in own for test in results.get(task, ())):
        if 0 < shares.get(test.name, 1) < 1 and test.name not in answer.may_catch:
            yield (
                f"passes {test.name} on {100 * shares[test.name]:.0f} % of the seeds, so that a grade depends on the "
                "draw; mend the test, or name it under may_catch if the answer itself is random"
            )


def try_mutant(trial: MutantTrial) -> MutantRow:
    """Have one mutant sit the tests of its task, until one catches it, on a few seeds."""
    judge = warm_judge(trial.course)
    bench = judge.bench(trial.assignment)
    pieces = [bench.solutions.reference, ("mutant", trial.mutant.source)]
    session = judge.session(bench.assignment, pieces)
    tasks = frozenset({trial.task}) if trial.task else None
    caught_by = ""
    try:
        for number in range(MUTANT_SEEDS):
            exam = judge.sit(bench, session, f"author check {number}", tasks, one_is_enough=True)
            bad = [test for tests in exam.results.values() for test in tests if test.outcome not in _FINE]
            if bad:
                caught_by = bad[0].name
                break
    finally:
        session.close()
    return MutantRow(str(trial.mutant), trial.task, caught_by, trial.because)
