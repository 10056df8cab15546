"""``autograder override``, ``regrade`` and ``diff``: grades that change after they were there, never silently."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.cli_grade import DeadlineOption, GroupsOption, LayoutOption, grade
from autograder.command import (
    USAGE,
    CourseOption,
    RosterOption,
    console,
    course_of,
    people_of,
    press_of,
    reports_errors,
)
from autograder.errors import AssignmentError

Out = Annotated[Path, typer.Option("--out", help="Folder that `autograder grade` wrote.")]


@reports_errors
def override(
    student: str,
    task: Annotated[str, typer.Argument(help="The task's name, or its number, such as 7.3.")],
    points: Annotated[float | None, typer.Argument(help="Its points from now on; left out with --remove.")] = None,
    reason: Annotated[str, typer.Option(help="Why; the student reads it.")] = "",
    assignment: Annotated[str | None, typer.Option(help="Where several have a task of that name.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take an override back.")] = False,
    by: Annotated[str | None, typer.Option(help="Who decided; default: your account.")] = None,
    out: Out = Path("graded"),
    course: CourseOption = None,
) -> None:
    """Set the points of one task by hand: logged, kept through regrades, shown in feedback and exports."""
    from autograder.audit import user
    from autograder.overriding import Wish
    from autograder.overriding import override as carry_out

    if (points is None) != remove:
        raise AssignmentError("give the points that the task is to have, or --remove to take an override back")
    loaded = course_of(course)
    wish = Wish(student, task, points, reason, by or user(), assignment)
    done = carry_out(loaded, press_of(loaded, out, people_of(loaded)), wish)
    typer.echo(f"{done.student}, {done.assignment}: {done.score:g} of {done.max_score:g} points now")


@reports_errors
def regrade(
    paths: Annotated[list[Path], typer.Argument(help="Submissions, as for `autograder grade`.")],
    task: Annotated[
        list[str], typer.Option("--task", help="The task to grade again, by name or number; may be repeated.")
    ],
    out: Out = Path("graded"),
    assignment: Annotated[str | None, typer.Option(help="Only this assignment.")] = None,
    student: Annotated[str | None, typer.Option(help="Only this student.")] = None,
    layout: LayoutOption = None,
    roster: RosterOption = None,
    groups: GroupsOption = None,
    deadline: DeadlineOption = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes that grade; 0 is one a core.")] = 0,
    course: CourseOption = None,
) -> None:
    """Grade single tasks of a class again, whatever has changed, and say whose grade is another now."""
    from autograder.comparison import compare
    from autograder.store import read_all

    before = read_all(out)
    status = 0
    try:
        grade(
            paths=paths, out=out, assignment=assignment, student=student, task=task, since=None, force=True, jobs=jobs,
            layout=layout, roster=roster, groups=groups, deadline=deadline, as_json=False, quiet=True, verbose=False,
            course=course,
        )  # fmt: skip
    except typer.Exit as end:
        status = end.exit_code
    if status != USAGE:
        _print_changes(compare(before, read_all(out)))
    raise typer.Exit(status)


@reports_errors
def diff(
    before: Annotated[Path, typer.Argument(help="Folder of grades as they were.")],
    after: Annotated[Path, typer.Argument(help="Folder of grades as they are.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the changes as one JSON array.")] = False,
) -> None:
    """Say whose grade differs between two gradings, by how much, in which tasks, and why."""
    from autograder.comparison import compare
    from autograder.store import read_all

    olds, news = read_all(before), read_all(after)
    for folder, grades in ((before, olds), (after, news)):
        if not grades:
            raise AssignmentError(f"{folder} holds no grades; `autograder grade` writes them")
    changes = compare(olds, news)
    if as_json:
        typer.echo(json.dumps([asdict(change) for change in changes], ensure_ascii=False))
    else:
        _print_changes(changes)


def _print_changes(changes: Sequence[Any]) -> None:
    from autograder.reports.terminal import changes_table

    if changes:
        rows = [(one.student, one.assignment, one.before, one.after, one.tasks, one.why) for one in changes]
        console(width=None if console().is_terminal else 160).print(changes_table(rows))
    typer.echo(f"{len(changes)} grades differ" if len(changes) != 1 else "1 grade differs")
