"""The warm fork server: imports torch once, then forks a confined guest for each request.

Started as a program of its own (``python -m autograder.sandbox.server FD``), so it knows no suite and no reference. It
talks to the judge over one socket: JSON messages, with the guest's end of a socket pair attached to "fork". It runs no
student code, starts no thread and never touches CUDA, since neither survives a fork.
"""

import array
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any

from autograder.imports import TRITON, leave_out
from autograder.sandbox.confine import confine
from autograder.sandbox.pages import collapse
from autograder.sandbox.policy import GUEST_ENTRY, GUEST_REFUSALS, WARM_MODULES, Policy
from autograder.sandbox.warm import use_once
from autograder.sandbox.watch import EVERY_SECONDS, excess, memory_of, remove

_GRACE_SECONDS = 0.2


def main() -> None:
    """Warm up. Then serve one judge, whose socket was given, until it closes its end; or, where a listener was given
    and the socket of an owner, serve in a fork of this process each judge that comes."""
    opened = [socket.socket(fileno=int(word)) for word in sys.argv[1:]]
    leave_out(TRITON)
    for name in WARM_MODULES:
        importlib.import_module(name)
    use_once()
    gc.collect()
    gc.freeze()  # what is imported is never collected, so that collections in guests copy no pages
    collapse()
    _for_judge(opened[0] if len(opened) == 1 else _borne(*opened))


def _borne(listener: socket.socket, owner: socket.socket) -> socket.socket:
    """In a fork for each judge, that judge's socket. The process itself ends with its owner, with the folder that the
    listener is in, and leaves the forks to their judges."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    while True:
        readable, _, _ = select.select([listener, owner], [], [])
        if owner in readable:
            remove(os.path.dirname(listener.getsockname()))
            os._exit(0)
        control, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            owner.close()
            return control
        control.close()


def _for_judge(control: socket.socket) -> None:
    """Say that we are ready, and serve until the judge closes its end; then remove the folder of scratch folders, whose
    name is the first that the judge says."""
    guests, told = Guests(), b""
    with contextlib.suppress(ConnectionError):  # the judge is gone: so are we
        told = control.recv(2**16)
        control.send(json.dumps({"ready": os.getpid()}).encode())
        _serve(control, guests)
    guests.end_all()
    if told:
        remove(json.loads(told)["scratch"])
    os._exit(0)  # native libraries complain at an ordinary exit, and there is nothing to clean up


def _serve(control: socket.socket, guests: "Guests") -> None:
    """Do as asked: "fork" and "end" have no answer, so that the judge need not wait for them; "status" has one."""
    while True:
        dying, running = guests.bury(), guests.watch()
        control.settimeout(_GRACE_SECONDS / 20 if dying else EVERY_SECONDS if running else None)
        try:
            message, descriptors = _receive(control)
        except TimeoutError:
            continue
        if message is None:
            return
        number = message["guest"]
        if message["op"] == "fork":
            guests.fork(number, message, descriptors[0])
            os.close(descriptors[0])
        elif message["op"] == "end":
            guests.end(number)
        else:
            control.settimeout(None)
            control.send(json.dumps(guests.status(number)).encode())


@dataclass
class Running:
    """A guest that runs; ``excess`` is what it had too much of, where the server itself stopped it for that."""

    pid: int
    scratch: str
    policy: Policy
    excess: str | None = None


class Guests:
    """The guests that run, by the judge's number for each, and those that were killed and are not yet gone."""

    def __init__(self) -> None:
        self._inherited = memory_of("self")[0]  # what every guest begins with
        self._running: dict[int, Running] = {}
        self._dying: dict[int, str] = {}

    def fork(self, number: int, message: dict[str, Any], descriptor: int) -> None:
        """Fork a guest. Where that fails, its pipe closes, and it has no status."""
        policy, scratch = Policy(**message["policy"]), message["scratch"]
        with contextlib.suppress(Exception):  # then the guest tries by itself, and what comes of it is its test's
            _warm(GUEST_REFUSALS).set(policy.forbids)
        with contextlib.suppress(OSError):
            self._running[number] = Running(_fork(policy, scratch, descriptor), scratch, policy)

    def end(self, number: int) -> None:
        """Kill a guest, with its process group. Its end, which takes a while, is not waited for."""
        if number in self._running:
            guest = self._running.pop(number)
            _kill(guest.pid)
            self._dying[guest.pid] = guest.scratch

    def status(self, number: int) -> dict[str, Any]:
        """How a guest that closed its pipe ended: its wait status, and its excess. It gets a moment to end by itself;
        one that never ran has no status."""
        guest = self._running.get(number)
        if guest is None:
            return {"status": None}
        limit = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < limit:
            done, status = os.waitpid(guest.pid, os.WNOHANG)
            if done:
                del self._running[number]
                _kill_group(guest.pid)
                remove(guest.scratch)
                return {"status": status, "excess": guest.excess}
            time.sleep(0.001)
        self.end(number)
        return {"status": signal.SIGKILL, "excess": guest.excess or "silence"}

    def watch(self) -> bool:
        """Stop the guests that have more of something than they may; whether any are running."""
        for guest in self._running.values():
            if guest.excess is None:
                guest.excess = excess(guest.pid, guest.scratch, guest.policy, self._inherited)
                if guest.excess is not None:
                    _kill(guest.pid)
        return bool(self._running)

    def bury(self) -> bool:
        """Take the status, and remove the folder, of guests that have died; whether some are still dying."""
        for pid, scratch in list(self._dying.items()):
            if os.waitpid(pid, os.WNOHANG)[0]:
                del self._dying[pid]
                remove(scratch)
        return bool(self._dying)

    def end_all(self) -> None:
        """Kill every guest, and wait."""
        for number in list(self._running):
            self.end(number)
        while self.bury():
            time.sleep(0.001)


def _receive(control: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    data, ancillary, _, _ = control.recvmsg(2**16, socket.CMSG_SPACE(array.array("i").itemsize))
    descriptors = array.array("i")
    for _level, _kind, payload in ancillary:
        descriptors.frombytes(payload[: len(payload) - len(payload) % descriptors.itemsize])
    return (json.loads(data) if data else None), list(descriptors)


def _fork(policy: Policy, scratch: str, descriptor: int) -> int:
    """Fork a guest; in it, confine and run the entry point, and never return."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        hello = confine(policy, descriptor, scratch)
        _warm(GUEST_ENTRY)(socket.socket(fileno=descriptor), hello, policy.printed_kb)
        status = 0
    finally:
        os._exit(status)


def _warm(place: str) -> Any:
    """What an imported module has by a name, as ``module:name``."""
    module, _, name = place.partition(":")
    return getattr(sys.modules[module], name)


def _kill(pid: int) -> None:
    """Kill a child that was not waited for, and its group, which it may not have founded yet."""
    _kill_group(pid)
    os.kill(pid, signal.SIGKILL)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # the group went with its leader


if __name__ == "__main__":
    main()
