"""A class of 30 submissions, right and wrong and broken, made from an assignment's own answers. The same every time."""

import io
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.answers import Answer
from autograder.compose import Choice, as_notebook, begun_with, module_text, replaced
from autograder.course import Assignment, Course
from autograder.errors import GraderError
from autograder.reference import Solutions, load_solutions

STUDENTS = (
    "amara.okafor", "ben.lindqvist", "chitra.venkataraman", "diego.morales", "elif.yildiz", "farah.haddad",
    "grace.mensah", "hiroshi.tanaka", "ines.carvalho", "jakub.nowak", "keziah.wright", "linh.nguyen",
    "mateo.quispe", "noor.rahman", "oksana.shevchenko", "priya.raman", "quentin.dubois", "rosa.jimenez",
    "samuel.adeyemi", "tala.begay", "umar.farooq", "valentina.rossi", "wei.zhang", "ximena.flores",
    "yusuf.demir", "zofia.kaminska", "aroha.ngata", "bongani.dlamini", "cao.minh.anh", "dalia.cohen",
)  # fmt: skip
_ASSIGNMENTS = 2
_SIZE = 30
_EPOCH = (2027, 2, 1, 12, 0, 0)  # in zips, so that a class is the same byte for byte


@dataclass(frozen=True)
class Desk:
    """What one submission is made from: an assignment, its solutions, and chance of its own."""

    assignment: Assignment
    solutions: Solutions
    chance: random.Random

    def text(self, wrong: float, empty: float) -> str:
        """A module in which each definition is a misconception, or left as the stub, with these probabilities, and
        otherwise right: an accepted answer or the reference."""
        choices: dict[str, Choice] = {}
        for name in self.assignment.names:
            drawn = self.chance.random()
            right: list[Choice] = ["reference", *_of(self.solutions.accepted, name)]
            slips: list[Choice] = [*_of(self.solutions.misconceptions, name)] or ["stub"]
            choices[name] = "stub" if drawn < empty else self.chance.choice(slips if drawn < empty + wrong else right)
        return module_text(self.solutions, choices)

    @property
    def name(self) -> str:
        """The definition that a breakage sits in: that of the last core task, which hardly any other calls."""
        tasks = [task for task in self.assignment.tasks if not task.bonus] or list(self.assignment.tasks)
        return tasks[-1].name


Files = Mapping[str, bytes]
_Habit = Callable[[Desk], Files | bytes]  # files of a folder, or a zip


def write_class(course: Course, folder: Path) -> int:
    """Write 30 submissions into ``folder``, over the assignments that the course's ``demo`` names, and return how many
    they are: ``<student>/<assignment>/...``, and beside them the zips, ``<student>_<assignment>.zip``.

    Files of the same names are overwritten; nothing is removed. Raises ``AssignmentError`` where solutions are
    missing or cannot be run, ``GraderError`` where the folder cannot be written.
    """
    named = [course.assignment(name) for name in course.config.demo]
    chosen = named or list(course.assignments[:_ASSIGNMENTS])
    desks = [(assignment, load_solutions(assignment)) for assignment in chosen]
    for number in range(_SIZE):
        assignment, solutions = desks[number % len(desks)]
        student = STUDENTS[number // len(desks)]
        desk = Desk(assignment, solutions, random.Random(f"{student} {assignment.name}"))
        handed_in = _HABITS[number](desk)
        if isinstance(handed_in, bytes):
            _write(folder, {f"{student}_{assignment.name}.zip": handed_in})
        else:
            _write(folder / student / assignment.name, handed_in)
    return _SIZE


def _write(folder: Path, files: Files) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise GraderError(f"{folder}: cannot be written ({error.strerror}); choose another --out") from error


def _of(answers: tuple[Answer, ...], name: str) -> list[Answer]:
    return [answer for answer in answers if answer.replaces == name]


def _module(wrong: float = 0.0, empty: float = 0.0) -> _Habit:
    return lambda desk: _as_module(desk, desk.text(wrong, empty))


def _notebook(wrong: float = 0.0, empty: float = 0.0) -> _Habit:
    return lambda desk: _as_book(desk, as_notebook(desk.assignment, desk.text(wrong, empty)))


def _busy_notebook(desk: Desk) -> Files:
    """A right notebook with what a semester leaves in one: magics, an installation, a cell that never ran."""
    cells = ("%matplotlib inline\n!pip list", "%%time\nprint('here')", "for epoch in range(\n", "train(epochs=10)")
    return _as_book(desk, as_notebook(desk.assignment, desk.text(0.0, 0.0), *cells))


def _archive(wrong: float = 0.0, empty: float = 0.0, prefix: str = "") -> _Habit:
    return lambda desk: _zipped(f"{prefix}{desk.assignment.module}.py", desk.text(wrong, empty).encode())


def _zipped(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return made.getvalue()


def _reference(desk: Desk) -> Files:
    return _as_module(desk, module_text(desk.solutions, {}, otherwise="reference"))


def _untouched(desk: Desk) -> Files:
    return _as_module(desk, desk.solutions.stub)


def _beginning(statement: str) -> _Habit:
    """Right but for one function, which begins with this."""
    return lambda desk: _as_module(desk, begun_with(desk.text(0.0, 0.0), desk.name, statement))


def _missing(desk: Desk) -> Files:
    return _as_module(desk, replaced(desk.text(0.0, 0.0), desk.name, ""))


def _ending(line: str) -> _Habit:
    return lambda desk: _as_module(desk, f"{desk.text(0.0, 0.0)}\n\n{line}\n")


def _misnamed(desk: Desk) -> Files:
    """Two letters of the module's name changed places."""
    module = desk.assignment.module
    swapped = module[:-3] + module[-2:-1] + module[-3:-2] + module[-1:]
    return {f"{swapped}.py": desk.text(0.0, 0.0).encode()}


def _torn_notebook(desk: Desk) -> Files:
    """A notebook whose upload broke off."""
    text = as_notebook(desk.assignment, desk.text(0.0, 0.0))
    return _as_book(desk, text[: 2 * len(text) // 3])


def _as_module(desk: Desk, text: str) -> Files:
    return {f"{desk.assignment.module}.py": text.encode()}


def _as_book(desk: Desk, text: str) -> Files:
    return {f"{desk.assignment.module}.ipynb": text.encode()}


# Two in a row are one student's. One submission hangs, for as long as a task may.
_HABITS: tuple[_Habit, ...] = (
    _module(), _notebook(),
    _module(wrong=0.4), _module(wrong=0.2, empty=0.2),
    _busy_notebook, _archive(),
    _module(wrong=1.0), _untouched,
    _module(empty=0.5), _ending("print(undefined_name)"),
    _archive(), _module(),
    _ending("def helper(:"), _notebook(wrong=0.5),
    _reference, _misnamed,
    _notebook(), _beginning("import os\n\nos._exit(0)"),
    _archive(wrong=0.3), _torn_notebook,
    _beginning("while True:\n    pass"), _module(wrong=0.2),
    _module(), _missing,
    lambda desk: {}, _notebook(wrong=1.0),
    _beginning('print("x" * 50_000_000)'), _reference,
    _beginning('return "later"'), _archive(prefix="../"),
)  # fmt: skip
