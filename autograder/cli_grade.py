"""``autograder grade`` and ``autograder demo``: what instructors run on a class."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.cli_cluster import (
    SchedulerOption,
    ShipOption,
    SlurmJobsOption,
    SlurmOption,
    SlurmOptionOption,
    grading_on,
)
from autograder.command import (
    UNGRADED,
    USAGE,
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

LayoutOption = Annotated[
    str | None,
    typer.Option(help="Whose download: canvas, github, gradescope, moodle, nbgrader or folders; default: as it looks."),
]
GroupsOption = Annotated[Path | None, typer.Option(help="CSV with columns group,student: who hands in together.")]
DeadlineOption = Annotated[
    datetime | None, typer.Option(help="Of clones, the last commit by then (UTC); default: when it was due.")
]


class Said(Enum):
    """How much `grade` prints."""

    NOTHING, TABLE, EVERYTHING, JSON = range(4)


@reports_errors
def grade(
    paths: Annotated[list[Path], typer.Argument(help="Submissions: a file, a folder, a zip, a platform's download.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for grades, feedback and scores.csv.")] = Path("graded"),
    assignment: Annotated[str | None, typer.Option(help="Grade only this assignment.")] = None,
    student: Annotated[str | None, typer.Option(help="Grade only this student; names whose a single file is.")] = None,
    task: Annotated[
        list[str] | None,
        typer.Option("--task", help="Grade only this again, by name or number, such as 7.3; may be repeated."),
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="Only what was handed in, or changed, since (UTC).")] = None,
    layout: LayoutOption = None,
    roster: RosterOption = None,
    groups: GroupsOption = None,
    deadline: DeadlineOption = None,
    force: Annotated[bool, typer.Option("--force", help="Grade what has not changed since, too.")] = False,
    jobs: Annotated[int, typer.Option(min=0, help="Processes that grade; 0 is one a core.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the grades as one JSON array, nothing else.")] = False,
    scheduler: SchedulerOption = None,
    slurm: SlurmOption = False,
    slurm_jobs: SlurmJobsOption = 1,
    slurm_option: SlurmOptionOption = None,
    ship: ShipOption = False,
    quiet: QuietOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print every submission's feedback, too.")] = False,
    course: CourseOption = None,
) -> None:
    """Grade submissions by the hidden suites, those that changed; write grades, feedback, the class's pages, scores."""
    from autograder.discovery import discover

    said = Said.JSON if as_json else Said.NOTHING if quiet else Said.EVERYTHING if verbose else Said.TABLE
    loaded = course_of(course)
    people = people_of(loaded, roster, groups)
    found = discover(paths, loaded, assignment, student, people, layout, deadline and _utc(deadline))
    for line in found.unmatched:
        typer.echo(f"not graded: {line}", err=True)
    carry_out = grading_on(jobs, scheduler, slurm, slurm_jobs, slurm_option or [], ship)
    chosen = _since(found.submissions, since, paths)
    _grade(loaded, chosen, people, out, carry_out, said, force, task or ())


def _since(submissions: Any, since: datetime | None, paths: list[Path]) -> Any:
    """The submissions to grade; at least one."""
    chosen = [one for one in submissions if since is None or _is_since(one, since)]
    if not chosen:
        when = f" since {since:%Y-%m-%d %H:%M}" if since is not None and submissions else ""
        typer.echo(f"error: no submission found in {', '.join(map(str, paths))}{when}", err=True)
        raise typer.Exit(USAGE)
    return chosen


def _is_since(submission: Any, since: datetime) -> bool:
    """Whether a submission was handed in since then; where that is unknown, whether its file was changed since."""
    when = submission.submitted_at or submission.changed_at
    return when is None or datetime.fromisoformat(when) >= _utc(since)


def _utc(when: datetime) -> datetime:
    return when.replace(tzinfo=when.tzinfo or UTC)


