"""What the commands of the command line share: the course that they work in, and how they end on an error of ours."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

CourseOption = Annotated[Path | None, typer.Option("--course", help="Folder of the course; default: here or above.")]
RosterOption = Annotated[Path | None, typer.Option(help="CSV of the students; default: the course's roster.csv.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
UNGRADED, USAGE = 3, 2
T = TypeVar("T")


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Print our own errors as a message, never as a traceback, with the contract's exit status."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        from autograder.errors import AutograderError, GraderError

        try:
            command(*args, **kwargs)
        except GraderError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(UNGRADED) from None
        except AutograderError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(USAGE) from None

    return run


def course_of(course: Path | None) -> Any:
    """The course to work in; AUTOGRADER_SECRET, where set, replaces its secret."""
    from autograder.course import find_course, load_course, with_secret

    os.environ.pop("PYTEST_ADDOPTS", None)  # pytest would take options from it, and a judge takes none
    loaded = load_course(course or find_course(Path.cwd()))
    secret = os.environ.get("AUTOGRADER_SECRET")
    return with_secret(loaded, secret) if secret else loaded


def people_of(course: Any, roster: Path | None = None, groups: Path | None = None) -> Any:
    """The students of the course: of ``roster``, or of its ``roster.csv``, where there is one; and their groups."""
    from autograder.joining import load_people

    beside = course.root / "roster.csv"
    return load_people(roster or (beside if beside.is_file() else None), groups)


def press_of(course: Any, folder: Path, people: Any) -> Any:
    """What writes a graded class's files into a folder, in the course's words."""
    from autograder.publishing import Press
    from autograder.reports.texts import load_texts

    return Press(folder, course.config, load_texts(course.root), people)


def console(width: int | None = None, stderr: bool = False) -> Any:
    """A rich console: in colours where a terminal shows them, without where NO_COLOR is set or it prints elsewhere."""
    from rich.console import Console

    return Console(width=width, stderr=stderr)


def with_progress(results: Iterable[T], total: int, quiet: bool, what: str) -> Iterator[T]:
    """The results, with a progress bar and the time left on standard error where that is a terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    screen = console(stderr=True)
    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen, disable=quiet or not screen.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        for result in results:
            yield result
            progress.advance(task)
