"""Notebooks become the source that the wanted functions need, and nothing else of them is read or run."""

import json
from typing import Any

import pytest

from autograder.errors import SubmissionError
from autograder.notebook import Segment, segments_of

DEF = "def f(x):\n    return x + offset"


def book(*cells: str, kind: str = "code", **more: Any) -> str:
    """A notebook of format 4 with these cells."""
    rows = [{"cell_type": kind, "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": rows, **more})


def read(*cells: str, wanted: tuple[str, ...] = ("f",)) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """Segments and notes of a notebook with these cells."""
    return segments_of(book(*cells), "dropout.ipynb", wanted)


def run(segments: tuple[Segment, ...]) -> dict[str, Any]:
    """What the guest does with segments: run them in order in one namespace."""
    space: dict[str, Any] = {}
    for segment in segments:
        exec(compile(segment.source, segment.label, "exec", dont_inherit=True), space)
    return space


def test_takes_what_the_wanted_name_needs_and_no_more() -> None:
    """Helpers, imports and constants come along, transitively; training loops and plots stay behind."""
    segments, notes = read(
        "import math\nimport nowhere_to_be_found",
        "base = math.pi",
        "offset = base + 1",
        "for loss in range(10**9):\n    pass\nprint('plot')",
        DEF,
        "f(3)",
    )
    assert [segment.label for segment in segments] == [f"dropout.ipynb cell {number}" for number in (1, 2, 3, 5)]
    assert run(segments)["f"](0) == pytest.approx(4.14159, abs=1e-4)
    assert "nowhere" not in segments[0].source
    assert notes == ()


def test_locals_do_not_pull_in_globals_of_the_same_name() -> None:
    """A function's own `loss` does not drag in the loop that binds a `loss` of the module."""
    segments, _ = read("loss = train_for_hours()", "def f(x):\n    loss = x\n    return [loss for x in (1,)]")
    assert [segment.label for segment in segments] == ["dropout.ipynb cell 2"]


@pytest.mark.parametrize(
    "cell",
    [
        "@helper\ndef f(x):\n    return x",
        "def f(x=helper):\n    return x",
        "def f(x: helper):\n    return x",
        "class f(helper):\n    pass",
        "class f(pkg.Base, metaclass=helper):\n    pass",
        "class f:\n    def g(self):\n        return lambda: helper",
        "class f:\n    y = helper",
        "class f:\n    helper = helper",
        "f = helper",
        "def f():\n    return [helper for _ in ()]",
        "if True:\n    def f():\n        return helper",
    ],
)
def test_every_way_of_using_a_name_counts(cell: str) -> None:
    """Decorators, defaults, annotations, bases, class bodies, closures and blocks all need the names that they use."""
    segments, _ = read("def helper(g):\n    return g", "pkg = None", cell)
    assert segments[0].source.startswith("def helper")


@pytest.mark.parametrize(
    "cell",
    [
        "import os as helper",
        "from os import path as helper",
        "helper = 1",
        "a, (helper, *b) = 1, (2, 3)",
        "for helper in (1,): pass",
        "with open(name) as helper: pass",
        "try:\n    import helper\nexcept ImportError:\n    helper = None",
        "if (helper := 1): pass",
        "helper: int = 1",
        "x = 1; helper = 2",
    ],
)
def test_every_way_of_binding_a_name_counts(cell: str) -> None:
    """Imports, assignments, loops, with, try, walrus and semicolons bind names."""
    assert read(cell, "def f():\n    return helper")[0][0] == Segment("dropout.ipynb cell 1", cell + "\n")


def test_redefinitions_and_changes_of_a_needed_name_keep_their_order() -> None:
    """A needed name comes with all statements that bind it, add to it or set its parts."""
    segments, _ = read(
        "offset = [1]",
        "offset += [2]",
        "offset[0] = 5",
        DEF.replace("x + offset", "offset"),
        "offset.append(9)",
        "def unrelated():\n    offset[0] = 7",
    )
    space = run(segments)
    assert space["f"](0) == [5, 2]
    assert "unrelated" not in space


