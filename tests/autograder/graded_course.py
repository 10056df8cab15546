"""The small course with suites that grade: a sound one, released, made once for all tests of a session."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from autograder import judge
from autograder.course import Course, load_course
from autograder.release import release

from .small_course import CONFIG, SOURCE, write_course

NAME = "04_scaling"
GRADED_CONFIG = CONFIG.replace("late:", "isolation: process\nlate:").replace(
    "bonus: true", "bonus: true, needs: [scale]"
) + ('      - {id: "4.3", names: [twice], points: 3, needs: [scale]}\n')
TWICE = '''\
# %% tags=["task"]
def twice(x: Tensor, lam: float) -> Tensor:
    """Scale ``x`` two times."""
    # BEGIN SOLUTION
    return scale(scale(x, lam), lam)
    # END SOLUTION


'''
GRADED_SOURCE = SOURCE.replace('# %% tags=["figure"]', TWICE + '# %% tags=["figure"]')

SUITES = {
    "scale": '''\
"""Hidden suite of 4.1."""

import pytest
import torch

from autograder import expect


@pytest.mark.weight(3)
def test_scale_fits_the_reference(student, reference, rng):
    """The result is right on fresh inputs."""
    x = 1 + torch.rand(3, 4, generator=rng, dtype=torch.float64)
    expect.close(student.scale(x, 0.75), reference.scale(x, 0.75))


@pytest.mark.parametrize("lam", [0.0, 2.0], ids=["zero", "two"])
def test_scale_of_ones(student, lam):
    """Ones become the factor, for small and large ones."""
    expect.close(student.scale(torch.ones(5, dtype=torch.float64), lam), torch.full((5,), 2 * lam + 0.25).double())
''',
    "Scaler": '''\
"""Hidden suite of 4.2."""

import torch

from autograder import expect


def test_scaler_scales(student, reference, rng):
    """The layer does what the function does."""
    x = 1 + torch.rand(6, generator=rng)
    expect.close(student.Scaler(1.5)(x), reference.scale(x, 1.5))
''',
    "twice": '''\
"""Hidden suite of 4.3."""

import torch

from autograder import expect


def test_twice_is_scaled_two_times(student, reference, rng):
    """The factor counts twice."""
    x = 1 + torch.rand(6, generator=rng)
    expect.close(student.twice(x, 1.5), reference.twice(x, 1.5))
''',
}

RIGHT = {
    "scale": ("return x * lam + x * lam + x / 4", "return (2 * lam + 0.25) * x", "return x * (lam + 0.125) * 2"),
    "Scaler": ("return scale(x, self.lam)", "return (2 * self.lam + 0.25) * x", "return x * (self.lam + 0.125) * 2"),
    "twice": (
        "return (2 * lam + 0.25) ** 2 * x",
        "return scale(x, lam) * scale(1, lam)",
        "return x * scale(1, lam) ** 2",
    ),
}
MISTAKES = {
    "scale": ("return lam * x * 2", "return lam * x", "return x * (2 * lam + 0.5)", "return x + 2 * lam + 0.25"),
    "Scaler": ("return x * 3", "return scale(x, 1.0)", "return scale(x, 2 * self.lam)", "return -scale(x, self.lam)"),
    "twice": ("return scale(x, lam)", "return 2 * scale(x, lam)", "return scale(x, 2 * lam)", "return x * lam * lam"),
}
CATCHES = {
    "scale": "test_scale_fits_the_reference",
    "Scaler": "test_scaler_scales",
    "twice": "test_twice_is_scaled_two_times",
}


def answers_text(bodies: dict[str, tuple[str, ...]], mistakes: bool) -> str:
    """A file of accepted answers, or of misconceptions."""
    parts = ["from autograder.answers import accepted, misconception", "from torch import nn"]
    kind = "wrong" if mistakes else "right"
    for name, variants in bodies.items():
        for number, body in enumerate(variants):
            mark = (
                f'misconception(hint="Think.", reread="DS 542", caught_by="{CATCHES[name]}")'
                if mistakes
                else "accepted"
            )
            head = f"def {name}__{kind}{number}(x, lam):\n    "
            if name == "Scaler":
                head = (
                    f"class {name}__{kind}{number}(nn.Module):\n    def __init__(self, lam):\n"
                    "        super().__init__()\n        self.lam = lam\n\n    def forward(self, x):\n        "
                )
            parts.append(f"@{mark}\n{head}{body}")
    return "\n\n\n".join(parts) + "\n"


GOOD = """\
from torch import nn


def scale(x, lam):
    return (2 * lam + 0.25) * x


class Scaler(nn.Module):
    def __init__(self, lam):
        super().__init__()
        self.lam = lam

    def forward(self, x):
        return scale(x, self.lam)


def twice(x, lam):
    return scale(scale(x, lam), lam)
"""
WRONG = GOOD.replace("+ 0.25", "+ 0.5")  # the factor, and with it all that builds on it


def write_graded(root: Path, config: str = GRADED_CONFIG) -> Course:
    """Write the course into ``root``, with suites and answers that are sound, and release it."""
    write_course(root, GRADED_SOURCE, config)
    for name, text in SUITES.items():
        (root / "tests" / "graded" / NAME / f"test_{name}.py").write_text(text, encoding="utf-8")
    (root / "solutions" / NAME / "accepted.py").write_text(answers_text(RIGHT, False), encoding="utf-8")
    (root / "solutions" / NAME / "misconceptions.py").write_text(answers_text(MISTAKES, True), encoding="utf-8")
    course = load_course(root)
    release(course)
    return course


@functools.cache
def graded_course() -> Course:
    """The one course of the session: its judge is warm from one test module to the next (``warm_judge``)."""
    root = Path(tempfile.mkdtemp(prefix="graded-course-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return write_graded(root)


def warmed(course: Course) -> Course:
    """The course, whose warm judge shares the session's fork server instead of waiting for one of its own."""
    judge._WARM[course.root] = judge.Judge(course, Shared(judge.warm_judge(graded_course()).server()))
    return course


class Shared:
    """The session's fork server, which outlives a judge that uses it."""

    def __init__(self, server):
        self.guest = server.guest

    def close(self):
        """Nothing: others use it still."""


def hand_in(folder: Path, student: str, source: str) -> Path:
    """Write ``<student>/04_scaling/scaling.py``; returns the assignment's folder."""
    path = folder / student / NAME
    path.mkdir(parents=True, exist_ok=True)
    (path / "scaling.py").write_text(source, encoding="utf-8")
    return path
