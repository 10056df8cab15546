"""The command line: each command parses, makes one call and prints.

Only this module prints or reads the environment.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None)
author = typer.Typer(no_args_is_help=True, help="Prove an assignment sound.", rich_markup_mode=None)
app.add_typer(author, name="author")

CourseOption = Annotated[Path | None, typer.Option("--course", help="Folder of the course; default: here or above.")]
UNGRADED, USAGE = 3, 2


def _reports_errors(command: Callable[..., None]) -> Callable[..., None]:
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


def _course(course: Path | None) -> Any:
    """The course to work in; AUTOGRADER_SECRET, where set, replaces its secret."""
    from autograder.course import find_course, load_course, with_secret

    os.environ.pop("PYTEST_ADDOPTS", None)  # pytest would take options from it, and a judge takes none
    loaded = load_course(course or find_course(Path.cwd()))
    secret = os.environ.get("AUTOGRADER_SECRET")
    return with_secret(loaded, secret) if secret else loaded


@app.command(epilog="Example: autograder grade submitted/ --out grades/")
@_reports_errors
def grade(
    paths: Annotated[list[Path], typer.Argument(help="Submissions: a file, a flat folder, a zip, or a tree.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for grades, feedback and scores.csv.")] = Path("graded"),
    assignment: Annotated[str | None, typer.Option(help="Grade only this assignment.")] = None,
    student: Annotated[
        str | None, typer.Option(help="Grade only this student; names the student of a single file.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes that grade; 0 is one a core.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the grades as one JSON array, nothing else.")] = False,
    course: CourseOption = None,
) -> None:
    """Grade submissions by the hidden suites; write grades, feedback and scores.csv."""
    _grade(_course(course), paths, out, assignment, student, jobs, as_json)


def _grade(
    course: Any, paths: list[Path], out: Path, assignment: str | None, student: str | None, jobs: int, as_json: bool
) -> None:
    from autograder.discovery import discover
    from autograder.grading import cores, grade_all, save_all
    from autograder.results import to_json

    found = discover(paths, course, assignment, student)
    for line in found.unmatched:
        typer.echo(f"not graded: {line}", err=True)
    if not found.submissions:
        typer.echo("error: no submission found in " + ", ".join(map(str, paths)), err=True)
        raise typer.Exit(USAGE)
    results = grade_all(course, found.submissions, jobs or cores())
    grades = save_all(out, _with_progress(results, len(found.submissions), as_json))
    if as_json:
        typer.echo(json.dumps([to_json(grade) for grade in grades], ensure_ascii=False))
    else:
        _print_class(course, grades, out)
    if not all(grade.is_graded for grade in grades):
        raise typer.Exit(UNGRADED)


def _with_progress(results: Any, total: int, quiet: bool) -> Any:
    """The results, with a progress bar on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, quiet=quiet)
    columns = TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("grading", total=total)
        for result in results:
            yield result
            progress.advance(task)


def _print_class(course: Any, grades: Any, out: Path) -> None:
    from rich.console import Console

    from autograder.reports.terminal import class_table
    from autograder.store import assignments_of

    console = Console(width=None if sys.stdout.isatty() else 160)
    for name in assignments_of(grades):
        ids = {task.name: task.id for task in course.assignment(name).tasks}
        console.print(class_table(grades, name, ids))
        console.print()
    console.print(f"scores: {out / 'scores.csv'}", soft_wrap=True, highlight=False)
    console.print(f"feedback: {out / 'feedback'}/<assignment>/<student>.txt", soft_wrap=True, highlight=False)
    console.print(
        "one student's: autograder show STUDENT ASSIGNMENT" + (f" --out {out}" if str(out) != "graded" else ""),
        soft_wrap=True,
        highlight=False,
    )


@app.command(epilog="Example: autograder check 07_dropout")
@_reports_errors
def check(
    target: Annotated[
        str | None, typer.Argument(help="An assignment, or your file; default: every assignment.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Run the public tests on your own file (.py or .ipynb). For students."""
    from autograder.checking import check_target
    from autograder.reports.feedback import text

    passed = True
    for grade in check_target(_course(course), target):
        typer.echo(text(grade, kind="public"))
        outcomes = {str(test.outcome) for task in grade.tasks for test in task.tests}
        passed = passed and outcomes <= {"passed", "skipped"}
    typer.echo(
        "All public tests passed. The hidden tests ask for more." if passed else "Not all public tests pass yet."
    )
    raise typer.Exit(0 if passed else 1)


@app.command(epilog="Example: autograder show alice 07_dropout --out grades/")
@_reports_errors
def show(
    student: str,
    assignment: str,
    out: Annotated[Path, typer.Option("--out", help="Folder that `autograder grade` wrote.")] = Path("graded"),
    course: CourseOption = None,
) -> None:
    """Print the feedback on one submission."""
    from autograder import store
    from autograder.reports.feedback import text

    name = _course(course).assignment(assignment).name
    typer.echo(text(store.read(store.path_of(out, name, student))))


@app.command(epilog="Example: autograder demo --out /tmp/demo")
@_reports_errors
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the class and its grades.")] = Path("demo"),
    jobs: Annotated[int, typer.Option(min=0, help="Processes that grade; 0 is one a core.")] = 0,
    course: CourseOption = None,
) -> None:
    """Write a class of 30 submissions, right and wrong and broken, and grade it."""
    from autograder.demo import write_class

    loaded = _course(course)
    count = write_class(loaded, out / "submitted")
    typer.echo(f"wrote {count} submissions to {out / 'submitted'}; grading them as `autograder grade` does")
    _grade(loaded, [out / "submitted"], out / "graded", None, None, jobs, as_json=False)


@app.command(epilog="Example: autograder release --check")
@_reports_errors
def release(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; default: all.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where a release is stale or leaks.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Write assignments/ from solutions/: what students get."""
    from autograder.release import check_release
    from autograder.release import release as write

    loaded = _course(course)
    if not check:
        for path in write(loaded, assignments or ()):
            typer.echo(f"wrote {path}")
        return
    problems = check_release(loaded, assignments or ())
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("the release is fresh and leaks nothing")


@author.command("check", epilog="Example: autograder author check 07_dropout --seeds 200")
@_reports_errors
def author_check(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; default: all.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds that each answer is tried on.")] = 20,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 is one a core.")] = 0,
    course: CourseOption = None,
) -> None:
    """Prove that a suite passes every right answer and catches every wrong one."""
    from autograder.author import check_assignments

    sound = True
    for report in check_assignments(_course(course), assignments or (), seeds, jobs):
        typer.echo(report.text)
        sound = sound and report.sound
    if not sound:
        raise typer.Exit(1)