def test_last_version_of_a_wanted_function_counts() -> None:
    """A draft that would fail is left out; a conditional last version keeps what it falls back on."""
    segments, _ = read("@undefined_decorator\ndef f(): return 1", "def f(): return 2", "if 0:\n    def f(): return 3")
    assert run(segments)["f"]() == 2


def test_line_numbers_are_those_of_the_cell() -> None:
    """Lines that are not taken go blank; the others stay where they were."""
    segments, _ = read("print('hello')\n\ndef f():\n    return 1\n\nprint(f())")
    assert segments[0].source == "\n\ndef f():\n    return 1\n"


def test_cells_are_counted_as_jupyter_counts_them() -> None:
    """Markdown cells count, so that `cell 3` is the third that the student sees."""
    rows = [{"cell_type": "markdown", "source": "# Hi"}, {"cell_type": "raw", "source": ""}]
    rows.append({"cell_type": "code", "source": ["def f():\n", "    return 1"]})  # type: ignore[dict-item]
    segments, _ = segments_of(json.dumps({"cells": rows}), "d.ipynb", ("f",))
    assert segments == (Segment("d.ipynb cell 3", "def f():\n    return 1\n"),)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 0, 1, 2), (0, 1, 1, 2)])
def test_copied_cells_make_no_difference(order: tuple[int, ...]) -> None:
    """Cells that are copied, and metadata that is missing or nonsense, do not change what the code means."""
    cells = ["import math", "offset = math.floor(1.5)", DEF]
    text = book(*(cells[index] for index in order), metadata="nonsense", nbformat="x")
    assert run(segments_of(text, "d.ipynb", ("f",))[0])["f"](1) == 2


def test_split_and_merged_cells_mean_the_same() -> None:
    """One cell or one a statement: the function is the same."""
    for cells in (["offset = 1\n" + DEF], ["offset = 1", DEF]):
        assert run(read(*cells)[0])["f"](1) == 2


@pytest.mark.parametrize("line", ["%matplotlib inline", "!pip install 'x", "?f", "f?", "x = !ls", "    %time f(1)"])
def test_magic_lines_become_pass(line: str) -> None:
    """IPython's own lines go, and blocks and line numbers stay; so do strings whose lines look like magics."""
    segments, notes = read(f'if 1:\n    pass\n{line}\ndef f():\n    return """\n%d items\n"""')
    assert notes == ()
    assert run(segments)["f"]() == "\n%d items\n"
    assert segments[0].source.startswith("\n\n\ndef f")


def test_magic_that_is_all_of_a_block_leaves_a_block() -> None:
    """`pass` takes the magic's place and indentation."""
    segments, _ = read("def f():\n    %timeit 1\n")
    assert segments[0].source == "def f():\n    pass\n"


def test_many_magics_in_one_cell() -> None:
    """More magics than are tried one by one still go."""
    assert len(read("%x\n" * 100 + "def f(): pass")[0]) == 1


def test_cell_magics() -> None:
    """%%time cells are Python, %%bash cells are not; a lost definition is named."""
    segments, notes = read("%%time\ndef f(): return 1", "%%bash\nrm -rf x", "%%writefile f.py\ndef f(): return 2")
    assert run(segments)["f"]() == 1
    assert notes[0] == "cell 2 was left out: it is a %%bash cell, not Python"
    assert notes[1].endswith("not Python; it defines f")


def test_a_cell_that_does_not_parse_costs_only_itself() -> None:
    """The note says which cell, what and where, and what is lost with it."""
    segments, notes = read("def g(:\n  pass", "def f():\n    return 1", "x = 1\ndef f(x):\n    return (x")
    assert run(segments)["f"]() == 1
    assert notes[0].startswith("cell 1 was left out: SyntaxError")
    assert notes[1] == "cell 3 was left out: SyntaxError: '(' was never closed, line 3; it defines f"


