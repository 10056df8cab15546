"""A running guest as its judge has it: frames to it and from it, each with a time limit, and how it ended."""

import os
import select
import signal
import socket
import time
from typing import Protocol

from autograder.errors import GraderError
from autograder.messages import say
from autograder.results import Outcome
from autograder.sandbox.policy import Policy

_HEADER = 8
_CHUNK = 2**18
# What a guest that had too much of something is told; `sandbox.watch` names them.
_EXCESS = {
    "memory": "process.memory", "threads": "process.threads", "disk": "process.disk", "files": "process.files",
    "silence": "process.silence",
}  # fmt: skip


class GuestDied(Exception):
    """A guest ended, or was ended, while it was being waited for; ``outcome`` says how. A student reads the message."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


class BadFrame(Exception):
    """A guest announced a frame larger than any that is allowed, or sent more than it announced."""


class Keeper(Protocol):
    """Who started the guest, and can end it."""

    def end(self, number: int) -> None:
        """Kill a guest. It is gone some milliseconds later."""

    def status(self, number: int) -> tuple[int | None, str | None]:
        """How a guest that closed its pipe ended: its wait status, None where it never ran; and what it had too much
        of, where it was stopped for that."""


class Guest:
    """A running guest: frames to it and from it, each with a time limit."""

    def __init__(self, server: Keeper, number: int, connection: socket.socket, policy: Policy) -> None:
        self.policy = policy
        self._server, self._number, self._connection = server, number, connection
        self._alive = True
        connection.setblocking(False)  # with a timeout, Python would tell the kernel of each change of it
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(connection, select.POLLIN)
        self._writable.register(connection, select.POLLOUT)

    def send(self, frame: bytes, seconds: float, more: bytes = b"") -> None:
        """Write one frame of two parts, after its length and that of the first. Raises ``GuestDied`` when the guest
        takes longer than ``seconds`` to read it, or is gone."""
        deadline = time.monotonic() + seconds
        try:
            self._require_silence()
            sizes = (_HEADER + len(frame) + len(more), len(frame))
            header = b"".join([size.to_bytes(_HEADER, "big") for size in sizes])
            if len(frame) > _CHUNK:  # a copy would cost more than a second call
                self._write(header, deadline)
                self._write(frame, deadline)
                self._write(more, deadline)
            else:
                self._write(b"".join((header, frame, more)), deadline)
        except OSError:
            raise self._ended() from None

    def receive(self, seconds: float, max_size: int) -> memoryview:
        """The next frame. Raises ``GuestDied`` when none is complete within ``seconds`` or the guest ends, and
        ``BadFrame``, before any of it is read, for one of more than ``max_size`` bytes, or for bytes beyond it."""
        deadline = time.monotonic() + seconds
        data = self._read(_HEADER, [], deadline)
        size = int.from_bytes(data[:_HEADER], "big")
        if size > max_size:
            raise BadFrame(f"a frame of {size} bytes was announced; at most {max_size} are allowed")
        frame = self._read(_HEADER + size, [data], deadline)
        if len(frame) > _HEADER + size:
            raise BadFrame(f"{len(frame) - _HEADER - size} bytes came that were not asked for")
        return memoryview(frame)[_HEADER:]

    def _require_silence(self) -> None:
        """Raise ``BadFrame`` where something came that nobody has asked for."""
        if self._readable.poll(0) and self._connection.recv(1, socket.MSG_PEEK):
            raise BadFrame("bytes came that were not asked for")

    def end(self) -> None:
        """Kill the guest, with all it started, and have its folder removed. Later calls do nothing."""
        if self._alive:
            self._alive = False
            self._connection.close()
            self._server.end(self._number)

    def _read(self, size: int, chunks: list[bytes], deadline: float) -> bytes:
        """At least ``size`` bytes, of which ``chunks`` are here already; more where they came in one piece."""
        missing = size - sum(map(len, chunks))
        while missing > 0:
            self._wait(self._readable, deadline)
            try:
                chunk = self._connection.recv(_CHUNK)
            except OSError:
                raise self._ended() from None
            if not chunk:
                raise self._ended()
            chunks.append(chunk)
            missing -= len(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _write(self, data: bytes, deadline: float) -> None:
        """All of it, in as many pieces as the guest takes it in."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._connection.send(view) :]
            except BlockingIOError:
                self._wait(self._writable, deadline)

    def _wait(self, ready: select.poll, deadline: float) -> None:
        """Until there is something to read, or room to write, or the guest is gone. Raises ``GuestDied`` when that
        takes too long, and then ends it."""
        if not ready.poll(max(deadline - time.monotonic(), 0.001) * 1000):
            self.end()
            raise GuestDied(Outcome.TIMED_OUT, say("process.late"))

    def _ended(self) -> GuestDied:
        """Why a guest that closed its end is gone."""
        if not self._alive:
            return GuestDied(Outcome.CRASHED, say("process.gone"))
        self._alive = False
        self._connection.close()
        status, excess = self._server.status(self._number)
        if status is None:
            raise GraderError("the fork server could not fork a guest")
        if excess is not None:
            outcome = Outcome.OUT_OF_MEMORY if excess == "memory" else Outcome.CRASHED
            return GuestDied(outcome, say("process.stopped", why=self._why(excess)))
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGKILL:
                return GuestDied(Outcome.OUT_OF_MEMORY, say("process.killed"))
            return GuestDied(Outcome.CRASHED, say("process.signal", signal=signal.Signals(number).name))
        code = os.WEXITSTATUS(status)
        return GuestDied(Outcome.CRASHED, say("process.exited", status=code))

    def _why(self, excess: str) -> str:
        most = self.policy
        return say(_EXCESS[excess], memory=most.memory_mb, threads=most.threads, disk=most.disk_mb, files=most.files)
