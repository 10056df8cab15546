"""What a student reads: one submission's grade as plain text, by rubric line."""

import textwrap
from collections.abc import Iterator, Sequence
from functools import lru_cache

from autograder.reports.texts import Texts
from autograder.results import Grade, Outcome, TaskScore, TestResult


def text(grade: Grade, texts: Texts, kind: str = "hidden") -> str:
    """The whole feedback. ``kind`` says which tests these were: passing the "public" ones is not the whole story."""
    lines = [*head(grade, texts, kind)]
    for task in grade.tasks:
        if task.tests:
            lines += on_task(task, kind, grade.problem, texts)
    lines += _by_hand(grade, texts)
    return "\n".join(lines).rstrip() + "\n"


def head(grade: Grade, texts: Texts, kind: str = "hidden") -> Sequence[str]:
    """The lines on the submission as a whole: whose it is, its score, why nothing ran, notes, what lateness costs."""
    headings = texts.words["headings"]
    lines = [f"{grade.assignment} · {grade.student}", ""]
    if kind == "hidden":
        lines[0] += f" · {number(grade.score)} {headings['of']} {number(grade.max_score)} {headings['points']}"
    if grade.problem is not None:
        lines += [*_wrapped(grade.problem, ""), ""]
    lines += [line for note in grade.notes for line in _wrapped(f"{headings['note']}: {note}", "")]
    if grade.late is not None:
        said = texts.words["sentences"]["late"].format(penalty=f"{grade.penalty:.0%}")
        lines += [f"{headings['late']}: {said}", ""]
    return lines


def _by_hand(grade: Grade, texts: Texts) -> Iterator[str]:
    """What humans gave, and what waits for one."""
    headings, found = texts.words["headings"], grade.manual
    for mark in found.marks if found else ():
        given = "" if mark.score is None else f": {number(mark.score)} {headings['of']} {number(mark.max_score)}"
        extra = f" + {number(mark.extra_credit)}" if mark.extra_credit else ""
        said = headings["by_hand"] + given + extra if given or extra or mark.comment else ""
        waits = headings["waiting"] if mark.needs_human else ""
        yield from _wrapped(f"{mark.cell}  {'; '.join(filter(None, [said, waits]))}", "", "    ")
        yield from _wrapped(mark.comment, "    ")
    if found:
        total = f"{number(found.score)} {headings['of']} {number(found.max_score)} {headings['points']}"
        yield f"{headings['with_hand']}: {total}"


def on_task(task: TaskScore, kind: str, problem: str | None, texts: Texts) -> Iterator[str]:
    """The lines on one task: its points, then its rubric lines, the hint last; with a ``problem``, the reason why
    nothing of the submission could be run, no more than its outcome."""
    headings = texts.words["headings"]
    bonus = f" {headings['bonus']}" if task.bonus else ""
    points = f"{number(task.points)}/{number(task.max_points)}{bonus}  " if kind == "hidden" else ""
    yield f"{task.name}  {points}{texts.outcome(task.outcome)}"
    if task.override is not None and kind == "hidden":
        yield from _wrapped(f"{headings['override']}: {task.override.reason}", "    ")
    if problem is not None:
        return
    said: set[str] = set()
    for test in task.tests:
        yield from _test(test, said, texts)
    measured = {name: value for test in task.tests for name, value in test.measured.items()}
    yield from (f"    {headings['measured']}: {name} {number(value)}" for name, value in measured.items())
    if (found := task.diagnosis) is not None:
        hint = f"{headings['hint']}: {found.hint} {headings['reread']}: {found.reread}."
        yield from _wrapped(hint, "    ")
    yield ""


def of_task(task: TaskScore, problem: str | None, texts: Texts) -> str:
    """What ``on_task`` says by the hidden tests, as one text."""
    return "\n".join(on_task(task, "hidden", problem, texts)).rstrip()


def _test(test: TestResult, said: set[str], texts: Texts) -> Iterator[str]:
    yield from _wrapped(f"{texts.mark(test.outcome)} {test.rubric}", "  ", "    ")
    printed = f"{texts.words['headings']['printed']}:\n{test.printed}" if test.printed else ""
    for more in (test.message, printed):
        if more and test.outcome is not Outcome.SKIPPED and more not in said:
            said.add(more)  # one cause is told once for each task
            yield from (f"      {line}" for line in more.splitlines())


@lru_cache(maxsize=4096)  # a class has rubric lines in common
def _wrapped(line: str, indent: str, rest: str | None = None) -> Sequence[str]:
    return textwrap.wrap(line, 110, initial_indent=indent, subsequent_indent=indent if rest is None else rest)


def number(value: float) -> str:
    """A number of points, without digits that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
