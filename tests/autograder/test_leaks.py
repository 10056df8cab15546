"""Promises of ``autograder.leaks``: which lines are secret, and where a released text holds one."""

import pytest

from autograder.leaks import Line, leaks, plain, secret_lines, secrets_of
from autograder.source import read_source

from .small_course import write_assignment


def secret_texts(text: str) -> list[str]:
    """The texts of the secret lines of a piece of Python."""
    return [line.text for line in secret_lines(text, str)]


def released(*texts: str) -> list[Line]:
    """These texts as the lines of a file."""
    return [Line(f"README.md:{number}", text) for number, text in enumerate(texts, start=1)]


DULL = [
    "import torch",
    "from torch import (\n    Tensor,\n    nn,\n)",
    "def scale(\n    x: Tensor,\n    lam: float = 0.25,\n) -> Tensor:\n    pass",
    "class Scaler(nn.Module):\n    pass",
    "@pytest.mark.weight(2)\ndef f(): pass",
    "@misconception(\n    reread='DS 542, Dropout (inference rule)',\n    caught_by=('test_a', 'b'),\n)\ndef f(): pass",
    "def f(total):\n    return total",
    "def f(self):\n    return None",
    "self.lam = lam",
    "steps = 20",
    "try:\n    pass\nfinally:\n    pass",
    "model.eval()",
    "super().__init__()",
    "with torch.no_grad():\n    pass",
    "with pytest.raises(ValueError, match='lam'):\n    pass",
    "for module in model.modules():\n    pass",
    "for p in (0.2, -0.5):\n    pass",
    "for _ in range(steps):\n    pass",
    "layers = [\n    nn.ReLU(),\n]",
    "x = 1  # short one",
    "x = 1  # noqa: N802 - a reason",
]


@pytest.mark.parametrize("text", DULL)
def test_lines_that_tell_nothing_are_not_secret(text):
    """Imports, signatures, scene setting and empty phrases give no answer away, so they raise no alarm."""
    assert secret_texts(text) == []


TELLING = [
    "keep = 1 - p",
    "def f(lam):\n    return 2 * lam",
    "def f(x):\n    return x.abs().sum()",
    "if norm == 'l2':\n    pass",
    "scaled[index] = nn.Identity()",
    "for weight in penalized_weights(model):\n    pass",
    "found.setdefault(id(w), w)",
    "# Masks are drawn anew.",
    "raise ValueError('p is outside of its range')",
    "x = -x",
    "@pytest.mark.parametrize(('p', 'wanted'), [(0.25, f(3))])\ndef f(): pass",
    "message = 'the loss falls by a quarter'",
]


@pytest.mark.parametrize("text", TELLING)
def test_lines_that_compute_are_secret(text):
    """A line with an operation, a call with arguments or a sentence is secret, however short its code."""
    assert secret_texts(text)


def test_docstrings_comments_and_hints_are_secret():
    """The rubric line of a hidden test, the remark beside its code and the hint in a decorator all tell."""
    text = (
        '@misconception(hint="You forgot the shift of the factor.", reread="DS 542", caught_by="test_f")\n'
        "def f(x):\n"
        '    """Doubling doubles.\n\n    A second line of prose.\n    """\n    y = 2 * x  # twice, by the law\n'
    )
    assert secret_texts(text) == [
        "You forgot the shift of the factor.",
        "Doubling doubles.",
        "A second line of prose.",
        "twice, by the law",
        "y = 2 * x",
    ]


def test_a_file_that_is_no_python_is_prose():
    """Data beside a hidden suite, or a suite that does not parse, is secret line by line."""
    assert secret_texts("answer: 42\nthe expected loss is 0.125") == ["answer: 42", "the expected loss is 0.125"]


def test_only_the_lines_asked_for_are_taken():
    """Of a task's cell the lines inside its blocks count, with their own line numbers."""
    lines = secret_lines("a = f(1)\nb = f(2)\nc = f(3)", lambda number: f"x.py:{number}", only=[2])
    assert list(lines) == [Line("x.py:2", "b = f(2)")]


@pytest.mark.parametrize(
    "text",
    [
        "keep = 1 - p",
        "    keep  =  1 - p",
        "# keep = 1 - p",
        "> keep = 1 - p",
        "Use `keep = 1 - p` here.",
        "keep = 1 - p  # x",
    ],
)
def test_a_short_secret_is_found_as_a_whole_line(text):
    """Indentation, spaces, comment marks, a remark behind it and code spans do not hide a line."""
    assert leaks(released("words", text), [Line("s.py:4", "keep = 1 - p")]) == ("README.md:2: gives away s.py:4",)


def test_a_short_secret_is_not_looked_for_inside_words():
    """A short line inside a longer one is chance, not a leak."""
    assert leaks(released("mask = keep = 1 - probability"), [Line("s.py:4", "keep = 1 - p")]) == ()


def test_a_long_secret_is_found_inside_a_line_and_over_line_breaks():
    """From 24 characters on a secret is found wherever it stands, also where the text is wrapped otherwise."""
    secret = Line("test_f.py:7", "Doubling the input doubles the output.")
    assert leaks(released("Note: Doubling the input doubles the output. Yes."), [secret]) == (
        "README.md:1: gives away test_f.py:7",
    )
    assert leaks(released("a", "> Doubling the input", "> doubles the output."), [secret]) == (
        "README.md:2: gives away test_f.py:7",
    )


def test_each_leak_is_named_once_in_the_order_of_the_file():
    """Two places of one secret, and two files that hold it, make one sentence for each released line."""
    secrets = [Line("a.py:1", "keep = 1 - p"), Line("b.py:9", "keep = 1 - p"), Line("a.py:2", "q = 2 * p")]
    found = leaks(released("q = 2 * p", "keep = 1 - p", "keep = 1 - p"), secrets)
    assert found == (
        "README.md:1: gives away a.py:2",
        "README.md:2: gives away a.py:1",
        "README.md:3: gives away a.py:1",
    )


def test_plain_keeps_what_is_written():
    """What typesetting changes goes, and nothing else."""
    assert plain('   """Law  one.""" ') == "Law one."
    assert plain("#   a   comment") == "a comment"


def test_secrets_come_from_blocks_suites_and_answers_and_from_nowhere_else(tmp_path):
    """Solution blocks, hidden suites, accepted answers and misconceptions are secret; the public part is not."""
    assignment = write_assignment(tmp_path)
    (assignment.suites / "data").mkdir()
    (assignment.suites / "data" / "expected.csv").write_text("loss,0.0625,0.125\n")
    found = {line.text: line.where for line in secrets_of(assignment, read_source(assignment))}
    assert found["factor = _private_factor(lam)"] == f"{assignment.source}:35"
    assert found["The factor is doubled and shifted."] == f"{assignment.source}:34"
    assert found["doubled = student.scale(2 * rng.x, 0.75)"] == f"{assignment.suites / 'test_scale.py'}:6"
    assert found["loss,0.0625,0.125"].endswith("expected.csv:1")
    assert "return x * lam + x * lam + x / 4" in found
    assert 'hint="You forgot the shift of the factor.",' not in found, "a hint is looked for without its keyword"
    assert "You forgot the shift of the factor." in found
    assert "if x.numel():" not in found
    assert not any("matplotlib" in text or "by hand" in text for text in found)
