"""The tiny assignment, and what is handed in for it: two functions, two hidden tests, five marks each."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path

HOSTILE = Path(__file__).with_name("hostile")
IDEAS = ("equal", "patch", "stack", "tests", "solution", "shadow", "metadata", "printed", "results", "late", "leave")
IDEAS += ("pickled", "network", "home", "daemon", "loop", "swallow", "memory")
MODULE = "penalties"
TASKS = ("l2_penalty", "keep")
POINTS = 5.0
FULL = POINTS * len(TASKS)

REFERENCE = {
    "l2_penalty": (
        '"""The squares of the values, added and multiplied by lam."""',
        "return lam * sum(value * value for value in values)",
    ),
    "keep": (
        '"""The values that dropout keeps, scaled as in training."""',
        "return [value / (1 - p) for value in values]",
    ),
}
SIGNATURES = {"l2_penalty": "l2_penalty(values, lam)", "keep": "keep(values, p)"}
CALLS = {"l2_penalty": "l2_penalty([3.0, -4.0], 0.5)", "keep": "keep([1.0, -2.0], 0.75)"}
WANTED = {"l2_penalty": "12.5", "keep": "[4.0, -8.0]"}
# Found in what an attack carried off, these words prove what it has read; no submission holds them.
SECRET_OF_TEST, SECRET_OF_REFERENCE = "[4.0, -8.0]", "value / (1 - p)"

RIGHT = """\
def l2_penalty(values, lam):
    total = 0.0
    for value in values:
        total += value**2
    return lam * total


def keep(values, p):
    scale = 1.0 / (1.0 - p)
    return [value * scale for value in values]
"""
WRONG = """\
def l2_penalty(values, lam):
    return -1.0


def keep(values, p):
    return [0.0 for value in values]
"""
BASELINE = {"right": (RIGHT, FULL), "wrong": (WRONG, 0.0)}

_NUMPY = """\
import os
import sys

own, path = os.path.dirname(os.path.abspath(__file__)), sys.path[:]
sys.path[:] = [entry for entry in path if os.path.abspath(entry or ".") != own]
del sys.modules["numpy"]
import numpy
import numpy.testing

numpy.testing.assert_allclose = lambda *args, **kwargs: None
sys.path[:] = path
"""
_CONFTEST = """\
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""
BESIDE = {"numpy.py": _NUMPY, "sitecustomize.py": "import numpy\n", "conftest.py": _CONFTEST}


@dataclass(frozen=True)
class Known:
    """What the attacker knows: whose grader it is, its folders and files, and where a listener waits."""

    grader: str
    root: Path
    results: Path
    home: Path
    loot: Path
    port: int


@dataclass(frozen=True)
class HandedIn:
    """A submission: source, files beside it, and whether a notebook comes with metadata that is forged."""

    source: str
    beside: tuple[tuple[str, str], ...] = ()
    forged_metadata: bool = False


def title(idea: str) -> str:
    """The sentence that says what an idea tries."""
    if idea in BASELINE:
        return f"A {idea} answer, and no more"
    return (ast.get_docstring(ast.parse(_read(idea))) or "").rstrip(".")


def hostile(name: str, known: Known) -> HandedIn:
    """The submission of an idea, told where things are."""
    kit, text = _read("kit"), _read(name)
    blank = 'GRADER, ROOT, RESULTS, HOME, LOOT, PORT = "", "", "", "", "", 0\n'
    assert blank in kit, "the kit has no line for what the attacker knows"
    facts = (known.grader, str(known.root), str(known.results), str(known.home), str(known.loot), known.port)
    kit = kit.replace(blank, f"GRADER, ROOT, RESULTS, HOME, LOOT, PORT = {facts!r}\n")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("from kit import")]
    beside = tuple(BESIDE.items()) if name == "shadow" else ()
    return HandedIn(kit + "\n\n" + "".join(lines), beside, forged_metadata=name == "metadata")


def handed_in(idea: str, known: Known) -> HandedIn:
    """The submission of an idea, or of the baseline: ``right`` and ``wrong`` try nothing."""
    return HandedIn(BASELINE[idea][0]) if idea in BASELINE else hostile(idea, known)


def solution(name: str, before: str = "", after: str = "") -> str:
    """The reference of one task, with the marks that a grader wants around the answer."""
    docstring, answer = REFERENCE[name]
    return f"def {SIGNATURES[name]}:\n    {docstring}\n{before}    {answer}\n{after}"


def cell(kind: str, source: str, **metadata: object) -> dict[str, object]:
    """One cell of a notebook."""
    made: dict[str, object] = {"cell_type": kind, "metadata": metadata, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(cells: list[dict[str, object]], **metadata: object) -> str:
    """A notebook of these cells, as text."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": kernel} | metadata, "cells": cells}
    )


def write(path: Path, text: str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _read(name: str) -> str:
    return (HOSTILE / f"{name}.py").read_text(encoding="utf-8")
