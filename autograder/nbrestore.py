"""A student's notebook in the frame of the released one: its cells are kept as text, and no metadata of theirs counts
but the ids, which say where our own cells stood."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.errors import SubmissionError
from autograder.gradebook import POINTS
from autograder.notebook import cells_of


@dataclass(frozen=True)
class Issued:
    """A cell that the gradebook knows: its id, type, text and checksum, whether it is locked, and, where it is graded,
    its points and whether it holds ``tests`` or a ``question``."""

    grade_id: str
    cell_type: str
    source: str
    checksum: str
    locked: bool
    points: float | None = None
    kind: str = ""


def read_cells(data: bytes) -> list[Any]:
    """The cells of a notebook file as text, of any version of the format, with nbgrader's metadata as it is; none of a
    file that is no notebook, since what is wrong with it the judge says."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

    make: dict[str, Any] = {"code": new_code_cell, "raw": new_raw_cell}
    try:
        found = list(cells_of(data, "notebook"))
    except SubmissionError:
        return []
    made = []
    for cell in found:
        one = make.get(cell.kind, new_markdown_cell)(cell.source)
        one.metadata["nbgrader"] = {"grade_id": cell.grade_id}
        if one.cell_type == "markdown" and cell.attachments:
            one.attachments = dict(cell.attachments)
        made.append(one)
    return made


def restored(cells: Sequence[Any], issued: Sequence[Issued]) -> list[Any]:
    """The notebook to be graded: a student's cells in their order, each locked cell of ours once, where it stood; what
    was lost after the code that it tests, or at the end."""
    known = {one.grade_id: one for one in issued}
    made: list[Any] = []
    done: set[str] = set()
    for cell in cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        ours = known.get(grade_id)
        cell.metadata = type(cell.metadata)()
        if ours is not None and grade_id not in done:
            done.add(grade_id)
            made.append(_cell(ours, ours.source if ours.locked else cell.source))
            if not ours.locked:
                continue
        if ours is None or not ours.locked or _says_more(cell.source, ours.source):
            made.append(cell)
    for lost in (one for one in issued if one.points is not None and one.grade_id not in done):
        made.insert(_place(lost, made), _cell(lost, lost.source))
    for number, cell in enumerate(made):
        cell.id = hashlib.sha256(f"{number}".encode()).hexdigest()[:12]
    return made


def _says_more(found: str, ours: str) -> bool:
    """Whether a cell in the place of a locked one holds lines that ours does not: what a student wrote there."""
    return not set(map(str.strip, found.split("\n"))) <= {"", *map(str.strip, ours.split("\n"))}


def _place(lost: Issued, cells: Sequence[Any]) -> int:
    """Behind the last cell that defines what the tests are of; else at the end."""
    defines = re.compile(rf"^\s*(?:def|class)\s+{re.escape(lost.grade_id.removeprefix(POINTS))}\b", re.MULTILINE)
    places = [number for number, cell in enumerate(cells, start=1) if defines.search(cell.source)]
    return places[-1] if places and lost.kind == "tests" else len(cells)


def _cell(ours: Issued, source: str) -> Any:
    from nbformat.v4 import new_code_cell, new_markdown_cell

    make: Any = new_code_cell if ours.cell_type == "code" else new_markdown_cell
    cell = make(source)
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade": ours.kind == "tests",
        "solution": not ours.locked,
        "locked": ours.locked,
        "task": ours.kind == "question",
        "grade_id": ours.grade_id,
        "checksum": ours.checksum,
        "cell_type": ours.cell_type,
        **({} if ours.points is None else {"points": ours.points}),
    }
    return cell
