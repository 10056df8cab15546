"""A failed task -> the misconception whose behavior it shows, if one does.

The misconceptions of the task sit the failed tests in this process, on the same inputs. One matches when it ends each
of its failed tests as the student did, and returned the same values on the way; where what it returns
is left to chance, the same rates. It says itself where that is: there it differs from itself with other luck.
"""

import math
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch

from autograder.answers import Answer
from autograder.evidence import Average, Evidence, Rate
from autograder.exam import Exam
from autograder.reference import Solutions, run
from autograder.results import Diagnosis, Outcome, TestResult

_RTOL, _ATOL = 1e-5, 1e-8
_DEVIATIONS = 5.0
_DIGITS = re.compile(r"\d[\d.e+-]*")
Compare = Callable[[Any, Any], bool]


class Sit(Protocol):
    """Lets a trusted module sit some tests of a task, on a student's inputs."""

    def __call__(self, module: types.ModuleType, seed: str, tests: frozenset[str], restless: bool) -> Exam:
        """The exam that it sat; ``restless`` as in ``exam.Direct``."""


@dataclass
class Diagnostician:
    """Tells misconceptions of one assignment apart; what it learns about the suite it keeps."""

    solutions: Solutions
    owners: Mapping[str, str]
    sit: Sit
    _modules: dict[str, types.ModuleType] = field(default_factory=dict)

    def diagnose(self, exam: Exam, task: str, tests: Sequence[TestResult]) -> Diagnosis | None:
        """What a failed task shows: one misconception, what several that cannot be told apart have in common, or None.

        Tasks that failed in another way than by wrong answers (out of time, crashed, missing) show nothing.
        """
        if any(test.outcome not in (Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED) for test in tests):
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

    def _explained(self, answer: Answer, exam: Exam, failed: Sequence[str], passed: Sequence[str]) -> int:
        """How many of the failed tests a misconception explains; 0 where it does not match."""
        told, explained = False, 0
        for test in failed:
            ours = self._sit(answer, exam.seed, [test])
            if not ours.has_failed():
                continue
            theirs, same = exam.evidence[test], self._comparison(answer, exam, ours, test)
            if _end(theirs) != _end(ours.evidence[test]) or not _all(same, theirs, ours.evidence[test]):
                return 0
            right = self._sit(None, exam.seed, [test]).evidence[test]
            told = told or not _all(same, right, ours.evidence[test])
            explained += 1
        # That the same tests fail in the same words tells something only if all of them are explained by it.
        if not explained or not (told or explained == len(failed)):
            return 0
        must_pass = [test for test in passed if test not in answer.may_catch]
        return 0 if must_pass and self._sit(answer, exam.seed, must_pass).has_failed() else explained

    def _comparison(self, answer: Answer, exam: Exam, ours: Exam, test: str) -> Compare:
        """How to compare with a misconception in a test: exactly, unless what it returns there is left to chance."""
        if _all(alike, exam.evidence[test], ours.evidence[test]):
            return alike
        with_other_luck = self._sit(answer, exam.seed, [test], restless=True).evidence[test]
        return alike if _all(alike, ours.evidence[test], with_other_luck) else alike_by_chance

    def _sit(self, answer: Answer | None, seed: str, tests: Sequence[str], restless: bool = False) -> Exam:
        name = "" if answer is None else answer.written_as
        if name not in self._modules:
            self._modules[name] = run(self.solutions.module, self.solutions.segments(answer))
        return self.sit(self._modules[name], seed, frozenset(tests), restless)


def _named(answers: Sequence[Answer]) -> Diagnosis | None:
    """The diagnosis for these misconceptions: none, one, or what several have in common."""
    if not answers:
        return None
    hints = {answer.hint: None for answer in answers}
    names, places = [answer.written_as for answer in answers], {answer.reread: None for answer in answers}
    hint = next(iter(hints))
    if len(hints) > 1:
        hint = "Several mistakes would give just these results. One of these may be yours: " + " — or: ".join(hints)
    return Diagnosis(" | ".join(names), hint, "; ".join(places))


def _end(evidence: Evidence) -> str:
    """How a test ended, whatever numbers the message quotes."""
    return _DIGITS.sub("#", evidence.ending)


def _all(same: Compare, one: Evidence, other: Evidence) -> bool:
    return len(one.seen) == len(other.seen) and all(map(same, one.seen, other.seen))


def alike(one: Any, other: Any) -> bool:
    """Whether two noted values are the same but for rounding; what a statistical check looked at, but for chance."""
    one, other = _plain_number(one), _plain_number(other)
    if isinstance(one, Rate | Average):
        return alike_by_chance(one, other)
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return _same_tensors(one, other)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_RTOL, abs_tol=_ATOL) or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return type(one) is type(other) and bool(one == other)


def alike_by_chance(one: Any, other: Any) -> bool:
    """Whether two noted values could come from one random answer: rates are near, what was not dropped is the same."""
    one, other = _plain_number(one), _plain_number(other)
    if isinstance(one, Rate) and isinstance(other, Rate):
        trials, pooled = one.trials + other.trials, one.successes + other.successes
        share = pooled / trials
        spread = math.sqrt(share * (1 - share) * (1 / one.trials + 1 / other.trials))
        return abs(one.successes / one.trials - other.successes / other.trials) <= _DEVIATIONS * spread + 1e-12
    if isinstance(one, Average) and isinstance(other, Average):
        return abs(one.value - other.value) <= one.margin  # about seven standard errors of one of them
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.shape == other.shape and one.dtype == other.dtype and _could_be_draws(one.cpu(), other.cpu())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike_by_chance, one, other))
    return type(one) is type(other)


def _plain_number(value: Any) -> Any:
    """Numbers and tensors without axes are one thing to a check; a truth value is none."""
    if isinstance(value, torch.Tensor) and value.ndim == 0 and not value.is_complex() and value.dtype != torch.bool:
        return float(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _could_be_draws(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors of one shape could be draws of one answer: the entries that neither dropped are equal; where
    nothing is dropped, mean and spread are near."""
    if not one.is_floating_point() or not one.numel():
        return True
    kept = (one != 0) & (other != 0)
    if not kept.all():
        return torch.allclose(one[kept], other[kept], rtol=_RTOL, atol=_ATOL, equal_nan=True)
    spread = float((one.var(correction=0) + other.var(correction=0)).sqrt())
    return abs(float(one.mean() - other.mean())) <= _DEVIATIONS * spread / math.sqrt(one.numel()) + _ATOL


def _same_tensors(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.is_floating_point() or one.is_complex():
        return torch.allclose(one.cpu(), other.cpu(), rtol=_RTOL, atol=_ATOL, equal_nan=True)
    return torch.equal(one.cpu(), other.cpu())
