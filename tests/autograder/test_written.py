"""Written questions: what is refused, and that those of this course can be marked and lead back to the course."""

import re
from pathlib import Path

import pytest

from autograder.course import load_course
from autograder.errors import AssignmentError
from autograder.written import read_questions

from .small_course import write_course

ROOT = Path(__file__).resolve().parents[2]
COURSE = load_course(ROOT)
SCHEME = "- 1 point: for those who have to grade it"
ONE_QUESTION = f"""\
[[question]]
name = "a"
points = 1
text = "long enough to be read"
scheme = "{SCHEME}"
"""


def questions_of(folder, text):
    """What is read from this text, as the written questions of an assignment."""
    assignment = write_course(folder).assignments[0]
    (assignment.solution / "written.toml").write_text(text)
    return read_questions(assignment)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[question]\n", "not valid TOML"),
        ('[[question]]\nname = "a"\npoints = 0\ntext = "x"\n', r"(?s)4 mistake.*points.*scheme"),
        ("question = []", "1 mistake"),
        (ONE_QUESTION * 2, "a: used twice"),
        (ONE_QUESTION.replace("points = 1", "points = 2"), r"`a`: .* add up to 1, and the question has 2 point"),
        (ONE_QUESTION.replace(SCHEME, "for those who have to grade it"), r"`a`: .* add up to 0,"),
        (ONE_QUESTION.replace("to be read", "BEGIN MARK SCHEME"), r"`a`: contains `BEGIN MARK SCHEME`"),
        (ONE_QUESTION.replace("who have to grade it", "### END MARK SCHEME"), r"`a`: contains `END MARK SCHEME`"),
    ],
)  # fmt: skip
def test_mistakes_in_written_questions_are_named(tmp_path, text, why):
    """All at once, with the file, and with the question where it is one question's."""
    with pytest.raises(AssignmentError, match=why) as caught:
        questions_of(tmp_path, text)
    assert "written.toml" in str(caught.value)


def test_the_lines_of_a_scheme_may_count_by_halves_and_explain_themselves(tmp_path):
    """Lines that add up are taken; one that is indented belongs to the one above it and counts nothing itself."""
    scheme = "\\n".join(["- 0.5 points: one half", "  - 1 point: no line of its own", "- 1.5 points: the rest"])
    text = ONE_QUESTION.replace(SCHEME, scheme).replace("points = 1", "points = 2")
    assert [one.points for one in questions_of(tmp_path, text)] == [2]


@pytest.mark.parametrize("assignment", COURSE.assignments, ids=lambda one: one.name)
def test_this_course_asks_one_or_two_questions_that_lead_back_to_it(assignment):
    """Each scheme ends in what to read again: sections that ``docs/coverage.md`` knows, and tasks that exist."""
    sections = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    tasks = {task.id for one in COURSE.assignments for task in one.tasks}
    found = read_questions(assignment)
    assert 1 <= len(found) <= 2
    for question in found:
        reread = question.scheme.rpartition("\n\nRead again: ")[2]
        titles, ids = re.findall(r"\*([^*]+)\*", reread), re.findall(r"\b\d+\.\d+\b", reread)
        assert titles, f"{question.name}: no section to read again"
        assert ids, f"{question.name}: no task to read again"
        assert not [title for title in titles if title not in sections]
        assert not set(ids) - tasks