def test_notes_are_limited() -> None:
    """A thousand broken cells make a short list."""
    assert len(read(*["("] * 1000)[1]) == 11


def test_star_and_future_imports_are_always_taken() -> None:
    """`from x import *` may bind anything; future imports come first; an unknown feature is not taken."""
    segments, _ = read("from math import *", "from __future__ import annotations, braces", "def f(): return pi")
    assert [segment.source for segment in segments] == ["from math import *\n", "def f(): return pi\n"]
    segments, _ = read("def f(): return 1", "x = 1\nfrom __future__ import annotations")
    assert [segment.source for segment in segments] == ["\nfrom __future__ import annotations\n", "def f(): return 1\n"]


def test_deleting_a_name_at_the_end_does_not_take_it_away() -> None:
    """`del offset` in a tidying cell is not taken; `del table[0]` is a change."""
    assert run(read("offset = 1", DEF, "del offset")[0])["f"](1) == 2
    assert len(read("offset = {0: 1}", DEF, "del offset[0]")[0]) == 3


def test_indented_cell_is_dedented() -> None:
    """What was pasted from inside a function runs, as it does in Jupyter."""
    assert run(read("    def f():\n        return 1")[0])["f"]() == 1


def test_format_3_is_read() -> None:
    """Old notebooks keep cells in worksheets and code in `input`."""
    cell = {"cell_type": "code", "input": ["def f(): return 1"]}
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]})
    assert run(segments_of(text, "d.ipynb", ("f",))[0])["f"]() == 1


def test_large_outputs_do_not_matter() -> None:
    """A 50 MB output is read past."""
    text = json.dumps(
        {"cells": [{"cell_type": "code", "source": "def f(): return 1", "outputs": [{"data": "x" * 50_000_000}]}]}
    )
    assert len(segments_of(text, "d.ipynb", ("f",))[0]) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{\n  'a': 1}", r"not a notebook: line 2, column 3"),
        ("[]", "no object"),
        ("{}", "no cells"),
        ("", "not a notebook"),
        (b"\xff\xfe\x00", "not a notebook"),
        ("[" * 100_000, "not a notebook"),
        ('{"cells": [' + "1," * 9_000_000 + "1]}", "too large"),
        (b" " * ((64 << 20) + 1), "too large"),
        ('{"cells": ' + "9" * 5000 + "}", "not a notebook"),
        ('{"cells": {"a": 1}}', "no code"),
        ('{"cells": [1, null, {"cell_type": "code", "source": [1, {}]}]}', "no code"),
        (book("x" * (128 << 10) + "y"), "128 KiB of code"),
        (book("def other(): pass", kind="markdown"), "no code"),
        (book(*["x"] * 5001), "5,000 cells"),
    ],
    ids=range(14),
)
def test_what_is_no_notebook_is_refused_with_a_reason(text: str | bytes, why: str) -> None:
    """Broken, huge and nonsensical files are the student's to mend, and never an error of ours."""
    with pytest.raises(SubmissionError, match=why):
        segments_of(text, "dropout.ipynb", ("f",))


@pytest.mark.parametrize(
    "cell",
    ["(" * 5000, "-" * 100_000 + "1", "x" + ".a" * 50_000, "\ud800", "a\0b", "nonlocal x", "\\", '"' * 3, "\t \x0c"],
)
def test_hostile_cells_are_left_out(cell: str) -> None:
    """Deep nesting, stray surrogates and NULs cost only their own cell."""
    assert run(read(cell, "def f(): return 1")[0])["f"]() == 1


def test_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Reading a notebook runs none of its code."""
    read("print('ran')\nraise SystemExit", "@print\ndef f(x=print('ran')): pass")
    assert capsys.readouterr().out == ""
