"""Grades as files that people open: feedback as text and as a page, the class's pages, and ``scores.csv``.

All of it is made from the stored grades and can be made again at any time, after a template was changed, say.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import store
from autograder.config import Config
from autograder.executors import machine
from autograder.files import write_text
from autograder.joining import ANYBODY, People, absent
from autograder.reports import classpage, csv, feedback
from autograder.reports.page import page
from autograder.reports.texts import Texts
from autograder.results import Grade

INDEX = "index.html"


@dataclass(frozen=True)
class Press:
    """Writes into one folder, in one course's words. ``people`` are those who could have handed in."""

    folder: Path
    config: Config
    texts: Texts
    people: People = ANYBODY

    def feedback(self, grade: Grade) -> Path:
        """Write one submission's feedback, as text and as a page. Returns the page's path."""
        path = self._page(grade)
        write_text(path.with_name(f"{grade.student}.txt"), feedback.text(grade, self.texts))
        write_text(path, page(grade, self.config, self.texts))
        return path

    def lacks(self, grade: Grade) -> bool:
        """Whether a submission's page is missing, or older than its grade: the grading was killed between the two."""
        page_of, grade_of = self._page(grade), store.path_of(self.folder, grade.assignment, grade.student)
        return not page_of.is_file() or page_of.stat().st_mtime_ns < grade_of.stat().st_mtime_ns

    def _page(self, grade: Grade) -> Path:
        return self.folder / "feedback" / grade.assignment / f"{grade.student}.html"

    def overview(self, grades: Sequence[Grade], changed: Iterable[str] | None = None) -> Path:
        """Write ``scores.csv`` and the pages of the class over all grades; of the assignments' pages only those
        ``changed``, all for None. Returns the path of the page that leads to them."""
        for name in store.assignments_of(grades) if changed is None else sorted(set(changed)):
            chosen = [grade for grade in grades if grade.assignment == name]
            if chosen:
                text = classpage.class_page(chosen, self.config, self.texts)
                write_text(self.folder / "class" / f"{name}.html", text)
        write_text(self.folder / "scores.csv", csv.text(grades, absent(self.people, grades)))
        write_text(self.folder / INDEX, classpage.index_page(grades, self.config, self.texts))
        return self.folder / INDEX


def publish(press: Press, grades: Sequence[Grade], jobs: int) -> Iterator[Path]:
    """Write everything again, in several processes; the class's pages last. Yields each page's path."""
    yield from machine.run(press.feedback, grades, jobs, preload=("autograder.publishing", "jinja2", "pygments"))
    yield press.overview(grades)


def without_names(grades: Sequence[Grade]) -> list[Grade]:
    """The grades with a number for each student, and without the code, notes and prints that may hold a name."""
    numbers = classpage.anonymous(grades)
    return [_without_name(grade, numbers[grade.student]) for grade in grades]


def _without_name(grade: Grade, number: str) -> Grade:
    names = [grade.student, *(Path(source["path"]).stem for source in grade.sources)]

    def plain(text: str) -> str:
        for name in names:
            text = text.replace(name, number)
        return text

    tasks = tuple(
        replace(
            task,
            tests=tuple(replace(test, message=plain(test.message), printed="") for test in task.tests),
            override=replace(task.override, reason="", who="") if task.override else None,
        )
        for task in grade.tasks
    )
    sources = tuple({**source, "path": number + Path(source["path"]).suffix} for source in grade.sources)
    problem = plain(grade.problem) if grade.problem is not None else None
    return replace(grade, student=number, tasks=tasks, sources=sources, problem=problem, code=(), notes=())
