"""A notebook as the pieces of source that the wanted functions need. Cells are read as text; none is run.

The format is read leniently, by hand: a notebook that a validator refuses still holds its student's code; and of
metadata, outputs and execution counts, which a student can set to anything, nothing decides what is taken.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.errors import SubmissionError
from autograder.messages import say
from autograder.statements import NotPythonError, Unit, needed, parse, units_of

MAX_SOURCE = 2 << 20  # bytes of a module
MAX_CODE = 128 << 10  # characters of all code cells, each of which may be parsed several times
MAX_NOTEBOOK = 64 << 20  # bytes, outputs included
_MAX_VALUES = 8_000_000  # of the JSON, where each may cost 60 bytes of memory for 2 bytes of text
_MAX_CELLS = 5_000
_MAX_NOTES = 10
_MAGIC = re.compile(r"[ \t]*+(?:[%!?]|[^#'\"]*\?[ \t]*$|[\w.,]++[ \t]*+=[ \t]*+[%!])")
_RUN_ANYWAY = ("%%time", "%%timeit", "%%capture")
_ROUNDS = 20  # of parsing, in a cell of ordinary length
_LONG = 32 << 10


@dataclass(frozen=True)
class Segment:
    """One piece of source to compile and run, in order, in one module namespace. ``label`` is what tracebacks show,
    ``dropout.py`` or ``dropout.ipynb cell 5``; line numbers in ``source`` are those of the file or the cell."""

    label: str
    source: str


@dataclass(frozen=True)
class NotebookCell:
    """A cell's place among all cells, from 1, its type and text; the ``grade_id`` of its metadata, and the images that
    were pasted into it, both only for people to look at."""

    number: int
    kind: str
    source: str
    grade_id: str = ""
    attachments: Mapping[str, Any] = field(default_factory=dict)


def segments_of(
    text: str | bytes, file_name: str, wanted: Sequence[str]
) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """The statements that the functions and classes called ``wanted`` need, one segment for each cell that has any,
    and notes for the student on what was left out.

    Raises ``SubmissionError`` for what is no notebook, or is too large.
    """
    lines: dict[int, list[str]] = {}
    units: list[Unit] = []
    notes: list[str] = []
    for cell, note in _with_code(list(cells_of(text, file_name)), file_name, wanted):
        try:
            source = _without_magics(cell.source)
            units += units_of(cell.number, source)
            lines[cell.number] = source.split("\n")
            notes += [note] if note else []
        except NotPythonError as error:
            notes.append(_left_out(cell, error, sorted(set(_defines(wanted).findall(cell.source)))))
    if len(notes) > _MAX_NOTES:
        notes[_MAX_NOTES:] = [say("notebook.more", count=len(notes) - _MAX_NOTES)]
    return tuple(_segments(needed(units, wanted), lines, file_name)), tuple(notes)


def _left_out(cell: NotebookCell, error: NotPythonError, lost: Sequence[str]) -> str:
    key = "notebook.left_out_line" if error.line else "notebook.left_out"
    note = say(key, number=cell.number, reason=error.reason, line=error.line)
    return say("notebook.defines", note=note, names=", ".join(lost)) if lost else note


def cells_of(text: str | bytes, file_name: str) -> Iterator[NotebookCell]:
    """The cells of any version of the format: version 4 has ``cells``, versions 2 and 3 have ``worksheets``.

    Raises ``SubmissionError`` for what is no notebook, or is too large.
    """
    book = _json(text, file_name)
    sheets = [book, *_list(book.get("worksheets"))]
    cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
    if "cells" not in book and "worksheets" not in book:
        raise SubmissionError(say("notebook.no_cells", name=file_name))
    if len(cells) > _MAX_CELLS:
        raise SubmissionError(say("notebook.many_cells", name=file_name, count=f"{_MAX_CELLS:,}"))
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict):
            source = cell.get("source", cell.get("input", ""))
            text = source if isinstance(source, str) else "".join(one for one in _list(source) if isinstance(one, str))
            grade_id = _dict(_dict(cell.get("metadata")).get("nbgrader")).get("grade_id")
            yield NotebookCell(
                number,
                str(cell.get("cell_type")),
                text.replace("\r\n", "\n").replace("\r", "\n"),
                grade_id if isinstance(grade_id, str) else "",
                _dict(cell.get("attachments")),
            )


def _with_code(
    cells: Sequence[NotebookCell], file_name: str, wanted: Sequence[str]
) -> Iterator[tuple[NotebookCell, str]]:
    """The cells to be read as code, in order: code cells that are not empty, and those of another type that alone
    define a wanted name, each with a note on that."""
    defines = _defines(wanted)
    there = {name for cell in cells if cell.kind == "code" for name in defines.findall(cell.source)}
    retyped: dict[int, set[str]] = {}
    for cell in cells:
        if cell.kind != "code" and len(cell.source) < _LONG:
            alone = set(defines.findall(cell.source)) - there
            if alone and _is_python(cell.source):
                retyped[cell.number] = alone
    chosen = [cell for cell in cells if cell.number in retyped or (cell.kind == "code" and cell.source.strip())]
    if not chosen:
        raise SubmissionError(say("notebook.no_code", name=file_name))
    if sum(len(cell.source) for cell in chosen) > MAX_CODE:
        raise SubmissionError(say("notebook.much_code", name=file_name, size=MAX_CODE >> 10))
    for cell in chosen:
        names = ", ".join(sorted(retyped.get(cell.number, ())))
        kind = cell.kind if cell.kind in ("markdown", "raw") else "strange"
        yield cell, say("notebook.read_as_code", number=cell.number, kind=kind, names=names) if names else ""


def _defines(wanted: Sequence[str]) -> re.Pattern[str]:
    """What finds the definitions of these names."""
    names = "|".join(map(re.escape, wanted))
    return re.compile(rf"^[ \t]*+(?:async )?(?:def|class)[ \t]++({names})\b", re.MULTILINE)


def _is_python(source: str) -> bool:
    try:
        return bool(parse(source).body)
    except NotPythonError:
        return False


def _json(text: str | bytes, file_name: str) -> dict[str, Any]:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > MAX_NOTEBOOK or sum(map(raw.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        raise SubmissionError(say("notebook.large", name=file_name))
    try:
        book = json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        told = say("notebook.json", name=file_name, line=error.lineno, column=error.colno, error=error.msg)
        raise SubmissionError(told) from error
    except (ValueError, RecursionError) as error:
        raise SubmissionError(say("notebook.unreadable", name=file_name, error=error)) from error
    if not isinstance(book, dict):
        raise SubmissionError(say("notebook.no_object", name=file_name))
    return book


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _without_magics(source: str) -> str:
    """The cell as Python: as it stands if that parses, else without IPython's own lines. Raises ``NotPythonError``.

    A line that starts with ``%`` may be the inside of a string, so lines go one at a time, where parsing stops.
    """
    lines = _dedented(source.split("\n"))
    start = next(index for index, line in enumerate(lines) if line.strip())
    if lines[start].startswith("%%"):
        magic = lines[start].split()[0]
        if magic not in _RUN_ANYWAY:
            raise NotPythonError(0, say("notebook.magic", magic=magic[:20]))
        lines[start] = "pass"
    for _ in range(_ROUNDS if len(source) < _LONG else 1):
        try:
            parse("\n".join(lines))
            return "\n".join(lines)
        except NotPythonError as error:
            if not 0 < error.line <= len(lines) or not _MAGIC.match(lines[error.line - 1]):
                raise
            lines[error.line - 1] = _passed(lines[error.line - 1])
    cleaned = "\n".join(_passed(line) if _MAGIC.match(line) else line for line in lines)
    parse(cleaned)
    return cleaned


def _dedented(lines: list[str]) -> list[str]:
    """Lines less the indentation of the first, as IPython does for what was pasted from inside a function."""
    first = next(line for line in lines if line.strip())
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines]


def _passed(line: str) -> str:
    """``pass`` in place of a line, so that the block it may be all of stays a block."""
    return line[: len(line) - len(line.lstrip())] + "pass"


def _segments(units: Sequence[Unit], lines: dict[int, list[str]], file_name: str) -> Iterator[Segment]:
    """The units as source, every other line of their cell blank. Future imports must precede all else, and then come
    imports that stand below a use of theirs; so they have segments of their own."""
    stages = ([one for one in units if one.is_future], [one for one in units if one.is_early and not one.is_future])
    for stage in (*stages, [one for one in units if not (one.is_future or one.is_early)]):
        cells: dict[int, set[int]] = defaultdict(set)
        for unit in stage:
            cells[unit.cell].update(range(unit.first, unit.last + 1))
        for cell, kept in cells.items():
            shown = (line if number in kept else "" for number, line in enumerate(lines[cell], start=1))
            yield Segment(f"{file_name} cell {cell}", "\n".join(shown).rstrip() + "\n")
