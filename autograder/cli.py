"""The command line: each command parses, makes one call and prints. Only these commands print."""

import json
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.cli_author import author
from autograder.cli_student import check
from autograder.command import (
    UNGRADED,
    USAGE,
    CourseOption,
    QuietOption,
    console,
    course_of,
    reports_errors,
    with_progress,
)
from autograder.errors import AssignmentError

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(author, name="author")
app.command(epilog="Example: autograder check 07_dropout")(check)


class Said(Enum):
    """How much `grade` prints."""

    NOTHING, TABLE, EVERYTHING, JSON = range(4)


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
    quiet: QuietOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print every submission's feedback, too.")] = False,
    course: CourseOption = None,
) -> None:
    """Grade submissions by the hidden suites; write grades, feedback, the class's pages and scores.csv."""
    said = Said.JSON if as_json else Said.NOTHING if quiet else Said.EVERYTHING if verbose else Said.TABLE
    _grade(course_of(course), paths, out, assignment, student, jobs, said)


def _grade(
    course: Any, paths: list[Path], out: Path, assignment: str | None, student: str | None, jobs: int, said: Said
) -> None:
    from autograder.discovery import discover
    from autograder.grading import cores, grade_all, save_all
    from autograder.publishing import Press
    from autograder.reports.texts import load_texts
    from autograder.results import to_json

    found = discover(paths, course, assignment, student)
    for line in found.unmatched:
        typer.echo(f"not graded: {line}", err=True)
    if not found.submissions:
        typer.echo("error: no submission found in " + ", ".join(map(str, paths)), err=True)
        raise typer.Exit(USAGE)
    results = grade_all(course, found.submissions, jobs or cores())
    quiet = said in (Said.JSON, Said.NOTHING)
    press = Press(out, course.config, load_texts(course.root))
    grades = save_all(press, with_progress(results, len(found.submissions), quiet, "grading"))
    if said is Said.JSON:
        typer.echo(json.dumps([to_json(grade) for grade in grades], ensure_ascii=False))
    elif not quiet:
        _print_class(course, grades, press, said is Said.EVERYTHING)
    if not all(grade.is_graded for grade in grades):
        raise typer.Exit(UNGRADED)


def _print_class(course: Any, grades: Any, press: Any, verbose: bool) -> None:
    from autograder.reports.terminal import class_table, feedback_lines
    from autograder.store import assignments_of

    screen = console(width=None if sys.stdout.isatty() else 160)
    for grade in grades if verbose else ():
        screen.print(feedback_lines(grade, press.texts), soft_wrap=True)
    for name in assignments_of(grades):
        ids = {task.name: task.id for task in course.assignment(name).tasks}
        screen.print(class_table(grades, name, ids, press.texts))
        screen.print()
    out = press.folder
    option = f" --out {out}" if str(out) != "graded" else ""
    for line in (
        f"the class: {out / 'index.html'}",
        f"scores: {out / 'scores.csv'}",
        f"feedback: {out / 'feedback'}/<assignment>/<student>.html, and .txt",
        f"one student's: autograder show STUDENT ASSIGNMENT{option}",
    ):
        screen.print(line, soft_wrap=True, highlight=False)


@app.command(epilog="Example: autograder show alice 07_dropout --out grades/")
@reports_errors
def show(
    student: str,
    assignment: str,
    out: Annotated[Path, typer.Option("--out", help="Folder that `autograder grade` wrote.")] = Path("graded"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the grade as JSON.")] = False,
    course: CourseOption = None,
) -> None:
    """Print the feedback on one submission."""
    from autograder import store
    from autograder.reports.terminal import feedback_lines
    from autograder.reports.texts import load_texts
    from autograder.results import to_json

    loaded = course_of(course)
    grade = store.read(store.path_of(out, loaded.assignment(assignment).name, student))
    if as_json:
        typer.echo(json.dumps(to_json(grade), ensure_ascii=False))
    else:
        console().print(feedback_lines(grade, load_texts(loaded.root)), soft_wrap=True)


@app.command(epilog="Example: autograder report grades/ --anonymous --to pages/")
@reports_errors
def report(
    out: Annotated[Path, typer.Argument(help="Folder that `autograder grade` wrote.")] = Path("graded"),
    to: Annotated[Path | None, typer.Option("--to", help="Folder for the pages; default: the same.")] = None,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Numbers in place of names; asks for --to.")] = False,
    jobs: Annotated[int, typer.Option(min=0, help="Processes that write; 0 is one a core.")] = 0,
    quiet: QuietOption = False,
    course: CourseOption = None,
) -> None:
    """Write the pages of a graded class again: after a template was changed, or without names."""
    from autograder import store
    from autograder.grading import cores
    from autograder.publishing import Press, publish, without_names
    from autograder.reports.texts import load_texts

    if anonymous and (to is None or to.resolve() == out.resolve()):
        raise AssignmentError("--anonymous needs another folder for its pages; name it with --to")
    loaded, grades = course_of(course), list(store.read_all(out))
    if not grades:
        raise AssignmentError(f"{out} holds no grades; `autograder grade` writes them")
    press = Press(to or out, loaded.config, load_texts(loaded.root))
    shown = without_names(grades) if anonymous else grades
    for page in with_progress(publish(press, shown, jobs or cores()), len(grades) + 1, quiet, "writing"):
        last = page
    if not quiet:
        console().print(f"{len(grades)} pages; the class: {last}", soft_wrap=True, highlight=False)


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
    _grade(loaded, [out / "submitted"], out / "graded", None, None, jobs, Said.TABLE)


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


@app.command(epilog="Example: autograder doctor")
@reports_errors
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON array.")] = False,
    course: CourseOption = None,
) -> None:
    """Say what this machine can do, and how to mend what is missing."""
    from dataclasses import asdict

    from autograder.doctor import State, examine

    findings = list(examine(course or Path.cwd()))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        from autograder.reports.terminal import findings_table

        console().print(findings_table([(one.subject, str(one.state), one.found, one.mend) for one in findings]))
    if any(finding.state is State.MISSING for finding in findings):
        raise typer.Exit(1)
