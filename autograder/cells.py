"""The cells of an assignment's source, and the solution blocks in them.

What a student must write stands between ``# BEGIN SOLUTION`` and ``# END SOLUTION``. Inside a function the release puts
``raise NotImplementedError`` in its place; outside any function it is a private helper, which the release leaves out.
"""

import ast
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Literal

from autograder.errors import AssignmentError

Kind = Literal["markdown", "setup", "task", "figure"]
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
_LINE_IN_CELL = re.compile(r" on line \d+$")  # Python counts within the cell, a reader within the file
_ALMOST_A_MARK = re.compile(r"#+\s*(begin|end)\b.*\bsolu", re.IGNORECASE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Cell:
    """One cell. ``file`` and ``line`` (from 1) say where a code cell's text begins, for messages."""

    kind: Kind
    text: str
    file: str = "<source>"
    line: int = 1

    def at(self, line: int) -> str:
        """``file:line`` of a line (from 1) of this cell."""
        return f"{self.file}:{self.line + line - 1}"


@dataclass(frozen=True)
class Block:
    """One answer. ``begin`` and ``end`` are the lines (from 1, in the cell) of its marks; ``owner`` is the function or
    ``Class.method`` that it is the body of, and empty for a private helper."""

    begin: int
    end: int
    indent: int
    owner: str


def blocks_of(cell: Cell) -> tuple[Block, ...]:
    """The solution blocks of a setup or task cell, in order.

    Raises ``AssignmentError`` for code that does not parse, and for marks that do not pair up, differ in indentation,
    enclose nothing, or cut a statement in two.
    """
    tree, found, opened = _tree(cell), [], None
    for line, indent, mark in _marks(cell):
        if mark == BEGIN and opened:
            raise AssignmentError(
                f"{cell.at(line)}: {BEGIN} in the block begun at {cell.at(opened[0])}; end that first"
            )
        if mark == END and not opened:
            raise AssignmentError(f"{cell.at(line)}: {END} without a {BEGIN} before it")
        if mark == BEGIN:
            opened = (line, indent)
            continue
        assert opened is not None  # the two tests above leave nothing else
        if opened[1] != indent:
            raise AssignmentError(
                f"{cell.at(line)}: {END} is indented by {indent} and its {BEGIN} by {opened[1]}: align them"
            )
        found.append(_block(cell, tree, opened[0], line, indent))
        opened = None
    if opened:
        raise AssignmentError(f"{cell.at(opened[0])}: {BEGIN} without an {END} after it in its cell")
    return tuple(found)


def defined_in(cell: Cell) -> tuple[str, ...]:
    """The functions and classes that a student finds at the top level of a code cell, in order."""
    hidden = [block for block in blocks_of(cell) if not block.owner]
    nodes = [node for node in _tree(cell).body if isinstance(node, _DEFINITIONS)]
    return tuple(node.name for node in nodes if not any(b.begin < node.lineno < b.end for b in hidden))


def _block(cell: Cell, tree: ast.Module, begin: int, end: int, indent: int) -> Block:
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    inside = [node for node in statements if begin < node.lineno < end]
    if not inside:
        raise AssignmentError(f"{cell.at(begin)}: the solution block holds no code")
    for node in inside:
        if node.col_offset < indent or (node.end_lineno or 0) > end:
            raise AssignmentError(
                f"{cell.at(node.lineno)}: a statement leaves its solution block, lines {cell.line + begin - 1} to "
                f"{cell.line + end - 1}; the marks stand at the indentation of the code between them"
            )
    definitions = [node for node in statements if isinstance(node, _DEFINITIONS)]
    around = [node for node in definitions if node.lineno < begin < (node.end_lineno or 0)]
    if all(isinstance(node, ast.ClassDef) for node in around):
        return Block(begin, end, indent, owner="")
    named = around[:2] if isinstance(around[0], ast.ClassDef) else around[:1]
    return Block(begin, end, indent, ".".join(node.name for node in named))


def _marks(cell: Cell) -> Iterator[tuple[int, int, str]]:
    """Line, indentation and mark for each comment that is a mark; a string that looks like one is none."""
    for token in tokenize.generate_tokens(StringIO(cell.text).readline):
        if token.type != tokenize.COMMENT or not _ALMOST_A_MARK.match(token.string):
            continue
        mark = token.string.lstrip("#").strip()
        if mark not in (BEGIN, END) or token.line.strip() != token.string:
            where, found = cell.at(token.start[0]), token.line.strip()
            raise AssignmentError(f"{where}: found {found!r}; a mark is '# {BEGIN}' or '# {END}', alone on its line")
        yield token.start[0], token.start[1], mark


def _tree(cell: Cell) -> ast.Module:
    try:
        return ast.parse(cell.text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        found = _LINE_IN_CELL.sub("", str(getattr(error, "msg", error)))
        raise AssignmentError(f"{cell.at(line)}: not valid Python: {found}") from error
