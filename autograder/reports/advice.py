"""What a student should do next, from a grade: the first things on a feedback page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.reports.texts import Texts
from autograder.results import FINE, Grade, Outcome, TaskScore

_LAST = {Outcome.UNFINISHED: 1, Outcome.MISSING: 1, Outcome.BLOCKED: 2}


@dataclass(frozen=True)
class Step:
    """One thing to do: the task that it is about, empty where it is about all, and what, in a sentence."""

    task: str
    sentence: str


def steps(grade: Grade, texts: Texts, needs: Mapping[str, Sequence[str]], public: bool = False) -> tuple[Step, ...]:
    """What to do, the most useful first: what was tried and failed, then what is not written, then what waits, and
    bonus tasks last.

    ``needs`` says which tasks each builds on; ``public``, that only the public tests ran.
    """
    said = texts.words["next"]
    if grade.problem is not None:
        return (Step("", said["problem"].format(problem=grade.problem)),)
    ungraded = [task.name for task in grade.tasks if task.tests and task.outcome is Outcome.UNGRADED]
    found = [Step("", said["ungraded"].format(tasks=", ".join(ungraded)))] if ungraded else []
    open_tasks = [task for task in grade.tasks if task.tests and task.outcome not in (*FINE, Outcome.UNGRADED)]
    open_tasks.sort(key=lambda task: (task.bonus, _LAST.get(task.outcome, 0)))
    found += [Step(task.name, _sentence(task, said, needs)) for task in open_tasks]
    return tuple(found) or (Step("", said["public_done" if public else "done"]),)


def _sentence(task: TaskScore, said: Mapping[str, str], needs: Mapping[str, Sequence[str]]) -> str:
    if task.diagnosis is not None:
        return said["diagnosed"].format(hint=task.diagnosis.hint, reread=task.diagnosis.reread)
    telling = next(test for test in task.tests if test.outcome is task.outcome)
    message = telling.message.partition("\n")[0]
    waits = said["and"].join(f"`{name}`" for name in needs.get(task.name, ()))
    return said[str(task.outcome)].format(rubric=telling.rubric, message=message, needs=waits or said["another"])


def line_of_problem(grade: Grade) -> Iterator[tuple[str, int]]:
    """Where what was handed in is no Python: label of the piece, and line."""
    found = re.match(r"(.+), [^\d\n,]*(\d{1,6}): \w*(?:Syntax|Indentation|Tab)Error", grade.problem or "")
    if found:
        yield found[1], int(found[2])


def lines_that_raised(task: TaskScore) -> Iterator[tuple[str, int]]:
    """Where, by the tracebacks in its messages, a task's code raised: label of the piece, and line; outermost first."""
    for test in task.tests:
        for found in re.finditer(r'^\s*File "([^"\n]+)", line (\d{1,6})\b', test.message, re.MULTILINE):
            yield found[1], int(found[2])
