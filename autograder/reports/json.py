"""Grades as one JSON array: what ``autograder grade --json`` prints, of all that a folder holds."""

import json
from collections.abc import Sequence

from autograder.contract import to_json
from autograder.results import Grade


def text(grades: Sequence[Grade]) -> str:
    """The array, each grade as the contract ``autograder/grade/v1`` says, by assignment and student."""
    ordered = sorted(grades, key=lambda grade: (grade.assignment, grade.student))
    return json.dumps([to_json(grade) for grade in ordered], ensure_ascii=False, allow_nan=False, indent=1) + "\n"
