"""The short way through one collected test: setup, call and teardown as in pytest's own protocol, but without its hooks
and fixture machinery, which take longer than most tests.

It is open to a test that is a plain function and asks for nothing but what every suite is given; any other goes
pytest's way.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from autograder.exam import Exam
from autograder.given import GIVEN, require_gpu
from autograder.verdict import record

_MARKERS = frozenset({"weight", "cuda"})
_FIXTURE = type(pytest.fixture(lambda: None))


def asked_for(item: Any) -> tuple[str, ...] | None:
    """The names of what a test asks for, where it may go the short way; None where pytest would do more than that."""
    plain = (
        type(item) is pytest.Function
        and item.cls is None
        and not hasattr(item, "callspec")
        and GIVEN.keys() >= set(item.fixturenames)
        and {marker.name for marker in item.iter_markers()} <= _MARKERS
        and not inspect.isgeneratorfunction(item.function)
        and not inspect.iscoroutinefunction(item.function)
        and not any(isinstance(thing, _FIXTURE) for thing in vars(item.module).values())
    )
    if not plain:
        return None
    asked = inspect.signature(item.obj).parameters.values()
    return tuple(parameter.name for parameter in asked if parameter.default is parameter.empty)


def run(item: Any, exam: Exam, names: Sequence[str]) -> None:
    """Run a test that has ``asked_for`` these names; its result is then in the exam."""
    values: dict[str, Any] = {}

    def setup() -> None:
        require_gpu(item)
        values.update((name, GIVEN[name](item, exam)) for name in names)

    if _phase(item, exam, "setup", setup):
        _phase(item, exam, "call", lambda: item.obj(**values))
    _phase(item, exam, "teardown", exam.close)


def _phase(item: Any, exam: Exam, when: Any, work: Callable[[], None]) -> bool:
    """Whether the phase went well. What pytest does not catch goes through."""
    call = pytest.CallInfo.from_call(work, when, reraise=(pytest.exit.Exception, KeyboardInterrupt))
    record(item, call, exam)
    return call.excinfo is None
