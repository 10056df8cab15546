"""A failed task -> the misconception whose behavior it shows, if one does.

The misconceptions of the task sit the failed tests in this process, on the same inputs. One matches when it ends each
of its failed tests as the student did, and returned the same values on the way; where what it returns
is left to chance, the same rates. It says itself where that is: there it differs from itself with other luck.
"""

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from autograder.alike import STRICTEST_FIRST, Compare, alike, alike_in_the_mean
from autograder.answers import Answer
from autograder.evidence import Evidence
from autograder.exam import Exam
from autograder.messages import say
from autograder.reference import Solutions, run
from autograder.results import FINE, Diagnosis, Outcome, TestResult

_DIGITS = re.compile(r"\d[\d.e+-]*")


class Sit(Protocol):
    """Lets a trusted module sit some tests of a task, on a student's inputs."""

    def __call__(self, module: types.ModuleType, seed: str, tests: frozenset[str], restless: bool) -> Exam:
        """The exam that it sat; ``restless`` as in ``exam.Direct``."""


@dataclass(frozen=True)
class Replay:
    """How a misconception, or the reference, fared in one test: what it showed, and whether it failed."""

    evidence: Evidence
    failed: bool


@dataclass
class Diagnostician:
    """Tells misconceptions of one assignment apart. How each fared in a test is kept as long as submissions of the same
    form, and so with the same inputs, follow each other."""

    solutions: Solutions
    owners: Mapping[str, str]
    sit: Sit
    _modules: dict[str, types.ModuleType] = field(default_factory=dict)
    _replays: dict[tuple[str, str, bool], Replay] = field(default_factory=dict)
    _seed: str = ""

    def diagnose(self, exam: Exam, task: str, tests: Sequence[TestResult]) -> Diagnosis | None:
        """What a failed task shows: one misconception, what several that cannot be told apart have in common, or None.

        Tasks that failed in another way than by wrong answers (out of time, crashed, missing) show nothing.
        """
        if any(test.outcome not in (*FINE, Outcome.FAILED) for test in tests):
            return None
        failed = [test.name for test in tests if test.outcome is Outcome.FAILED]
        passed = [test.name for test in tests if test.outcome is Outcome.PASSED]
        explained = {
            answer: self._explained(answer, exam, failed, passed)
            for answer in self.solutions.misconceptions
            if self.owners[answer.replaces] == task
        }
        most = max(explained.values(), default=0)
        return _named([answer for answer, tests in explained.items() if tests == most > 0])

    def _explained(
        self,
        answer: Answer,
        exam: Exam,
        failed: Sequence[str],
        passed: Sequence[str],
    ) -> int:
        """How many of the failed tests a misconception explains; 0 where it does not match."""
        told, explained = False, 0
        for test in failed:
            replay = self._replay(answer, exam.seed, test)
            if not replay.failed:
                continue
            theirs, ours, right = exam.evidence[test], replay.evidence, self._replay(None, exam.seed, test).evidence
            same = self._comparison(answer, exam, ours, test)
            if _end(theirs) == _end(ours) and _all(same, theirs, ours):
                told = told or not _all(same, right, ours)
                explained += 1
            elif not _right_at_times(same, theirs, ours, right):
                return 0
        # That the same tests fail in the same words tells something only if all of them are explained by it.
        if not explained or not (told or explained == len(failed)):
            return 0
        must_pass = [test for test in passed if test not in answer.may_catch]
        return 0 if any(self._replay(answer, exam.seed, test).failed for test in must_pass) else explained

    def _comparison(self, answer: Answer, exam: Exam, ours: Evidence, test: str) -> Compare:
        """How to compare with a misconception in a test: the strictest way in which all that it returns is like what it
        returns with other luck. Not value by value: small draws coincide at times."""
        if _all(alike, exam.evidence[test], ours):
            return alike
        with_other_luck = self._replay(answer, exam.seed, test, restless=True).evidence
        return next((same for same in STRICTEST_FIRST if _all(same, ours, with_other_luck)), alike_in_the_mean)

    def _replay(self, answer: Answer | None, seed: str, test: str, restless: bool = False) -> Replay:
        if seed != self._seed:
            self._seed, self._replays = seed, {}
        name = "" if answer is None else answer.written_as
        if name not in self._modules:
            self._modules[name] = run(self.solutions.module, self.solutions.segments(answer))
        if (name, test, restless) not in self._replays:
            exam = self.sit(self._modules[name], seed, frozenset([test]), restless)
            self._replays[name, test, restless] = Replay(exam.evidence.get(test, Evidence()), exam.has_failed())
        return self._replays[name, test, restless]


def _named(answers: Sequence[Answer]) -> Diagnosis | None:
    """The diagnosis for these misconceptions: none, one, or what several have in common."""
    if not answers:
        return None
    hints = {answer.hint: None for answer in answers}
    names, places = [answer.written_as for answer in answers], {answer.reread: None for answer in answers}
    hint = next(iter(hints))
    if len(hints) > 1:
        hint = say("tests.several", hints=say("tests.alternative").join(hints))
    return Diagnosis(" | ".join(names), hint, "; ".join(places))


def _end(evidence: Evidence) -> str:
    """How a test ended, whatever numbers the message quotes."""
    return _DIGITS.sub("#", evidence.ending)


def _all(same: Compare, one: Evidence, other: Evidence) -> bool:
    """Whether two took the same way through a test."""
    return len(one.seen) == len(other.seen) and all(map(same, one.seen, other.seen))


def _right_at_times(same: Compare, theirs: Evidence, ours: Evidence, right: Evidence) -> bool:
    """Whether a student who got further than the misconception did so by being right where it is not, as who divides
    by p but thinks of p = 0."""
    if len(theirs.seen) <= len(ours.seen):
        return False
    ways = zip(theirs.seen, ours.seen, right.seen, strict=False)
    return all(same(value, wrong) or same(value, good) for value, wrong, good in ways)
