"""Library calls that a task forbids, since making them is not writing the answer: what the configuration's names mean,
and where a source names them. The guest refuses the calls (``remote.refuse``); what is read here only explains."""

import ast
import fnmatch
import functools
import types
from collections.abc import Iterator, Sequence

import torch

from autograder.errors import AssignmentError
from autograder.messages import say
from autograder.remote.refuse import OPERATOR, resolve

_SHOWN_LINES = 3


@functools.cache
def targets(name: str) -> tuple[tuple[str, str], ...]:
    """What a guest must refuse for one name of the configuration, each with the name that the student is told.

    ``aten::pattern`` means every operator of torch's that matches, a built-in function the operators behind it, and a
    Python function or class itself; with ``(argument)`` after it, only calls that give that argument. Raises
    ``AssignmentError`` for a name that means nothing.
    """
    if name.startswith(OPERATOR):
        found = [known for known in _operators() if fnmatch.fnmatchcase(known, name)]
        told = [f"torch.{known.removeprefix(OPERATOR).partition('.')[0]}" for known in found]
    else:
        try:
            meant = resolve(name)
        except LookupError:
            raise AssignmentError(f"forbids: {name!r} is no function, class or operator that can be imported") from None
        behind = OPERATOR + getattr(meant, "__name__", "")
        found = [known for known in _operators() if known.partition(".")[0] in (behind, f"{behind}_")]
        found = found if isinstance(meant, types.BuiltinFunctionType) else [name]
        told = [name.partition("(")[0]] * len(found)
    if not found:
        raise AssignmentError(f"forbids: {name!r} matches no operator of torch's")
    return tuple(zip(found, told, strict=True))


@functools.cache
def _operators() -> tuple[str, ...]:
    known: list[str] = torch._C._dispatch_get_all_op_names()
    return tuple(name for name in known if name.startswith(OPERATOR))


def explain(segments: Sequence[tuple[str, str]], name: str) -> str:
    """Where a submission's source names ``name``, for the student; a sentence that it does not, where it does not."""
    mentions = _mentions(segments, name.rpartition(".")[2])
    found = [f"{say('python.where', label=label, line=line)}: `{text}`" for label, line, text in mentions]
    return "\n".join(found[:_SHOWN_LINES]) or say("calls.roundabout")


def _mentions(segments: Sequence[tuple[str, str]], word: str) -> Iterator[tuple[str, int, str]]:
    """Lines that name a word as an attribute, an imported name, an argument or a string."""
    for label, source in segments:
        lines, seen = source.splitlines(), set()
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            names: Iterator[str] | tuple[str, ...] = ()
            if isinstance(node, ast.Attribute):
                names = (node.attr,)
            elif isinstance(node, ast.ImportFrom):
                names = (alias.name for alias in node.names)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names = (node.value.rpartition(".")[2],)
            elif isinstance(node, ast.Name):
                names = (node.id,)
            line = getattr(node, "lineno", 0)
            if line not in seen and word in names:
                seen.add(line)
                yield label, line, lines[line - 1].strip()
