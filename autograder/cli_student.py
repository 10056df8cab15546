"""``autograder check``: what students run."""

from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.command import CourseOption, QuietOption, console, course_of, reports_errors


@reports_errors
def check(
    target: Annotated[
        str | None, typer.Argument(help="An assignment, or your file; default: every assignment.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and check again whenever you save.")] = False,
    opened: Annotated[bool, typer.Option("--open", help="Show the page, with pictures, in the browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON lines, nothing else.")] = False,
    quiet: QuietOption = False,
    course: CourseOption = None,
) -> None:
    """Run the public tests on your own file (.py or .ipynb). For students."""
    from autograder.checking import check_target, watch_target

    loaded, passed = course_of(course), True
    try:
        for grade in (watch_target if watch else check_target)(loaded, target):
            outcomes = {str(test.outcome) for task in grade.tasks for test in task.tests}
            passed = passed and outcomes <= {"passed", "skipped"}
            _show(loaded, grade, watch, opened, as_json, quiet)
            opened = opened and not watch  # a page that is open already is reloaded by hand
    except KeyboardInterrupt:  # how a watch ends
        raise typer.Exit(0) from None
    if not (as_json or quiet):
        typer.echo(
            "All public tests passed. The hidden tests ask for more." if passed else "Not all public tests pass yet."
        )
    raise typer.Exit(0 if passed else 1)


def _show(course: Any, grade: Any, watch: bool, opened: bool, as_json: bool, quiet: bool) -> None:
    import json
    import webbrowser

    from autograder.checking import write_page
    from autograder.contract import to_json
    from autograder.reports.terminal import feedback_lines
    from autograder.reports.texts import load_texts

    texts = load_texts(course.root)
    screen = console()
    if as_json:
        typer.echo(json.dumps(to_json(grade), ensure_ascii=False))
    elif not quiet:
        if watch:
            screen.clear()
        screen.print(feedback_lines(grade, texts, kind="public"), soft_wrap=True)
        if watch:
            screen.print("Waiting for you to save; Ctrl-C ends it.", style="dim")
    page: Path = write_page(course, grade, texts)
    if opened:
        webbrowser.open(page.as_uri())
    if not (as_json or quiet):
        screen.print(f"page: {page}", soft_wrap=True, highlight=False, style="dim")
