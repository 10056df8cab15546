"""What students read: the handout as ``README.md``, and the notebook with nbgrader's metadata.

Both are pure functions of the source and the configuration, byte for byte: no clock, no random ids, no versions.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from autograder.cells import Cell, defined_in
from autograder.course import Assignment
from autograder.lateness import LatePolicy
from autograder.source import stub_of

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def readme_text(cells: Sequence[Cell], assignment: Assignment, late: LatePolicy | None) -> str:
    """The handout: due date, points and how to work, under the title of the first markdown cell; then the rest."""
    title, texts = _titled(cells, assignment)
    work = f"""## How to work

1. Put your code into `{assignment.module}.py` **or** `{assignment.module}.ipynb`, whichever you like; they hold the
   same tasks. Write only inside the functions, in place of each `raise NotImplementedError(...)`.
2. Check it as often as you like: `autograder check {assignment.name}` runs the public tests, `test_public.py`.
3. Hand in the one file that you worked in, under its own name.

The public tests are small examples that you can follow by hand. Passing the public tests is not enough for full marks:
grading also tests, on inputs that you have not seen, all that a docstring promises. So read the docstrings, and try
cases of your own. The figures that the text speaks of are in the notebook."""
    parts = [f"# {title}", _due(assignment.due, late), _points(assignment), work, "## The assignment", *texts]
    return "\n\n".join(part for part in parts if part) + "\n"


def notebook_text(cells: Sequence[Cell], assignment: Assignment) -> str:
    """The notebook (nbformat 4.5): handout and imports locked, tasks as nbgrader's answers, figures plain."""
    import nbformat
    from nbformat.v4 import new_notebook

    make: Any = new_notebook  # nbformat's functions are untyped
    write: Any = nbformat.writes
    made = [notebook_cell(assignment, number, part) for number, part in enumerate(contents(cells, assignment))]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return f"{write(make(cells=made, metadata=metadata), version=4)}\n"


Treatment = Literal["text", "answer", "given", "plain", "tests", "question"]


@dataclass(frozen=True)
class Content:
    """One cell of a notebook: how it is to be treated, its text, nbgrader's id of it, the names of the assignment's
    that it defines, and the points of a cell that is graded."""

    kind: Treatment
    text: str
    grade_id: str = ""
    defines: tuple[str, ...] = ()
    points: float | None = None


def contents(cells: Sequence[Cell], assignment: Assignment, answers: bool = False) -> Iterator[Content]:
    """The notebook's cells in order; with ``answers``, the code as its author wrote it."""
    title, _ = _titled(cells, assignment)
    intro = f"""# {title}

Put your own code in place of each `raise NotImplementedError(...)`; edit only inside the functions. A figure calls your
functions: it stops with `NotImplementedError` until you have written those that it draws, and that is fine. When you
have written a task, run its cell, then the figure below it."""
    yield Content("text", intro, "handout-0")
    texts = iter(_titled(cells, assignment)[1])
    for number, cell in enumerate(cells, start=1):
        if cell.kind == "markdown":
            if text := next(texts):
                yield Content("text", text, f"handout-{number}")
        elif cell.kind == "figure":
            yield Content("plain", cell.text)
        elif text := cell.text if answers else stub_of(cell, assignment):
            tasks = tuple(name for name in defined_in(cell) if name in assignment.names)
            yield Content("answer", text, tasks[0], tasks) if tasks else Content("given", text, f"given-{number}")
    close = f"""## Check and hand in

Save the notebook, then run `autograder check {assignment.name}` in a terminal. It runs the public tests on what you
saved. Passing them is not enough for full marks: grading tests the rest of what each docstring promises."""
    yield Content("text", close, "handout-end")


def notebook_cell(assignment: Assignment, number: int, part: Content) -> Any:
    """A cell with nbgrader's metadata (schema 3) and checksum; ``number`` is its place in the notebook."""
    from nbformat.v4 import new_code_cell, new_markdown_cell
    from nbgrader.utils import compute_checksum

    make: Any = new_markdown_cell if part.kind in ("text", "question") else new_code_cell
    cell = make(part.text.strip("\n"), id=hashlib.sha256(f"{assignment.name}:{number}".encode()).hexdigest()[:12])
    if part.grade_id:
        cell.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade": part.kind == "tests",
            "solution": part.kind == "answer",
            "locked": part.kind != "answer",
            "task": part.kind == "question",
            "grade_id": part.grade_id,
            "cell_type": cell.cell_type,
            **({} if part.points is None else {"points": part.points}),
        }
        cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    return cell


def _titled(cells: Sequence[Cell], assignment: Assignment) -> tuple[str, list[str]]:
    """The title, and the text of each markdown cell without it: the first cell's heading where it has one."""
    texts = [cell.text.strip("\n") for cell in cells if cell.kind == "markdown"]
    first, _, rest = texts[0].partition("\n") if texts else ("", "", "")
    if not first.startswith("# "):
        return assignment.title, texts
    return first.removeprefix("# ").strip(), [rest.strip("\n"), *texts[1:]]


def _points(assignment: Assignment) -> str:
    rows = [
        f"| {task.id} | {' and '.join(f'`{name}`' for name in task.names)} "
        f"| {_number(task.points)}{' (bonus)' if task.bonus else ''} |"
        for task in assignment.tasks
    ]
    total = _number(assignment.max_score)
    bonus = _number(sum(task.points for task in assignment.tasks if task.bonus))
    extra = f", and up to {bonus} bonus points on top" if any(task.bonus for task in assignment.tasks) else ""
    table = ["| Task | What you write | Points |", "| --- | --- | --- |", *rows]
    return "\n".join(table) + f"\n\nTogether {total} points{extra}."


def _due(due: datetime | None, late: LatePolicy | None) -> str:
    if due is None:
        return ""
    offset = "" if due.utcoffset() == timedelta(0) else f"{due:%z}"
    text = f"**Due {due:%Y-%m-%d %H:%M} UTC{offset}.**"
    if late is None:
        return text
    grace = f" after {late.grace_minutes} minutes of grace" if late.grace_minutes else ""
    (step, percent), most = late.step, _number(late.max_percent)
    floor = f", and leaves at least {_number(late.floor_percent)} % of the points" if late.floor_percent else ""
    return f"{text} Each {step} begun{grace} takes {_number(percent)} % of the score, {most} % at most{floor}."


def _number(value: float) -> str:
    return f"{value:g}"
