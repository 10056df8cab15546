"""A course folder of nbgrader's: ``source/<a>/<m>.ipynb`` with answers, hidden tests and written questions.

``nbgrader generate_assignment`` makes of it what students get. A folder without ``nbgrader_config.py`` gets one, which
puts our steps (``autograder.nbsteps``) in place of nbgrader's own where those would run a student's code.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course, Task
from autograder.errors import AssignmentError
from autograder.files import read_text, write_text
from autograder.gradebook import POINTS
from autograder.handout import KERNEL, Content, contents, notebook_cell
from autograder.source import read_source
from autograder.written import Question, read_questions

CONFIG = "nbgrader_config.py"
STEPS = "autograder.nbsteps"
WRITTEN = "written-"
"""How the ids of written questions begin; those of tests begin with ``POINTS``."""
ANSWER_HERE = "YOUR ANSWER HERE"


def write_source(course: Course, folder: Path, names: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write the source notebooks of the named assignments, or of all, into nbgrader's course ``folder``, with the files
    that students get beside them. Returns the paths written.

    Raises ``AssignmentError`` where a source is unsound, or the folder has a configuration that does not know our
    steps; then nothing is written.
    """
    chosen = tuple(dict.fromkeys(map(course.assignment, names))) if names else course.assignments
    products: dict[Path, str] = {}
    for assignment in chosen:
        place = folder / "source" / assignment.name
        products[place / f"{assignment.module}.ipynb"] = source_text(assignment, course.root)
        products[place / assignment.public_tests.name] = read_text(assignment.public_tests)
    config = folder / CONFIG
    if not config.exists():
        products[config] = config_text(course)
    elif STEPS not in read_text(config):
        raise AssignmentError(
            f"{config}: does not use {STEPS}, so `nbgrader autograde` would run students' code; add\n"
            + "\n".join(f"    {line}" for line in _settings(course))
        )
    for path, text in products.items():
        write_text(path, text)
    return tuple(products)


def config_text(course: Course) -> str:
    """A ``nbgrader_config.py`` for the course."""
    name = re.sub(r"[^a-z0-9]+", "-", course.config.course.lower()).strip("-")
    head = '"""nbgrader\'s configuration, written once by `autograder release --nbgrader`: change it as you like."""'
    return "\n".join([head, "", *_settings(course), f'c.CourseDirectory.course_id = "{name}"', ""])


def _settings(course: Course) -> list[str]:
    return [f"from {STEPS} import configure", "", "c = get_config()", f'configure(c, course="{course.root}")']


def source_text(assignment: Assignment, root: Path) -> str:
    """The notebook of ``source/``: answers, and after each task its tests; then the written questions.

    Raises ``AssignmentError``.
    """
    import nbformat
    from nbformat.v4 import new_notebook

    make: Any = new_notebook  # nbformat's functions are untyped
    write: Any = nbformat.writes
    made = [notebook_cell(assignment, number, part) for number, part in enumerate(_parts(assignment, root))]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return f"{write(make(cells=made, metadata=metadata), version=4)}\n"


def _parts(assignment: Assignment, root: Path) -> Iterator[Content]:
    """The cells of the handout, with each task's tests after the last cell that defines a name of it."""
    waiting = {task.name: set(task.names) for task in assignment.tasks}
    public = public_tests_of(assignment)
    *body, close = contents(read_source(assignment), assignment, answers=True)
    for part in body:
        yield part
        for task in assignment.tasks:
            if waiting[task.name] & set(part.defines):
                waiting[task.name] -= set(part.defines)
                if not waiting[task.name]:
                    yield _tests(assignment, task, public.get(task.name, ()), root)
    for question in read_questions(assignment):
        yield _question(question)
        yield Content("text", ANSWER_HERE)
    yield close


def _tests(assignment: Assignment, task: Task, public: Sequence[str], root: Path) -> Content:
    """The cell that a task's points hang on. A bonus task adds to the score, not to what it is out of: it counts 0."""
    worth = f"{task.points:g} points" + (", a bonus" if task.bonus else "")
    names = "".join(f', "{name}"' for name in public)
    lines = [
        f"# Tests of {task.id}, `{task.name}` ({worth}): its public examples, on what the cells above define. Hidden",
        "# tests of all that the docstring promises are run when it is graded.",
        *(["from autograder.nbcell import public_tests", "", f"public_tests(globals(){names})"] if public else []),
        "### BEGIN HIDDEN TESTS",
        "from autograder.nbcell import points",
        "",
        f'points("{assignment.name}", "{task.name}", course={str(root)!r})',
        "### END HIDDEN TESTS",
    ]
    return Content("tests", "\n".join(lines), POINTS + task.name, points=0.0 if task.bonus else task.points)


def _question(question: Question) -> Content:
    text = f"""## A question to answer in words ({question.points:g} points)

{question.text}

Write your answer into the cell below; it is read by a human.

=== BEGIN MARK SCHEME ===

{question.scheme}

=== END MARK SCHEME ==="""
    return Content("question", text, WRITTEN + question.name, points=question.points)


def public_tests_of(assignment: Assignment) -> dict[str, list[str]]:
    """The public tests of each task that need nothing but the student's functions, by the task's name."""
    found: dict[str, list[str]] = {}
    for node in ast.parse(read_text(assignment.public_tests)).body:
        if isinstance(node, ast.FunctionDef) and [one.arg for one in node.args.args] == ["student"]:
            names = [name for name in assignment.names if f"{node.name}_".startswith(f"test_{name}_")]
            if names:
                found.setdefault(assignment.owners[max(names, key=len)], []).append(node.name)
    return found
