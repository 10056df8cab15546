"""A pool of processes on this machine."""

import concurrent.futures
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def run(function: Callable[[T], R], items: Iterable[T], jobs: int, preload: Sequence[str] = ()) -> Iterator[R]:
    """The results in the order in which they are finished.

    ``function`` and the items are pickled. Workers are forked from a server that has imported ``preload`` once, so that
    none of them pays for it again. An exception of ``function`` is raised here; what has not begun is then given up.
    Workers end with this process, however it ends.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context, initializer=_end_with_parent) as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            for future in concurrent.futures.as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def _end_with_parent() -> None:
    """Have this worker end when the process that wants its results is gone: a killed one tells nobody."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()
