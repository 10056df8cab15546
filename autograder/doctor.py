"""``autograder doctor``: what this machine can do, and how to mend what is missing. What can be tried is tried."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.course import Assignment, Course, find_course, load_course, require_sources
from autograder.errors import AssignmentError, AutograderError
from autograder.executors.local import cores

DEFAULT_SECRET = "change-me-before-a-real-class"
_MEMORY_MB, _FREE_GB = 2048, 1


class State(StrEnum):
    """``missing`` keeps some command from working; ``note`` is something to know."""

    FINE = "fine"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, and, where it is not fine, how to mend it."""

    subject: str
    state: State
    found: str
    mend: str = ""


def examine(start: Path) -> Iterator[Finding]:
    """Look at everything, the quick things first."""
    yield from _machine()
    yield from _packages()
    yield from _confinement()
    yield _gpu()
    yield from _course(start)


def _machine() -> Iterator[Finding]:
    system = f"{platform.system()} {platform.release()}"
    linux = sys.platform == "linux"
    yield _found("system", linux, system, "Grading needs Linux; on Windows, WSL 2 is one.")
    python = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield _found(
        "Python", python, platform.python_version(), "Use Python 3.11, 3.12 or 3.13: `uv python install 3.12`."
    )
    yield Finding("cores", State.FINE, f"{cores()}; so many submissions are graded at a time")
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    mend = "Make room: a graded class of 1,000 takes about 0.2 GB."
    yield _found("disk here", free >= _FREE_GB, f"{free:.0f} GB free", mend, else_state=State.NOTE)


def _packages() -> Iterator[Finding]:
    for name in ("torch", "torchvision", "numpy", "pytest", "nbgrader"):
        yield _package(name, State.MISSING, f"Install it: `uv sync`, or `pip install {name}`.")
    alembic = shutil.which(
        "alembic", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    mend = "nbgrader makes its database with it: `pip install alembic`."
    yield _found("alembic", alembic is not None, alembic or "no such program", mend, else_state=State.NOTE)
    yield _package("dask", State.NOTE, "Only needed to grade on several machines: `uv sync --group cluster`.")


def _package(name: str, lacking: State, mend: str) -> Finding:
    try:
        return Finding(name, State.FINE, version(name))
    except PackageNotFoundError:
        return Finding(name, lacking, "not installed", mend)


def _confinement() -> Iterator[Finding]:
    """Start a guest as a grading does, and hear from it what confines it."""
    if sys.platform != "linux":
        return
    from autograder.remote.request import Loaded
    from autograder.remote.session import Session
    from autograder.sandbox.policy import Policy
    from autograder.sandbox.spawn import ForkServer

    mends = {
        "landlock": "Linux 5.13 or later with `landlock` in /sys/kernel/security/lsm (boot with lsm=landlock,…).",
        "seccomp": "Install libseccomp: `apt install libseccomp2`, `dnf install libseccomp`.",
    }
    with closing(ForkServer()) as server:
        policy = Policy(memory_mb=_MEMORY_MB, printed_kb=16, confined=True)
        session = Session(lambda: server.guest(policy), Loaded("nothing", [], 10.0))
        try:
            session.greet()
        except AutograderError as error:
            yield Finding("a confined guest", State.MISSING, str(error), "Report this with the output of `uname -a`.")
            return
        finally:
            session.close()
    for name, state in session.mechanisms.items():
        mend = mends.get(name, "Until then set `isolation: process`, for code that you trust.")
        yield _found(f"guest: {name}", state.startswith("applied"), state, mend)


def _gpu() -> Finding:
    import torch

    if torch.cuda.is_available():
        return Finding("GPU", State.FINE, torch.cuda.get_device_name(0))
    return Finding("GPU", State.NOTE, "none", "Tests that want one are skipped, and cost nobody points.")


def _course(start: Path) -> Iterator[Finding]:
    try:
        course = load_course(find_course(start))
    except AssignmentError as error:
        yield Finding("course", State.NOTE, str(error), "Run this in a course's folder, or pass --course.")
        return
    yield Finding(
        "course", State.FINE, f"{course.config.course}: {len(course.assignments)} assignments in {course.root}"
    )
    yield from _sources(course)
    own = (os.environ.get("AUTOGRADER_SECRET") or course.config.secret) != DEFAULT_SECRET
    mend = "Before a real class, set AUTOGRADER_SECRET to a secret of your own wherever you grade."
    yield _found("secret", own, "the course's own" if own else "still the one that is published", mend, State.NOTE)


def _sources(course: Course) -> Iterator[Finding]:
    lacking = [assignment.name for assignment in course.assignments if not _is_complete(assignment)]
    if not lacking:
        yield Finding("suites and solutions", State.FINE, "all there: this machine can grade")
    elif len(lacking) == len(course.assignments):
        yield Finding("suites and solutions", State.NOTE, "none: a student's copy", "`autograder check` works without.")
    else:
        mend = "`autograder author check` says what is missing."
        yield Finding("suites and solutions", State.MISSING, f"incomplete for {', '.join(lacking)}", mend)


def _is_complete(assignment: Assignment) -> bool:
    try:
        require_sources(assignment)
    except AssignmentError:
        return False
    return True


def _found(subject: str, fine: bool, found: str, mend: str, else_state: State = State.MISSING) -> Finding:
    return Finding(subject, State.FINE, found) if fine else Finding(subject, else_state, found, mend)
