"""Otter-Grader: ``otter assign``, then ``otter run``, its way without containers."""

import json
import zipfile
from pathlib import Path
from typing import ClassVar

from side_by_side.sides import STUDENT, Place, call
from side_by_side.submissions import CALLS, MODULE, POINTS, TASKS, WANTED, HandedIn, cell, notebook, solution, write


def _question(task: str) -> list[dict[str, object]]:
    check = cell("code", f"# HIDDEN\n{CALLS[task]} == {WANTED[task]}")
    check |= {"outputs": [_shown("True")], "execution_count": 1}
    if task == "keep":
        check = cell("code", f"# HIDDEN\nimport numpy as np\nnp.testing.assert_allclose({CALLS[task]}, {WANTED[task]})")
    answer = solution(task).rstrip() + "  # SOLUTION\n"
    parts = [cell("raw", f"# BEGIN QUESTION\nname: {task}\npoints: {POINTS}\n"), cell("raw", "# BEGIN SOLUTION")]
    parts += [cell("code", answer), cell("raw", "# END SOLUTION"), cell("raw", "# BEGIN TESTS"), check]
    return [*parts, cell("raw", "# END TESTS"), cell("raw", "# END QUESTION")]


def _shown(text: str) -> dict[str, object]:
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}, "execution_count": 1}


class Otter:
    """See the module."""

    name = "otter-grader"
    label = "Otter-Grader"
    how = "`otter assign` and `otter run` (no container), hidden tests"
    patience_s = 60.0
    has_neighbor = False
    not_applicable: ClassVar[dict[str, str]] = {}

    def prepare(self, template: Place, env: Path) -> None:
        """Write the master notebook and have Otter make what it grades with."""
        config = cell("raw", f"# ASSIGNMENT CONFIG\nname: {MODULE}\ngenerate: true\n")
        cells = [config, *(part for task in TASKS for part in _question(task))]
        write(template.grader / f"{MODULE}.ipynb", notebook(cells))
        call(["otter", "assign", f"{MODULE}.ipynb", "dist"], template, env)
        (made,) = (template.grader / "dist" / "autograder").glob("*.zip")
        made.rename(made.with_name("autograder.zip"))
        (template.grader / "out").mkdir()

    def results(self, place: Place) -> Path:
        """The results file."""
        return place.grader / "out" / "results.json"

    def hand_in(self, place: Place, env: Path, handed_in: HandedIn) -> list[str]:
        """Put the whole source into the first answer's cell of the students' notebook."""
        made = json.loads((place.grader / "dist" / "student" / f"{MODULE}.ipynb").read_text(encoding="utf-8"))
        first, second = (each for each in made["cells"] if "otter_answer_cell" in each["metadata"].get("tags", ()))
        first["source"], second["source"] = handed_in.source, "# see above"
        made["cells"] = [each for each in made["cells"] if "grader.export" not in "".join(each["source"])]
        if handed_in.forged_metadata:
            for task in TASKS:
                made["metadata"]["otter"]["tests"][task] |= {"points": 500, "suites": [_empty_suite()]}
            first["metadata"]["otter"] = second["metadata"]["otter"] = {"tests": []}
        path = write(place.grader / "in" / f"{MODULE}.ipynb", json.dumps(made))
        if handed_in.beside:
            path = path.with_suffix(".zip")
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(f"{MODULE}.ipynb", json.dumps(made))
                for name, text in handed_in.beside:
                    archive.writestr(name, text)
        return ["otter", "run", "-a", "dist/autograder/autograder.zip", "-o", "out", str(path)]

    def scores(self, place: Place, env: Path) -> dict[str, float]:
        """The sum of the tests in the results file."""
        path = self.results(place)
        if not path.is_file():
            return {}
        return {STUDENT: sum(test.get("score", 0.0) for test in json.loads(path.read_text(encoding="utf-8"))["tests"])}

    def told(self, place: Place) -> str:
        """Nothing: what becomes of the results file is up to whoever grades."""
        return ""


def _empty_suite() -> dict[str, object]:
    return {"cases": [], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
