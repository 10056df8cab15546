"""A pool of processes on this machine."""

import contextlib
import multiprocessing
import os
import pickle
import queue
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

TRIES = 3
"""How many workers an item may cost."""
_SOCKET = 107 - len("/pymp-12345678/listener-12345678")  # bytes of a folder in which Python can make a server's socket


def run(
    function: Callable[[T], R],
    items: Iterable[T],
    jobs: int,
    preload: Sequence[str] = (),
    lost: Callable[[T], R] | None = None,
) -> Iterator[R]:
    """The results in the order in which they are finished.

    ``function`` and the items are pickled. Workers are forked from a server that has imported ``preload`` once, so that
    none of them pays for it again. An exception of ``function`` is raised here; what is not finished is then given up.
    Workers end with this process, however it ends.

    Each worker has a pipe of its own. So one that is killed, in the midst of whatever, costs its own item's time and
    nothing else: a new worker does the item again. One that has cost ``TRIES`` workers has ``lost(item)`` for its
    result; without ``lost`` that raises ``BrokenProcessPool``.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    if len(os.fsencode(tempfile.gettempdir())) > _SOCKET:
        _start_server_in("/tmp")
    workers = [_Worker(context) for _ in range(jobs)]
    idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    for worker in workers:
        idle.put(worker)
    with ThreadPoolExecutor(jobs) as threads:
        try:
            for future in as_completed(threads.submit(_one, idle, function, item, lost) for item in items):
                yield future.result()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.end()


def _start_server_in(folder: str) -> None:
    """Start the fork server, where it does not run yet, with its socket in this folder: the one for temporary files has
    a path too long for a socket's."""
    usual, tempfile.tempdir = tempfile.tempdir, folder
    try:
        forkserver.ensure_running()
    finally:
        tempfile.tempdir = usual


def cores() -> int:
    """The cores that this process may use: the usual number of jobs."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one(idle: "queue.SimpleQueue[_Worker]", function: Callable[[T], R], item: T, lost: Callable[[T], R] | None) -> R:
    """In a thread: one item's result, from a worker that is idle."""
    worker = idle.get()
    try:
        for _ in range(TRIES):
            if (answer := worker.ask(function, item)) is not None:
                result, error = answer
                if error is not None:
                    raise error
                return result
    finally:
        idle.put(worker)
    if lost is None:
        raise BrokenProcessPool(f"{TRIES} processes that worked on it, one after another, were killed")
    return lost(item)


class _Worker:
    """A process that answers over a pipe, started when it is first asked, and again when it was killed."""

    def __init__(self, context: ForkServerContext) -> None:
        self._context = context
        self._lock = threading.Lock()  # so that none is started when all are ended
        self._ended = False
        self._running: tuple[Any, Connection] | None = None

    def ask(self, function: Callable[[T], R], item: T) -> tuple[R, Exception | None] | None:
        """What the function returned, and what it raised; None where the process was killed before it could say."""
        with self._lock:
            if self._ended:
                return None
            if self._running is None:
                ours, theirs = self._context.Pipe()
                process = self._context.Process(target=_serve, args=(theirs,))
                process.start()
                theirs.close()
                self._running = process, ours
            process, pipe = self._running
        with contextlib.suppress(EOFError, OSError):
            pipe.send((function, item))
            return pipe.recv()  # type: ignore[no-any-return]
        with self._lock:
            self._stop()
        return None

    def end(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            self._ended = True
            self._stop()

    def _stop(self) -> None:
        if self._running is not None:
            process, pipe = self._running
            process.terminate()
            process.join()
            pipe.close()
            self._running = None


def _serve(pipe: Connection) -> None:
    """In a worker: do what comes over the pipe."""
    _end_with_parent()
    signal.signal(signal.SIGINT, lambda *_: None)  # the keyboard interrupts the parent, which ends its workers
    while True:
        try:
            function, item = pipe.recv()
        except EOFError:
            return
        try:
            answer = pickle.dumps((function(item), None))
        except Exception as error:
            error.add_note(traceback.format_exc())
            answer = _raised(error)
        pipe.send_bytes(answer)


def _raised(error: Exception) -> bytes:
    """The answer that raises this exception; what cannot travel is raised as a RuntimeError that says what it was."""
    try:
        answer = pickle.dumps((None, error))
        pickle.loads(answer)
    except Exception:
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.__notes__ = error.__notes__
        return pickle.dumps((None, told))
    return answer


def _end_with_parent() -> None:
    """Have this worker end when the process that wants its results is gone: a killed one tells nobody."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()
