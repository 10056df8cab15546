"""Pages as somebody reads them who looks for what they must not give away."""

import dataclasses
import html
import re

from autograder.config import Config
from autograder.leaks import Line
from autograder.reports.page import page
from autograder.reports.texts import load_texts
from autograder.results import Grade


def lines_of_page(grade: Grade, config: Config) -> list[Line]:
    """All that is to be read on a grade's page besides the student's own code, and what is meant to be read: rubric
    lines and hints."""
    shown = page(dataclasses.replace(grade, code=()), config, load_texts())
    text = html.unescape(re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", shown, flags=re.DOTALL))
    rubrics = [test.rubric for task in grade.tasks for test in task.tests]
    hints = [task.diagnosis.hint for task in grade.tasks if task.diagnosis is not None]
    for meant in (*rubrics, *hints):
        text = text.replace(meant, "")
    return [Line("the page", line) for line in text.splitlines()]
