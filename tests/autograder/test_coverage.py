"""``docs/coverage.md``: every section of the lectures has its tasks or a reason, and every task its section."""

import re
from pathlib import Path

import pytest

from autograder.course import load_course

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in TEXT.splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| Section"))
]


def test_tasks_are_those_of_the_course():
    """No task is named that there is not, and none is left out."""
    named = {task for _, tasks, _ in ROWS for task in re.findall(r"\d+\.\d+", tasks)}
    assert named == {task.id for assignment in load_course(ROOT).assignments for task in assignment.tasks}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_section_has_a_task_or_a_reason(row):
    """A section that nothing practices says why."""
    _, tasks, why = row
    assert re.fullmatch(r"(\d+\.\d+(, \d+\.\d+)*)?", tasks)
    assert tasks or why
