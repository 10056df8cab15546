"""Promises of ``autograder.source`` and ``autograder.cells``: the one source, read and split into its products."""

import ast
import subprocess
import sys

import pytest

from autograder.cells import blocks_of, defined_in
from autograder.errors import AssignmentError
from autograder.source import Cell, read_source, reference_text, solution_lines, stub_of, stub_text

from .small_course import SOURCE, write_assignment


def test_cells_are_read_in_order_with_their_kinds(tmp_path):
    """Each cell keeps its kind and its place; markdown loses its comment marks."""
    cells = read_source(write_assignment(tmp_path))
    assert [cell.kind for cell in cells] == ["markdown", "setup", "markdown", "task", "task", "figure"]
    assert cells[0].text == "# Scaling, gently\n\nSome words first, with $\\lambda > 0$."


def test_code_cells_know_their_line(tmp_path):
    """The line of a code cell is that of its first line in the file, so that messages can be clicked."""
    assignment = write_assignment(tmp_path)
    lines = assignment.source.read_text(encoding="utf-8").split("\n")
    for cell in read_source(assignment):
        if cell.kind != "markdown":
            assert lines[cell.line - 1] == cell.text.split("\n")[0]


def test_the_reference_runs_without_figures_and_handout(tmp_path):
    """What grading executes holds imports, tasks, helpers and answers, and nothing of matplotlib."""
    text = reference_text(read_source(write_assignment(tmp_path)))
    assert "matplotlib" not in text
    assert "gently" not in text
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert names == ["_private_factor", "scale", "Scaler"]
    assert "return factor * x" in text


def test_the_stub_raises_where_the_answer_was(tmp_path):
    """Each block becomes one raise at its own indentation, which names the task's id and the function or method."""
    assignment = write_assignment(tmp_path)
    lines = stub_text(read_source(assignment), assignment).split("\n")
    assert '    raise NotImplementedError("4.1 scale is not written yet")' in lines
    assert '            raise NotImplementedError("4.2 Scaler.forward is not written yet")' in lines
    assert "        self.lam = lam" in lines, "what stands outside the blocks stays"


def test_the_stub_holds_no_answer_no_helper_and_no_mark(tmp_path):
    """A top-level block is a private helper and goes altogether; no line of a block stays."""
    assignment = write_assignment(tmp_path)
    cells = read_source(assignment)
    text = stub_text(cells, assignment)
    assert "_private_factor" not in text
    assert [line for line in text.split("\n") if line.strip().startswith("# BEGIN SOL")] == []
    for line in solution_lines(cells):
        assert not line.text.strip() or line.text not in text.split("\n")


def test_the_stub_is_a_module_with_a_docstring_that_says_how_to_check(tmp_path):
    """The released module parses, and its docstring has the title, the command and the honor line."""
    assignment = write_assignment(tmp_path)
    docstring = ast.get_docstring(ast.parse(stub_text(read_source(assignment), assignment))) or ""
    assert docstring.startswith("Scaling things (04_scaling)")
    assert "autograder check 04_scaling" in docstring
    assert "Edit only inside the functions" in docstring


def test_a_block_in_a_class_body_is_a_helper(tmp_path):
    """A method that is wholly inside a block is the answer's own: the class loads without it."""
    method = "    # BEGIN SOLUTION\n    def _own(self):\n        return 2 * self.lam\n    # END SOLUTION\n"
    assignment = write_assignment(tmp_path, SOURCE.replace("    def forward", method + "\n    def forward"))
    stub = stub_text(read_source(assignment), assignment)
    assert "_own" not in stub
    assert stub.count("raise NotImplementedError") == 3 - 1 + stub.count("``raise")


def test_solution_lines_are_those_between_the_marks(tmp_path):
    """The leak check gets each line of each block, and where it stands."""
    assignment = write_assignment(tmp_path)
    found = solution_lines(read_source(assignment))
    assert [line.text.strip() for line in found if line.text.strip()] == [
        "def _private_factor(lam: float) -> float:",
        "return lam * 2 + 0.25",
        "# The factor is doubled and shifted.",
        "factor = _private_factor(lam)",
        "return factor * x",
        "return scale(x, self.lam) + 0 * x",
    ]
    lines = assignment.source.read_text(encoding="utf-8").split("\n")
    for line in found:
        assert lines[int(line.cell.at(line.line).rpartition(":")[2]) - 1] == line.text


def test_names_that_a_student_finds_leave_helpers_out(tmp_path):
    """A private helper is not among the names of a cell."""
    cells = read_source(write_assignment(tmp_path))
    assert [defined_in(cell) for cell in cells if cell.kind == "task"] == [("scale",), ("Scaler",)]


def test_a_cell_that_is_all_helper_leaves_nothing(tmp_path):
    """A task cell that holds one private helper and no more has an empty stub and does not show in the release."""
    helper = '# %% tags=["task"]\n# BEGIN SOLUTION\ndef _more(x):\n    return 3 * x\n# END SOLUTION\n\n'
    assignment = write_assignment(tmp_path, SOURCE.replace('# %% tags=["figure"]', helper + '# %% tags=["figure"]'))
    cells = read_source(assignment)
    assert stub_of(cells[5], assignment) == ""
    assert "\n\n\n\n" not in stub_text(cells, assignment)


