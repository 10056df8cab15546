"""One submission as a page: self-contained HTML that reads without a network and without a script."""

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.config import Config
from autograder.picture import Plot
from autograder.reports.advice import line_of_problem, lines_that_raised, steps
from autograder.reports.code import Listing, around, listings, whole
from autograder.reports.feedback import number
from autograder.reports.svg import Drawn, drawn
from autograder.reports.texts import Texts
from autograder.results import Grade, Outcome, TaskScore, TestResult

MOST_STEPS = 3


@dataclass(frozen=True)
class Check:
    """One rubric line: what is told besides it is empty where an earlier line of the task said it already."""

    test: TestResult
    message: str
    printed: str


@dataclass(frozen=True)
class Part:
    """One task on the page: its score, number, rubric lines, its code, and its picture's plots made ready to draw."""

    task: TaskScore
    id: str
    checks: tuple[Check, ...]
    listings: tuple[Listing, ...]
    plots: Mapping[int, Drawn]
    reread_url: str
    measured: Mapping[str, float]


def page(grade: Grade, config: Config, texts: Texts, public: bool = False) -> str:
    """The page. ``public`` says that only the public tests ran: then it speaks of no points."""
    tasks = config.tasks(grade.assignment)
    ids = {task.name: task.id for task in tasks}
    names = {task.name: task.names for task in tasks}
    raised = frozenset(place for task in grade.tasks for place in lines_that_raised(task))
    broken = frozenset(line_of_problem(grade))
    advice = steps(grade, texts, {task.name: task.needs for task in tasks}, public)
    return texts.render(
        "feedback.html.j2",
        grade=grade,
        course=config.course,
        title=config.title(grade.assignment),
        public=public,
        steps=advice[:MOST_STEPS],
        more_steps=len(advice) - MOST_STEPS,
        parts=[
            _part(task, ids.get(task.name, ""), names.get(task.name, (task.name,)), grade, raised, config)
            for task in grade.tasks
            if task.tests
        ],
        whole=whole(grade.code, raised | broken),
        around=around(grade.code, broken),
        share=share(grade),
        replay=replay(grade, public),
        number=number,
    )


def _part(
    task: TaskScore, task_id: str, names: tuple[str, ...], grade: Grade, raised: frozenset[tuple[str, int]],
    config: Config,
) -> Part:  # fmt: skip
    panels = task.picture.panels if task.picture else ()
    return Part(
        task,
        task_id,
        checks(task, grade.problem),
        listings(grade.code, names, raised),
        {place: drawn(panel) for place, panel in enumerate(panels) if isinstance(panel, Plot)},
        lecture_url(task.diagnosis.reread, config) if task.diagnosis else "",
        {name: value for test in task.tests for name, value in test.measured.items()},
    )


def checks(task: TaskScore, problem: str | None) -> tuple[Check, ...]:
    """The rubric lines of a task; a message, or a print, that several of them share stands under the first. Where one
    ``problem`` is behind them all, it is told at the top of the page, and not here."""
    said: set[str] = {"", problem or ""}
    found = []
    for test in task.tests:
        message = "" if test.outcome is Outcome.SKIPPED or test.message in said else test.message
        printed = "" if test.printed in said else test.printed
        said |= {test.message, test.printed}
        found.append(Check(test, message, printed))
    return tuple(found)


def lecture_url(reread: str, config: Config) -> str:
    """Where the lecture of a section ("STAT 453, Dropout") is to be found; empty where the course does not say."""
    return str(config.lectures.get(reread.partition(",")[0], ""))


def share(grade: Grade) -> float:
    """The score as a share of the points, between 0 and 1."""
    return min(1.0, max(0.0, grade.score / grade.max_score)) if grade.max_score else 0.0


def replay(grade: Grade, public: bool) -> str:
    """The command that grades the same submission on the same inputs again."""
    path = grade.sources[0]["path"] if grade.sources else grade.assignment
    if public:
        return f"autograder check {grade.assignment}"
    return f"autograder grade {path} --assignment {grade.assignment} --student {grade.student}"
