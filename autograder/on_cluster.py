"""Grade on a Dask cluster: the course is on each worker, or goes there, and is proved to be the same as here."""

import socket
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autograder import fingerprint
from autograder.course import CONFIG_FILE, Course, load_course, with_secret
from autograder.errors import AssignmentError
from autograder.executors import cluster
from autograder.files import read_bytes
from autograder.grading import Order, grade_one, ungraded
from autograder.results import Grade, TaskScore
from autograder.submission import Submission
from autograder.versions import versions
from autograder.zipping import zipped


@dataclass(frozen=True)
class Task:
    """What travels for one submission: an order without its course, which is too large to go along each time."""

    submission: Submission
    keys: Mapping[str, str]
    kept: Mapping[str, TaskScore]


@dataclass(frozen=True)
class Site:
    """What a worker must find: the course at ``root``, or unpacked from what was sent. ``run`` is this grading's own
    name, by which a worker knows that it must look anew."""

    root: Path
    secret: str
    versions: Mapping[str, str]
    run: str


def carry_out(
    orders: Sequence[Order], connect: Callable[[], AbstractContextManager[Any]], ship: bool = False
) -> Iterator[Grade]:
    """As ``grading.carry_out``, on a cluster. ``ship`` sends the course; else it must be at the same path everywhere.

    Raises ``AssignmentError`` where the cluster cannot be used, or a worker has not the same course and versions.
    """
    if not orders:
        return
    course = orders[0].course
    site = Site(course.root, course.config.secret, dict(versions()), uuid.uuid4().hex)
    tasks = [Task(order.submission, dict(order.keys), dict(order.kept)) for order in orders]
    packed = pack(course) if ship else None
    try:
        yield from cluster.run(partial(grade_there, site), tasks, connect, packed, partial(_lost, course))
    except cluster.ClusterError as error:
        raise AssignmentError(str(error)) from error


def pack(course: Course) -> bytes:
    """What grading needs of a course, as a zip: the configuration, the solutions and the hidden suites."""
    folders = [folder for one in course.assignments for folder in (one.solution, one.suites)]
    found = [course.root / CONFIG_FILE, *(path for folder in folders for path in folder.rglob("*") if path.is_file())]
    names = {path.relative_to(course.root): path for path in found}
    return zipped({str(name): read_bytes(path) for name, path in names.items() if "__pycache__" not in name.parts})


def grade_there(site: Site, unpacked: Path | None, task: Task) -> Grade:
    """On a worker: grade one submission, by the course there. Raises ``AssignmentError`` that names the worker."""
    try:
        course = _course(site, unpacked or site.root)
        if dict(fingerprint.fingerprints(course, task.submission)) != task.keys:
            raise AssignmentError(_difference(site, course))
        return grade_one(Order(course, task.submission, keys=task.keys, kept=task.kept))
    except AssignmentError as error:
        raise AssignmentError(f"the worker on {socket.gethostname()}: {error}") from error


_HERE: dict[str, Course] = {}  # on a worker: the course of the grading that it works for, by the grading's name


def _course(site: Site, root: Path) -> Course:
    """The course, loaded once for each grading; what was warm for another one is dropped, since files may have
    changed."""
    if site.run not in _HERE:
        from autograder.judge import cool

        for name, old in list(_HERE.items()):
            cool(old)
            del _HERE[name]
            for module in [one for one, found in sys.modules.items() if _lies_in(found, old.root)]:
                del sys.modules[module]
        fingerprint.forget()
        if not (root / CONFIG_FILE).is_file():
            raise AssignmentError(
                f"there is no course at {root}; it must be at the same path on every worker, or be sent with --ship"
            )
        _HERE[site.run] = with_secret(load_course(root), site.secret)
    return _HERE[site.run]


def _lies_in(module: Any, root: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and Path(file).is_relative_to(root)


def _difference(site: Site, course: Course) -> str:
    """Why the same grade cannot be given here."""
    here = versions()
    other = [
        f"{name} {here.get(name)}, not {wanted}" for name, wanted in site.versions.items() if here.get(name) != wanted
    ]
    if other:
        return f"it has {', '.join(other)}; install the same versions everywhere"
    return (
        f"{course.root}, or the package autograder itself, holds other files than here; have all workers see the same "
        "ones, or send the course with --ship"
    )


def _lost(course: Course, task: Task) -> Grade:
    return ungraded(Order(course, task.submission), "the workers that graded it died, one after another")
