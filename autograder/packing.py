"""One assignment as a zip for Gradescope: the grader, this assignment's suites and solutions, and nothing else."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import metadata, requires, version
from math import ceil
from pathlib import Path
from typing import Any

import autograder
from autograder.config import Config
from autograder.course import CONFIG_FILE, Assignment, Course, require_sources
from autograder.errors import AssignmentError, GraderError
from autograder.files import read_bytes
from autograder.reports.gradescope import VISIBILITIES, failure
from autograder.zipping import zipped

DISTRIBUTION = "regularization-autograder"
_PACKAGE = Path(autograder.__path__[0])
_TEMPLATES = _PACKAGE / "templates" / "gradescope"
_NOT_THERE = {"nbgrader", "pytest-timeout", "watchfiles", "xlsxwriter"}  # of no use where one submission is graded
_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "{version}"
requires-python = "{python}"
dependencies = {dependencies}

[tool.hatch.build.targets.wheel]
packages = ["autograder"]
"""


def memory_gb(assignment: Assignment) -> int:
    """The memory that a container should have: judge and fork server with torch, and what a guest may take."""
    return ceil((1536 + assignment.limits.memory_mb) / 1024)


def pack(course: Course, assignment: Assignment, visibility: str) -> bytes:
    """The zip. Raises ``AssignmentError`` for a visibility that there is not, or an assignment with a file missing."""
    if visibility not in VISIBILITIES:
        raise AssignmentError(f"--visibility is {visibility!r}; expected {', '.join(VISIBILITIES)}")
    require_sources(assignment)
    return zipped(_files(course, assignment, visibility), programs=("setup.sh", "run_autograder"))


def _files(course: Course, assignment: Assignment, visibility: str) -> Mapping[str, bytes]:
    """Everything that goes into the zip, by its name there."""
    scripts = {path.name: path.read_text(encoding="utf-8") for path in _TEMPLATES.iterdir()}
    texts = {
        **scripts,
        "setup.sh": scripts["setup.sh"].replace("{memory_gb}", str(memory_gb(assignment))),
        "failure.json": failure(visibility),
        "visibility": visibility + "\n",
        "pyproject.toml": _pyproject(),
        f"course/{CONFIG_FILE}": json.dumps(_config(course.config, assignment), indent=1, ensure_ascii=False) + "\n",
    }
    found = {name: text.encode() for name, text in texts.items()}
    for path in _below(_PACKAGE):
        found[f"autograder/{path.relative_to(_PACKAGE).as_posix()}"] = read_bytes(path)
    for folder in (assignment.suites, assignment.solution, assignment.released, course.root / "templates"):
        for path in _below(folder):
            found[f"course/{path.relative_to(course.root).as_posix()}"] = read_bytes(path)
    return found


def _below(folder: Path) -> Iterator[Path]:
    """The files below a folder, without litter; none where there is no such folder."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            yield path


def _config(config: Config, assignment: Assignment) -> dict[str, Any]:
    """The configuration with this assignment alone, and with the secret that holds here. JSON is YAML."""
    told = config.model_dump(mode="json", exclude_none=True)
    told["assignments"] = {assignment.name: told["assignments"][assignment.name]}
    return {**told, "demo": []}


def _pyproject() -> str:
    """What the image installs: this package, with the versions that it is used with here. Raises ``GraderError``."""
    wanted = requires(DISTRIBUTION)
    if not wanted:
        raise GraderError(f"{DISTRIBUTION} is not installed as a package, so it is unknown what it depends on")
    names = [found[0] for one in wanted if "extra ==" not in one and (found := re.match(r"[\w.-]+", one))]
    pinned = [f"{name}=={version(name).partition('+')[0]}" for name in names if name.lower() not in _NOT_THERE]
    python = metadata(DISTRIBUTION)["Requires-Python"]
    return _PYPROJECT.format(
        name=DISTRIBUTION, version=version(DISTRIBUTION), python=python, dependencies=json.dumps(pinned, indent=4)
    )
