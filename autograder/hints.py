"""Whether a hint says too much: the reference's own expression, or a number that only the hidden suite knows."""

import ast
import re
from collections.abc import Iterator

from autograder.answers import Answer
from autograder.course import Assignment
from autograder.reference import Solutions

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]|\.\d)")
_SHORTEST_EXPRESSION = 8
_PLAIN_NUMBERS = 3


def telling_hints(assignment: Assignment, solutions: Solutions) -> Iterator[str]:
    """A sentence for each hint of a misconception that gives away what the student is to find."""
    definitions = {
        node.name: node
        for node in ast.parse(solutions.reference[1]).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    for answer in solutions.misconceptions:
        definition = definitions[answer.replaces]
        public = f"{ast.get_docstring(definition)} {solutions.stub}"
        suite = assignment.task(answer.replaces).suite.read_text(encoding="utf-8")
        helpers = [node for name, node in definitions.items() if name.startswith("_")]
        for expression in sorted(set().union(*map(_expressions, (definition, *helpers)))):
            if expression in _squeezed(answer.hint):
                yield f"the hint of {answer.written_as} holds an expression of the reference: {expression}"
        for number in _numbers(answer):
            if number in _literals(suite) and number not in set(_NUMBER.findall(public)):
                yield f"the hint of {answer.written_as} holds a number of the hidden suite: {number}"


def _expressions(definition: ast.AST) -> set[str]:
    """What the reference computes with, without spaces: operations, and calls with arguments, but for short ones."""
    found = {
        _squeezed(ast.unparse(node))
        for node in ast.walk(definition)
        if isinstance(node, ast.BinOp) or (isinstance(node, ast.Call) and node.args)
    }
    return {expression for expression in found if len(expression) >= _SHORTEST_EXPRESSION}


def _numbers(answer: Answer) -> list[str]:
    """The numbers of a hint that are not on everybody's lips."""
    return [number for number in _NUMBER.findall(answer.hint) if len(number) >= _PLAIN_NUMBERS]


def _literals(source: str) -> set[str]:
    return {str(node.value) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
