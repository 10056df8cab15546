"""``grading_config.yaml`` as a frozen ``Config``: every mistake at once, each with its line and what would be right."""

import io
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    ValidationError,
    model_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from autograder.errors import AssignmentError
from autograder.files import read_text
from autograder.lateness import Extension, LatePolicy, TotalPolicy

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
AssignmentName = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}_[a-z][a-z0-9_]*$")]
Points = Annotated[float, Field(gt=0, le=1000)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Frozen):
    """What one guest may use. Times are wall-clock seconds, measured outside the guest, without its start-up."""

    test_seconds: Annotated[float, Field(gt=0, le=3600)] = 10.0
    task_seconds: Annotated[float, Field(gt=0, le=3600)] = 20.0
    import_seconds: Annotated[float, Field(gt=0, le=3600)] = 10.0
    memory_mb: Annotated[int, Field(ge=256)] = 2048
    printed_kb: Annotated[int, Field(ge=1, le=10_240)] = 16


class TaskConfig(_Frozen):
    """One task: the names that a student writes, and its points. The grader's name for it is its first name.

    ``forbids`` names library calls that would be the finished answer (``remote.forbidden`` says how). A function that
    changes the values of its arguments fails, unless that is its task: ``changes_arguments``. Where answers train a
    model, each test may take ``training_seconds``, and ``author check`` does without mutants and many seeds."""

    id: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+$")]
    names: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    points: Points
    bonus: bool = False
    needs: tuple[Identifier, ...] = ()
    forbids: tuple[str, ...] = ()
    changes_arguments: bool = False
    training_seconds: Annotated[float, Field(gt=0, le=3600)] | None = None

    @property
    def name(self) -> str:
        """The task's name everywhere: its first function's or class's."""
        return self.names[0]


class AssignmentConfig(_Frozen):
    """One assignment: its title, due date and tasks; ``limits`` replaces the course's."""

    title: str
    due: AwareDatetime | None = None
    limits: Limits | None = None
    tasks: Annotated[tuple[TaskConfig, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _tasks_are_consistent(self) -> "AssignmentConfig":
        names = [name for task in self.tasks for name in task.names]
        ids = [task.id for task in self.tasks]
        for kind, found in (("name", names), ("id", ids)):
            for twice in sorted({value for value in found if found.count(value) > 1}):
                raise ValueError(f"the task {kind} {twice!r} is used twice; each must be unique in its assignment")
        earlier: set[str] = set()
        for task in self.tasks:
            for needed in task.needs:
                if needed not in earlier:
                    raise ValueError(f"{task.name!r} needs {needed!r}, which is not an earlier task of this assignment")
            earlier.add(task.name)
        return self


class Config(_Frozen):
    """The course: what ``grading_config.yaml`` says. ``autograder demo`` shows ``demo``, or the first two. ``lectures``
    says where each lecture that a hint names ("DS 542", of "DS 542, Dropout") is found on the web. ``forms``
    says how many sets of hidden inputs a class shares; with null each student has their own."""

    course: str
    lectures: dict[str, HttpUrl] = {}
    secret: Annotated[str, StringConstraints(min_length=8)]
    isolation: Literal["process", "confined"] = "confined"
    limits: Limits = Limits()
    late: LatePolicy | None = None
    forms: Annotated[int, Field(ge=1, le=1000)] | None = 8
    counts: Literal["last", "best", "last_before_due"] = "last"
    total: TotalPolicy | None = None
    demo: tuple[str, ...] = ()
    assignments: Annotated[dict[AssignmentName, AssignmentConfig], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_of_the_course(self) -> "Config":
        for name in self.demo:
            if name not in self.assignments:
                raise ValueError(f"demo: there is no assignment {name!r}; there are {', '.join(self.assignments)}")
        for one in self.late.extensions if self.late else ():
            for name in one.assignments:
                if name not in self.assignments:
                    raise ValueError(f"late: extensions: {one.student}: there is no assignment {name!r}")
        return self

    def title(self, assignment: str) -> str:
        """An assignment's title; its name where the course no longer has it."""
        about = self.assignments.get(assignment)
        return about.title if about else assignment

    def tasks(self, assignment: str) -> tuple[TaskConfig, ...]:
        """An assignment's tasks; none where the course no longer has it."""
        about = self.assignments.get(assignment)
        return about.tasks if about else ()


def load_config(path: Path) -> Config:
    """Read a configuration file.

    Raises ``AssignmentError`` naming the file and every mistake in it: line, key, what was found, what would be right.
    """
    text = read_text(path)
    try:
        tree = YAML(typ="rt").load(io.StringIO(text))
    except YAMLError as error:
        raise AssignmentError(f"{path}: not valid YAML: {error}") from error
    try:
        return Config.model_validate(_plain(tree))
    except ValidationError as error:
        rows = [_explain(tree, problem) for problem in error.errors()]
        lines = "\n".join(f"  line {line}: {what}" for line, what in sorted(rows))
        raise AssignmentError(f"{path}: {len(rows)} mistake(s)\n{lines}") from error


def _plain(node: Any) -> Any:
    """The tree without ruamel's types, which remember lines but confuse pydantic; YAML dates stay dates."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, bool | datetime) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _explain(tree: Any, problem: Any) -> tuple[int, str]:
    """One pydantic error as (line, sentence). The line is that of the deepest key that exists in the file."""
    node: Any = tree
    line, path = 1, [part for part in problem["loc"] if part != "[key]"]
    for part in path:
        try:
            place = node.lc  # where ruamel keeps the lines of a node's children
            where = place.key(part) if isinstance(node, dict) else place.item(part)
            node = node[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
        line = where[0] + 1
    found, name = problem.get("input"), ".".join(map(str, path)) or "the file"
    if problem["type"] == "missing":
        return line, f"{name}: missing; add it"
    if problem["type"] == "extra_forbidden":
        return line, f"{name}: unknown key; {_known_keys(path)}"
    message = problem["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(found, dict | list) else f" (found {found!r})"
    return line, f"{name}: {message}{shown}"


def _known_keys(path: list[Any]) -> str:
    """Which keys stand where an unknown one was found."""
    model: type[BaseModel] = Config
    steps: dict[str, type[BaseModel]] = {
        "assignments": AssignmentConfig, "tasks": TaskConfig, "limits": Limits, "late": LatePolicy,
        "extensions": Extension, "total": TotalPolicy,
    }  # fmt: skip
    for part in path[:-1]:
        model = steps.get(str(part), model)
    return "known here: " + ", ".join(model.model_fields)
