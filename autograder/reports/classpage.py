"""The pages of a class: one for each assignment, and one that leads to them. They work from a folder of files."""

import statistics
from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from autograder.config import Config
from autograder.reports.classroom import Classroom, classroom, kinds_of
from autograder.reports.feedback import number
from autograder.reports.page import lecture_url, share
from autograder.reports.terminal import remark
from autograder.reports.texts import Texts
from autograder.results import Grade

ANONYMOUS = "student-{:0{width}d}"


def class_page(grades: Sequence[Grade], config: Config, texts: Texts) -> str:
    """The page of one assignment; it lies in the folder ``class`` beside ``feedback``, to whose pages it leads."""
    found = classroom(grades)
    name = grades[0].assignment
    return texts.render(
        "class.html.j2",
        room=found,
        assignment=name,
        title=config.title(name),
        course=config.course,
        ids={task.name: task.id for task in config.tasks(name)},
        columns=grades[0].tasks,
        rows=[(grade, kinds_of(grade), remark(grade, texts), feedback_url(grade)) for grade in found.grades],
        counts=Counter(kind for grade in grades for kind in kinds_of(grade)),
        summary=_summary(found),
        urls={mistake.reread: lecture_url(mistake.reread, config) for mistake in found.mistakes},
        tallest=max(1, *(bar.count for bar in found.histogram)),
        share=share,
        number=number,
    )


def index_page(grades: Sequence[Grade], config: Config, texts: Texts) -> str:
    """The page that leads to those of the assignments."""
    names = sorted({grade.assignment for grade in grades})
    rooms = []
    for name in names:
        found = classroom([grade for grade in grades if grade.assignment == name])
        rooms.append((name, config.title(name), found, _summary(found)))
    return texts.render("index.html.j2", course=config.course, rooms=rooms, number=number, feedback_url=feedback_url)


def anonymous(grades: Sequence[Grade]) -> dict[str, str]:
    """A number for each student. The order is that of their seeds, which only who has the secret can foretell."""
    students: dict[str, str] = {}
    for grade in grades:
        students[grade.student] = min(grade.seed, students.get(grade.student, grade.seed))
    width = len(str(len(students)))
    ordered = sorted(students, key=lambda student: students[student])
    return {student: ANONYMOUS.format(place, width=width) for place, student in enumerate(ordered, start=1)}


def feedback_url(grade: Grade) -> str:
    """Where a submission's page is, from the folder ``class``."""
    return quote(f"../feedback/{grade.assignment}/{grade.student}.html")


def _summary(room: Classroom) -> dict[str, float]:
    scores = room.scores
    if not scores:
        return {"mean": 0.0, "median": 0.0, "max": room.grades[0].max_score}
    return {"mean": statistics.fmean(scores), "median": statistics.median(scores), "max": room.grades[0].max_score}
