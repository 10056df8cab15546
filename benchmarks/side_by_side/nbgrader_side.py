"""nbgrader: a source notebook, ``generate_assignment``, ``submitted/``, ``nbgrader autograde``."""

import json
from pathlib import Path
from typing import ClassVar

from side_by_side.sides import NEIGHBOR, STUDENT, Place, call
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

_ASSIGNMENT = "ps1"
_SCORES = """
import json
from nbgrader.api import Gradebook, MissingEntry

scores = {}
with Gradebook("sqlite:///gradebook.db") as gradebook:
    for submission in gradebook.assignment_submissions("ps1"):
        if not any(notebook.needs_manual_grade for notebook in submission.notebooks):
            scores[submission.student.id] = submission.score
print(json.dumps(scores))
"""


def _meta(name: str, **more: object) -> dict[str, object]:
    fixed = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": False, "task": False}
    return fixed | more


def _tests(task: str) -> str:
    lines = {
        "l2_penalty": f"assert {CALLS[task]} == {WANTED[task]}",
        "keep": f"import numpy as np\nnp.testing.assert_allclose({CALLS[task]}, {WANTED[task]})",
    }
    return f"### BEGIN HIDDEN TESTS\n{lines[task]}\n### END HIDDEN TESTS\n"


class Nbgrader:
    """See the module."""

    name = "nbgrader"
    label = "nbgrader"
    how = "`nbgrader autograde`, gradebook in SQLite, hidden tests in locked cells"
    patience_s = 240.0  # its own limit is 30 s for a cell, and a submission has several
    has_neighbor = True
    not_applicable: ClassVar[dict[str, str]] = {}

    def prepare(self, template: Place, env: Path) -> None:
        """Write the source notebook and have nbgrader make the students' version."""
        cells = []
        for task in TASKS:
            source = solution(task, "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n")
            cells.append(cell("code", source, nbgrader=_meta(task, solution=True)))
            test = _meta(f"test_{task}", grade=True, locked=True, points=POINTS)
            cells.append(cell("code", _tests(task), nbgrader=test))
        write(template.grader / "source" / _ASSIGNMENT / f"{MODULE}.ipynb", notebook(cells))
        write(template.grader / "nbgrader_config.py", "c = get_config()\n")
        call(["nbgrader", "generate_assignment", _ASSIGNMENT, "--create"], template, env)

    def results(self, place: Place) -> Path:
        """The gradebook."""
        return place.grader / "gradebook.db"

    def hand_in(self, place: Place, env: Path, handed_in: HandedIn) -> list[str]:
        """Put the whole source into the first answer's cell of the released notebook."""
        for student, source in ((STUDENT, handed_in.source), (NEIGHBOR, RIGHT)):
            folder = place.grader / "submitted" / student / _ASSIGNMENT
            made = json.loads((place.grader / "release" / _ASSIGNMENT / f"{MODULE}.ipynb").read_text(encoding="utf-8"))
            made["cells"][0]["source"], made["cells"][2]["source"] = source, "# see above"
            if student == STUDENT and handed_in.forged_metadata:
                _forge(made)
            write(folder / f"{MODULE}.ipynb", json.dumps(made))
            for name, text in handed_in.beside if student == STUDENT else ():
                write(folder / name, text)
        return ["nbgrader", "autograde", _ASSIGNMENT]

    def scores(self, place: Place, env: Path) -> dict[str, float]:
        """As nbgrader's own interface to its gradebook tells."""
        return json.loads(call(["python", "-c", _SCORES], place, env))

    def told(self, place: Place) -> str:
        """Nothing: feedback is a command of its own."""
        return ""


def _forge(made: dict[str, list[dict[str, object]]]) -> None:
    """Put other tests in the place of the tests, unlocked and worth more."""
    for index in (1, 3):
        made["cells"][index]["metadata"]["nbgrader"] |= {"points": 500, "locked": False}
        made["cells"][index]["source"] = "500"
