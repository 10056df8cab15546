"""An assignment of this course, graded the way that three other graders grade: the same hidden suite, run by them.

Each of them runs the whole suite once for a submission, by pytest, beside the student's code, in its own way of
starting that; its own tests then only read off what each task came to. That is the least work it can have.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from side_by_side.sides import Place, call, environment, make_env
from side_by_side.submissions import cell, notebook, write

ROOT = Path(__file__).resolve().parents[2]
_SUITE = """\
import contextlib
import functools
import io
from collections import Counter
from pathlib import Path

import pytest


class Tally:
    def __init__(self):
        self.passed, self.run = Counter(), Counter()

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            task = Path(report.fspath).stem.removeprefix("test_")
            self.run[task] += 1
            self.passed[task] += report.passed


@functools.cache
def shares(student):
    tally = Tally()
    options = ["-c", "/dev/null", "--import-mode=importlib", "-q", "-p", "autograder.plugin", "-p", "no:cacheprovider"]
    with contextlib.redirect_stdout(io.StringIO()):  # Otter takes what is printed for a mistake
        pytest.main([*options, f"--student={{student}}", {suites!r}], plugins=[tally])
    return {{task: tally.passed[task] / tally.run[task] for task in tally.run}}
"""


@dataclass(frozen=True)
class Work:
    """What is graded: an assignment's module name, its tasks with hidden tests that run here, the folder of its suites,
    and a right answer's source."""

    module: str
    tasks: tuple[str, ...]
    suites: Path
    source: str


class CourseSide(Protocol):
    """One grader."""

    name: str
    at_once: int  # submissions that one command grades

    def prepare(self, place: Place, env: Path, work: Work) -> None:
        """Set the assignment up, and hand ``at_once`` submissions in."""

    def command(self, work: Work) -> list[str]:
        """What grades them, to run in ``place.grader``."""

    def points(self, place: Place, env: Path, work: Work) -> Sequence[float]:
        """What each submission got, one point a task."""


def course_env(name: str, folder: Path) -> Path:
    """The grader's environment, and in it this package with its own dependencies, since the suites need them."""
    env = make_env(name, folder)
    install = ["uv", "pip", "install", "-q", "--compile-bytecode", "--python", str(env / "bin" / "python")]
    subprocess.run([*install, "-e", str(ROOT)], cwd=folder, check=True)
    return env


