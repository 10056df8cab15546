"""One submission sitting the suites of its assignment: who answers, on which seeds, against which clock."""

import time
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from autograder.config import Limits
from autograder.course import Rules
from autograder.errors import GraderError
from autograder.evidence import Evidence, fresh, saw
from autograder.messages import say
from autograder.remote.conversation import Key
from autograder.remote.failures import StudentFailure
from autograder.results import COSTLY, FINE, Outcome, TestResult
from autograder.seeds import derive


class Seat(Protocol):
    """Who answers for the student: a guest (``remote.session.Session``), this process, or nobody."""

    failure: StudentFailure | None
    printed: str

    @property
    def student(self) -> Any:
        """What the suites call."""

    def begin(self, seed: int, seconds: float, rules: Rules) -> None:
        """Open a test: seed everything random; ``seconds`` is what the student's code may take, and ``rules`` what it
        must not do."""


class Past(Protocol):
    """How tests have ended before at this seat (``remote.recalling``)."""

    def knows(self, test: Key) -> bool:
        """Whether a test has passed before."""

    def recall(self, test: Key) -> TestResult | None:
        """The result of the test that is open, where its answers are those that it has passed with."""

    def remember(self, test: Key, result: TestResult) -> None:
        """Keep what the test that was open was told, if it has passed."""


@dataclass
class Direct:
    """The student's module in this process, without a boundary: for trusted answers, and as the floor of benchmarks.

    Nothing is forbidden here, where suites and the reference run too. ``restless`` draws a random number before each
    call, so that what a right answer returns differs from before where it is left to chance."""

    module: types.ModuleType
    restless: bool = False
    failure: StudentFailure | None = None
    printed: str = ""
    _rules: Rules = field(default_factory=Rules)

    @property
    def student(self) -> "Direct":
        """Itself: attributes are the module's."""
        return self

    def begin(self, seed: int, seconds: float, rules: Rules) -> None:
        """Seed the default generator: directly, since ``torch.manual_seed`` takes milliseconds to tell every device."""
        import torch

        torch.default_generator.manual_seed(seed)
        self._rules = rules

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.module.__dict__:
            raise StudentFailure(Outcome.MISSING, say("calls.missing", name=name))
        import torch

        written = self.module.__dict__[name]

        def call(*args: Any, **kwargs: Any) -> Any:
            given = (*args, *kwargs.values())
            if self.restless:
                _draw_from_all(given)
            before = () if self._rules.changes_arguments else tuple(map(_copied, _tensors(given)))
            value = written(*args, **kwargs)
            if any(not torch.equal(then, now) for then, now in zip(before, _tensors(given), strict=False)):
                raise StudentFailure(Outcome.FAILED, say("calls.changed"))
            saw(value)
            return value

        return call if callable(written) else written


def _tensors(given: Sequence[Any]) -> Iterator[Any]:
    """The tensors among arguments, those of models and in lists included."""
    import torch

    for argument in given:
        if isinstance(argument, torch.Tensor):
            yield argument.nan_to_num() if argument.is_floating_point() else argument  # a NaN is no change
        elif isinstance(argument, torch.nn.Module):
            yield from _tensors([*argument.parameters(), *argument.buffers()])
        elif isinstance(argument, list | tuple):
            yield from _tensors(argument)


def _copied(tensor: Any) -> Any:
    return tensor.detach().clone()


def _draw_from_all(arguments: Sequence[Any]) -> None:
    """Draw a number from the default generator, and from those among a call's arguments."""
    import torch

    for generator in (None, *(argument for argument in arguments if isinstance(argument, torch.Generator))):
        torch.rand((), generator=generator, device=None if generator is None else generator.device)


@dataclass
class Absent:
    """A submission of which nothing can be run: every test is missing its function, for the one reason given."""

    problem: str
    failure: StudentFailure | None = None
    printed: str = ""

    @property
    def student(self) -> Any:
        """Nobody."""
        raise StudentFailure(Outcome.MISSING, self.problem)

    def begin(self, seed: int, seconds: float, rules: Rules) -> None:
        """Nothing to open."""


@dataclass
class Exam:
    """A seat, the reference to compare with, the seed that every test's own derives from, and the results so far.

    ``owners`` says which task each function or class belongs to, ``rules`` what the code of each must not do. ``tasks``
    limits the exam to these, ``tests`` to tests of these names; None is all. ``one_is_enough`` ends it at the first
    test that is not passed. ``evidence`` is what each test looked at, ``kept`` what suites keep from one test to the
    next, ``past`` how tests have ended before, if that is to be made use of. ``fault`` is set where the grader itself
    failed in a test: the exam then says nothing about the student.
    """

    seat: Seat
    reference: types.ModuleType
    seed: str
    limits: Limits
    owners: Mapping[str, str]
    tasks: frozenset[str] | None = None
    rules: Mapping[str, Rules] = field(default_factory=dict)
    tests: frozenset[str] | None = None
    one_is_enough: bool = False
    evidence: dict[str, Evidence] = field(default_factory=dict)
    results: dict[str, list[TestResult]] = field(default_factory=dict)
    fault: GraderError | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    past: Past | None = None
    _left: dict[str, float] = field(default_factory=dict)
    _task: str = ""
    _began: float | None = None

    def wants(self, task: str, test: str) -> bool:
        """Whether a test is part of this exam."""
        return (self.tasks is None or task in self.tasks) and (self.tests is None or test in self.tests)

    def has_failed(self) -> bool:
        """Whether some test so far is neither passed nor skipped."""
        return any(result.outcome not in FINE for results in self.results.values() for result in results)

    def open(self, task: str, test: str) -> None:
        """Start a test. Its time is a test's limit, or what its task has left where that is less."""
        _as_at_the_start()
        self._task, self._began = task, self._began or time.monotonic()  # open already where it was recalled in vain
        self.evidence[test] = fresh()
        rules = self.rules.get(task, Rules())
        budget = rules.training_seconds or self.limits.task_seconds
        left = self._left.setdefault(task, budget)
        seconds = max(0.0, min(left, rules.training_seconds or self.limits.test_seconds))
        self.seat.begin(derive(self.seed, test, "guest") % 2**63, seconds, rules)
        if left <= 0:
            raise StudentFailure(Outcome.TIMED_OUT, say("tests.no_time", seconds=f"{budget:g}"))

    def passes_again(self, task: str, test: str) -> bool:
        """Whether a test that has passed before is given the same answers as then. Its result is then the same, too,
        and otherwise the test must be run."""
        key = self.seed, task, test
        if self.past is None or not self.past.knows(key):
            return False
        began = time.perf_counter()
        try:
            self.open(task, test)
            result = self.past.recall(key)
        except (StudentFailure, GraderError):  # the test will meet it again
            return False
        if result is None:
            return False
        self.results.setdefault(task, []).append(replace(result, seconds=time.perf_counter() - began))
        self.close()
        return True

    def remember(self, task: str, test: str) -> None:
        """Keep what a test was told just now, for ``passes_again``. Its outcome must hang on nothing else."""
        if self.past is not None:
            self.past.remember((self.seed, task, test), self.results[task][-1])

    def close(self) -> None:
        """End the test that is open, if one is: its evidence is complete. What a test took that ran out of time, or
        whose process was lost, importing everything again included, is held against the task's time."""
        fresh()
        began, self._began = self._began, None
        failure = self.seat.failure
        if began is not None and failure is not None and failure.outcome in COSTLY:
            self._left[self._task] -= time.monotonic() - began


def _as_at_the_start() -> None:
    """Undo what a wrong answer replayed in this process may have left for the next test: torch's global modes."""
    import torch

    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
