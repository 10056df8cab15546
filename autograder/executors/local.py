"""A pool of processes on this machine."""

import concurrent.futures
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def run(
    function: Callable[[T], R],
    items: Iterable[T],
    jobs: int,
    preload: Sequence[str] = (),
    lost: Callable[[T], R] | None = None,
) -> Iterator[R]:
    """The results in the order in which they are finished.

    ``function`` and the items are pickled. Workers are forked from a server that has imported ``preload`` once, so that
    none of them pays for it again. An exception of ``function`` is raised here; what has not begun is then given up.
    Workers end with this process, however it ends.

    Where a worker is killed, nothing but time is lost: what was not finished is done by a new pool, and then, should
    that end as well, item by item. An item whose worker ends even then has ``lost(item)`` for its result; without
    ``lost`` that raises ``BrokenProcessPool``.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    left = dict(enumerate(items))
    for _ in range(2):
        try:
            for number, result in _pool(function, left, jobs, context):
                del left[number]
                yield result
            return
        except BrokenProcessPool:
            continue
    for number, item in list(left.items()):
        try:
            ((_, result),) = _pool(function, {number: item}, 1, context)
        except BrokenProcessPool:
            if lost is None:
                raise
            result = lost(item)
        yield result


def cores() -> int:
    """The cores that this process may use: the usual number of jobs."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pool(
    function: Callable[[T], R], items: dict[int, T], jobs: int, context: multiprocessing.context.ForkServerContext
) -> Iterator[tuple[int, R]]:
    """The results of one pool, by the number of their item. Raises ``BrokenProcessPool`` where a worker is killed."""
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context, initializer=_end_with_parent) as pool:
        futures = {pool.submit(function, item): number for number, item in items.items()}
        try:
            for future in concurrent.futures.as_completed(futures):
                yield futures[future], future.result()
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
