"""One submission, on Gradescope: its files and what the platform tells of it in, ``results.json`` out."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.archive import on_disk, read_file
from autograder.course import Course
from autograder.errors import GraderError, SubmissionError
from autograder.files import read_text, write_text
from autograder.grading import grade_all
from autograder.naming import student_id
from autograder.reports import gradescope
from autograder.reports.texts import load_texts
from autograder.results import Grade
from autograder.submission import read_entry

METADATA = "submission_metadata.json"


def grade_there(course: Course, root: Path) -> Grade:
    """Grade ``root/submission`` for the course's one assignment, and write ``root/results/results.json``.

    Lateness counts from when it was handed in, as the platform tells, so that grading again changes nothing. Raises
    ``GraderError`` where the platform's files are not there, or say nothing.
    """
    student, submitted_at = _told(root / METADATA)
    (assignment,) = course.assignments
    submission = read_entry(on_disk(root / "submission"), student, assignment)
    (grade,) = grade_all(course, [replace(submission, submitted_at=submitted_at)], jobs=1)
    visibility = read_text(root / "source" / "visibility").strip()
    write_text(
        root / "results" / "results.json", gradescope.text(grade, course.config, load_texts(course.root), visibility)
    )
    return grade


def _told(path: Path) -> tuple[str, str]:
    """Whose submission it is, the first of a group's, and when it was handed in (ISO 8601, UTC)."""
    try:
        told: Any = json.loads(read_file(path))
        user = told["users"][0]
        when = datetime.fromisoformat(told["created_at"])
        return student_id(str(user.get("email") or user["id"])), when.astimezone(UTC).isoformat()
    except (SubmissionError, ValueError, OverflowError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise GraderError(f"{path}: does not tell who handed in, and when ({error!r})") from error
