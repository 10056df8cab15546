"""One item after another, in this process."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def run(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results, as they come."""
    return map(function, items)
