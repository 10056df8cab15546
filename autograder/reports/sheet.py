"""A CSV that somebody else's system wrote: cells are read and replaced, and every other byte of it is kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from autograder.errors import AssignmentError

_DELIMITERS = (",", ";", "\t")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True)
class Cell:
    """One cell: its bytes as text, quotes included, and what ends it: a delimiter, the end of its line, or nothing."""

    raw: str
    end: str

    @cached_property
    def value(self) -> str:
        """What the cell holds."""
        return self.raw[1:-1].replace('""', '"') if self.raw.startswith('"') else self.raw


@dataclass(frozen=True)
class Sheet:
    """The rows of a file. ``mark`` is the byte order mark that it began with, or nothing."""

    rows: tuple[tuple[Cell, ...], ...]
    delimiter: str
    mark: str = ""

    @cached_property
    def head(self) -> Sequence[str]:
        """What the cells of the first line hold; nothing in an empty file."""
        return [cell.value for cell in self.rows[0]] if self.rows else []

    def value(self, place: int, column: int) -> str:
        """What a cell says, without the space around it, and without the ``="…"`` by which a spreadsheet is told that a
        text is one; nothing where the row ends before it."""
        row = self.rows[place]
        value = row[column].value.strip() if column < len(row) else ""
        return value[2:-1] if re.fullmatch(r'="[^"]*"', value) else value

    def decimal(self, columns: Iterable[int]) -> str:
        """The decimal mark of the numbers in these columns: a comma where more of them have one than have a point."""
        values = [self.value(place, column) for column in columns for place in range(len(self.rows))]
        commas, points = (sum(bool(re.fullmatch(rf"-?\d+\{mark}\d+", one)) for one in values) for mark in ",.")
        return "," if commas > points else "."

    def changed(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """The file with other values in the cells (row, column), each quoted if it was, or if it has to be.

        Raises ``AssignmentError`` where a row has no such cell.
        """
        rows = [list(row) for row in self.rows]
        for (place, column), value in values.items():
            if column >= len(rows[place]):
                raise AssignmentError(f"row {place + 1}: {len(rows[place])} cells; expected at least {column + 1}")
            cell = rows[place][column]
            is_quoted = cell.raw.startswith('"') or any(one in value for one in (self.delimiter, '"', "\r", "\n"))
            escaped = value.replace('"', '""')
            rows[place][column] = Cell(f'"{escaped}"' if is_quoted else value, cell.end)
        text = self.mark + "".join(cell.raw + cell.end for row in rows for cell in row)
        return text.encode("utf-8", "surrogateescape")


def read(data: bytes) -> Sheet:
    """The sheet in a file's bytes, whatever its delimiter, line ends and quoting. Bytes that are no UTF-8 stay as they
    are. ``read(data).changed({}) == data``, always.

    Raises ``AssignmentError`` naming the line where a quote does not end, or ends within a cell.
    """
    text = data.decode("utf-8", "surrogateescape")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    head = _QUOTED.sub("", re.split(r"\r\n?|\n", text, maxsplit=1)[0])
    delimiter = max(_DELIMITERS, key=head.count)
    pattern = re.compile(rf'("(?:[^"]|"")*"|[^{delimiter}\r\n"][^{delimiter}\r\n]*|)({delimiter}|\r\n|\r|\n|\Z)')
    rows: list[tuple[Cell, ...]] = []
    cells: list[Cell] = []
    place = 0
    while place < len(text) or cells:
        found = pattern.match(text, place)
        if found is None:
            line = 1 + len(re.findall(r"\r\n?|\n", text[:place]))
            raise AssignmentError(f"line {line}: a quote does not end where its cell does; expected a CSV")
        cells.append(Cell(found[1], found[2]))
        place = found.end()
        if found[2] != delimiter:
            rows.append(tuple(cells))
            cells = []
    return Sheet(tuple(rows), delimiter, mark)
