"""Student files made of chosen answers: the stub with some definitions replaced, as a module or as a notebook.

What comes out is what a student could have handed in: no decorators, no names of variants, and no docstring or comment
of a variant's that would tell what is right or wrong about it.
"""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from autograder.answers import Answer
from autograder.cells import BEGIN, END
from autograder.course import Assignment
from autograder.errors import AssignmentError
from autograder.handout import notebook_text
from autograder.reference import Solutions
from autograder.source import read_source
from autograder.statements import Unit, units_of

Choice = Answer | Literal["stub", "reference"]
MARKS = ("accepted", "misconception")
_MARK_LINE = re.compile(rf"^[ \t]*#+[ \t]*(?:{BEGIN}|{END})[ \t]*\n", re.MULTILINE)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class _Piece:
    """Top-level statements of a file, and their text."""

    unit: Unit
    text: str

    @property
    def is_import(self) -> bool:
        """Whether they only import."""
        return all(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(self.text).body)


def module_text(solutions: Solutions, choices: Mapping[str, Choice], otherwise: Choice = "stub") -> str:
    """A submission: each function and class as chosen, those not named in ``choices`` as ``otherwise``.

    What an answer needs of its own file (imports, helpers) is put after the module's imports. Raises
    ``AssignmentError`` for a name that the stub does not define, or an answer that is not in the files.
    """
    stubs = {name: piece for piece in _pieces(solutions.stub) for name in piece.unit.binds}
    for name in choices:
        if name not in stubs:
            raise AssignmentError(f"{name!r} is not in the stub, which defines {', '.join(sorted(stubs))}")
    known = _namespace(solutions)
    text, uses = solutions.stub, set[str]()
    for name in [piece for piece in stubs if _definition(solutions.stub, piece) is not None]:
        choice = choices.get(name, otherwise)
        if choice == "stub":
            continue
        written = _written(known, name, choice, solutions)
        text = replaced(text, name, written)
        uses |= _pieces(written)[0].unit.uses
    return _with_helpers(text, [_Piece(piece.unit, _plain(piece.text)) for piece in _helpers(known, uses, set(stubs))])


def replaced(text: str, name: str, source: str) -> str:
    """The module with its top-level function or class ``name``, decorators included, replaced by ``source``; an empty
    one removes it.

    Raises ``AssignmentError`` where the module has no such definition.
    """
    node = _required(text, name)
    lines = text.split("\n")
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines[first - 1 : node.end_lineno] = source.rstrip("\n").split("\n") if source else []
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))


def begun_with(text: str, name: str, statement: str) -> str:
    """The module with one more ``statement`` at the start of a function, or of a class's first method.

    Raises ``AssignmentError`` where the module has no such definition.
    """
    node: Any = _required(text, name)
    if isinstance(node, ast.ClassDef):
        node = next((child for child in node.body if isinstance(child, ast.FunctionDef)), node)
    first = node.body[1] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body[0]
    lines = text.split("\n")
    lines[first.lineno - 1 : first.lineno - 1] = [" " * first.col_offset + line for line in statement.split("\n")]
    return "\n".join(lines)


