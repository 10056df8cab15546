"""A session that knows how tests have ended before: one that hears what a test has passed with is not run again."""

import contextlib
import time
from dataclasses import dataclass, field
from typing import Any

from autograder.course import ANYTHING, Rules
from autograder.remote.conversation import Conversations, Key, Unsteady
from autograder.remote.failures import StudentFailure
from autograder.remote.session import Session
from autograder.results import Outcome, TestResult


@dataclass
class Recalling(Session):
    """A session with the conversations of earlier ones. After ``begin``, ``recall`` has one; where the test must be run
    after all, it begins again, with what time is left, and hears what was said already. One that does not recall only
    remembers. ``is_unsteady`` says that a test was not the one that was recalled: this sitting is worth nothing."""

    past: Conversations = field(default_factory=Conversations)
    recalls: bool = True
    is_unsteady: bool = False
    _test: Key | None = None  # that was recalled in vain
    _seed_then: int = 0
    _spent: float = 0.0
    _is_whole: bool = True

    def begin(self, seed: int, seconds: float, rules: Rules = ANYTHING) -> None:
        """As in any session."""
        spent, self._spent = self._spent, 0.0
        if self._test is None or seed != self._seed_then:
            self._test, spent = None, 0.0
            if self._line is not None:
                self._line.drop_ahead()
        super().begin(seed, seconds - spent, rules)
        self._seed_then, self._is_whole = seed, True

    def close(self) -> None:
        """As in any session. What is said afterwards is not all of the test's conversation."""
        super().close()
        self._is_whole = False

    def knows(self, test: Key) -> bool:
        """Whether a test has passed before."""
        return self.recalls and self.past.begin(test) is not None

    def recall(self, test: Key) -> TestResult | None:
        """The result of the test that is open, where the guest gives answers that it has passed with. None where it
        does not, and the test must be run. Raises ``GraderError`` where no guest can be started."""
        known = self.past.begin(test)
        with contextlib.suppress(StudentFailure):  # the test will meet it again
            self._require_guest()
        if self._line is None or known is None:
            return None
        began = time.monotonic()
        self._line.until = began + self._left
        result = self._line.follow(known)
        self._line.until = None
        if result is None:
            self._test, self._spent = test, time.monotonic() - began
        else:
            self._seed = None  # the guest has it
        return result

    def remember(self, test: Key, result: TestResult) -> None:
        """Keep the conversation of the test that was open, if it has passed, with one guest from beginning to end."""
        if result.outcome is Outcome.PASSED and self.failure is None and self._is_whole:
            self.past.add(test, self._line.said if self._line is not None else (), result)

    def ask(self, *args: Any, **kwargs: Any) -> Any:
        """As in any session. Raises ``Unsteady`` where the test is not the one that was recalled."""
        try:
            return super().ask(*args, **kwargs)
        except Unsteady:
            self.is_unsteady = True
            if self._test is not None:
                self.past.distrust(self._test)
            raise
