"""Top-level statements of Python source: what they bind, use and change, and which of them a name needs.

Source is parsed and never run. Scopes are those of Python's own compiler (``symtable``), so that a function's local
``loss`` does not drag in the training loop that binds a ``loss`` of the module.
"""

import __future__

import ast
import symtable
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.errors import SubmissionError
from autograder.messages import say

_REPLACING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.Import, ast.ImportFrom)
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Unit:
    """Top-level statements that share lines: ``first`` to ``last``, from 1. ``binds`` and ``uses`` are names of the
    module, ``changes`` those whose attributes or items it sets; ``replaces`` if it binds whatever happens. ``is_early``
    if it is an import that something above it needs."""

    cell: int
    first: int
    last: int
    binds: frozenset[str]
    uses: frozenset[str]
    changes: frozenset[str]
    replaces: bool
    is_star: bool
    is_future: bool
    is_import: bool
    is_early: bool = False


class NotPythonError(SubmissionError):
    """Source that does not parse: ``line`` (0 if unknown) and ``reason``, ``SyntaxError: '(' was never closed``."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(say("python.line", line=line, reason=reason) if line else reason)
        self.line, self.reason = line, reason


def parse(source: str) -> ast.Module:
    """The syntax tree of a module. Raises ``NotPythonError``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape such as "\d" is no mistake of ours to report
            return ast.parse(source)
    except SyntaxError as error:
        raise NotPythonError(error.lineno or 0, f"{type(error).__name__}: {error.msg}") from error
    except ValueError as error:
        raise NotPythonError(0, f"SyntaxError: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise NotPythonError(0, say("python.deep")) from error


def needed(units: Sequence[Unit], wanted: Sequence[str]) -> list[Unit]:
    """The units that the wanted names need, in their order: of a wanted name the last version, of a name that those
    use every statement that binds or changes it, and so on."""
    where: dict[str, list[int]] = defaultdict(list)
    for index, unit in enumerate(units):
        for name in unit.binds | unit.changes:
            where[name].append(index)
    queue = [index for index, unit in enumerate(units) if unit.is_star]
    for name in wanted:
        whole = [index for index in where[name] if units[index].replaces and name in units[index].binds]
        queue += [index for index in where[name] if not whole or index >= whole[-1]]
    taken: set[int] = set()
    names: set[str] = set()
    while queue:
        index = queue.pop()
        taken.add(index)
        for name in units[index].uses - names:
            names.add(name)
            queue += where[name]
    return _with_early_imports([unit for index, unit in enumerate(units) if index in taken or unit.is_future])


def _with_early_imports(units: Sequence[Unit]) -> list[Unit]:
    """The units, with those imports marked that the order of cells, which students change, has put below a use. A name
    that is also bound in another way stays as it is."""
    elsewhere = {name for unit in units if not unit.is_import for name in unit.binds}
    used: set[str] = set()
    marked = []
    for unit in units:
        is_early = unit.is_import and bool(unit.binds & used) and not unit.binds & elsewhere
        marked.append(replace(unit, is_early=is_early))
        used |= unit.uses
    return marked


def units_of(cell: int, source: str) -> list[Unit]:
    """A cell's top-level statements. Raises ``NotPythonError`` for what parses and means nothing (``nonlocal``)."""
    lines, groups = source.split("\n"), list[list[ast.stmt]]()
    last = 0
    for node in parse(source).body:
        if _first(node) > last:
            groups.append([])
        groups[-1].append(node)
        last = max(last, node.end_lineno or 0)
    return [_unit(cell, group, lines) for group in groups]


def _unit(cell: int, nodes: list[ast.stmt], lines: list[str]) -> Unit:
    first, last = _first(nodes[0]), max(node.end_lineno or 0 for node in nodes)
    binds, uses = _names("\n".join(lines[first - 1 : last]), first)
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return Unit(
        cell, first, last,
        # `del model` in a last cell tidies up; the functions above it were written with the name in place.
        binds=frozenset() if all(isinstance(node, ast.Delete) for node in nodes) else binds,
        uses=uses,
        changes=frozenset(_changed(nodes)),
        replaces=all(isinstance(node, _REPLACING) for node in nodes),
        is_star=any(alias.name == "*" for node in froms for alias in node.names),
        is_future=bool(froms) and all(_is_known_future(node) for node in nodes),
        is_import=all(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes),
    )  # fmt: skip


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _is_known_future(node: ast.stmt) -> bool:
    known = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return known and all(alias.name in __future__.all_feature_names for alias in getattr(node, "names", []))


def _names(source: str, first: int) -> tuple[frozenset[str], frozenset[str]]:
    """The module's names that a statement binds, and those that it uses or its functions will."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = symtable.symtable(source, "cell", "exec")
    except SyntaxError as error:
        raise NotPythonError((error.lineno or 1) + first - 1, f"{type(error).__name__}: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise NotPythonError(first, say("python.deep")) from error
    symbols = module.get_symbols()
    binds = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    uses = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    tables = list(module.get_children())
    while tables:
        table = tables.pop()
        tables += table.get_children()
        in_class = table.get_type() == "class"  # where a name may be the class's or, before that, the module's
        symbols = [symbol for symbol in table.get_symbols() if in_class or symbol.is_global()]
        uses |= {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    return frozenset(binds), frozenset(uses)


def _changed(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names whose attributes or items the statements set themselves: ``CONFIG`` for ``CONFIG["p"] = 0.5``."""
    queue = list(nodes)
    while queue:
        node = queue.pop()
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            base: ast.expr = node
            while isinstance(base, ast.Attribute | ast.Subscript):
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id
        if not isinstance(node, _OWN_SCOPE):
            queue.extend(ast.iter_child_nodes(node))
