"""What a student reads: one submission's grade as plain text, by rubric line."""

import textwrap
from collections.abc import Iterator, Sequence

from autograder.results import Grade, Outcome, TaskScore, TestResult

WORDS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "not yet right",
    Outcome.TIMED_OUT: "ran out of time",
    Outcome.CRASHED: "crashed",
    Outcome.OUT_OF_MEMORY: "ran out of memory",
    Outcome.UNFINISHED: "not written yet",
    Outcome.MISSING: "missing",
    Outcome.BLOCKED: "waits for an earlier task",
    Outcome.SKIPPED: "skipped (needs a GPU)",
    Outcome.UNGRADED: "not graded: our fault, no points are lost",
}
MARKS = {Outcome.PASSED: "✓", Outcome.SKIPPED: "·", Outcome.UNGRADED: "?"}


def text(grade: Grade, kind: str = "hidden") -> str:
    """The whole feedback. ``kind`` says which tests these were: passing the "public" ones is not the whole story."""
    lines = [f"{grade.assignment} · {grade.student}", ""]
    if kind == "hidden":
        lines[0] += f" · {number(grade.score)} of {number(grade.max_score)} points"
    if grade.problem is not None:
        lines += [*_wrapped(grade.problem, ""), ""]
    lines += [line for note in grade.notes for line in _wrapped(f"note: {note}", "")]
    if grade.late is not None:
        lines += [f"late: {float(grade.late['penalty']):.0%} of the points were taken off", ""]
    for task in grade.tasks:
        if task.tests:
            lines += _task(task, kind, grade.problem)
    return "\n".join(lines).rstrip() + "\n"


def _task(task: TaskScore, kind: str, problem: str | None) -> Iterator[str]:
    points = (
        f"{number(task.points)}/{number(task.max_points)}{' bonus' if task.bonus else ''}  " if kind == "hidden" else ""
    )
    yield f"{task.name}  {points}{WORDS[task.outcome]}"
    if problem is not None:
        return
    said: set[str] = set()
    for test in task.tests:
        yield from _test(test, said)
    measured = {name: value for test in task.tests for name, value in test.measured.items()}
    yield from (f"    measured: {name} {number(value)}" for name, value in measured.items())
    if task.diagnosis is not None:
        yield from _wrapped(f"hint: {task.diagnosis.hint} Reread: {task.diagnosis.reread}.", "    ")
    yield ""


def _test(test: TestResult, said: set[str]) -> Iterator[str]:
    yield from _wrapped(f"{MARKS.get(test.outcome, '✗')} {test.rubric}", "  ", "    ")
    if test.message and test.outcome is not Outcome.SKIPPED and test.message not in said:
        said.add(test.message)  # one cause is told once for each task
        yield from (f"      {line}" for line in test.message.splitlines())


def _wrapped(line: str, indent: str, rest: str | None = None) -> Sequence[str]:
    return textwrap.wrap(line, 110, initial_indent=indent, subsequent_indent=indent if rest is None else rest)


def number(value: float) -> str:
    """A number of points, without digits that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
