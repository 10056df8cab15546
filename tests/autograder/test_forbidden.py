"""What the names under ``forbids`` mean, and how a student is told where their source names one."""

import time
from collections.abc import Callable

import pytest

from autograder.course import Rules
from autograder.errors import AssignmentError
from autograder.remote.forbidden import explain, targets
from autograder.remote.session import Session


def test_a_python_function_or_class_stands_for_itself() -> None:
    """A name of Python's is refused as it is, and told as it is; an argument is not told."""
    assert targets("torch.nn.Dropout") == (("torch.nn.Dropout", "torch.nn.Dropout"),)
    name = "torch.nn.functional.cross_entropy(label_smoothing)"
    assert targets(name) == ((name, "torch.nn.functional.cross_entropy"),)


def test_a_built_in_stands_for_its_operators() -> None:
    """A function written in C++ is refused in all its forms: in place, and with a given output."""
    found = dict(targets("torch.nn.functional.softshrink"))
    assert {*found} == {"aten::softshrink", "aten::softshrink.out"}
    assert {*found.values()} == {"torch.nn.functional.softshrink"}
    assert "aten::dropout_" in dict(targets("torch.dropout"))


def test_a_pattern_stands_for_every_operator_that_matches() -> None:
    """Operators are told by the names that torch gives them."""
    found = dict(targets("aten::*dropout*"))
    assert found["aten::native_dropout"] == "torch.native_dropout"
    assert found["aten::native_dropout.out"] == "torch.native_dropout"
    assert len(found) > 10


@pytest.mark.parametrize("name", ["torch.nn.Dropuot", "nonsense", "no.such.module", "aten::nonsense*", "torch."])
def test_a_name_that_means_nothing_is_an_error(name: str) -> None:
    """A misspelt name would forbid nothing: the author is told."""
    with pytest.raises(AssignmentError, match="forbids: "):
        targets(name)


LINES = {
    "an attribute": (
        "import torch\ny = torch.nn.functional.dropout\n",
        "task.py, line 2: `y = torch.nn.functional.dropout`",
    ),
    "an import": ("from torch.nn.functional import dropout as d\n", "task.py, line 1: `from torch.nn"),
    "a string": ("f = getattr(F, 'dropout')\n", "task.py, line 1: `f = getattr(F, 'dropout')`"),
    "nothing": ("f = getattr(F, 'drop' + 'out')  # dropout\n", "your source does not name it"),
    "another name": ("my_dropout = 1\n", "your source does not name it"),
    "no Python": ("def f(:\n", "your source does not name it"),
}


@pytest.mark.parametrize(("source", "said"), LINES.values(), ids=LINES)
def test_the_student_is_told_the_lines_that_name_it(source: str, said: str) -> None:
    """Attributes, imports and strings that name the call are shown with their lines; comments are none."""
    assert explain([("task.py", source)], "torch.nn.functional.dropout").startswith(said)


def test_few_lines_are_enough() -> None:
    """Of many lines the first three are shown, each once."""
    source = "dropout(dropout)\n" * 10
    assert explain([("task.py", source)], "torch.dropout").count("line") == 3


def test_finding_what_is_forbidden_is_not_on_the_students_time(
    guest_of: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may import torchvision, which takes seconds in a process that has not needed it yet."""

    def slow(name: str) -> tuple[tuple[str, str], ...]:
        time.sleep(0.6)
        return targets(name)

    session = guest_of("def one(): return 1")
    monkeypatch.setattr("autograder.remote.session.targets", slow)
    session.begin(1, 0.5, Rules(forbids=("torch.relu",)))
    assert session.student.one() == 1