FIRST = "    # BEGIN SOLUTION\n    # The factor"
LAST = "x\n    # END SOLUTION\n\n\n"
METHOD = """\
        if x.numel():
            # BEGIN SOLUTION
            return scale(x, self.lam) + 0 * x
            # END SOLUTION
"""
CUT = """\
        # BEGIN SOLUTION
        if x.numel():
            x = 2 * x
        # END SOLUTION
            x = x + 1
"""
HELPER = "def _extra(x):\n    # BEGIN SOLUTION\n    return x - 1\n    # END SOLUTION\n\n\n"

# What is done to the sound source (this becomes that), and what the message says then.
BROKEN = {
    "unknown tag": ('tags=["figure"]', 'tags=["plot"]', r"cell 6.*tags \['plot'\]"),
    "no tag": (' tags=["figure"]', "", r"cell 6.*code cell with tags \[\]"),
    "begin without end": (LAST, "x\n\n\n", ":33: BEGIN.*without an END"),
    "end without begin": (FIRST, "    # The factor", ":36: END SOLUTION without a BEGIN"),
    "begin in a block": ("    # The", "    # BEGIN SOLUTION\n    # The", ":34: BEGIN.*begun at .*:33"),
    "other indentation": (LAST, "x\n# END SOLUTION\n\n\n", ":37: END SOLUTION is indented by 0"),
    "misspelt mark": (FIRST, "    # Begin Solutoin\n    # The", ":33: found '# Begin Solutoin'"),
    "mark beside code": (LAST, "x  # END SOLUTION\n\n\n", ":36: found .*alone on its line"),
    "empty block": (LAST, LAST.rstrip() + "\n    # BEGIN SOLUTION\n    # END SOLUTION\n\n", ":38: .*holds no code"),
    "statement cut": (METHOD, CUT, ":51: a statement leaves its solution block, lines 50 to 53"),
    "block over two functions": (LAST, "x\ndef _more():\n    pass\n    # END SOLUTION\n", ":37: a statement leaves"),
    "no block": (METHOD, "        return x\n", "4.2 Scaler: no '# BEGIN"),
    "not defined": ("class Scaler", "class Skaler", "4.2 Scaler: defined 0 times"),
    "defined twice": ("def scale(", "def scale(x): ...\n\n\ndef scale(", "scale: defined 2 times"),
    "no task": ("def scale(", HELPER + "def scale(", "_extra is no task of 04_scaling"),
    "syntax error": ("return factor * x", "return factor *", ":36: not valid Python: invalid syntax"),
    "mark in a figure": ("plt.plot", "# BEGIN SOLUTION\nplt.plot", "a figure cell holds a solution block"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_unsound_source_is_refused_by_place(case, tmp_path):
    """The message names the file with its line or cell, what was found and what would be right."""
    old, new, message = BROKEN[case]
    assert SOURCE.count(old) >= 1
    assignment = write_assignment(tmp_path, SOURCE.replace(old, new, 1))
    with pytest.raises(AssignmentError, match=message) as caught:
        read_source(assignment)
    assert str(assignment.source) in str(caught.value)


def test_a_class_with_nothing_outside_its_blocks_is_refused(tmp_path):
    """Leaving the answers out must leave valid Python."""
    cell = Cell(
        "task", "class Scaler:\n    # BEGIN SOLUTION\n    def forward(self):\n        return 1\n    # END SOLUTION"
    )
    with pytest.raises(AssignmentError, match="<source>:1: without its answers this cell is not valid Python"):
        stub_of(cell, write_assignment(tmp_path))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """A missing source, and one that is not UTF-8, are the author's to mend."""
    assignment = write_assignment(tmp_path)
    assignment.source.write_bytes(b"# %% [markdown]\n# caf\xe9\n")
    with pytest.raises(AssignmentError, match=r"scaling\.py: cannot be read as UTF-8"):
        read_source(assignment)
    assignment.source.unlink()
    with pytest.raises(AssignmentError, match=r"scaling\.py: cannot be read"):
        read_source(assignment)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path):
    """An editor on another system makes no other release."""
    assignment = write_assignment(tmp_path)
    before = read_source(assignment)
    assignment.source.write_bytes(b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode())
    assert read_source(assignment) == before


def test_a_title_with_quotes_stays_a_docstring(tmp_path):
    """The title is prose: quotes and backslashes in it do not break the module."""
    assignment = write_assignment(tmp_path)
    object.__setattr__(assignment, "title", 'The """best""" of \\lambda')
    text = stub_text(read_source(assignment), assignment)
    assert (ast.get_docstring(ast.parse(text)) or "").startswith('The """best""" of \\lambda')


def test_a_block_knows_its_owner():
    """In a class the method is named; a function nested in an answer's function is not."""
    text = "def f():\n    def g():\n        # BEGIN SOLUTION\n        return 1\n        # END SOLUTION\n    return g"
    assert [block.owner for block in blocks_of(Cell("task", text))] == ["f"]


def test_importing_reads_nothing_heavy():
    """jupytext, nbformat, nbgrader and torch are loaded when a source is read, never by an import of ours."""
    code = (
        "import sys, autograder.release; "
        "print([m for m in ('jupytext', 'nbformat', 'nbgrader', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
