"""The warm fork server: imports torch once, then forks a confined guest for each request.

Started as a program of its own (``python -I -m autograder.sandbox.server FD SCRATCH``), so it knows no suite and no
reference. It talks to the judge over one socket: JSON messages, with the guest's end of a socket pair attached to
"fork". It runs no student code, starts no thread and never touches CUDA, since neither survives a fork.
"""

import array
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import sys
import time
from typing import Any

from autograder.sandbox.confine import confine
from autograder.sandbox.policy import GUEST_ENTRY, WARM_MODULES, Policy
from autograder.sandbox.warm import use_once

_GRACE_SECONDS = 0.2


def main() -> None:
    """Warm up, say so, and serve until the judge closes its end; then remove the folder of scratch folders."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in WARM_MODULES:
        importlib.import_module(name)
    use_once()
    gc.collect()
    gc.freeze()  # what is imported is never collected, so that collections in guests copy no pages
    children: set[int] = set()
    try:
        control.send(json.dumps({"ready": os.getpid()}).encode())
        _serve(control, children)
    except ConnectionError:
        pass  # the judge is gone: so are we
    for pid in children:
        _reap(pid, kill=True)
    shutil.rmtree(sys.argv[2], ignore_errors=True)
    os._exit(0)  # native libraries complain at an ordinary exit, and there is nothing to clean up


def _serve(control: socket.socket, children: set[int]) -> None:
    """Fork and reap as asked; ``children`` are the guests that run."""
    while True:
        message, descriptors = _receive(control)
        if message is None:
            return
        if message["op"] == "fork":
            pid = _fork(message, descriptors[0])
            os.close(descriptors[0])
            children.add(pid)
            control.send(json.dumps({"pid": pid}).encode())
        else:
            children.discard(message["pid"])
            control.send(json.dumps({"status": _reap(message["pid"], message["kill"])}).encode())


def _receive(control: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    data, ancillary, _, _ = control.recvmsg(2**16, socket.CMSG_SPACE(array.array("i").itemsize))
    descriptors = array.array("i")
    for _level, _kind, payload in ancillary:
        descriptors.frombytes(payload[: len(payload) - len(payload) % descriptors.itemsize])
    return (json.loads(data) if data else None), list(descriptors)


def _fork(message: dict[str, Any], descriptor: int) -> int:
    """Fork a guest; in it, confine and run the entry point, and never return."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        policy = Policy(**message["policy"])
        hello = confine(policy, descriptor, message["scratch"])
        module, _, name = GUEST_ENTRY.partition(":")
        getattr(sys.modules[module], name)(socket.socket(fileno=descriptor), hello, policy.printed_kb)
        status = 0
    finally:
        os._exit(status)


def _reap(pid: int, kill: bool) -> int:
    """End a guest, with its process group, and return its wait status.

    A guest that is ending by itself gets a moment to do so, so that its own status is seen.
    """
    limit = time.monotonic() + (0 if kill else _GRACE_SECONDS)
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            _kill_group(pid)
            return status
        if time.monotonic() >= limit:
            break
        time.sleep(0.001)
    _kill_group(pid)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # the group went with its leader


if __name__ == "__main__":
    main()
