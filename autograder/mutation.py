"""Mutants: the reference with one small mistake, made by machine, which a hidden suite must catch.

What is mutated stands inside the solution blocks: operators, comparisons, constants, conditions, statements that are
dropped, arguments that are swapped or left out, calls that are left out, and functions taken for their neighbors
(``min`` for ``max``). Messages of exceptions and annotations are left alone: no suite looks at them.
"""

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from autograder.cells import Cell, blocks_of
from autograder.errors import AssignmentError

_OPERATORS: Mapping[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_PAIRS = (
    ("min", "max"), ("minimum", "maximum"), ("argmin", "argmax"), ("sum", "mean"), ("any", "all"), ("floor", "ceil"),
    ("zeros", "ones"), ("zeros_like", "ones_like"), ("log", "exp"), ("train", "eval"), ("append", "extend"),
)  # fmt: skip
_NEIGHBORS = {**dict(_PAIRS), **{right: left for left, right in _PAIRS}}
_LIBRARIES = {"torch", "nn", "F", "math", "np", "functional", "itertools", "copy", "linalg"}
_Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Mutant:
    """One mutant of the function or class ``owner``: ``line`` of the source file, the first line of the statement as it
    ``was`` and as it ``becomes``, and the ``source`` that defines the owner anew."""

    owner: str
    line: int
    was: str
    becomes: str
    source: str

    def __str__(self) -> str:
        return f"{self.owner}, line {self.line}: `{self.was}` becomes `{self.becomes}`"


class Equivalent(BaseModel):
    """A mutant that no test can catch, with the reason: an entry of ``equivalent.yaml``; ``gpu`` says that a test does
    catch it where there is a GPU."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    owner: str
    was: str
    becomes: str
    because: str = Field(min_length=20)
    gpu: bool = False

    def covers(self, mutant: Mutant) -> bool:
        """Whether this entry is about that mutant."""
        return (self.owner, self.was, self.becomes) == (mutant.owner, mutant.was, mutant.becomes)


def load_equivalents(path: Path) -> tuple[Equivalent, ...]:
    """The recorded equivalents of an assignment; none where there is no file. Raises ``AssignmentError``."""
    if not path.is_file():
        return ()
    try:
        found = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or []
        return tuple(TypeAdapter(list[Equivalent]).validate_python(found))
    except (YAMLError, ValidationError) as error:
        raise AssignmentError(f"{path}: a list of owner, was, becomes and because is wanted: {error}") from error


def mutants(cells: Sequence[Cell]) -> Iterator[Mutant]:
    """Every mutant of the solution blocks of a source, each once, in the order of its lines."""
    for cell in cells:
        if cell.kind not in ("setup", "task"):
            continue
        blocks = blocks_of(cell)
        for definition in ast.parse(cell.text).body:
            if blocks and isinstance(definition, _Definition):
                inside = [range(block.begin, block.end) for block in blocks]
                yield from sorted(_of(definition, cell.line - 1, inside), key=lambda mutant: mutant.line)


def _of(definition: _Definition, offset: int, inside: Sequence[range]) -> Iterator[Mutant]:
    nodes, seen = list(ast.walk(definition)), {ast.unparse(definition)}
    statements = _statements(definition)
    for place, node in enumerate(nodes):
        statement = statements.get(node)
        if statement is None or not any(statement.lineno in lines for lines in inside):
            continue
        for variant in _variants(node):
            changed = copy.deepcopy(definition)
            twins = list(ast.walk(changed))
            holder = twins[nodes.index(statement)]
            replaced = _Replace(twins[place], variant).visit(changed)
            source = ast.unparse(ast.fix_missing_locations(replaced))
            if source not in seen:
                seen.add(source)
                becomes = variant if node is statement else holder
                yield Mutant(definition.name, offset + statement.lineno, _head(statement), _head(becomes), source)


def _statements(definition: _Definition) -> dict[ast.AST, ast.stmt]:
    """The statement that each node which may be mutated belongs to. Docstrings, annotations and what is raised are
    left out, and so is the definition itself."""
    found: dict[ast.AST, ast.stmt] = {}

    def collect(node: ast.AST, statement: ast.stmt | None) -> None:
        if isinstance(node, ast.stmt) and node is not definition:
            statement = node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return
        if statement is not None:
            found[node] = statement
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.arguments):
            return
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns", "decorator_list"):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        collect(child, statement)

    collect(definition, None)
    return found


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _head(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node)).partition("\n")[0]


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """The mistakes that can be made at one node; what they are made of is new, or copied."""
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in _OPERATORS:
        yield _with(node, op=_OPERATORS[type(node.op)]())
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in _OPERATORS:
                yield _with(node, ops=[*node.ops[:place], _OPERATORS[type(operator)](), *node.ops[place + 1 :]])
    elif isinstance(node, ast.UnaryOp):
        yield copy.deepcopy(node.operand)
    elif isinstance(node, ast.Constant):
        yield from (ast.Constant(value) for value in _other_values(node.value))
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        for value in (True, False) if not isinstance(node, ast.While) else (False,):
            yield _with(node, test=ast.Constant(value))
    elif isinstance(node, ast.AugAssign):
        yield ast.Pass()
        if type(node.op) in _OPERATORS:
            yield _with(node, op=_OPERATORS[type(node.op)]())
    elif isinstance(node, ast.Expr | ast.Raise | ast.Delete | ast.Continue | ast.Break) or _stores_in_an_object(node):
        yield ast.Pass()
    elif isinstance(node, ast.With):
        yield ast.If(ast.Constant(True), copy.deepcopy(node.body), [])  # without entering it
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield _with(node, ifs=[])
    elif isinstance(node, ast.Slice):
        yield from (_with(node, **{end: None}) for end in ("lower", "upper") if getattr(node, end) is not None)
    elif isinstance(node, ast.Attribute) and node.attr in _NEIGHBORS:
        yield _with(node, attr=_NEIGHBORS[node.attr])
    elif isinstance(node, ast.Name) and node.id in _NEIGHBORS:
        yield _with(node, id=_NEIGHBORS[node.id])
    elif isinstance(node, ast.keyword) and node.arg in _NEIGHBORS:
        yield _with(node, arg=_NEIGHBORS[node.arg])
    elif isinstance(node, ast.Call):
        yield from _calls(node)


def _stores_in_an_object(node: ast.AST) -> bool:
    """Whether it is an assignment to an attribute or an item; without one to a name nothing would run."""
    return isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name | ast.Tuple)


def _other_values(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1)
    if isinstance(value, float):
        return (value + 1.0, value / 2) if value else (1.0,)
    return (f"{value}_",) if isinstance(value, str) else ()


def _calls(call: ast.Call) -> Iterator[ast.AST]:
    """Arguments swapped or left out, and the call of a method left out."""
    if len(call.args) >= 2 and not any(isinstance(argument, ast.Starred) for argument in call.args[:2]):
        yield _with(call, args=[call.args[1], call.args[0], *call.args[2:]])
    for place in range(len(call.keywords)):
        yield _with(call, keywords=call.keywords[:place] + call.keywords[place + 1 :])
    method = call.func
    if isinstance(method, ast.Attribute) and ast.unparse(method.value).partition(".")[0] not in _LIBRARIES:
        yield copy.deepcopy(method.value)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """A copy of a node with some fields replaced."""
    changed = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, copy.deepcopy(value))
    return changed
