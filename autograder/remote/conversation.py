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


class Conversations:
    """Those that ended in a pass, by the seed of their test, which it shares with no other."""

    def __init__(self) -> None:
        self.unsteady: set[int] = set()
        self._begins: OrderedDict[int, Known | TestResult] = OrderedDict()
        self._asked: dict[int, dict[bytes, bytes]] = {}
        self._endings: dict[int, int] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._begins)

    def begin(self, seed: int) -> Known | TestResult | None:
        """How the conversation of a test begins: its first step, or its result where it asks nothing; None where that
        is not known."""
        if seed in self._begins:
            self._begins.move_to_end(seed)
        return self._begins.get(seed)

    def add(self, seed: int, steps: Sequence[Step], result: TestResult) -> None:
        """Keep a conversation that ended in this pass. One with an unsteady test is forgotten, and never kept again."""
        if seed in self.unsteady or self._endings.get(seed, 0) >= MOST_ENDINGS:
            return
        if seed not in self._begins:
            self._begins[seed] = self._chain(seed, steps, result)
        node = self._begins[seed]
        for number, step in enumerate(steps):
            if not isinstance(node, Known) or node.asks != step.asked:
                return self.distrust(seed)
            if step.heard not in node.then:
                node.then[step.heard] = self._chain(seed, steps[number + 1 :], result)
            node = node.then[step.heard]
        if isinstance(node, Known):
            return self.distrust(seed)
        self._begins.move_to_end(seed)
        while self._bytes > MOST_BYTES:
            self._forget(next(iter(self._begins)))
        return None

    def distrust(self, seed: int) -> None:
        """Forget the test of this seed for good, since it is unsteady."""
        self.unsteady.add(seed)
        self._forget(seed)

    def _chain(self, seed: int, steps: Sequence[Step], result: TestResult) -> Known | TestResult:
        """These steps to their end; what is asked on several ways through a test is kept once."""
        self._endings[seed] = self._endings.get(seed, 0) + 1
        known = self._asked.setdefault(seed, {})
        chain: Known | TestResult = result
        for step in reversed(steps):
            if step.asked not in known:
                known[step.asked] = step.asked
                self._bytes += len(step.asked)
            chain = Known(known[step.asked], step.released, {step.heard: chain})
        return chain

    def _forget(self, seed: int) -> None:
        self._begins.pop(seed, None)
        self._endings.pop(seed, None)
        self._bytes -= sum(map(len, self._asked.pop(seed, ())))


def digest(frame: bytes | memoryview) -> bytes:
    """What an answer is told by."""
    return hashlib.blake2b(frame, digest_size=32).digest()
