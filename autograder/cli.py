"""The command line: each command parses, makes one call and prints. Only these commands print."""

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli_author import author
from autograder.cli_change import diff, override, regrade
from autograder.cli_ci import ci
from autograder.cli_export import export
from autograder.cli_grade import demo, grade
from autograder.cli_gradescope import gradescope_run, gradescope_zip
from autograder.cli_nbgrader import gradebook
from autograder.cli_student import check
from autograder.command import (
    CourseOption,
    QuietOption,
    RosterOption,
    console,
    course_of,
    people_of,
    press_of,
    reports_errors,
    with_progress,
)
from autograder.errors import AssignmentError

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(author, name="author")
app.add_typer(export, name="export")
app.add_typer(gradebook, name="gradebook")
app.command(epilog="Example: autograder grade submitted/ --out grades/")(grade)
app.command(epilog="Example: autograder check 07_dropout")(check)
app.command(epilog="Example: autograder override alice 7.3 8 --reason 'the test was wrong' --out grades/")(override)
app.command(epilog="Example: autograder regrade submitted/ --task max_norm_ --out grades/")(regrade)
app.command(epilog="Example: autograder diff grades/ regraded/")(diff)
export.command("gradescope-zip", epilog="Example: autograder export gradescope-zip 07_dropout --to dropout.zip")(
    gradescope_zip
)
export.command("gradescope-run", hidden=True, epilog="Example: autograder export gradescope-run /autograder")(
    gradescope_run
)
app.command(epilog="Example: autograder ci 07_dropout --out ci-results")(ci)
app.command(epilog="Example: autograder demo --out /tmp/demo")(demo)


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
    from autograder.contract import to_json
    from autograder.reports.terminal import feedback_lines
    from autograder.reports.texts import load_texts

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
    roster: RosterOption = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes that write; 0 is one a core.")] = 0,
    quiet: QuietOption = False,
    course: CourseOption = None,
) -> None:
    """Write the pages of a graded class again: after a template was changed, or without names."""
    from autograder import store
    from autograder.joining import ANYBODY
    from autograder.publishing import publish, without_names

    if anonymous and (to is None or to.resolve() == out.resolve()):
        raise AssignmentError("--anonymous needs another folder for its pages; name it with --to")
    loaded, grades = course_of(course), list(store.read_all(out))
    if not grades:
        raise AssignmentError(f"{out} holds no grades; `autograder grade` writes them")
    press = press_of(loaded, to or out, ANYBODY if anonymous else people_of(loaded, roster))
    shown = without_names(grades) if anonymous else grades
    for page in with_progress(publish(press, shown, jobs), len(grades) + 1, quiet, "writing"):
        last = page
    if not quiet:
        console().print(f"{len(grades)} pages; the class: {last}", soft_wrap=True, highlight=False)


@app.command(epilog="Example: autograder release --check")
@reports_errors
def release(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; default: all.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where a release is stale or leaks.")
    ] = False,
    nbgrader: Annotated[
        Path | None, typer.Option("--nbgrader", help="Write source/ of this nbgrader course folder instead.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Write assignments/ from solutions/: what students get."""
    from autograder.release import check_release
    from autograder.release import release as write

    loaded = course_of(course)
    if nbgrader is not None:
        from autograder.nbsource import write_source

        for path in write_source(loaded, nbgrader, assignments or ()):
            typer.echo(f"wrote {path}")
        return
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
