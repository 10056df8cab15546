"""gradescope-utils: Gradescope's Python sample, run where Gradescope would run it in a container."""

import json
from pathlib import Path
from typing import ClassVar

from side_by_side.sides import STUDENT, Place
from side_by_side.submissions import CALLS, MODULE, POINTS, WANTED, HandedIn, write

_TESTS = f'''\
import unittest

import numpy as np
from gradescope_utils.autograder_utils.decorators import number, weight
from {MODULE} import keep, l2_penalty


class TestPenalties(unittest.TestCase):
    @weight({POINTS})
    @number("1")
    def test_l2_penalty(self):
        """The penalty is right"""
        self.assertEqual({CALLS["l2_penalty"]}, {WANTED["l2_penalty"]})

    @weight({POINTS})
    @number("2")
    def test_keep(self):
        """The values are right"""
        np.testing.assert_allclose({CALLS["keep"]}, {WANTED["keep"]})
'''
_RUN_TESTS = """\
import unittest

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover("tests")
    with open("../results/results.json", "w") as file:
        JSONTestRunner(visibility="visible", stream=file).run(suite)
"""
_RUN_AUTOGRADER = f"""\
#!/usr/bin/env bash
cp submission/{MODULE}.py source/{MODULE}.py
cd source
python3 run_tests.py
"""


class Gradescope:
    """See the module."""

    name = "gradescope-utils"
    label = "gradescope-utils"
    how = "`run_autograder` as in Gradescope's Python sample, without Gradescope's container"
    patience_s = 60.0
    has_neighbor = False
    not_applicable: ClassVar[dict[str, str]] = {"metadata": "it takes source files"}

    def prepare(self, template: Place, env: Path) -> None:
        """Lay out the folder of an autograder; the sample ships no reference."""
        write(template.grader / "run_autograder", _RUN_AUTOGRADER).chmod(0o755)
        write(template.grader / "source" / "run_tests.py", _RUN_TESTS)
        write(template.grader / "source" / "tests" / "__init__.py", "")
        write(template.grader / "source" / "tests" / f"test_{MODULE}.py", _TESTS)
        (template.grader / "results").mkdir()

    def results(self, place: Place) -> Path:
        """The results file."""
        return place.grader / "results" / "results.json"

    def hand_in(self, place: Place, env: Path, handed_in: HandedIn) -> list[str]:
        """Put the files where Gradescope does."""
        for name, text in ((f"{MODULE}.py", handed_in.source), *handed_in.beside):
            write(place.grader / "submission" / name, text)
        return ["./run_autograder"]

    def scores(self, place: Place, env: Path) -> dict[str, float]:
        """The score in the results file; none where Gradescope could not read it."""
        try:
            return {STUDENT: json.loads(self.results(place).read_text(encoding="utf-8"))["score"]}
        except (OSError, ValueError, KeyError):
            return {}

    def told(self, place: Place) -> str:
        """What the tests printed is shown to the student, but that holds their own words only."""
        return ""
