"""This package: a tiny course, ``autograder grade``, ``isolation: confined``."""

import json
import sys
from pathlib import Path
from typing import ClassVar

from side_by_side.sides import NEIGHBOR, STUDENT, Place
from side_by_side.submissions import (
    CALLS,
    MODULE,
    POINTS,
    RIGHT,
    TASKS,
    WANTED,
    HandedIn,
    cell,
    notebook,
    solution,
    write,
)

_ASSIGNMENT = "01_penalties"
_CONFIG = f"""\
course: A tiny course
secret: not-a-real-secret
isolation: confined
late: {{grace_minutes: 15, percent_per_day: 10, max_percent: 50}}
assignments:
  {_ASSIGNMENT}:
    title: Penalties
    due: 2099-02-08T23:59:00Z
    tasks:
      - {{id: "1.1", names: [l2_penalty], points: {POINTS}}}
      - {{id: "1.2", names: [keep], points: {POINTS}}}
"""
_ANSWERS = '"""None."""\n'


def _suite(task: str) -> str:
    call = f"student.{CALLS[task]}"
    check = f"assert {call} == {WANTED[task]}"
    if task == "keep":
        check = f"np.testing.assert_allclose({call}, {WANTED[task]})"
    head = f'"""Hidden suite of {task}."""\n\nimport numpy as np\n\n\n'
    return f'{head}def test_{task}_by_hand(student):\n    """The numbers are right."""\n    {check}\n'


class Ours:
    """See the module."""

    name = "autograder"
    label = "this package"
    how = "`autograder grade`, `isolation: confined`"
    patience_s = 120.0  # its own limits are 10 s for a test and 20 s for the tests of a task
    has_neighbor = True
    not_applicable: ClassVar[dict[str, str]] = {}

    def prepare(self, template: Place, env: Path) -> None:
        """Write the course: the same reference and the same tests."""
        course = template.grader / "course"
        write(course / "grading_config.yaml", _CONFIG)
        marks = ("    # BEGIN SOLUTION\n", "    # END SOLUTION\n")
        cells = ["# %% [markdown]\n# # Penalties\n"]
        cells += [f'# %% tags=["task"]\n{solution(task, *marks)}' for task in TASKS]
        write(course / "solutions" / _ASSIGNMENT / f"{MODULE}.py", "\n\n".join(cells))
        for name in ("test_public", "accepted", "misconceptions"):
            write(course / "solutions" / _ASSIGNMENT / f"{name}.py", _ANSWERS)
        for task in TASKS:
            write(course / "tests" / "graded" / _ASSIGNMENT / f"test_{task}.py", _suite(task))

    def results(self, place: Place) -> Path:
        """The student's grade."""
        return place.grader / "graded" / "grades" / _ASSIGNMENT / f"{STUDENT}.json"

    def hand_in(self, place: Place, env: Path, handed_in: HandedIn) -> list[str]:
        """Write a tree of two students."""
        folder = place.grader / "submitted" / STUDENT / _ASSIGNMENT
        if handed_in.forged_metadata:
            claims = {"nbgrader": {"grade": True, "points": 500, "grade_id": "l2_penalty"}, "tags": ["task", "setup"]}
            cells = [cell("code", handed_in.source, **claims), cell("code", "500", **claims)]
            write(folder / f"{MODULE}.ipynb", notebook(cells, autograder={"score": 10.0, "max_score": 10.0}))
        else:
            write(folder / f"{MODULE}.py", handed_in.source)
        for name, text in handed_in.beside:
            write(folder / name, text)
        write(place.grader / "submitted" / NEIGHBOR / _ASSIGNMENT / f"{MODULE}.py", RIGHT)
        command = [str(Path(sys.executable).with_name("autograder")), "grade", "submitted"]
        return [*command, "--out", "graded", "--course", "course", "--jobs", "1"]

    def scores(self, place: Place, env: Path) -> dict[str, float]:
        """The scores in the grades."""
        scores = {}
        for student in (STUDENT, NEIGHBOR):
            path = self.results(place).with_name(f"{student}.json")
            if path.is_file():
                grade = json.loads(path.read_text(encoding="utf-8"))
                if all(task["outcome"] != "ungraded" for task in grade["tasks"]):
                    scores[student] = grade["score"]
        return scores

    def told(self, place: Place) -> str:
        """The grade itself holds all that the student is told, and how tests ended."""
        path = self.results(place)
        return path.read_text(encoding="utf-8") if path.is_file() else ""
