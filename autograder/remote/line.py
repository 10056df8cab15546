"""The line to one guest: frames over it, while the student's time lasts and within what one test may keep of them."""

import time
from dataclasses import dataclass, field

from autograder.messages import say
from autograder.remote.wire import FRAME_HEADER, MAX_FRAME, GuestProtocolError
from autograder.results import Outcome
from autograder.sandbox.pipe import Guest, GuestDied

_MAX_LIVING = 2**24  # bytes that say what lives on
MAX_HEARD = 4 * MAX_FRAME  # bytes that a guest may send in one test, all of which the test may keep


@dataclass
class Line:
    """A guest, with what is counted as long as it lives: ``requests``, which it numbers alike, and the numbers of
    calls that were ``released`` since it was told. ``until`` is when its time ends, while it is being talked to."""

    guest: Guest
    requests: int = 0
    released: list[int] = field(default_factory=list)
    heard: int = 0
    until: float | None = None

    def send(self, frame: bytes) -> None:
        """Write one frame. Raises ``GuestDied``."""
        self.guest.send(frame, self._seconds())

    def receive(self) -> tuple[memoryview, memoryview]:
        """The next answer, and the frame that says what lives on (empty in a question). Raises ``GuestDied``,
        ``BadFrame`` and ``GuestProtocolError``."""
        frame = self.guest.receive(self._seconds(), FRAME_HEADER + MAX_FRAME + _MAX_LIVING)
        self.heard += len(frame)
        if self.heard > MAX_HEARD:
            raise GuestProtocolError(f"more than {MAX_HEARD} bytes in one test")
        size = int.from_bytes(frame[:FRAME_HEADER], "big")
        return frame[FRAME_HEADER : FRAME_HEADER + size], frame[FRAME_HEADER + size :]

    def _seconds(self) -> float:
        """What is left. A guest whose answers are always there at once is never waited for, and ends here."""
        seconds = 0.0 if self.until is None else self.until - time.monotonic()
        if seconds <= 0:
            raise GuestDied(Outcome.TIMED_OUT, say("process.late"))
        return seconds