def _grade(
    course: Any, submissions: Any, people: Any, out: Path, carry_out: Callable[[Any], Any], said: Said,
    force: bool = False, only: Iterable[str] = (),
) -> None:  # fmt: skip
    from itertools import chain

    from autograder import store
    from autograder.contract import to_json
    from autograder.counting import rule
    from autograder.grading import plan, save_all, shared

    began, quiet = time.monotonic(), said in (Said.JSON, Said.NOTHING)
    tasks = _tasks(course, submissions, only)
    with store.locked(out):
        todo = plan(course, submissions, out, force, tasks)
        results = with_progress(carry_out(todo.orders), len(todo.orders), quiet, "grading")
        press = press_of(course, out, people)
        results = shared(course, submissions, chain(todo.restated, results))
        grades = save_all(press, results, todo.unchanged, rule(course))
    if said is Said.JSON:
        typer.echo(json.dumps([to_json(grade) for grade in grades], ensure_ascii=False))
    elif not quiet:
        _print_class(course, grades, press, said is Said.EVERYTHING)
        _print_absent(press, grades)
        _print_summary(grades, len(todo.unchanged), time.monotonic() - began)
    if not all(grade.is_graded for grade in grades):
        raise typer.Exit(UNGRADED)


def _tasks(course: Any, submissions: Any, wanted: Iterable[str]) -> frozenset[str]:
    """The tasks that are meant by their names, or their numbers, such as 7.3."""
    assignments = [course.assignment(name) for name in {one.assignment for one in submissions}]
    found = {word: {name for one in assignments for name in one.meant(word)} for word in wanted}
    for word, tasks in found.items():
        if not tasks:
            raise AssignmentError(f"no task {word!r} in the assignments of these submissions")
    return frozenset().union(*found.values())


def _print_class(course: Any, grades: Any, press: Any, verbose: bool) -> None:
    from autograder.reports.terminal import MOST_ROWS, class_table, feedback_lines
    from autograder.store import assignments_of

    screen = console(width=None if sys.stdout.isatty() else 160)
    for grade in grades if verbose else ():
        screen.print(feedback_lines(grade, press.texts), soft_wrap=True)
    most = len(grades) if verbose else MOST_ROWS
    for name in assignments_of(grades):
        ids = {task.name: task.id for task in course.assignment(name).tasks}
        screen.print(class_table(grades, name, ids, press.texts, most))
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


def _print_absent(press: Any, grades: Any) -> None:
    """Who of the roster has handed in nothing for the assignments at hand; they get no grade, so no 0 either."""
    from autograder import store
    from autograder.joining import absent

    missing = absent(press.people, store.read_all(press.folder)) if press.people.students else {}
    for name in store.assignments_of(grades):
        if students := missing.get(name):
            console().print(f"nothing handed in for {name}: {', '.join(students)}", soft_wrap=True, highlight=False)


def _print_summary(grades: Any, unchanged: int, seconds: float) -> None:
    """How many were graded, and how long it took; the slowest, where it took longer than the others."""
    left = sum(not grade.is_graded for grade in grades)
    parts = [f"{len(grades) - unchanged - left} graded", f"{unchanged} unchanged"]
    parts += [f"{left} not graded: run this again"] if left else []
    slowest = max(grades, key=lambda grade: grade.seconds)
    told = (
        f"; slowest: {slowest.student}, {slowest.assignment}, {slowest.seconds:.1f} s"
        if len(grades) > unchanged
        else ""
    )
    console().print(f"{', '.join(parts)} in {seconds:.1f} s{told}", soft_wrap=True, highlight=False)


@reports_errors
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the class and its grades.")] = Path("demo"),
    jobs: Annotated[int, typer.Option(min=0, help="Processes that grade; 0 is one a core.")] = 0,
    course: CourseOption = None,
) -> None:
    """Write a class of 30 submissions, right and wrong and broken, and grade it."""
    from autograder.demo import write_class
    from autograder.discovery import discover
    from autograder.joining import ANYBODY

    loaded = course_of(course)
    count = write_class(loaded, out / "submitted")
    typer.echo(f"wrote {count} submissions to {out / 'submitted'}; grading them as `autograder grade` does")
    found = discover([out / "submitted"], loaded, None, None)
    for line in found.unmatched:
        typer.echo(f"not graded: {line}", err=True)
    carry_out = grading_on(jobs, None, False, 1, [], False)
    _grade(loaded, found.submissions, ANYBODY, out / "graded", carry_out, Said.TABLE)
