"""A small course in a temporary folder: one assignment with a function, a class, a private helper and a figure."""

from pathlib import Path

from autograder.course import Assignment, Course, load_course

CONFIG = """\
course: A small course
secret: not-a-real-secret
late: {grace_minutes: 15, percent_per_day: 10, max_percent: 50}
assignments:
  04_scaling:
    title: Scaling things
    due: 2027-02-08T23:59:00Z
    tasks:
      - {id: "4.1", names: [scale], points: 7}
      - {id: "4.2", names: [Scaler], points: 2.5, bonus: true}
"""

SOURCE = '''\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Scaling, gently
#
# Some words first, with $\\lambda > 0$.

# %% tags=["setup"]
import torch
from torch import Tensor, nn

# %% [markdown]
# ## 4.1 Scale (`scale`, 7 points)
#
# Multiply.


# %% tags=["task"]
# BEGIN SOLUTION
def _private_factor(lam: float) -> float:
    return lam * 2 + 0.25


# END SOLUTION
def scale(x: Tensor, lam: float) -> Tensor:
    """``x`` times a factor. The marks ``# BEGIN SOLUTION`` in a docstring are words."""
    # BEGIN SOLUTION
    # The factor is doubled and shifted.
    factor = _private_factor(lam)
    return factor * x
    # END SOLUTION


# %% tags=["task"]
class Scaler(nn.Module):
    """A layer that scales."""

    def __init__(self, lam: float) -> None:
        super().__init__()
        self.lam = lam

    def forward(self, x: Tensor) -> Tensor:
        """Scale ``x``."""
        if x.numel():
            # BEGIN SOLUTION
            return scale(x, self.lam) + 0 * x
            # END SOLUTION
        return x


# %% tags=["figure"]
import matplotlib.pyplot as plt

plt.plot([1, 2], [float(scale(torch.ones(()), lam)) for lam in (1.0, 2.0)])
'''

PUBLIC = '''\
"""Public tests."""


def test_scale_by_hand(student):
    """One number."""
    assert float(student.scale(3.0, 1.0)) == 6.75
'''

HIDDEN = '''\
"""Hidden suite of {name}."""


def test_{name}_law(student, reference, rng):
    """Doubling the input doubles the output of {name}."""
    doubled = student.{name}(2 * rng.x, 0.75)
    assert doubled == 2 * student.{name}(rng.x, 0.75)
'''

ACCEPTED = '''\
"""Correct answers."""

from autograder.answers import accepted


@accepted
def scale__added(x, lam):
    """Adds the input to itself."""
    return x * lam + x * lam + x / 4
'''

MISCONCEPTIONS = '''\
"""Wrong answers."""

from autograder.answers import misconception


@misconception(
    hint="You forgot the shift of the factor.",
    reread="DS 542, Scaling",
    caught_by="test_scale_law",
)
def scale__unshifted(x, lam):
    """Forgets the shift."""
    return lam * x * 2
'''


def write_course(root: Path, source: str = SOURCE, config: str = CONFIG) -> Course:
    """Write the course into ``root`` and load it."""
    solution, suites = root / "solutions" / "04_scaling", root / "tests" / "graded" / "04_scaling"
    files = {
        root / "grading_config.yaml": config,
        solution / "scaling.py": source,
        solution / "test_public.py": PUBLIC,
        solution / "accepted.py": ACCEPTED,
        solution / "misconceptions.py": MISCONCEPTIONS,
        suites / "test_scale.py": HIDDEN.format(name="scale"),
        suites / "test_Scaler.py": HIDDEN.format(name="Scaler"),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_course(root)


def write_assignment(root: Path, source: str = SOURCE) -> Assignment:
    """The one assignment of a course written with this source."""
    return write_course(root, source).assignments[0]
