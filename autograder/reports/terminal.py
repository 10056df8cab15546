"""A class's grades in the terminal: one row a submission, one column a task."""

import re
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from autograder.reports.feedback import number, text
from autograder.reports.texts import Texts
from autograder.results import Grade, Outcome

_STYLES = {
    Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.UNFINISHED: "dim", Outcome.MISSING: "yellow",
    Outcome.UNGRADED: "bold magenta", Outcome.SKIPPED: "dim",
}  # fmt: skip


MOST_ROWS = 50
"""How many students' rows are read in a terminal; of more, ``scores.csv`` and the class's page have all."""


def class_table(
    grades: Sequence[Grade], assignment: str, ids: dict[str, str], texts: Texts, most: int = MOST_ROWS
) -> Table:
    """The table of one assignment: so many rows at ``most``, and after them those that were not graded. ``ids`` gives
    each task its short number for the head of its column."""
    chosen = sorted((grade for grade in grades if grade.assignment == assignment), key=lambda grade: grade.student)
    table = Table(title=assignment, title_justify="left", header_style="bold", pad_edge=False, box=None, padding=(0, 1))
    table.add_column("student")
    for task in chosen[0].tasks:
        bonus = "*" if task.bonus else ""
        table.add_column(f"{ids.get(task.name, task.name)}{bonus}\n/{number(task.max_points)}", justify="right")
    table.add_column(f"score\n/{number(chosen[0].max_score)}", justify="right", style="bold")
    table.add_column("remark", max_width=60)
    for grade in (*chosen[:most], *(grade for grade in chosen[most:] if not grade.is_graded)):
        cells = [
            f"[{_STYLES.get(task.outcome, 'red')}]{number(task.points) if task.is_graded else '?'}[/]"
            for task in grade.tasks
        ]
        table.add_row(escape(grade.student), *cells, number(grade.score), escape(remark(grade, texts)))
    left = sum(grade.is_graded for grade in chosen[most:])
    if left:
        table.caption, table.caption_justify = f"and {left} more, all of which are in scores.csv", "left"
    return table


def remark(grade: Grade, texts: Texts) -> str:
    """The one thing to know about a grade besides its numbers: why nothing ran, or what did not end well."""
    if grade.problem is not None:
        return grade.problem.splitlines()[0]
    if not grade.is_graded:
        tests = (test for task in grade.tasks for test in task.tests if test.outcome is Outcome.UNGRADED)
        return next((test.message.splitlines()[0] for test in tests if test.message), texts.outcome(Outcome.UNGRADED))
    odd = (
        Outcome.TIMED_OUT,
        Outcome.CRASHED,
        Outcome.OUT_OF_MEMORY,
        Outcome.MISSING,
        Outcome.BLOCKED,
        Outcome.UNFINISHED,
    )
    counts = [(texts.outcome(outcome), sum(task.outcome is outcome for task in grade.tasks)) for outcome in odd]
    return ", ".join(f"{count} {word}" for word, count in counts if count)


def feedback_lines(grade: Grade, texts: Texts, kind: str = "hidden") -> Text:
    """The feedback on one submission, as ``feedback.text`` says it, in colours."""
    shown = Text(text(grade, texts, kind), no_wrap=True)
    headings = texts.words["headings"]
    marks = {
        texts.mark(Outcome.PASSED): "green", texts.mark(Outcome.FAILED): "red", texts.mark(Outcome.UNGRADED): "magenta",
    }  # fmt: skip
    for mark, style in marks.items():
        shown.highlight_regex(rf"(?m)^  {re.escape(mark)} ", style)
    shown.highlight_regex(rf"(?m)^    {re.escape(headings['hint'])}:", "bold cyan")
    for task in grade.tasks:
        shown.highlight_regex(rf"(?m)^{re.escape(task.name)}  .*$", f"bold {_STYLES.get(task.outcome, 'red')}")
    shown.highlight_regex(r"\A.*$", "bold")
    return shown


def changes_table(
    changes: Sequence[
        tuple[
            str, str, float | None, float | None, Sequence[tuple[str, float | None, float | None]], Sequence[str]
        ]
    ],
) -> Table:  # fmt: skip
    """Whose grade changed: student, assignment, score before and after, the same of each task, and why."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for name in ("student", "assignment", "score", "", "tasks", "why"):
        table.add_column(name, justify="right" if name == "" else "left")
    for student, assignment, before, after, tasks, why in changes:
        by = "" if before is None or after is None else f"{after - before:+.2f}"
        moved = ", ".join(f"{name} {_points(one)} → {_points(two)}" for name, one, two in tasks)
        score = f"{_points(before)} → {_points(after)}"
        table.add_row(*map(escape, (student, assignment, score, by, moved, "; ".join(why))))
    return table


def _points(value: float | None) -> str:
    return "–" if value is None else number(value)


def findings_table(findings: Sequence[tuple[str, str, str, str]]) -> Table:
    """What ``doctor`` found: subject, state, what is there, and how to mend it."""
    marks = {"fine": "[green]✓[/]", "note": "[yellow]·[/]", "missing": "[bold red]✗[/]"}
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    for subject, state, found, mend in findings:
        what = escape(found) + (f"\n[dim]{escape(mend)}[/]" if mend else "")
        table.add_row(marks[state], escape(subject), what)
    return table
