"""Student files made of chosen answers: what is replaced, what comes along, and what must not show."""

import ast
import json
from pathlib import Path

import pytest

from autograder.compose import as_notebook, begun_with, module_text, replaced
from autograder.course import Assignment, load_course
from autograder.errors import AssignmentError
from autograder.notebook import segments_of
from autograder.reference import Solutions, load_solutions, run

from .small_course import ACCEPTED, MISCONCEPTIONS, write_course

HELPED = '''
from math import tau as half_turns

_SHIFT = half_turns


def _aside(x):
    """This helper gives it away."""
    return x + _SHIFT


@misconception(hint="You shift far too much.", reread="DS 542, Scaling", caught_by="test_scale_law")
def scale__shifted(x, lam):
    """Shifts instead of scaling."""
    return _aside(x) if lam else scale__shifted(x, 1)  # wrong on purpose


@misconception(hint="You forgot lambda.", reread="DS 542, Scaling", caught_by="test_Scaler_law")
class Scaler__alone(nn.Module):
    """Ignores lambda."""

    def forward(self, x):
        """Wrong."""
        return x
'''


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """The small course's assignment, with misconceptions that use helpers."""
    found = write_course(tmp_path).assignments[0]
    (found.solution / "accepted.py").write_text(ACCEPTED, encoding="utf-8")
    (found.solution / "misconceptions.py").write_text(MISCONCEPTIONS + HELPED, encoding="utf-8")
    return found


@pytest.fixture
def solutions(assignment: Assignment) -> Solutions:
    """Its solutions."""
    return load_solutions(assignment)


def variant(solutions: Solutions, written_as: str):
    """The answer that is written so."""
    return next(a for a in (*solutions.accepted, *solutions.misconceptions) if a.written_as == written_as)


def call(text: str, name: str, *args):
    """What a function of the module returns."""
    return getattr(run("scaling", (("scaling.py", text),)), name)(*args)


def test_nothing_chosen_is_the_stub(solutions: Solutions) -> None:
    """Without choices the module is what was released, byte for byte."""
    assert module_text(solutions, {}) == solutions.stub


def test_reference_brings_its_private_helper(solutions: Solutions) -> None:
    """The reference's definition comes with the private helper that it calls, without marks, and works."""
    text = module_text(solutions, {"scale": "reference"})
    assert call(text, "scale", 3.0, 1.0) == 6.75
    assert not [line for line in text.split("\n") if line.strip() in ("# BEGIN SOLUTION", "# END SOLUTION")]
    with pytest.raises(NotImplementedError):
        call(text, "Scaler", 1.0).forward(run("m", (("m", "import torch\nx = torch.ones(2)"),)).x)


def test_answer_stands_in_place_under_the_task_name(solutions: Solutions) -> None:
    """An answer takes the place and the name of the stub's definition, and no other definition changes."""
    text = module_text(solutions, {"scale": variant(solutions, "scale__added")})
    assert call(text, "scale", 3.0, 1.0) == 6.75
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert names == ["scale", "Scaler"]


def test_helpers_and_imports_come_along(solutions: Solutions) -> None:
    """What an answer uses of its own file stands after the imports, each after what it uses itself."""
    text = module_text(solutions, {"scale": variant(solutions, "scale__shifted")})
    assert call(text, "scale", 1.0, 1.0) == pytest.approx(7.2832, abs=1e-3)
    order = [text.index(part) for part in ("import torch", "half_turns", "_SHIFT =", "def _aside", "def scale")]
    assert order == sorted(order)


