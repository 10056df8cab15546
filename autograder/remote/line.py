"""The line to one guest: frames over it, while the student's time lasts and within what one test may keep of them."""

import pickle
import time
from collections import deque
from dataclasses import dataclass, field

from autograder.messages import say
from autograder.remote.conversation import Known, Step, Unsteady, digest
from autograder.remote.wire import FRAME_HEADER, MAX_FRAME, GuestProtocolError
from autograder.results import Outcome, TestResult
from autograder.sandbox.pipe import BadFrame, Guest, GuestDied

_MAX_LIVING = 2**24  # bytes that say what lives on
MAX_HEARD = 4 * MAX_FRAME  # bytes that a guest may send in one test, all of which the test may keep


@dataclass
class Line:
    """A guest, with what is counted in each test: ``requests``, which it numbers alike, and the numbers of calls that
    were ``released`` since it was told. ``said`` is what the test has asked and heard so far. ``until`` is when the
    guest's time ends, while it is being talked to."""

    guest: Guest
    requests: int = 0
    released: list[int] = field(default_factory=list)
    said: list[Step] = field(default_factory=list)
    until: float | None = None
    _heard: int = 0
    _asked: tuple[bytes, bytes] = (b"", b"")
    # What was asked, and heard, before the test is run that would ask it.
    _ahead: deque[tuple[bytes, bytes, memoryview | Exception]] = field(default_factory=deque)

    def begin(self) -> None:
        """A test begins: count anew. Objects of earlier tests that go now release nothing that this one numbers."""
        self.requests, self.released, self.said, self._heard = 0, [], [], 0

    def send(self, frame: bytes) -> None:
        """Write one frame. Raises ``GuestDied``, and ``Unsteady`` where something else was asked ahead."""
        if self._ahead:
            asked, released, _ = self._ahead[0]
            if asked != frame:
                raise Unsteady
            told = pickle.loads(released) if released else ()
            self.released[:] = [number for number in self.released if number not in told]
        else:
            released = pickle.dumps(self.released) if self.released else b""
            self.released.clear()
            self.guest.send(frame, self._seconds(), released)
        self._asked = frame, released

    def receive(self) -> tuple[memoryview, memoryview]:
        """The next answer, and the frame that says what lives on (empty in a question). Raises ``GuestDied``,
        ``BadFrame`` and ``GuestProtocolError``."""
        frame = self._ahead.popleft()[2] if self._ahead else self._receive()
        if isinstance(frame, Exception):
            raise frame
        self._heard += len(frame)
        if self._heard > MAX_HEARD:
            raise GuestProtocolError(f"more than {MAX_HEARD} bytes in one test")
        self.said.append(Step(*self._asked, digest(frame)))
        size = int.from_bytes(frame[:FRAME_HEADER], "big")
        return frame[FRAME_HEADER : FRAME_HEADER + size], frame[FRAME_HEADER + size :]

    def follow(self, known: Known | TestResult) -> TestResult | None:
        """Have a conversation as far as it is known: its end, or None where the guest gives another answer, or none. In
        that case the test, when it is run, hears what was said here."""
        following: Known | TestResult | None = known
        while isinstance(following, Known):
            try:
                self.guest.send(following.asks, self._seconds(), following.releases)
                frame: memoryview | Exception = self._receive()
            except (GuestDied, BadFrame) as error:
                frame = error
            self._ahead.append((following.asks, following.releases, frame))
            following = None if isinstance(frame, Exception) else following.then.get(digest(frame))
        if following is not None:
            self.drop_ahead()
        return following

    def drop_ahead(self) -> None:
        """Forget what was said ahead."""
        self._ahead.clear()

    def _receive(self) -> memoryview:
        return self.guest.receive(self._seconds(), FRAME_HEADER + MAX_FRAME + _MAX_LIVING)

    def _seconds(self) -> float:
        """What is left. A guest whose answers are always there at once is never waited for, and ends here."""
        seconds = 0.0 if self.until is None else self.until - time.monotonic()
        if seconds <= 0:
            raise GuestDied(Outcome.TIMED_OUT, say("process.late"))
        return seconds
