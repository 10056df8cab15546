"""What suites are given for a test: ``student``, ``reference``, ``rng``, ``once``; and which task a test belongs to."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.exam import Exam
from autograder.messages import say
from autograder.seeds import derive


def student(item: pytest.Item, exam: Exam) -> Any:
    """The student's functions and classes, as attributes."""
    exam.open(task_of(item, exam), item.name)
    return exam.seat.student


def reference(_: pytest.Item, exam: Exam) -> Any:
    """The reference solution's functions and classes, as attributes."""
    return exam.reference


def rng(item: pytest.Item, exam: Exam) -> Any:
    """A CPU ``torch.Generator`` for this test's inputs, seeded for this student, assignment and test."""
    import torch

    return torch.Generator().manual_seed(derive(exam.seed, item.name) % 2**63)


def once(_: pytest.Item, exam: Exam) -> Callable[[str, Callable[[], Any]], Any]:
    """``once(name, work)`` is what ``work()`` returned the first time in this submission's exam: plain data only,
    since what stays in the guest ends with its test. For what takes a training and several rubric lines look at."""

    def remembered(name: str, work: Callable[[], Any]) -> Any:
        if name not in exam.kept:
            exam.kept[name] = work()
        return exam.kept[name]

    return remembered


GIVEN: Mapping[str, Callable[[pytest.Item, Exam], Any]] = {
    "exam": lambda _, exam: exam, "student": student, "reference": reference, "rng": rng, "once": once,
}  # fmt: skip
"""By the name of its fixture, what makes it for a test."""


def stands_alone(item: Any) -> bool:
    """Whether a test's outcome hangs on its seed and the student's answers alone: it shares nothing with other tests,
    and asks for no fixture of its author's."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    names = set(item.fixturenames) - set(parameters)
    return "student" in names and names <= GIVEN.keys() - {"once"}


def require_gpu(item: pytest.Item) -> None:
    """Skip a ``cuda`` test where no GPU is."""
    if item.get_closest_marker("cuda") is not None:
        import torch

        if not torch.cuda.is_available():
            pytest.skip(say("tests.no_gpu"))


def task_of(item: pytest.Item, exam: Exam) -> str:
    """The task that a test belongs to: a hidden suite is called ``test_<task>.py``, and in ``test_public.py`` each test
    is called ``test_<name>_<what>``."""
    stem = _stem(item.path)
    if stem != "test_public":
        return stem.removeprefix("test_")
    names = [name for name in exam.owners if f"{item.name}_".startswith(f"test_{name}_")]
    return exam.owners[max(names, key=len)] if names else ""


@functools.cache
def _stem(path: Path) -> str:
    return path.stem  # asked for many times in each test
