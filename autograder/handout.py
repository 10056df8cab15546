"""What students read: the handout as ``README.md``, and the notebook with nbgrader's metadata.

Both are pure functions of the source and the configuration, byte for byte: no clock, no random ids, no versions.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from autograder.cells import Cell, defined_in
from autograder.course import Assignment
from autograder.lateness import LatePolicy
from autograder.source import stub_of

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


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
    made = [
        _notebook_cell(assignment, number, kind, text, grade_id)
        for number, (kind, text, grade_id) in enumerate(_contents(cells, assignment))
    ]
    metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    return f"{write(make(cells=made, metadata=metadata), version=4)}\n"


_Content = tuple[Literal["text", "answer", "given", "plain"], str, str]


def _contents(cells: Sequence[Cell], assignment: Assignment) -> Iterator[_Content]:
    """How each cell is to be treated, its text and its grade id."""
    title, _ = _titled(cells, assignment)
    intro = f"""# {title}

Put your own code in place of each `raise NotImplementedError(...)`; edit only inside the functions. A figure calls your
functions: it stops with `NotImplementedError` until you have written those that it draws, and that is fine. When you
have written a task, run its cell, then the figure below it."""
    yield "text", intro, "handout-0"
    texts = iter(_titled(cells, assignment)[1])
    for number, cell in enumerate(cells, start=1):
        if cell.kind == "markdown":
            if text := next(texts):
                yield "text", text, f"handout-{number}"
        elif cell.kind == "figure":
            yield "plain", cell.text, ""
        elif stub := stub_of(cell, assignment):
            tasks = [name for name in defined_in(cell) if name in assignment.names]
            yield ("answer", stub, tasks[0]) if tasks else ("given", stub, f"given-{number}")
    close = f"""## Check and hand in

Save the notebook, then run `autograder check {assignment.name}` in a terminal. It runs the public tests on what you
saved. Passing them is not enough for full marks: grading tests the rest of what each docstring promises."""
    yield "text", close, "handout-end"


def _notebook_cell(assignment: Assignment, number: int, kind: str, text: str, grade_id: str) -> Any:
    from nbformat.v4 import new_code_cell, new_markdown_cell
    from nbgrader.utils import compute_checksum

    make: Any = new_markdown_cell if kind == "text" else new_code_cell
    cell = make(text.strip("\n"), id=hashlib.sha256(f"{assignment.name}:{number}".encode()).hexdigest()[:12])
    if kind != "plain":
        is_answer = kind == "answer"
        cell.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade": False,
            "solution": is_answer,
            "locked": not is_answer,
            "task": False,
            "grade_id": grade_id,
            "cell_type": cell.cell_type,
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
    total = _number(sum(task.points for task in assignment.tasks if not task.bonus))
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
