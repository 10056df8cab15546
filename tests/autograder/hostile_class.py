"""A class of hostile submissions, each with a right one beside it, graded by the command line over a copy of a course.

What lies around it is watched: the course, a home folder, the output, temporary folders, and processes.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder import store
from autograder.course import Course, load_course
from autograder.reference import load_solutions
from autograder.results import Grade

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {"test_seconds": 4, "task_seconds": 4, "import_seconds": 4, "memory_mb": 384}
SECRET = "nobody-may-ever-read-this-1f0c"
MARK = "pwned"  # what hostile submissions call their files, and in capitals say where an attack works
_SCRATCH = ("autograder-", "guest")  # how the fork server calls its folders
_GRADE = "from autograder.cli import app; app()"


def load_recipes() -> ModuleType:
    """The catalog, which lies beside the students' files, where no package is."""
    spec = importlib.util.spec_from_file_location("submission_recipes", ROOT / "tests" / "submissions" / "recipes.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


recipes = load_recipes()


@dataclass(frozen=True)
class Place:
    """The folders of one run, all below ``top``."""

    top: Path

    def __getattr__(self, name: str) -> Path:
        """``course``, ``home``, ``submitted``, ``out``, ``temp``."""
        return self.top / name


@dataclass(frozen=True)
class Graded:
    """What came of a class: its course and grades, what was printed, and what was found around it afterwards."""

    course: Course
    place: Place
    grades: Mapping[str, Grade]
    status: int
    printed: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    left: Sequence[str]
    processes: Sequence[str]


def canary(case: Any) -> str:
    """The student whose right submission is graded next to a hostile one."""
    return f"hostile-{case.name}+canary"


def grade_class(top: Path, cases: Sequence[Any], seconds: float) -> Graded:
    """Write the class, grade it with two workers, and look at what is left. A grading that hangs raises."""
    place = Place(top)
    course = copy_course(place.course)
    for folder in (place.home, place.submitted, place.temp):
        folder.mkdir()
    (place.home / ".bashrc").write_text("# not yours\n", encoding="utf-8")
    write_class(course, place, cases)
    environment = {
        **os.environ, "HOME": str(place.home), "TMPDIR": str(place.temp), "AUTOGRADER_SECRET": SECRET,
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    before = contents(place.course, place.home, place.submitted)
    status, printed = run_grader(place, environment, seconds)
    return Graded(
        course, place, {grade.student: grade for grade in store.read_all(place.out)}, status, printed, before,
        contents(place.course, place.home, place.submitted), left_behind(place), processes_of(place.top),
    )  # fmt: skip


def run_grader(place: Place, environment: Mapping[str, str], seconds: float) -> tuple[int, str]:
    """Exit status and output of ``autograder grade``. Raises ``subprocess.TimeoutExpired``, with all of it ended."""
    command = [sys.executable, "-c", _GRADE, "grade", place.submitted, "--out", place.out, "--jobs", "2"]
    with subprocess.Popen(
        [str(part) for part in (*command, "--course", place.course)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env=environment, cwd=place.course, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, printed


def copy_course(folder: Path) -> Course:
    """A copy of the course that nobody else works in, with small limits."""
    for name in ("solutions", "assignments", "tests/graded"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "grading_config.yaml").read_text(encoding="utf-8")
    for name, value in LIMITS.items():
        text, count = re.subn(rf"(?m)^  {name}: \d+", f"  {name}: {value:g}", text)
        assert count == 1, name
    (folder / "grading_config.yaml").write_text(text, encoding="utf-8")
    return load_course(folder)


def write_class(course: Course, place: Place, cases: Sequence[Any]) -> None:
    """Hand in each case, and a reference beside it."""
    words = {
        "@COURSE@": place.course, "@HOME@": place.home, "@CLASS@": place.submitted, "@OUT@": place.out,
        "@TMP@": place.temp,
    }  # fmt: skip
    solutions = {name: load_solutions(course.assignment(name)) for name in {case.assignment for case in cases}}
    for case in cases:
        assignment = course.assignment(case.assignment)
        recipes.write(
            case, assignment, solutions[assignment.name], place.submitted, {word: str(at) for word, at in words.items()}
        )
        right = recipes.Case("hostile", f"{case.name}+canary", place.home, {"assignment": assignment.name})
        recipes.write(right, assignment, solutions[assignment.name], place.submitted)


def contents(*folders: Path) -> dict[str, str]:
    """What lies below folders: of each file the kind, time and content, so that any write shows."""
    found = {}
    for path in (path for folder in folders for path in folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path)] = f"{status.st_mode:o} {status.st_mtime_ns} {hashlib.sha256(content).hexdigest()}"
    return found


def left_behind(place: Place) -> list[str]:
    """Files that nobody should have made: scratch folders, and any of the attackers' elsewhere."""
    import torch

    package = Path(torch.__file__).parent
    shallow = ("/tmp", "/dev/shm", "/", sys.prefix, package, package.parent, ROOT, ROOT / "autograder", Path.cwd())
    places = [folder for folder in map(Path, shallow) if folder.is_dir()]
    found = [path for folder in places for path in folder.iterdir() if path.name.startswith(MARK)]
    found += [path for folder in (place.home, place.course) for path in folder.rglob(f"{MARK}*")]
    return [*map(str, found), *(str(path) for path in place.temp.rglob("*") if path.name.startswith(_SCRATCH))]


def processes_of(top: Path, seconds: float = 10.0) -> list[str]:
    """Processes that still name a folder in arguments or environment, or work below it; those get a moment to end."""
    limit = time.monotonic() + seconds
    while (found := list(_naming(str(top)))) and time.monotonic() < limit:
        time.sleep(0.05)
    return found


def _naming(folder: str) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = ((process / name).read_bytes() for name in ("cmdline", "environ"))
            works_in = os.readlink(process / "cwd")
        except OSError:
            continue  # it has ended, or is another user's
        if int(process.name) != os.getpid() and (
            folder.encode() in command + environment or Path(works_in).is_relative_to(folder)
        ):
            yield f"{process.name}: {command.decode(errors='replace')}"
