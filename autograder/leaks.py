"""Whether what students get gives away what they must not see.

Secret are the lines of solution blocks, of hidden suites, of accepted answers and of misconceptions, their docstrings
and comments included. That a line also stands in a public place makes it no less secret: that is what a leak looks
like. But a line must tell something. These do not:

- imports, signatures, and decorators with constants only or that mark a misconception (but its ``hint`` does tell);
- lines with fewer than two names, numbers and strings, unless a string of 24 characters or more is in them;
- lines that set a scene and compute nothing: ``return x``, ``self.p = p``, ``model.eval()``, ``super().__init__()``,
  ``with torch.no_grad():``, ``with pytest.raises(...)``, a layer without arguments in a list (``nn.ReLU(),``), and
  loops over constants, a name, a range up to one, or a call without arguments;
- comments and lines of docstrings under 12 characters, and comments to tools (``noqa``).

A released line leaks when it equals a secret one (spaces, quotes and comment marks aside), or when a secret of 24
characters or more is part of the released text, line breaks aside. A code span of the handout counts as a line.
"""

import ast
import re
import tokenize
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from keyword import iskeyword
from pathlib import Path

from autograder.cells import Cell
from autograder.course import Assignment
from autograder.source import solution_lines

SHORTEST_PROSE, SHORTEST_PART = 12, 24
_SPACES, _CODE_SPAN = re.compile(r"\s+"), re.compile(r"`+([^`]+)`+")
_BARE_CALL = re.compile(r"[\w.]+\(\),?")
_FOR_TOOLS = re.compile(r"#\s*(ruff|noqa|type|mypy|fmt|pragma|isort)\b")
_Signed = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NOT_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


@dataclass(frozen=True)
class Line:
    """A line of text, and where it stands (``file:line``)."""

    where: str
    text: str


def leaks(released: Sequence[Line], secrets: Iterable[Line]) -> tuple[str, ...]:
    """A sentence that names both places for each secret that the lines of one released file hold, in their order."""
    origins: dict[str, str] = {}
    for secret in secrets:
        origins.setdefault(secret.text, secret.where)
    found = {(row, form) for row, line in enumerate(released) for form in _forms(line.text) if form in origins}
    known = {form for _, form in found}
    plains = [plain(line.text) + " " for line in released]
    starts = [0]
    for text in plains:
        starts.append(starts[-1] + len(text))
    whole = "".join(plains)
    for text in origins.keys() - known:
        if len(text) >= SHORTEST_PART and (at := whole.find(text)) >= 0:
            found.add((bisect_right(starts, at) - 1, text))
    return tuple(f"{released[row].where}: gives away {origins[form]}" for row, form in sorted(found))


def plain(text: str) -> str:
    """A line without what typesetting changes: indentation, runs of spaces, quotes around it, comment marks before."""
    text = text.strip().lstrip("#>").strip().strip("\"'").strip()
    return _SPACES.sub(" ", text)


def _forms(text: str) -> set[str]:
    """What a released line is compared as: whole, without a comment after it, and each code span in it."""
    return {plain(text), plain(text.partition("  # ")[0]), *map(plain, _CODE_SPAN.findall(text))}


def secrets_of(assignment: Assignment, cells: Sequence[Cell]) -> tuple[Line, ...]:
    """All secret lines of an assignment, as they are compared. A file that is no text holds none; one that is missing
    is not this check's business."""
    answers = {(line.cell, line.line) for line in solution_lines(cells)}
    found = [
        secret_lines(cell.text, cell.at, {number for at, number in answers if at == cell})
        for cell in dict.fromkeys(line.cell for line in solution_lines(cells))
    ]
    hidden = sorted(path for path in assignment.suites.rglob("*") if "__pycache__" not in path.parts)
    for path in (*hidden, *assignment.answers):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", errors="ignore")
            found.append(secret_lines(text, _places(path)))
    return tuple(chain.from_iterable(found))


def _places(path: Path) -> Callable[[int], str]:
    return lambda number: f"{path}:{number}"