def grade(side: CourseSide, place: Place, env: Path, work: Work) -> None:
    """Grade what was handed in, by the grader's own command. Raises ``SystemExit`` with its output where it fails."""
    variables = environment(place, env) | {"PYTHONPATH": str(place.grader / "lib"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(side.command(work), cwd=place.grader, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{side.name} failed\n{done.stdout}{done.stderr}")


def _library(place: Place, work: Work) -> None:
    write(place.grader / "lib" / "hidden_suite.py", _SUITE.format(suites=str(work.suites)))


def _share(work: Work, task: str) -> str:
    """Lines that run the suite, the first time, on the cell with the student's code; ``share`` is then the task's."""
    return (
        "from hidden_suite import shares\n"
        f'written = next(source for source in In if "def {work.tasks[0]}(" in source)\n'
        f'done = open("{work.module}.py", "w").write(written)\n'
        f'share = shares("{work.module}.py")["{task}"]'
    )


class NbgraderCourse:
    """``nbgrader autograde``: the class in one command, a kernel for each submission."""

    name, at_once = "nbgrader", 2

    def prepare(self, place: Place, env: Path, work: Work) -> None:
        """A source notebook, nbgrader's students' version of it, and submissions."""
        shutil.rmtree(place.root, ignore_errors=True)
        fixed = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
        answer = "### BEGIN SOLUTION\npass\n### END SOLUTION\n"
        cells = [cell("code", answer, nbgrader=fixed | {"grade_id": "answer", "solution": True})]
        for number, task in enumerate(work.tasks):
            test = f"### BEGIN HIDDEN TESTS\n{_share(work, task)}\nfloat(share)\n### END HIDDEN TESTS\n"
            meta = fixed | {"grade_id": f"test{number}", "grade": True, "locked": True, "points": 1}
            cells.append(cell("code", test, nbgrader=meta))
        write(place.grader / "source" / "ps1" / f"{work.module}.ipynb", notebook(cells))
        config = "c = get_config()\nc.ExecutePreprocessor.timeout = c.Execute.timeout = 300\n"
        write(place.grader / "nbgrader_config.py", config)
        _library(place, work)
        call(["nbgrader", "generate_assignment", "ps1", "--create"], place, env)
        made = json.loads((place.grader / "release" / "ps1" / f"{work.module}.ipynb").read_text(encoding="utf-8"))
        made["cells"][0]["source"] = work.source
        for number in range(self.at_once):
            path = place.grader / "submitted" / f"student{number}" / "ps1" / f"{work.module}.ipynb"
            write(path, json.dumps(made))

    def command(self, work: Work) -> list[str]:
        """Everything handed in, again where it was graded before."""
        return ["nbgrader", "autograde", "ps1", "--create", "--force"]

    def points(self, place: Place, env: Path, work: Work) -> Sequence[float]:
        """From its gradebook."""
        script = (
            "import json\nfrom nbgrader.api import Gradebook\n"
            'with Gradebook("sqlite:///gradebook.db") as book:\n'
            '    print(json.dumps([one.score for one in book.assignment_submissions("ps1")]))\n'
        )
        scores: list[float] = json.loads(call([str(env / "bin" / "python"), "-c", script], place, env))
        return scores


class OtterCourse:
    """``otter run``: a submission a command, without a container."""

    name, at_once = "otter-grader", 1

    def prepare(self, place: Place, env: Path, work: Work) -> None:
        """A master notebook, what ``otter assign`` makes of it, and a submission."""
        shutil.rmtree(place.root, ignore_errors=True)
        cells = [cell("raw", f"# ASSIGNMENT CONFIG\nname: {work.module}\ngenerate: true\nrun_tests: false\n")]
        for number, task in enumerate(work.tasks):
            check = cell("code", f"# HIDDEN\n{_share(work, task)}\nassert share == 1.0")
            answer = f"{work.source}  # SOLUTION\n" if not number else "pass  # SOLUTION\n"
            cells += [cell("raw", f"# BEGIN QUESTION\nname: q{number}\npoints: 1\n"), cell("raw", "# BEGIN SOLUTION")]
            cells += [cell("code", answer), cell("raw", "# END SOLUTION"), cell("raw", "# BEGIN TESTS"), check]
            cells += [cell("raw", "# END TESTS"), cell("raw", "# END QUESTION")]
        write(place.grader / f"{work.module}.ipynb", notebook(cells))
        _library(place, work)
        call(["otter", "assign", f"{work.module}.ipynb", "dist"], place, env)
        (made,) = (place.grader / "dist" / "autograder").glob("*.zip")
        made.rename(made.with_name("autograder.zip"))
        student = json.loads((place.grader / "dist" / "student" / f"{work.module}.ipynb").read_text(encoding="utf-8"))
        answers = [each for each in student["cells"] if "otter_answer_cell" in each["metadata"].get("tags", ())]
        answers[0]["source"] = work.source
        student["cells"] = [answers[0], *(each for each in student["cells"] if each is not answers[0])]
        student["cells"] = [each for each in student["cells"] if "grader.export" not in "".join(each["source"])]
        write(place.grader / "in" / f"{work.module}.ipynb", json.dumps(student))
        (place.grader / "out").mkdir()

    def command(self, work: Work) -> list[str]:
        """One notebook."""
        return ["otter", "run", "-a", "dist/autograder/autograder.zip", "-o", "out", f"in/{work.module}.ipynb"]

    def points(self, place: Place, env: Path, work: Work) -> Sequence[float]:
        """From its results file."""
        tests = json.loads((place.grader / "out" / "results.json").read_text(encoding="utf-8"))["tests"]
        return [sum(test.get("score", 0.0) for test in tests)]


class GradescopeCourse:
    """``run_autograder`` of Gradescope's Python sample: a submission a command, without a container."""

    name, at_once = "gradescope-utils", 1

    def prepare(self, place: Place, env: Path, work: Work) -> None:
        """The folder of an autograder, and a submission."""
        shutil.rmtree(place.root, ignore_errors=True)
        tests = [
            f"    @weight(1)\n    def test_{number}(self):\n        self.assertEqual(self.got[{task!r}], 1.0)\n"
            for number, task in enumerate(work.tasks)
        ]
        head = (
            "import unittest\nfrom gradescope_utils.autograder_utils.decorators import weight\n"
            "from hidden_suite import shares\n\n\nclass Tests(unittest.TestCase):\n"
            f'    @classmethod\n    def setUpClass(cls):\n        cls.got = shares("submission/{work.module}.py")\n\n'
        )
        write(place.grader / "tests" / "__init__.py", "")
        write(place.grader / "tests" / "test_all.py", head + "\n".join(tests))
        write(
            place.grader / "run_tests.py",
            "import unittest\nfrom gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner\n"
            'with open("results.json", "w") as file:\n'
            '    JSONTestRunner(stream=file).run(unittest.defaultTestLoader.discover("tests"))\n',
        )
        _library(place, work)
        write(place.grader / "submission" / f"{work.module}.py", work.source)

    def command(self, work: Work) -> list[str]:
        """Its test runner."""
        return ["python", "run_tests.py"]

    def points(self, place: Place, env: Path, work: Work) -> Sequence[float]:
        """From its results file."""
        return [float(json.loads((place.grader / "results.json").read_text(encoding="utf-8"))["score"])]


SIDES: tuple[CourseSide, ...] = (NbgraderCourse(), OtterCourse(), GradescopeCourse())
