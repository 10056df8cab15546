"""Draws what a student's functions do on public examples, by an assignment's ``pictures.py``.

The file is the author's and runs in the judge; students get it, too. Each function in it that is called like a task
draws for that task: it takes the student's functions and returns a ``Picture``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Rules
from autograder.exam import Seat
from autograder.files import read_text
from autograder.picture import Picture
from autograder.reference import run
from autograder.results import FINE, Outcome, TaskScore
from autograder.seeds import derive

_SECONDS = 5.0
# What has no function, or none that comes back in time, is not asked again for a picture.
_DRAWN = (*FINE, Outcome.FAILED)


@dataclass(frozen=True)
class Drawings:
    """The functions of a ``pictures.py``, by task."""

    of: Mapping[str, Callable[[Any], Picture]]

    def draw(self, task: str, seat: Seat, seed: str, rules: Rules) -> Picture | None:
        """The picture of one task, None where the file draws none for it. Raises what the student's code raises, or the
        drawing of what it returned."""
        if task not in self.of:
            return None
        seat.begin(derive(seed, task, "picture") % 2**63, _SECONDS, rules)
        return self.of[task](seat.student)

    def added(
        self, scores: Sequence[TaskScore], seat: Seat, seed: str, rules: Mapping[str, Rules]
    ) -> tuple[TaskScore, ...]:
        """The scores with their pictures. Whatever a wrong answer makes of the drawing leaves its task without one: a
        picture is a courtesy, and decides nothing."""
        return tuple(
            replace(score, picture=self._attempt(score, seat, seed, rules[score.name])) if score.tests else score
            for score in scores
        )

    def _attempt(self, score: TaskScore, seat: Seat, seed: str, rules: Rules) -> Picture | None:
        if score.outcome not in _DRAWN:
            return None
        try:
            return self.draw(score.name, seat, seed, rules)
        except Exception:
            return None


def load_drawings(assignment: Assignment, path: Path) -> Drawings:
    """The drawings of an assignment's ``pictures.py``; none where there is no such file.

    Raises ``AssignmentError`` where it cannot be run.
    """
    if not path.is_file():
        return Drawings({})
    names = vars(run(f"{assignment.module}_pictures", ((str(path), read_text(path)),)))
    return Drawings({task.name: names[task.name] for task in assignment.tasks if task.name in names})
