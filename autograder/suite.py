"""A suite that stays warm: pytest collects it once, then runs it for one exam after another.

The pytest session lives in a thread of its own, whose run loop takes exams from a queue, so that everything here is
pytest's public interface and nothing of a session's start or end is paid for each submission.
"""

import contextvars
import os
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autograder import shortcut
from autograder.errors import AssignmentError, GraderError
from autograder.exam import Exam
from autograder.given import stands_alone, task_of
from autograder.plugin import EXAM

# No configuration, plugin or conftest of anybody's, no rewritten asserts, no capturing: suites only. A module is called
# by its path from the root of the disk, so that two assignments' files of one name are two modules.
_ARGUMENTS = [
    "-c", os.devnull, f"--rootdir={os.path.abspath(os.sep)}", "--noconftest", "--disable-plugin-autoload",
    "--import-mode=importlib", "--assert=plain", "-p", "autograder.plugin", *(f"-pno:{name}" for name in (
        "terminal", "cacheprovider", "doctest", "junitxml", "logging", "warnings", "faulthandler", "pastebin",
        "unraisableexception", "threadexception", "stepwise", "capture", "debugging", "legacypath", "setuponly",
        "setupplan", "subtests", "unittest",
    )),
]  # fmt: skip


# With each exam the context of who asks for it, since the session is in another thread: whose words count is in it.
_Exams = queue.Queue[tuple[Exam, contextvars.Context] | None]


@dataclass(frozen=True)
class Item:
    """One collected test: its name, the task that it belongs to, where that is a hidden suite's, and its rubric line,
    empty where the author wrote none."""

    name: str
    task: str
    rubric: str


@dataclass(frozen=True)
class _Way:
    """How a test is run: what it asks for, where it may go the short way; and whether its outcome stands alone."""

    short: Sequence[str] | None
    alone: bool


class Suite:
    """The tests of these files, collected and ready. Raises ``AssignmentError`` where they cannot be collected."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._exams: _Exams = queue.Queue()
        self._done: queue.Queue[BaseException | None] = queue.Queue()
        self._files = tuple(files)
        self._loop = _Loop(self._exams, self._done)
        self._thread = threading.Thread(target=self._run, name="suite", daemon=True)
        self._thread.start()
        self._wait()

    def sit(self, exam: Exam) -> Exam:
        """Run the exam's tests; its results are then in it. Raises ``GraderError`` where pytest itself fails."""
        if not self._thread.is_alive():
            raise GraderError("the suite has ended")
        self._exams.put((exam, contextvars.copy_context()))
        self._wait()
        return exam

    def items(self) -> tuple[Item, ...]:
        """The collected tests, in the order in which they run."""
        return self._loop.items

    def close(self) -> None:
        """End the pytest session."""
        self._exams.put(None)
        self._thread.join()

    def _wait(self) -> None:
        error = self._done.get()
        if error is not None:
            raise error

    def _run(self) -> None:
        loop = self._loop
        try:
            status = pytest.main([*_ARGUMENTS, *map(str, self._files)], plugins=[loop])
        except BaseException as error:
            self._done.put(GraderError(f"pytest failed: {type(error).__name__}: {error}"))
            return
        if not loop.started:
            reason = "\n".join(loop.problems) or f"pytest ended with status {status}"
            self._done.put(AssignmentError(f"the suite cannot be collected: {reason}"))
        else:
            self._done.put(None)


class _Loop:
    """The plugin that replaces pytest's run loop."""

    def __init__(self, exams: _Exams, done: "queue.Queue[BaseException | None]") -> None:
        self._exams, self._done = exams, done
        self.started = False
        self.items: tuple[Item, ...] = ()
        self.problems: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember why a file cannot be collected."""
        if report.failed:
            self.problems.append(str(report.longrepr))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the items for every exam that comes, until there is none."""
        if self.problems or not session.items:
            return True
        self.started = True
        self.items = tuple(
            Item(item.name, item.path.stem.removeprefix("test_"), getattr(item, "function", item).__doc__ or "")
            for item in session.items
        )
        ways = {item: _Way(shortcut.asked_for(item), stands_alone(item)) for item in session.items}
        hooks = session.config.hook
        session.gethookproxy = lambda _: hooks  # type: ignore[method-assign, assignment]  # no conftest has others
        self._done.put(None)
        while (asked := self._exams.get()) is not None:
            exam, context = asked
            session.config.stash[EXAM] = exam
            try:
                context.run(self._sit, session, exam, ways)
            except BaseException as error:
                self._done.put(GraderError(f"the suite failed: {type(error).__name__}: {error}"))
                return True
            self._done.put(None)
        return True

    @staticmethod
    def _sit(session: pytest.Session, exam: Exam, ways: Mapping[pytest.Item, _Way]) -> None:
        items: list[Any] = [item for item in session.items if exam.wants(task_of(item, exam), item.name)]
        # With no next item pytest tears down every scope, so no fixture's value outlives its exam.
        following = dict(pairwise(item for item in items if ways[item].short is None))
        for item in items:
            way, task = ways[item], task_of(item, exam)
            if way.alone and exam.passes_again(task, item.name):
                continue
            if way.short is not None:
                shortcut.run(item, exam, way.short)
            else:
                after = None if exam.one_is_enough else following.get(item)
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if way.alone:
                exam.remember(task, item.name)
            if exam.one_is_enough and exam.has_failed():
                return