def test_nothing_tells_what_an_answer_is(solutions: Solutions) -> None:
    """No variant's name, hint, decorator, comment or docstring of an answer remains; the handout's docstring stays."""
    for answer in (*solutions.accepted, *solutions.misconceptions):
        text = module_text(solutions, {answer.replaces: answer})
        telling = (answer.variant, "autograder.answers", "misconception", "on purpose", "gives it away", "Wrong.")
        assert not [word for word in (*telling, answer.hint) if word and word in text]
        stub = next(node for node in ast.parse(solutions.stub).body if getattr(node, "name", "") == answer.replaces)
        made = next(node for node in ast.parse(text).body if getattr(node, "name", "") == answer.replaces)
        assert ast.get_docstring(made) == ast.get_docstring(stub)


def test_unknown_name_is_refused(solutions: Solutions) -> None:
    """A choice for what the stub does not define names it, and what there is."""
    with pytest.raises(AssignmentError, match=r"'scael' is not in the stub, which defines .*scale"):
        module_text(solutions, {"scael": "reference"})


def test_answer_for_another_name_is_refused(solutions: Solutions) -> None:
    """An answer cannot stand for a name that it does not replace."""
    with pytest.raises(AssignmentError, match="scale__added is no answer for Scaler"):
        module_text(solutions, {"Scaler": variant(solutions, "scale__added")})


def test_a_replacement_brings_its_own_decorators() -> None:
    """Those of what it replaces go with it."""
    text = "import functools\n\n\n@functools.cache\ndef f(x):\n    return x\n"
    assert replaced(text, "f", "@twice\ndef f(x):\n    return 2 * x") == (
        "import functools\n\n\n@twice\ndef f(x):\n    return 2 * x\n"
    )


def test_a_decorator_that_is_no_mark_stays() -> None:
    """A context manager is one in the reference and in every answer, once."""
    noise = load_solutions(load_course(Path(__file__).parents[2]).assignment("08_noise"))
    answers = [answer for answer in (*noise.accepted, *noise.misconceptions) if answer.variant in ("swapped", "frozen")]
    chosen = [answer for answer in answers if answer.replaces == "perturbed_weights"]
    assert len(chosen) == 2
    for choice in ("stub", "reference", *chosen):
        text = module_text(noise, {"perturbed_weights": choice})
        assert text.count("@contextlib.contextmanager\ndef perturbed_weights(") == 1
        assert text.count("@contextlib.contextmanager") == 1


def test_replaced_and_removed() -> None:
    """A definition is replaced with its decorators' lines in place, or removed; one that is not there is an error."""
    text = "import math\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return f(x)\n"
    assert replaced(text, "f", "def f(x):\n    return 2") == text.replace("return x\n", "return 2\n")
    assert "def f" not in replaced(text, "f", "")
    with pytest.raises(AssignmentError, match="defines no 'h'"):
        replaced(text, "h", "")


def test_begun_with_keeps_docstring_and_indentation() -> None:
    """A statement goes after the docstring, at the body's indentation; in a class, into its first method."""
    text = 'class A:\n    """A."""\n\n    def f(self):\n        """F."""\n        return 1\n'
    made = begun_with(text, "A", "while True:\n    break")
    assert '"""F."""\n        while True:\n            break\n        return 1' in made


def test_notebook_holds_what_the_module_holds(assignment: Assignment, solutions: Solutions) -> None:
    """The notebook gives the same functions as the module, keeps figures and metadata, and ends with extra cells."""
    text = module_text(solutions, {"scale": variant(solutions, "scale__shifted"), "Scaler": "reference"})
    made = as_notebook(assignment, text, "%matplotlib inline")
    book = json.loads(made)
    segments, _ = segments_of(made, "scaling.ipynb", assignment.names)
    module = run("scaling", tuple((segment.label, segment.source) for segment in segments))
    assert module.scale(1.0, 1.0) == call(text, "scale", 1.0, 1.0)
    assert any("plt.plot" in "".join(cell["source"]) for cell in book["cells"])
    assert book["cells"][-1]["source"] == "%matplotlib inline"
    assert [cell["metadata"]["nbgrader"]["grade_id"] for cell in book["cells"] if "nbgrader" in cell["metadata"]].count(
        "scale"
    ) == 1
