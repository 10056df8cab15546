"""One grade as Classroom 50's ``result.json``.

Source: the wiki of Classroom 50, ``Advanced-Autograding.md`` (August 2026).
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from autograder.results import Grade, Outcome

SCHEMA = "classroom50/result/v1"
SCALE = 100
"""Points there are whole numbers: one of ours counts as this many of theirs, in every assignment alike."""


@dataclass(frozen=True)
class Push:
    """What the runner says of a submission, as it stands in its environment."""

    classroom: str
    assignment: str
    owner: str
    assignment_type: str = "individual"
    submission: str = ""
    commit: str = ""
    release: str = ""
    review: str = ""


def text(grade: Grade, push: Push) -> str:
    """The document. Scores are sums of those of the tests, one a task, so each bears its share of what lateness costs;
    a bonus task is out of nothing."""
    share = grade.score / grade.earned if grade.earned else 1.0
    most = [0 if task.bonus else round(SCALE * task.max_points) for task in grade.tasks]
    tests, before = [], 0.0
    for task, out_of in zip(grade.tasks, most, strict=True):
        after = before + task.points * share
        score = round(SCALE * after) - round(SCALE * before)  # so rounding never changes the sum
        passed = task.outcome is Outcome.PASSED
        tests.append({"test-name": task.name, "passed": passed, "score": score, "max-score": out_of})
        before = after
    about = {
        "schema": SCHEMA, "classroom": push.classroom, "assignment": push.assignment,
        "assignment_type": push.assignment_type, "owner": push.owner, "submission": push.submission,
        "commit": push.commit, "release": push.release, "review": push.review,
        "datetime": _time(grade.submitted_at or grade.graded_at), "graded_at": _time(grade.graded_at),
        "score": round(SCALE * before), "max-score": sum(most), "tests": tests,
    }  # fmt: skip
    return json.dumps(about, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _time(when: str) -> str:
    return datetime.fromisoformat(when).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
