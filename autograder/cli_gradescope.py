"""``autograder export gradescope-zip``, and the command that the zip runs there."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.command import UNGRADED, CourseOption, course_of, reports_errors


@reports_errors
def gradescope_zip(
    assignment: Annotated[str, typer.Argument(help="The assignment.")],
    to: Annotated[Path, typer.Option("--to", help="The zip to write.")],
    visibility: Annotated[
        str, typer.Option(help="visible, hidden, after_due_date or after_published; of all tests alike.")
    ] = "visible",
    course: CourseOption = None,
) -> None:
    """An autograder for Gradescope: upload the zip there. It holds the secret, suites and solutions: keep it so."""
    from autograder.files import write_bytes
    from autograder.packing import memory_gb, pack

    loaded = course_of(course)
    chosen = loaded.assignment(assignment)
    write_bytes(to, pack(loaded, chosen, visibility))
    typer.echo(f"wrote {to}; give its container at least {memory_gb(chosen)} GB of memory")


@reports_errors
def gradescope_run(
    root: Annotated[Path, typer.Argument(help="The platform's folder, /autograder.")],
    course: CourseOption = None,
) -> None:
    """Grade one submission on Gradescope; the zip's run_autograder does this."""
    from autograder.gradescope import grade_there

    if not grade_there(course_of(course), root.resolve()).is_graded:
        raise typer.Exit(UNGRADED)
