"""What tests that passed have asked a guest, and heard from it.

A test is a function of its seed and of what it hears. So where a guest gives, byte by byte, the answers that a test has
passed with before, the test is known to pass, and need not be run. Nothing else is taken from here: what has not been
heard before is judged by running the test, and so is whatever does not pass.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from autograder.errors import GraderError
from autograder.results import TestResult

MOST_BYTES = 64 * 2**20
"""So much of what tests ask is kept; what was not needed for the longest time goes first."""
MOST_ENDINGS = 100
"""So many ways through one test are kept: one whose answers are left to chance has no end of them."""


class Unsteady(GraderError):
    """A test asks something else than it did before."""

    def __init__(self) -> None:
        super().__init__("a test asks something else than it did before, on the same seed and after the same answers")


class Step(NamedTuple):
    """One turn of a conversation: what the judge asked, with what else it had to say, and the digest of the answer."""

    asked: bytes
    released: bytes
    heard: bytes


@dataclass(frozen=True)
class Known:
    """What a test asks next; and, for each answer that one which passed has heard, what comes then."""

    asks: bytes
    releases: bytes
    then: "dict[bytes, Known | TestResult]" = field(default_factory=dict)


Key = tuple[str, str, str]
"""Which test it is: of an exam on this seed, of this task, by this name."""


class Conversations:
    """Those of one suite's tests that ended in a pass. ``unsteady`` are tests that are forgotten for good."""

    def __init__(self) -> None:
        self.unsteady: set[Key] = set()
        self._begins: OrderedDict[Key, Known | TestResult] = OrderedDict()
        self._asked: dict[Key, dict[bytes, bytes]] = {}
        self._endings: dict[Key, int] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._begins)

    def begin(self, test: Key) -> Known | TestResult | None:
        """How the conversation of a test begins: its first step, or its result where it asks nothing; None where that
        is not known."""
        if test in self._begins:
            self._begins.move_to_end(test)
        return self._begins.get(test)

    def add(self, test: Key, steps: Sequence[Step], result: TestResult) -> None:
        """Keep a conversation that ended in this pass. One with an unsteady test is forgotten, and never kept again."""
        if test in self.unsteady or self._endings.get(test, 0) >= MOST_ENDINGS:
            return
        if test not in self._begins:
            self._begins[test] = self._chain(test, steps, result)
        node = self._begins[test]
        for number, step in enumerate(steps):
            if not isinstance(node, Known) or node.asks != step.asked:
                return self.distrust(test)
            if step.heard not in node.then:
                node.then[step.heard] = self._chain(test, steps[number + 1 :], result)
            node = node.then[step.heard]
        if isinstance(node, Known):
            return self.distrust(test)
        self._begins.move_to_end(test)
        while self._bytes > MOST_BYTES:
            self._forget(next(iter(self._begins)))
        return None

    def distrust(self, test: Key) -> None:
        """Forget a test for good, since it is unsteady."""
        self.unsteady.add(test)
        self._forget(test)

    def forget(self) -> None:
        """Forget everything but what is unsteady."""
        for test in list(self._begins):
            self._forget(test)

    def _chain(self, test: Key, steps: Sequence[Step], result: TestResult) -> Known | TestResult:
        """These steps to their end; what is asked on several ways through a test is kept once."""
        self._endings[test] = self._endings.get(test, 0) + 1
        known = self._asked.setdefault(test, {})
        chain: Known | TestResult = result
        for step in reversed(steps):
            if step.asked not in known:
                known[step.asked] = step.asked
                self._bytes += len(step.asked)
            chain = Known(known[step.asked], step.released, {step.heard: chain})
        return chain

    def _forget(self, test: Key) -> None:
        self._begins.pop(test, None)
        self._endings.pop(test, None)
        self._bytes -= sum(map(len, self._asked.pop(test, ())))


def digest(frame: bytes | memoryview) -> bytes:
    """What an answer is told by."""
    return hashlib.sha256(frame).digest()