def as_notebook(assignment: Assignment, text: str, *cells: str) -> str:
    """The released notebook with the definitions of the module ``text`` in its task cells, then code ``cells``.

    Imports and helpers of ``text`` that the notebook lacks get a cell of their own before the first task; figures stay.
    Raises ``SubmissionError`` where ``text`` is no Python.
    """
    book = json.loads(notebook_text(read_source(assignment), assignment))
    pieces = _pieces(text)
    tasks = [cell for cell in book["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]
    given = "\n".join(_source_of(cell) for cell in book["cells"] if cell["cell_type"] == "code" and cell not in tasks)
    placed: set[str] = set()
    for cell in tasks:
        names = frozenset().union(*(unit.binds for unit in units_of(0, _source_of(cell))))
        cell["source"] = "\n\n\n".join(piece.text for piece in pieces if piece.unit.binds & names)
        placed |= names
    extra = [piece.text for piece in pieces if piece.unit.binds - placed and piece.text not in given]
    first = book["cells"].index(tasks[0]) if tasks else len(book["cells"])
    if extra:
        book["cells"].insert(first, _code_cell("own-0", "\n".join(extra)))
    book["cells"] += [_code_cell(f"own-{number}", source) for number, source in enumerate(cells, start=1)]
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _code_cell(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [], "source": source}


def _source_of(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])


def _pieces(text: str) -> list[_Piece]:
    lines = text.split("\n")
    return [_Piece(unit, "\n".join(lines[unit.first - 1 : unit.last])) for unit in units_of(0, text)]


def _namespace(solutions: Solutions) -> dict[str, _Piece]:
    """What binds each name when reference and answers have run in one namespace: the last that does."""
    texts = [solutions.reference[1], *(text for _, text in solutions.files)]
    return {name: piece for text in texts for piece in _pieces(_MARK_LINE.sub("", text)) for name in piece.unit.binds}


def _helpers(known: Mapping[str, _Piece], uses: set[str], there: set[str]) -> list[_Piece]:
    """The pieces that the names in ``uses`` need beyond those that are there, each after what it uses."""
    found: list[_Piece] = []
    for name in sorted(uses - there):
        piece = known.get(name)
        if piece is not None and name not in there:
            there |= piece.unit.binds
            found += [*_helpers(known, set(piece.unit.uses), there), piece]
    return found


def _with_helpers(text: str, helpers: list[_Piece]) -> str:
    """The module with helpers after its last import, theirs first."""
    imports = [piece for piece in _pieces(text) if piece.is_import]
    lines = text.split("\n")
    after = imports[-1].unit.last if imports else 0
    above = [piece.text for piece in helpers if piece.is_import]
    below = [f"\n\n{piece.text}" for piece in helpers if not piece.is_import]
    return "\n".join([*lines[:after], *above, *below, *lines[after:]])


def _written(known: Mapping[str, _Piece], name: str, choice: Choice, solutions: Solutions) -> str:
    """The source of what was chosen for ``name``."""
    if choice == "reference":
        return next(p.text for p in _pieces(_MARK_LINE.sub("", solutions.reference[1])) if name in p.unit.binds)
    assert isinstance(choice, Answer)  # "stub" needs no source
    piece = known.get(choice.written_as)
    if piece is None or choice.replaces != name:
        raise AssignmentError(f"{choice.written_as} is no answer for {name} in the files of {solutions.module}")
    plain = _plain(piece.text, _required(solutions.stub, name))
    return re.sub(rf"\b{re.escape(choice.written_as)}\b", name, plain)


def _plain(text: str, like: _Definition | None = None) -> str:
    """A definition without the marks of answers, comments and docstrings, but with those docstrings that ``like`` has.

    Anything else stays as it is."""
    tree = ast.parse(text)
    node = tree.body[0]
    if not isinstance(node, _Definition):
        return text
    node.decorator_list = [one for one in node.decorator_list if not _is_mark(one)]
    _redocument(node, like)
    return ast.unparse(tree)


def _is_mark(decorator: ast.expr) -> bool:
    """Whether a decorator says what kind of answer it is on."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id in MARKS


def _redocument(node: _Definition, like: _Definition | None) -> None:
    if ast.get_docstring(node) is not None:
        del node.body[0]
    doc = ast.get_docstring(like, clean=False) if like is not None else None
    if doc is not None:
        node.body.insert(0, ast.Expr(ast.Constant(doc)))
    if not node.body:
        node.body.append(ast.Pass())
    theirs = {child.name: child for child in like.body if isinstance(child, _Definition)} if like is not None else {}
    for child in node.body:
        if isinstance(child, _Definition):
            _redocument(child, theirs.get(child.name))


def _definition(text: str, name: str) -> _Definition | None:
    nodes = [node for node in ast.parse(text).body if isinstance(node, _Definition) and node.name == name]
    return nodes[-1] if nodes else None


def _required(text: str, name: str) -> _Definition:
    node = _definition(text, name)
    if node is None:
        raise AssignmentError(f"the module defines no {name!r} at its top level")
    return node
