"""Mutants of a reference: which mistakes are made, where none are, and how those that cannot be caught are recorded."""

import ast

import pytest

from autograder.cells import Cell
from autograder.errors import AssignmentError
from autograder.mutation import Equivalent, Mutant, load_equivalents, mutants


def of(body, head="def f(x, y=1):"):
    """The mutants of a function with this body between its marks, as (was, becomes)."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    text = f'{head}\n    """Text with 1 < 2."""\n    # BEGIN SOLUTION\n{lines}\n    # END SOLUTION\n'
    return [(mutant.was, mutant.becomes) for mutant in mutants([Cell("task", text, "file.py", 1)])]


ONE_BY_ONE = {
    "operators": ("return x + y", {"return x - y"}),
    "powers": ("return x ** y", {"return x * y"}),
    "each comparison of a chain": ("return x < y < z", {"return x <= y < z", "return x < y <= z"}),
    "and, or": ("return x and y", {"return x or y"}),
    "signs": ("return -x", {"return x"}),
    "negations": ("return not x", {"return x"}),
    "integers": ("return x[3]", {"return x[4]", "return x[2]"}),
    "floats": ("return 0.5", {"return 1.5", "return 0.25"}),
    "zero": ("return 0.0", {"return 1.0"}),
    "truth values": ("return f(True)", {"return f(False)"}),
    "strings": ("return f('l1')", {"return f('l1_')"}),
    "arguments, swapped": ("return f(x, y)", {"return f(y, x)"}),
    "arguments, left out": ("return f(x, dim=z)", {"return f(x)"}),
    "methods, left out": ("return x.abs()", {"return x"}),
    "neighbors": ("return torch.amin(x) + torch.min(x)", {"return torch.amin(x) - torch.min(x)"}),
    "slices": ("return x[y:z]", {"return x[:z]", "return x[y:]"}),
    "comprehensions": ("return [z for z in x if z]", {"return [z for z in x]"}),
    "in place": ("x -= y", {"pass", "x += y"}),
    "what is raised": ("raise ValueError(f'{x} < 1')", {"pass"}),
    "what is stored": ("x.y = z", {"pass"}),
}


@pytest.mark.parametrize(("body", "wanted"), ONE_BY_ONE.values(), ids=ONE_BY_ONE)
def test_every_kind_of_mistake_is_made(body, wanted):
    """One mutant a mistake; nothing else in the function changes."""
    found = of(body)
    assert wanted <= {becomes for _, becomes in found}, found
    assert {was for was, _ in found} == {ast.unparse(ast.parse(body))}


def test_conditions_become_constant():
    """A condition is taken for always true, and for always false; its own comparison is mutated as well."""
    found = {becomes for _, becomes in of("if x < y:\n    return x")}
    assert found == {"if True:", "if False:", "if x <= y:"}


def test_a_context_is_left_out():
    """What stands in a ``with`` is done without it."""
    assert ("with f():", "if True:") in of("with f():\n    g()")


def test_neighbors_are_taken_for_each_other():
    """A method, a function and an argument called min become max."""
    found = {becomes for _, becomes in of("return clamp(x.min(), min=y)")}
    assert {"return clamp(x.max(), min=y)", "return clamp(x.min(), max=y)"} <= found


def test_only_solutions_are_mutated():
    """Signatures, defaults, annotations, docstrings and code that students are given stay as they are."""
    text = (
        "given = 1 + 1\ndef helper(x=1): return x + 1\n"
        "def f(x: 'a < b' = 1) -> 1 + 1:\n    z: int = 3\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION\n"
    )
    assert list(mutants([Cell("task", text)])) == []
    assert of("return x") == []


def test_figures_and_prose_are_not_mutated():
    """What is never graded needs no test."""
    assert list(mutants([Cell("figure", "x = 1 + 1"), Cell("markdown", "x = 1 + 1")])) == []


def test_a_mutant_defines_its_owner_anew():
    """Its source is the whole function, ready to take the place of the reference's; its line is the file's."""
    text = "def f(x):\n    # BEGIN SOLUTION\n    y = x\n    return y + 1\n    # END SOLUTION\n"
    found = [mutant for mutant in mutants([Cell("task", text, "file.py", 10)]) if mutant.becomes == "return y - 1"]
    assert [(mutant.owner, mutant.line) for mutant in found] == [("f", 13)]
    space = {}
    exec(found[0].source, space)
    assert space["f"](3) == 2
    assert str(found[0]) == "f, line 13: `return y + 1` becomes `return y - 1`"


def test_methods_belong_to_their_class():
    """A mutant of a method defines the class anew."""
    text = "class C:\n    def f(self):\n        # BEGIN SOLUTION\n        return 1\n        # END SOLUTION\n"
    assert {mutant.owner for mutant in mutants([Cell("task", text)])} == {"C"}


def test_no_two_mutants_are_the_same():
    """Mistakes that come to the same text are made once."""
    found = [mutant.source for mutant in mutants([Cell("task", TWICE)])]
    assert len(found) == len(set(found)) > 3


TWICE = "def f(x):\n    # BEGIN SOLUTION\n    return (x + 1) * (1 + x)\n    # END SOLUTION\n"
GOOD = "- owner: f\n  was: return x < 1\n  becomes: return x <= 1\n  because: x is never 1 here, as above\n"


def test_equivalents_are_read_and_cover_their_mutant(tmp_path):
    """An entry is about the mutants of one owner with these two statements, wherever they stand."""
    path = tmp_path / "equivalent.yaml"
    path.write_text(GOOD)
    (entry,) = load_equivalents(path)
    assert entry.covers(Mutant("f", 7, "return x < 1", "return x <= 1", ""))
    assert not entry.covers(Mutant("g", 7, "return x < 1", "return x <= 1", ""))
    assert not entry.covers(Mutant("f", 7, "return x < 1", "return x > 1", ""))
    assert load_equivalents(tmp_path / "none.yaml") == ()


@pytest.mark.parametrize(
    "text", ["a: 1", "- owner: f", GOOD.replace("x is never 1 here, as above", "so"), GOOD + "  more: 1\n", "[", "- 1"]
)
def test_what_is_no_list_of_equivalents_is_an_error(tmp_path, text):
    """A missing key, an unknown one, a reason of two letters, no YAML: the file is named."""
    path = tmp_path / "equivalent.yaml"
    path.write_text(text)
    with pytest.raises(AssignmentError, match=r"equivalent\.yaml"):
        load_equivalents(path)


def test_an_entry_is_frozen():
    """Data that travels cannot be changed."""
    entry = Equivalent(owner="f", was="a", becomes="b", because="because of this and that")
    with pytest.raises(ValueError, match="frozen"):
        entry.owner = "g"
