"""The matrix of a proof, answers x tests: in the terminal, and as a page."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from autograder.reports.texts import load_texts
from autograder.soundness import Report, Row

_MARKS = {"passes": ("✓", "green"), "fails": ("✗", "red"), "wavers": ("~", "yellow"), "not run": (" ", "dim")}
_ORDER = {"right": 0, "misconception": 1, "trivial": 2}


def tables(report: Report) -> Iterator[Table]:
    """For each task a table: the reference, its right and wrong answers and the empty ones against its tests."""
    for task, tests in report.tests.items():
        table = Table(title=f"{report.assignment} · {task}", title_justify="left", box=None, padding=(0, 1))
        table.add_column("answer", no_wrap=True)
        for number, _ in enumerate(tests, start=1):
            table.add_column(str(number), justify="center")
        for row in _rows(report, task):
            style = "" if row.kind == "right" else "dim" if row.kind == "trivial" else "cyan"
            marks = (_MARKS[_state(row, test)] for test in tests)
            table.add_row(f"[{style or 'default'}]{row.name}[/]", *(f"[{color}]{mark}[/]" for mark, color in marks))
        table.caption = "\n".join(f"{number} {test}" for number, test in enumerate(tests, start=1))
        table.caption_justify = "left"
        yield table


def page(report: Report) -> str:
    """The whole report as one self-contained HTML page."""
    tasks = [
        {
            "name": task,
            "tests": tests,
            "rows": [{"row": row, "states": [_state(row, test) for test in tests]} for row in _rows(report, task)],
        }
        for task, tests in report.tests.items()
    ]
    marks: dict[str, Any] = {state: mark for state, (mark, _) in _MARKS.items()}
    return load_texts().render("soundness.html.j2", report=report, tasks=tasks, marks=marks)


def _rows(report: Report, task: str) -> list[Row]:
    """The answers that have to do with a task, the right ones first."""
    return sorted((row for row in report.rows if row.task in ("", task)), key=lambda row: _ORDER[row.kind])


def _state(row: Row, test: str) -> str:
    share = row.passed.get(test)
    if share is None:
        return "not run"
    return "passes" if share == 1 else "fails" if share == 0 else "wavers"
