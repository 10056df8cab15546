"""The command line: each command parses, makes one call and prints. Only these commands print."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.cli_author import author
from autograder.command import UNGRADED, USAGE, CourseOption, course_of, reports_errors

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(author, name="author")


@app.command(epilog="Example: autograder grade submitted/ --out grades/")
@reports_errors
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
    _grade(course_of(course), paths, out, assignment, student, jobs, as_json)


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
@reports_errors
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
    for grade in check_target(course_of(course), target):
        typer.echo(text(grade, kind="public"))
        outcomes = {str(test.outcome) for task in grade.tasks for test in task.tests}
        passed = passed and outcomes <= {"passed", "skipped"}
    typer.echo(
        "All public tests passed. The hidden tests ask for more." if passed else "Not all public tests pass yet."
    )
    raise typer.Exit(0 if passed else 1)


@app.command(epilog="Example: autograder show alice 07_dropout --out grades/")
@reports_errors
def show(
    student: str,
    assignment: str,
    out: Annotated[Path, typer.Option("--out", help="Folder that `autograder grade` wrote.")] = Path("graded"),
    course: CourseOption = None,
) -> None:
    """Print the feedback on one submission."""
    from autograder import store
    from autograder.reports.feedback import text

    name = course_of(course).assignment(assignment).name
    typer.echo(text(store.read(store.path_of(out, name, student))))


@app.command(epilog="Example: autograder demo --out /tmp/demo")
@reports_errors
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the class and its grades.")] = Path("demo"),
    jobs: Annotated[int, typer.Option(min=0, help="Processes that grade; 0 is one a core.")] = 0,
    course: CourseOption = None,
) -> None:
    """Write a class of 30 submissions, right and wrong and broken, and grade it."""
    from autograder.demo import write_class

    loaded = course_of(course)
    count = write_class(loaded, out / "submitted")
    typer.echo(f"wrote {count} submissions to {out / 'submitted'}; grading them as `autograder grade` does")
    _grade(loaded, [out / "submitted"], out / "graded", None, None, jobs, as_json=False)


@app.command(epilog="Example: autograder release --check")
@reports_errors
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

    loaded = course_of(course)
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
