"""A submission's source on its page: with numbered lines, and the lines that raised marked."""

import ast
import keyword
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from itertools import count, groupby
from operator import attrgetter
from typing import Any, ClassVar

MOST_LINES, NEAR = 3000, 4


@dataclass(frozen=True)
class Line:
    """One line: its number in its file or cell, its HTML, and whether an exception came through it."""

    number: int
    html: str
    raised: bool


@dataclass(frozen=True)
class Listing:
    """Consecutive lines of one piece, with the piece's label."""

    label: str
    lines: tuple[Line, ...]

    @property
    def runs(self) -> Iterator[tuple[bool, list[str]]]:
        """The HTML of lines in a row that raised, or did not: a page writes most of a listing at once."""
        for raised, lines in groupby(self.lines, attrgetter("raised")):
            yield raised, [line.html for line in lines]


def listings(
    code: Sequence[Mapping[str, str]], names: Sequence[str], raised: frozenset[tuple[str, int]]
) -> tuple[Listing, ...]:
    """The definitions of these names, in colours, where they are written last, decorators included."""
    last: dict[str, tuple[Mapping[str, str], int, int]] = {}
    for piece in code:
        for node in _definitions(piece["source"]):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            last[node.name] = (piece, first, node.end_lineno or first)
    found = [last[name] for name in names if name in last]
    return tuple(_listing(piece, first, end, _coloured, raised) for piece, first, end in found)


def whole(code: Sequence[Mapping[str, str]], raised: frozenset[tuple[str, int]]) -> tuple[Listing, ...]:
    """Every piece, plain: up to 3,000 lines of each."""
    return tuple(_listing(piece, 1, MOST_LINES, escape, raised) for piece in code)


def around(code: Sequence[Mapping[str, str]], places: frozenset[tuple[str, int]]) -> tuple[Listing, ...]:
    """A few lines before and after each of these places."""
    return tuple(
        _listing(piece, max(1, line - NEAR), line + NEAR, escape, places)
        for piece in code
        for label, line in sorted(places)
        if label == piece["label"]
    )


def _listing(
    piece: Mapping[str, str], first: int, last: int, write: Callable[[str], str], raised: frozenset[tuple[str, int]]
) -> Listing:
    shown = piece["source"].split("\n")[first - 1 : min(last, first + MOST_LINES - 1)]
    lines = zip(count(first), write(_visible("\n".join(shown))).split("\n")[: len(shown)], strict=False)
    return Listing(
        piece["label"], tuple(Line(number, html, (piece["label"], number) in raised) for number, html in lines)
    )


@lru_cache(maxsize=64)
def _definitions(source: str) -> tuple[Any, ...]:
    """The functions and classes of a source; a page asks for each task's, and they are looked for once."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef))


def _visible(source: str) -> str:
    """The source with every character that is not to be seen, or that turns the reading direction, as a sign."""
    return source if _is_plain(source) else "".join(map(_sign, source))


def _sign(char: str) -> str:
    return char if _is_plain(char) else "\N{REPLACEMENT CHARACTER}"


def _is_plain(text: str) -> bool:
    return text.replace("\n", "").replace("\t", "").isprintable()


def _coloured(source: str) -> str:
    """A source as HTML, in which pygments has marked kinds of words by its short class names."""
    from pygments import highlight

    return str(highlight(source, *_pygments()))


@cache
def _pygments() -> tuple[Any, Any]:
    """Only what a page gives a colour is told apart, and what lies between two of these is one piece: all that pygments
    knows of Python takes many times as long."""
    from pygments import token as kinds
    from pygments.formatters import HtmlFormatter
    from pygments.lexer import RegexLexer, bygroups, words

    coloured = rf"(?:{'|'.join(keyword.kwlist)})\b|(?i:[bru]|f|br|rb|fr|rf)?[\"']"

    class Lexer(RegexLexer):  # type: ignore[misc]
        tokens: ClassVar[Any] = {
            "root": [
                (r"(def|class)(\s+)(\w+)", bygroups(kinds.Keyword, kinds.Whitespace, kinds.Name.Function)),
                (words(keyword.kwlist, suffix=r"\b"), kinds.Keyword),
                (r"(?i)(?:[bru]|f|br|rb|fr|rf)?(\"\"\"|''')(?:\\(?:.|\n)|[^\\])*?\1", kinds.String),
                (r"(?i)(?:[bru]|f|br|rb|fr|rf)?([\"'])(?:\\(?:.|\n)|[^\\\n])*?\1", kinds.String),
                (r"\d[\w.]*", kinds.Number),
                (r"#.*", kinds.Comment),
                (r"@[\w.]+", kinds.Name.Decorator),
                (rf"(?:(?!{coloured})[^\W\d]\w*|[^\w#@\"'])+|.", kinds.Text),
            ]
        }

    return Lexer(stripnl=False, ensurenl=True), HtmlFormatter(nowrap=True)
