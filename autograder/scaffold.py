"""``author new``: the files of an assignment that is still to be written, with FILL IN wherever something is wanted."""

import keyword
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.config import load_config
from autograder.course import CONFIG_FILE, Course
from autograder.errors import AssignmentError
from autograder.files import write_text

POINTS = 10
BLANK = "FILL IN"


def new_assignment(course: Course, name: str, tasks: Sequence[str], title: str = "") -> tuple[Path, ...]:
    """Write the files of an assignment with these tasks, and its entry in the configuration; returns their paths.

    Raises ``AssignmentError``, and writes nothing, where a name is none or something of that name is there already.
    """
    _require_names(course, name, tasks)
    number, _, module = name.partition("_")
    about = [{"id": f"{int(number)}.{place}", "name": task} for place, task in enumerate(tasks, start=1)]
    values = {"name": name, "title": title or module.replace("_", " ").capitalize(), "tasks": about, "points": POINTS}
    solution, suites = course.root / "solutions" / name, course.root / "tests" / "graded" / name
    texts = {
        solution / f"{module}.py": _render("source", values),
        solution / "test_public.py": _render("public", values),
        solution / "accepted.py": _render("accepted", values),
        solution / "misconceptions.py": _render("misconceptions", values),
        **{suites / f"test_{task['name']}.py": _render("suite", {**values, "task": task}) for task in about},
    }
    if there := [str(path) for path in texts if path.exists()]:
        raise AssignmentError(f"{', '.join(there)}: there already; choose another name, or remove what is there")
    _add_entry(course.root / CONFIG_FILE, name, values)
    for path, text in texts.items():
        write_text(path, text)
    return (course.root / CONFIG_FILE, *texts)


def _require_names(course: Course, name: str, tasks: Sequence[str]) -> None:
    if not re.fullmatch(r"[0-9]{2}_[a-z][a-z0-9_]*", name):
        raise AssignmentError(f"found {name!r}; an assignment is called NN_words, for example 12_max_norm")
    if name in {assignment.name for assignment in course.assignments}:
        raise AssignmentError(f"{name} is in {course.root / CONFIG_FILE} already")
    for task in tasks:
        if not task.isidentifier() or keyword.iskeyword(task):
            raise AssignmentError(f"found the task {task!r}; a task is called as its function, for example max_norm")
    if not tasks or len(set(tasks)) < len(tasks):
        raise AssignmentError("name each task once: --tasks max_norm,clip_rows")


def _render(what: str, values: Mapping[str, Any]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("autograder", "templates/new"), undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip  # what is made is Python, not HTML
    return environment.get_template(f"{what}.py.j2").render(values)


def _add_entry(path: Path, name: str, values: Mapping[str, Any]) -> None:
    """Add the assignment below the others; the file's own text, with its comments, stays as it is."""
    before = path.read_text(encoding="utf-8")
    rows = "".join(
        f'      - {{id: "{task["id"]}", names: [{task["name"]}], points: {values["points"]}}}\n'
        for task in values["tasks"]
    )
    entry = f"\n  {name}:\n    title: {values['title']}\n    tasks:\n{rows}"
    write_text(path, before.rstrip("\n") + "\n" + entry)
    try:
        added = name in load_config(path).assignments
    except AssignmentError:
        added = False
    if not added:
        write_text(path, before)
        raise AssignmentError(f"{path}: `assignments:` must be its last key. Add this below it by hand:\n{entry}")
