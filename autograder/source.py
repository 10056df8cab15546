"""The one source of an assignment, ``solutions/<a>/<m>.py`` in jupytext's percent format, and what is made of it.

Its cells are the handout (markdown), imports (tag ``setup``), tasks (tag ``task``) and figures (tag ``figure``).
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from autograder.cells import BEGIN, END, Block, Cell, Kind, blocks_of, defined_in
from autograder.course import Assignment
from autograder.errors import AssignmentError
from autograder.files import read_text
from autograder.imports import IRIS, leave_out

__all__ = ["Cell", "Kind", "SolutionLine", "read_source", "reference_text", "solution_lines", "stub_of", "stub_text"]
_RUNS = ("setup", "task")  # what grading executes and what a student hands in


@dataclass(frozen=True)
class SolutionLine:
    """A line of an answer, and the cell and line (from 1, in the cell) at which it stands."""

    cell: Cell
    line: int
    text: str


def read_source(assignment: Assignment) -> tuple[Cell, ...]:
    """Read and check the source of an assignment.

    Raises ``AssignmentError``, naming file and line or cell, for a file that cannot be read, a code cell without
    exactly one known tag, code that does not parse, marks that do not pair up, and a task that no task cell defines
    or whose functions hold no solution block.
    """
    leave_out(IRIS)
    import jupytext

    path = assignment.source
    text = read_text(path)
    notebook = jupytext.reads(text, fmt="py:percent")
    cells = tuple(_cells(notebook.cells, text, str(path)))
    for cell in cells:
        if cell.kind in _RUNS:
            blocks_of(cell)
        elif cell.kind == "figure" and BEGIN in cell.text:
            raise AssignmentError(f"{cell.at(1)}: a figure cell holds a solution block; only task cells may")
    _require_tasks(cells, assignment)
    stub_text(cells, assignment)
    return cells


def reference_text(cells: Sequence[Cell]) -> str:
    """The module that grading executes: setup and task cells, answers included; no figures, no handout."""
    return _joined(cell.text for cell in cells if cell.kind in _RUNS)


def stub_text(cells: Sequence[Cell], assignment: Assignment) -> str:
    """The module that students get: ``reference_text`` without the answers, under a docstring that says how to check.

    Raises ``AssignmentError`` where leaving the answers out leaves no valid Python.
    """
    stubs = [stub for cell in cells if cell.kind in _RUNS and (stub := stub_of(cell, assignment))]
    return _stub_docstring(assignment) + "\n\n" + _joined(stubs)


def stub_of(cell: Cell, assignment: Assignment) -> str:
    """One setup or task cell without its answers; empty where nothing else was in it.

    Raises ``AssignmentError`` where that is no valid Python, or where a block belongs to no task.
    """
    lines = cell.text.split("\n")
    for block in reversed(blocks_of(cell)):
        stand_in = []
        if block.owner:
            task = _task_id(cell, block, assignment)
            stand_in = [f'{" " * block.indent}raise NotImplementedError("{task} {block.owner} is not written yet")']
        lines[block.begin - 1 : block.end] = stand_in
    text = re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n")
    try:
        ast.parse(text)
    except SyntaxError as error:
        found = f"{error.msg}: {(error.text or '').strip()}"
        raise AssignmentError(
            f"{cell.at(1)}: without its answers this cell is not valid Python ({found}); "
            "a block must hold whole statements, and a class needs something outside its blocks"
        ) from error
    return text


def solution_lines(cells: Sequence[Cell]) -> tuple[SolutionLine, ...]:
    """Every line that stands inside a solution block, in order."""
    return tuple(
        SolutionLine(cell, number, cell.text.split("\n")[number - 1])
        for cell in cells
        if cell.kind in _RUNS
        for block in blocks_of(cell)
        for number in range(block.begin + 1, block.end)
    )


def _cells(found: Sequence[Any], text: str, file: str) -> Iterator[Cell]:
    """jupytext's cells as ours. It keeps no line numbers: a cell's text is looked up in the file, in order."""
    whole, position = f"\n{text}\n", 0
    for number, cell in enumerate(found, start=1):
        at = whole.find(f"\n{cell.source}\n", position)
        position = max(at, position)
        line = whole.count("\n", 0, position) + 1
        yield Cell(_kind(cell, f"{file}, cell {number}, near line {line}"), cell.source, file, line)


def _kind(cell: Any, where: str) -> Kind:
    tags = cell.metadata.get("tags", [])
    if cell.cell_type == "markdown" and not tags:
        return "markdown"
    known = get_args(Kind)[1:]
    if cell.cell_type == "code" and len(tags) == 1 and tags[0] in known:
        kind: Kind = tags[0]
        return kind
    raise AssignmentError(
        f"{where}: a {cell.cell_type} cell with tags {tags!r}; write '# %% [markdown]' for the handout, "
        "and for code one tag: " + ", ".join(f'# %% tags=["{tag}"]' for tag in known)
    )


def _require_tasks(cells: Sequence[Cell], assignment: Assignment) -> None:
    tasks = [cell for cell in cells if cell.kind == "task"]
    defined = [name for cell in tasks for name in defined_in(cell)]
    answered = {block.owner.partition(".")[0] for cell in tasks for block in blocks_of(cell)}
    for name in assignment.names:
        where = f"{assignment.source}: {assignment.task(name).id} {name}"
        if defined.count(name) != 1:
            raise AssignmentError(f"{where}: defined {defined.count(name)} times in the task cells; define it once")
        if name not in answered:
            raise AssignmentError(f"{where}: no '# {BEGIN}' ... '# {END}' in it; the release would give it away")


def _task_id(cell: Cell, block: Block, assignment: Assignment) -> str:
    name = block.owner.partition(".")[0]
    if name not in assignment.names:
        raise AssignmentError(
            f"{cell.at(block.begin)}: {name} is no task of {assignment.name}, which has {', '.join(assignment.names)}; "
            "put a private helper, its def included, between marks that are not indented"
        )
    return assignment.task(name).id


def _stub_docstring(assignment: Assignment) -> str:
    # The title is an author's prose: what would end or bend the docstring is escaped.
    title = assignment.title.replace("\\", "\\\\").replace('"', '\\"')
    return f'''"""{title} ({assignment.name})

Put your own code in place of each ``raise NotImplementedError(...)``. Edit only inside the functions: grading calls
them by name, so names and signatures stay as they are. See how far you are, as often as you like, with

    autograder check {assignment.name}

Handing this file in says: the code inside the functions is my own work.
"""'''


def _joined(parts: Iterable[str]) -> str:
    return "\n\n\n".join(parts) + "\n"
