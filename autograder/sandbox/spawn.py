"""The judge's side of the fork server: start it, or have it born warm, and get guests from it."""

import contextlib
import dataclasses
import json
import os
import select
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from autograder.errors import GraderError
from autograder.sandbox.nursery import born, launch
from autograder.sandbox.pipe import Guest
from autograder.sandbox.policy import Policy

_START_SECONDS = 300.0
_END_SECONDS = 10.0


class ForkServer:
    """A warm server process. Starting returns at once; the first guest waits until it is ready."""

    def __init__(self, place: Path | None = None) -> None:
        """``place`` is that of a nursery, which then bears it; where that is gone, it is started as by itself."""
        self._scratch = Path(tempfile.mkdtemp(prefix="autograder-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None  # once it has said that it is ready
        self._guests = 0
        self._spare: Guest | None = None
        control = born(place) if place is not None else None
        if control is None:
            control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._process = launch(theirs)
        self._control = control
        self._control.settimeout(_START_SECONDS)
        self._tell({"scratch": str(self._scratch)})

    @property
    def pid(self) -> int:
        """The server's process; one that was borne is waited for until it is ready."""
        return self._ready() if self._process is None else self._process.pid

    def guest(self, policy: Policy) -> "Guest":
        """A fresh guest under ``policy``, and another one is forked meanwhile for the next call.

        Raises ``GraderError`` where the server fails us.
        """
        self._ready()
        guest, self._spare = self._spare, None
        if guest is not None and guest.policy != policy:
            guest.end()
            guest = None
        guest = guest or self._fork(policy)
        self._spare = self._fork(policy)
        return guest

    def end(self, number: int) -> None:
        """Kill a guest. It is gone some milliseconds later."""
        self._tell({"op": "end", "guest": number})

    def status(self, number: int) -> tuple[int | None, str | None]:
        """How a guest that closed its pipe ended: its wait status, None where it never ran; and what it had too much
        of, where it was stopped for that."""
        self._tell({"op": "status", "guest": number})
        answer = self._hear()
        return answer["status"], answer.get("excess")

    def close(self) -> None:
        """End the server and every guest; what a server that was killed has left is removed."""
        self._control.close()
        if self._process is not None:
            try:
                self._process.wait(timeout=_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        elif self._pid is not None:
            _wait_for(self._pid)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _ready(self) -> int:
        """Wait until it is warm; its process."""
        if self._pid is None:
            self._pid = int(self._hear()["ready"])
        return self._pid

    def _fork(self, policy: Policy) -> "Guest":
        self._guests += 1
        scratch = self._scratch / f"guest{self._guests}"
        try:
            scratch.mkdir(mode=0o700)
        except OSError as error:
            raise GraderError(f"{scratch}: a guest's folder cannot be made ({error})") from error
        ours, theirs = socket.socketpair()
        request = {"op": "fork", "guest": self._guests, "scratch": str(scratch), "policy": dataclasses.asdict(policy)}
        with theirs:
            self._tell(request, theirs.fileno())
        return Guest(self, self._guests, ours, policy)

    def _tell(self, request: dict[str, Any], *descriptors: int) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            raise GraderError(f"the fork server does not answer: {error}") from error

    def _hear(self) -> dict[str, Any]:
        try:
            answer = self._control.recv(2**16)
        except OSError as error:
            raise GraderError(f"the fork server does not answer: {error}") from error
        if not answer:
            status = f" with status {self._process.wait()}" if self._process is not None else ""
            raise GraderError(f"the fork server ended{status}; its own message is above")
        return dict(json.loads(answer))


def _wait_for(pid: int) -> None:
    """Until a process that is no child of ours is gone, ten seconds at most."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        try:
            select.select([descriptor], [], [], _END_SECONDS)
        finally:
            os.close(descriptor)
