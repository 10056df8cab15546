"""On this machine: in this process, or in a pool of them, as many as were asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from autograder.executors import inline, local

T = TypeVar("T")
R = TypeVar("R")


def run(
    function: Callable[[T], R],
    items: Sequence[T],
    jobs: int,
    preload: Sequence[str] = (),
    lost: Callable[[T], R] | None = None,
) -> Iterator[R]:
    """The results in the order in which they are finished, from so many ``jobs``; 0 is one a core. One alone is done
    here; for several, the rest is as in ``local.run``."""
    count = workers(items, jobs)
    return local.run(function, items, count, preload, lost) if count > 1 else inline.run(function, items)


def workers(items: Sequence[T], jobs: int) -> int:
    """How many processes these ``jobs`` are."""
    return min(jobs or local.cores(), len(items))