def secret_lines(text: str, at: Callable[[int], str], only: Iterable[int] | None = None) -> Iterator[Line]:
    """The lines of Python ``text`` that tell something, as they are compared, each at ``at(line)`` (from 1).

    ``only`` names the lines to look at. A text that is not Python is taken as prose.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    numbers = range(1, len(lines) + 1) if only is None else sorted(only)
    try:
        tree, tokens = ast.parse(text), _tokens_by_line(text)
    except (SyntaxError, ValueError, tokenize.TokenError):
        tree, tokens = ast.Module([], []), None
    dull = _dull_lines(tree)
    hints = [(number, plain(sentence)) for number, sentence in _hints(tree) if number in numbers]
    yield from (Line(at(number), hint) for number, hint in hints if len(hint) >= SHORTEST_PROSE)
    for number in numbers:
        line = lines[number - 1]
        here = None if tokens is None else tokens.get(number, [])
        parts = [line] if here is None else _telling_parts(line, here, number in dull)
        yield from (Line(at(number), part) for part in map(plain, parts) if part)


def _telling_parts(line: str, tokens: Sequence[tokenize.TokenInfo], is_dull: bool) -> Iterator[str]:
    """Code, comment, or text of a string over several lines: what of a line tells something."""
    code = [token for token in tokens if token.type not in _NOT_CODE]
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    told = [comment for comment in comments if not _FOR_TOOLS.match(comment)]
    yield from (comment for comment in told if len(plain(comment)) >= SHORTEST_PROSE)
    if is_dull or _BARE_CALL.fullmatch(line.strip()):
        return
    if not code or all(token.type == tokenize.STRING for token in code):
        if not comments and len(plain(line)) >= SHORTEST_PROSE:
            yield line
    else:
        strings = [plain(token.string) for token in code if token.type == tokenize.STRING]
        kinds = (tokenize.NAME, tokenize.NUMBER, tokenize.STRING)
        count = sum(token.type in kinds and not iskeyword(token.string) for token in code)
        if count >= 2 or any(len(string) >= SHORTEST_PART for string in strings):
            yield line.removesuffix(comments[0]) if comments else line


def _tokens_by_line(text: str) -> dict[int, list[tokenize.TokenInfo]]:
    """The tokens of each line. One that spans several lines belongs to none, so its lines read as prose."""
    found: dict[int, list[tokenize.TokenInfo]] = {}
    for token in tokenize.generate_tokens(StringIO(text).readline):
        if token.start[0] == token.end[0]:
            found.setdefault(token.start[0], []).append(token)
    return found


def _dull_lines(tree: ast.Module) -> set[int]:
    """The lines (from 1) of imports, signatures and decorators, and of statements that only set a scene."""
    dull: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        first, last = node.lineno, node.end_lineno or node.lineno
        for decorator in node.decorator_list if isinstance(node, _Signed) else ():
            if _is_dull_decorator(decorator):
                dull.update(range(decorator.lineno, (decorator.end_lineno or 0) + 1))
        if isinstance(node, ast.With | ast.For | ast.AsyncFor | ast.AsyncWith | _Signed):
            last = node.body[0].lineno - 1
        if isinstance(node, ast.Import | ast.ImportFrom | _Signed) or _sets_a_scene(node):
            dull.update(range(first, last + 1))
    return dull


def _is_dull_decorator(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or ast.unparse(node.func) == "misconception":
        return True
    return all(map(_is_given, [*node.args, *(keyword.value for keyword in node.keywords)]))


def _hints(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each sentence of each argument ``hint=``, and the line (from 1) at which the hint begins."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "hint" and isinstance(node.value, ast.Constant):
            yield from ((node.value.lineno, sentence) for sentence in re.split(r"(?<=[.?!])\s+", str(node.value.value)))


def _sets_a_scene(node: ast.stmt) -> bool:
    match node:
        case ast.Return(value=value) | ast.Assign(value=value) | ast.AnnAssign(value=value):
            return value is None or _is_given(value)
        case ast.Expr(value=ast.Call() as call):
            return _is_bare_call(call)
        case ast.For(iter=ast.Call(func=ast.Name("range"), args=[value])):
            return _is_given(value)
        case ast.For(iter=value) | ast.AsyncFor(iter=value):
            return _is_given(value) or _is_bare_call(value)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return all(_is_bare_call(item.context_expr) or _is_raises(item.context_expr) for item in items)
    return False


def _is_given(node: ast.expr) -> bool:
    """Whether an expression is a name or a constant, or a tuple or list of such. A long string is a sentence."""
    if isinstance(node, ast.Tuple | ast.List):
        return all(_is_given(element) for element in node.elts)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return len(node.value) < SHORTEST_PART
    return isinstance(node, ast.Name | ast.Constant)


def _is_bare_call(node: ast.expr) -> bool:
    """Whether an expression calls a dotted name, or a method of ``super()``, without arguments."""
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return False
    target = node.func
    while isinstance(target, ast.Attribute):
        target = target.value
    return isinstance(target, ast.Name) or ast.unparse(target) == "super()"


def _is_raises(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises"
