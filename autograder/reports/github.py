"""Grades as GitHub Actions shows them: annotations on lines, a job summary in Markdown, and outputs of a step.

A log is read line by line for workflow commands: ``::name key=value::text`` at the start of a line, blanks left out,
and ``##[name]`` anywhere in one (actions/runner, ``ActionCommand.cs``). So a student's text is printed only where it is
the data of a command of ours, escaped, or between the two commands that ``quoted`` puts around it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from autograder.config import Config
from autograder.reports.feedback import number, text
from autograder.reports.texts import Texts
from autograder.results import FINE, Grade, Outcome, TaskScore

SUMMARY_BYTES = 900_000
"""A summary may have 1 MiB; feedback beyond this is left to the files."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LINE = re.compile(r", line (\d+): ")


def command(name: str, data: str, properties: Mapping[str, str] | None = None) -> str:
    """One workflow command, on one line whatever it is given."""
    pairs = ",".join(f"{key}={_escaped(value, property_too=True)}" for key, value in (properties or {}).items())
    return f"::{name}{' ' + pairs if pairs else ''}::{_escaped(data)}"


def quoted(lines: str, token: str, on_github: bool = True) -> str:
    """A text for the log in which nothing is a command: ``token`` is random, and nobody else knows it."""
    return f"::stop-commands::{token}\n{_plain(lines)}\n::{token}::" if on_github else _plain(lines)


def annotations(grade: Grade, config: Config, texts: Texts, path: str) -> Iterator[str]:
    """A command for each task that is not passed, on the line where it is defined; or one on why nothing could run.

    ``path`` is the student's file in the repository. What is not written yet is a notice, our own failure a warning.
    """
    if grade.problem is not None:
        found = _LINE.search(grade.problem)
        yield _annotation("error", path, int(found[1]) if found else 1, grade.assignment, grade.problem)
        return
    about = {task.name: task for task in config.tasks(grade.assignment)}
    for task in grade.tasks:
        if task.outcome in FINE:
            continue
        names = about[task.name].names if task.name in about else (task.name,)
        title = f"{about[task.name].id + ' ' if task.name in about else ''}{task.name}: {texts.outcome(task.outcome)}"
        kind = {Outcome.UNFINISHED: "notice", Outcome.UNGRADED: "warning"}.get(task.outcome, "error")
        yield _annotation(kind, path, _line_of(grade, names), title, _message(task, texts))


def notices(grades: Sequence[Grade]) -> Iterator[str]:
    """What GitHub Classroom's reporter printed, and tools made for it still read: points as two notices."""
    points, most = _sums(grades)
    yield command("notice", f"Points {points}/{most}", {"title": "Autograding complete"})
    report = f'{{"totalPoints":{points},"maxPoints":{most}}}'
    yield command("notice", report, {"title": "Autograding report"})


def outputs(grades: Sequence[Grade], passed: bool) -> str:
    """Lines for ``$GITHUB_OUTPUT``."""
    score, most = _sums(grades)
    return f"passed={'true' if passed else 'false'}\nscore={score}\nmax_score={most}\n"


def _sums(grades: Sequence[Grade]) -> tuple[str, str]:
    """The scores of all, and what they are out of."""
    return number(sum(one.score for one in grades)), number(sum(one.max_score for one in grades))


def summary(grades: Sequence[Grade], config: Config, texts: Texts, kind: str) -> str:
    """The job's summary: a table for each assignment, and the feedback folded away, as long as there is room."""
    heads = [_table(grade, config, texts, kind) for grade in grades]
    left = SUMMARY_BYTES - sum(len(one.encode()) for one in heads)
    parts: list[str] = []
    for grade, head in zip(grades, heads, strict=True):
        body = _folded(text(grade, texts, kind))
        left -= len(body.encode())
        parts.append(
            head + (body if left > 0 else "\nThe feedback is in the files: it is too long to be shown here.\n")
        )
    return "\n".join(parts)


def _table(grade: Grade, config: Config, texts: Texts, kind: str) -> str:
    ids = {task.name: task.id for task in config.tasks(grade.assignment)}
    points = f": {number(grade.score)} of {number(grade.max_score)} points" if kind == "hidden" else ""
    lines = [f"### {_cell(config.title(grade.assignment))}{points}", ""]
    if grade.problem is not None:
        lines += [_cell(grade.problem), ""]
    lines += ["| task | points | result |", "| :-- | --: | :-- |"]
    for task in grade.tasks:
        earned = f"{number(task.points)} / {number(task.max_points)}" if kind == "hidden" else ""
        name = f"{ids.get(task.name, '')} {task.name}".strip()
        lines.append(f"| {_cell(name)} | {earned} | {texts.mark(task.outcome)} {_cell(texts.outcome(task.outcome))} |")
    return "\n".join(lines) + "\n"


def _folded(lines: str) -> str:
    """A text that a reader may unfold, in a fence that it cannot close."""
    fence = "`" * (max((len(run) for run in re.findall("`+", lines)), default=0) + 3)
    return f"\n<details><summary>Feedback</summary>\n\n{fence}text\n{_plain(lines).rstrip()}\n{fence}\n\n</details>\n"


def _annotation(kind: str, path: str, line: int, title: str, message: str) -> str:
    return command(kind, _plain(message), {"file": path, "line": str(line), "title": _plain(title)})


def _message(task: TaskScore, texts: Texts) -> str:
    """The rubric lines that a task does not meet, what was told of each, and the hint."""
    failed = [test for test in task.tests if test.outcome not in FINE]
    lines = [f"{test.rubric}\n{test.message}".rstrip() for test in failed]
    if task.diagnosis is not None:
        lines.append(f"{texts.words['headings']['hint']}: {task.diagnosis.hint}")
    return "\n".join(dict.fromkeys(lines))


def _line_of(grade: Grade, names: Sequence[str]) -> int:
    """The line on which a plain file defines the first of these that it does; 1 in a notebook, or where it does not."""
    if len(grade.code) != 1 or not grade.sources[0]["path"].endswith(".py"):
        return 1
    source = grade.code[0]["source"]
    for name in names:
        if found := re.search(rf"(?m)^(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b", source):
            return source.count("\n", 0, found.start()) + 1
    return 1


def _escaped(value: str, property_too: bool = False) -> str:
    pairs = {"%": "%25", "\r": "%0D", "\n": "%0A", **({":": "%3A", ",": "%2C"} if property_too else {})}
    return "".join(pairs.get(char, char) for char in value)


def _plain(lines: str) -> str:
    """A text without the characters that a log, or a page, would obey."""
    return _CONTROL.sub("", lines.replace("\r\n", "\n"))


def _cell(value: str) -> str:
    """A text in one cell of a Markdown table, as it is."""
    line = " ".join(_plain(value).split())
    return re.sub(r"([\\`*_{}\[\]<>#|~$@!&])", lambda found: f"&#{ord(found[1])};", line)
