"""``autograder gradebook ...``: nbgrader's gradebook, in step with our grades."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.command import CourseOption, QuietOption, console, course_of, people_of, press_of, reports_errors

gradebook = typer.Typer(no_args_is_help=True, help="nbgrader's gradebook.", rich_markup_mode=None)


@gradebook.callback()
def _group() -> None:
    """nbgrader's gradebook."""


@gradebook.command("sync", epilog="Example: autograder gradebook sync graded/ --db sqlite:///gradebook.db")
@reports_errors
def sync(
    out: Annotated[Path, typer.Argument(help="Folder that `autograder grade` wrote.")] = Path("graded"),
    db: Annotated[
        str | None, typer.Option("--db", help="URL of the gradebook; default: gradebook.db beside the folder.")
    ] = None,
    quiet: QuietOption = False,
    course: CourseOption = None,
) -> None:
    """Write grades into nbgrader's gradebook, and take back what humans gave there."""
    from autograder import store
    from autograder.gradebook import sync as write

    loaded = course_of(course)
    url = db or f"sqlite:///{out.resolve().parent / 'gradebook.db'}"
    with store.locked(out):
        done = write(out, loaded.config, url)
        press = press_of(loaded, out, people_of(loaded))
        for grade in done.marked:
            press.feedback(grade)
        if done.marked:
            press.overview(store.read_all(out), changed=[grade.assignment for grade in done.marked])
    if not quiet:
        said = f"{done.grades} grades: {done.rows} rows changed, {len(done.marked)} with new marks by hand; "
        console().print(f"{said}{done.waiting} cells wait for a human", soft_wrap=True, highlight=False)
