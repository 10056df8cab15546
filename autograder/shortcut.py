"""The short way through one collected test: setup, call and teardown as in pytest's own protocol, but without its hooks
and fixture machinery, which take longer than most tests.

It is open to a test that is a plain function and asks for nothing but what every suite is given; any other goes
pytest's way.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from autograder.exam import Exam
from autograder.given import GIVEN, require_gpu
from autograder.verdict import record

_MARKERS = frozenset({"weight", "cuda"})
_FIXTURE = type(pytest.fixture(lambda: None))


@functools.cache
def is_open_to(item: pytest.Item) -> bool:
    """Whether a test may go the short way: pytest would do nothing for it besides what ``run`` does."""
    return (
        type(item) is pytest.Function
        and item.cls is None
        and not hasattr(item, "callspec")
        and GIVEN.keys() >= set(item.fixturenames)
        and {marker.name for marker in item.iter_markers()} <= _MARKERS
        and not inspect.isgeneratorfunction(item.function)
        and not inspect.iscoroutinefunction(item.function)
        and not any(isinstance(thing, _FIXTURE) for thing in vars(item.module).values())
    )


def run(item: Any, exam: Exam) -> None:
    """Run a test that this ``is_open_to``; its result is then in the exam."""
    values: dict[str, Any] = {}

    def setup() -> None:
        require_gpu(item)
        values.update((name, GIVEN[name](item, exam)) for name in _asked_for(item.obj))

    if _phase(item, exam, "setup", setup):
        _phase(item, exam, "call", lambda: item.obj(**values))
    _phase(item, exam, "teardown", exam.close)


@functools.cache
def _asked_for(test: Callable[..., None]) -> tuple[str, ...]:
    return tuple(inspect.signature(test).parameters)


def _phase(item: Any, exam: Exam, when: Any, work: Callable[[], None]) -> bool:
    """Whether the phase went well. What pytest does not catch goes through."""
    call = pytest.CallInfo.from_call(work, when, reraise=(pytest.exit.Exception, KeyboardInterrupt))
    record(item, call, exam)
    return call.excinfo is None
