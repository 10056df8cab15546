"""What the test cells of a notebook call, in its kernel: public tests for students, points where an author validates.

Nothing here decides a grade. A kernel runs the student's code, so all in it can be forged, these functions too;
``nbgrader autograde`` takes its points from ``autograder.nbsteps``, which starts no kernel.
"""

import atexit
import functools
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autograder.errors import AssignmentError, GraderError

PUBLIC = "test_public.py"
STARTING = "NBGRADER_EXECUTION"  # nbgrader sets it for the kernels that it starts: "autograde" or "validate"


def public_tests(namespace: Mapping[str, Any], *names: str) -> None:
    """Run the named tests of ``test_public.py``, which lies beside the notebook, on what it has defined.

    Raises ``AssertionError`` that names each test that failed, its rubric line and why.
    """
    path = Path(PUBLIC)
    spec = importlib.util.spec_from_file_location("test_public", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise AssignmentError(f"{path.absolute()} is missing: it comes with the notebook; fetch the assignment again")
    tests = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    student, failed = SimpleNamespace(**namespace), list[str]()
    for name in names:
        test = getattr(tests, name)
        try:
            test(student)
        except Exception as error:
            failed.append(f"{name}: {test.__doc__}\n    {type(error).__name__}: {error}")
    if failed:
        raise AssertionError("\n".join([f"{len(failed)} of {len(names)} public tests failed", *failed]))


def points(assignment: str, task: str, course: str) -> float:
    """The points of a task by the hidden suites, for the notebook in this folder, as it was saved: a float from 0 to
    the task's points; 0.0 for a bonus task, whose cell is out of 0 points. The judge is a process of its own.

    Raises ``GraderError`` where it cannot be graded, and where nbgrader would take the value for a grade.
    """
    if os.environ.get(STARTING) == "autograde":
        raise GraderError(
            "a kernel that runs a student's code must not say what it is worth: grade with the nbgrader_config.py that "
            "`autograder release --nbgrader` writes"
        )
    where = Path.cwd() / f"{assignment.partition('_')[2]}.ipynb"
    found = next(one for one in judged(where, assignment, course, _kept())["tasks"] if one["name"] == task)
    return 0.0 if found["bonus"] else float(found["points"])


def judged(path: Path, assignment: str, course: str, out: Path) -> dict[str, Any]:
    """The grade, as JSON, of the submission in a file or folder: ``autograder grade`` in a process of its own, which
    keeps it in ``out`` and grades only what changed. Raises ``GraderError`` with its reason where it stays ungraded."""
    command = [sys.executable, "-m", "autograder", "grade", str(path), "--assignment", assignment, "--json"]
    done = subprocess.run(
        [*command, "--out", str(out), "--course", course, "--jobs", "1"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise GraderError(
            f"{path}: not graded (status {done.returncode}): {done.stderr.strip() or _reasons(done.stdout)}"
        )
    grades: list[dict[str, Any]] = json.loads(done.stdout)
    if len(grades) != 1:
        raise GraderError(f"{path}: expected one submission, found {len(grades)}: {done.stderr.strip()}")
    return grades[0]


@functools.cache
def _kept() -> Path:
    """This kernel's own folder of grades, so that one grading serves all test cells of a notebook."""
    made = tempfile.mkdtemp(prefix="autograder-validated-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def _reasons(printed: str) -> str:
    """Why tests stayed ungraded, by the grades that were printed; a process that was killed has printed none."""
    if not printed:
        return "the judge's process ended without a word"
    tests = [test for grade in json.loads(printed) for task in grade["tasks"] for test in task["tests"]]
    return "; ".join(sorted({test["message"] for test in tests if test["outcome"] == "ungraded"}))
