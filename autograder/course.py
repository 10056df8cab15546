"""A course on disk: the configuration and its folders as frozen ``Course``, ``Assignment`` and ``Task`` values."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from autograder.config import AssignmentConfig, Config, Limits, TaskConfig, load_config
from autograder.errors import AssignmentError
from autograder.lateness import LatePolicy
from autograder.seeds import seed_of

CONFIG_FILE = "grading_config.yaml"


@dataclass(frozen=True)
class Rules:
    """What a task's code must not call, and whether it may change the values of its arguments."""

    forbids: tuple[str, ...] = ()
    changes_arguments: bool = True
    training_seconds: float | None = None


ANYTHING = Rules()


@dataclass(frozen=True)
class Task:
    """One task of an assignment: the names a student writes, its points and its hidden suite."""

    id: str
    names: tuple[str, ...]
    points: float
    bonus: bool
    needs: tuple[str, ...]
    suite: Path
    forbids: tuple[str, ...] = ()
    changes_arguments: bool = False
    training_seconds: float | None = None

    @property
    def name(self) -> str:
        """The grader's name for the task: its first function's or class's."""
        return self.names[0]


@dataclass(frozen=True)
class Assignment:
    """One assignment. Every path is absolute; ``released`` need not exist yet."""

    name: str
    title: str
    tasks: tuple[Task, ...]
    limits: Limits
    due: datetime | None
    solution: Path
    suites: Path
    released: Path

    @property
    def module(self) -> str:
        """The name of the module that a student hands in: ``dropout`` for ``07_dropout``."""
        return self.name.partition("_")[2]

    @property
    def source(self) -> Path:
        """The one source: handout, stubs and answers."""
        return self.solution / f"{self.module}.py"

    @property
    def public_tests(self) -> Path:
        """The tests that students get, as the author wrote them."""
        return self.solution / "test_public.py"

    @property
    def pictures(self) -> Path:
        """What draws students' functions on their feedback pages; there may be no such file."""
        return self.solution / "pictures.py"

    @property
    def answers(self) -> tuple[Path, Path]:
        """The files of accepted answers and of misconceptions."""
        return self.solution / "accepted.py", self.solution / "misconceptions.py"

    @property
    def equivalents(self) -> Path:
        """The mutants of the reference that no test can catch, with the reasons; there may be no such file."""
        return self.solution / "equivalent.yaml"

    @property
    def max_score(self) -> float:
        """The points of the core tasks: a bonus adds to a score, never to what it is out of."""
        return sum(task.points for task in self.tasks if not task.bonus)

    @property
    def names(self) -> tuple[str, ...]:
        """All names that a student writes, in order."""
        return tuple(name for task in self.tasks for name in task.names)

    @property
    def owners(self) -> Mapping[str, str]:
        """The task that each name belongs to."""
        return {name: task.name for task in self.tasks for name in task.names}

    @property
    def rules(self) -> Mapping[str, Rules]:
        """What the code of each task may not do, by the task's name."""
        return {task.name: Rules(task.forbids, task.changes_arguments, task.training_seconds) for task in self.tasks}

    def task(self, name: str) -> Task:
        """The task that ``name``, any of its functions or classes, belongs to. Raises ``AssignmentError``."""
        for task in self.tasks:
            if name in task.names:
                return task
        raise AssignmentError(f"{self.name} has no task {name!r}; it has {', '.join(self.names)}")

    def meant(self, word: str) -> tuple[str, ...]:
        """The names of the tasks that are meant by a number, such as 7.3, or by any of their names."""
        return tuple(task.name for task in self.tasks if word in (task.id, *task.names))


@dataclass(frozen=True)
class Course:
    """A repository with a ``grading_config.yaml``."""

    root: Path
    config: Config
    assignments: tuple[Assignment, ...]

    def __reduce__(self) -> Any:
        """A course goes to workers with every submission: as bytes that are made once, and read once there."""
        return _unpacked, (self._packed,)

    @cached_property
    def _packed(self) -> bytes:
        return pickle.dumps((self.root, self.config, self.assignments))

    @property
    def late_policy(self) -> LatePolicy:
        """What dates are worked out by: without a policy of the course's there is neither grace nor extension."""
        return self.config.late or LatePolicy()

    def seed(self, student: str, assignment: str) -> str:
        """The seed of a student's inputs in an assignment."""
        return seed_of(self.config.secret, student, assignment, self.config.forms)

    def assignment(self, name: str) -> Assignment:
        """The assignment called ``name``, by its folder's, its module's or its number's name.

        Raises ``AssignmentError`` that lists what there is.
        """
        for assignment in self.assignments:
            if name in (assignment.name, assignment.module, assignment.name.partition("_")[0]):
                return assignment
        known = ", ".join(assignment.name for assignment in self.assignments)
        raise AssignmentError(f"no assignment {name!r} in {self.root / CONFIG_FILE}; it has {known}")


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> Course:
    return Course(*pickle.loads(packed))


def find_course(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds a configuration. Raises ``AssignmentError``."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / CONFIG_FILE).is_file():
            return folder
    raise AssignmentError(
        f"no {CONFIG_FILE} in {start.resolve()} or above it: run this inside a course, or pass --course"
    )


def load_course(root: Path) -> Course:
    """Read a course. Raises ``AssignmentError`` with every mistake of the configuration, or every missing file."""
    root = root.resolve()
    config = load_config(root / CONFIG_FILE)
    assignments = tuple(_assignment(root, name, what, config.limits) for name, what in config.assignments.items())
    return Course(root, config, assignments)


def with_secret(course: Course, secret: str) -> Course:
    """The course with another secret, of at least 8 characters. Raises ``AssignmentError``."""
    if len(secret) < 8:
        raise AssignmentError("AUTOGRADER_SECRET has fewer than 8 characters; use at least 8")
    return replace(course, config=course.config.model_copy(update={"secret": secret}))


def require_sources(assignment: Assignment) -> None:
    """Check that the files which only instructors have are there.

    Raises ``AssignmentError`` that lists every missing one.
    """
    wanted = [
        assignment.source,
        assignment.public_tests,
        *assignment.answers,
        *(task.suite for task in assignment.tasks),
    ]
    missing = [str(path) for path in wanted if not path.is_file()]
    if missing:
        raise AssignmentError(f"{assignment.name}: missing " + ", ".join(missing))


def _assignment(root: Path, name: str, what: AssignmentConfig, limits: Limits) -> Assignment:
    suites = root / "tests" / "graded" / name
    return Assignment(
        name=name,
        title=what.title,
        tasks=tuple(_task(suites, task) for task in what.tasks),
        limits=what.limits or limits,
        due=what.due,
        solution=root / "solutions" / name,
        suites=suites,
        released=root / "assignments" / name,
    )


def _task(suites: Path, what: TaskConfig) -> Task:
    return Task(
        what.id, what.names, what.points, what.bonus, what.needs, suites / f"test_{what.name}.py", what.forbids,
        what.changes_arguments, what.training_seconds,
    )  # fmt: skip
