"""One grade as Gradescope's ``results.json``.

Source: gradescope/autograder_samples, ``docs/specs.md``.
"""

import json

from autograder.config import Config
from autograder.reports.feedback import head, of_task
from autograder.reports.texts import Texts
from autograder.results import Grade, Outcome, TaskScore

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")


def text(grade: Grade, config: Config, texts: Texts, visibility: str = "visible") -> str:
    """The document: an entry a task, in strict JSON. All of it is as visible as ``visibility`` says, one of
    ``VISIBILITIES``, since a student sees no total where one test is hidden. The score stands for itself: it holds
    what lateness costs."""
    ids = {task.name: task.id for task in config.tasks(grade.assignment)}
    about: dict[str, object] = {
        "score": grade.score,
        "execution_time": round(grade.seconds),
        "output": "\n".join(head(grade, texts)).strip(),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "extra_data": {"schema": "autograder/grade/v1", "is_graded": grade.is_graded, "attempt": grade.attempt},
        "tests": [_test(task, ids.get(task.name, ""), grade.problem, texts) for task in grade.tasks],
    }
    measured = {name: value for task in grade.tasks for test in task.tests for name, value in test.measured.items()}
    if measured:
        about["leaderboard"] = [{"name": name, "value": value, "order": "asc"} for name, value in measured.items()]
    return json.dumps(about, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _test(task: TaskScore, number: str, problem: str | None, texts: Texts) -> dict[str, object]:
    return {
        "number": number,
        "name": task.name + (f" {texts.words['headings']['bonus']}" if task.bonus else ""),
        "score": task.points,
        "max_score": task.max_points,
        "status": "passed" if task.outcome is Outcome.PASSED else "failed",
        "output": of_task(task, problem, texts),
        "tags": [str(task.outcome)],
    }


def failure(visibility: str = "visible") -> str:
    """The document that stands until there is a grade: Gradescope wants a score, and ``is_graded`` says what it is
    worth."""
    why = (
        "This submission could not be graded. The fault is not yours, and the score shown is no grade: "
        "your instructor will grade it again."
    )
    about = {
        "score": 0, "output": why, "output_format": "text", "visibility": visibility,
        "extra_data": {"schema": "autograder/grade/v1", "is_graded": False}, "tests": [],
    }  # fmt: skip
    return json.dumps(about, indent=1) + "\n"
