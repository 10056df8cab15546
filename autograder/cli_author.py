"""The commands of those who write assignments: ``autograder author ...``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.command import CourseOption, console, course_of, reports_errors

author = typer.Typer(no_args_is_help=True, help="Write assignments, and prove them sound.", rich_markup_mode=None)


@author.command("new", epilog="Example: autograder author new 12_max_norm --tasks max_norm,clip_rows")
@reports_errors
def author_new(
    name: Annotated[str, typer.Argument(help="NN_words, for example 12_max_norm.")],
    tasks: Annotated[str, typer.Option(help="The functions that students write, separated by commas.")],
    title: Annotated[str, typer.Option(help="The title of the handout; default: made of the name.")] = "",
    course: CourseOption = None,
) -> None:
    """Write the files of a new assignment, with a FILL IN wherever something is wanted."""
    from autograder.scaffold import BLANK, new_assignment

    wanted = [task.strip() for task in tasks.split(",") if task.strip()]
    for path in new_assignment(course_of(course), name, wanted, title):
        typer.echo(f"wrote {path}")
    typer.echo(f"replace every {BLANK!r}; docs/authoring.md leads through it in an hour")
    typer.echo(f"then: autograder release {name} && autograder author check {name}")


@author.command("check", epilog="Example: autograder author check 07_dropout --seeds 200 --out proof/")
@reports_errors
def author_check(
    assignment: Annotated[str | None, typer.Argument(help="Only this assignment; default: all.")] = None,
    task: Annotated[str | None, typer.Argument(help="Only this task of it.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds that each answer is tried on.")] = 20,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 is one a core.")] = 0,
    mutants: Annotated[
        float, typer.Option(min=0, max=1, help="The share of the reference's mutants to try; 0 is none.")
    ] = 1.0,
    wrong: Annotated[
        bool, typer.Option(help="Try wrong answers, too; not needed to try right ones on thousands of seeds.")
    ] = True,
    out: Annotated[Path | None, typer.Option(help="Write each assignment's page into this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, nothing else.")] = False,
    course: CourseOption = None,
) -> None:
    """Prove that a suite passes every right answer and catches every wrong one.

    Exit status 1 where it is not proved.
    """
    from autograder.author import check_assignments
    from autograder.files import write_text
    from autograder.reports import matrix
    from autograder.reports.texts import check_wording
    from autograder.soundness import to_json

    loaded = course_of(course)
    check_wording(loaded.root)
    chosen = (assignment,) if assignment else ()
    found, screen = [], console()
    for report in check_assignments(loaded, chosen, seeds, jobs, task, mutants, wrong):
        found.append(report)
        if out is not None:
            write_text(out / f"{report.assignment}.html", matrix.page(report))
        if not as_json:
            screen.print(*matrix.tables(report), sep="\n")
            typer.echo(report.summary)
    if as_json:
        typer.echo(json.dumps([to_json(report) for report in found], indent=2))
    if not all(report.sound for report in found):
        raise typer.Exit(1)
