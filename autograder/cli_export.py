"""``autograder export``: grades for other programs, one command a format."""

from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.command import CourseOption, RosterOption, course_of, people_of, reports_errors
from autograder.errors import AssignmentError

export = typer.Typer(no_args_is_help=True, help="Write grades for other programs: an LMS, a spreadsheet, a CI server.")

Folder = Annotated[Path, typer.Argument(help="Folder that `autograder grade` wrote.")]
To = Annotated[Path, typer.Option("--to", help="File to write.")]
Assignment = Annotated[str | None, typer.Option(help="Only this assignment.")]
One = Annotated[str, typer.Option("--assignment", help="The assignment.")]
Whose = Annotated[str, typer.Option("--student", help="The student.")]
Allow = Annotated[
    bool, typer.Option("--allow-ungraded", help="Export what is graded; leave blank what is not, never 0.")
]
GRADED = Path("graded")


def _tables(name: str, file: str, what: str) -> None:
    """Make the command for a format that holds the class as a table, with what the roster knows."""

    @export.command(name, help=what, epilog=f"Example: autograder export {name} graded/ --to {file}")
    @reports_errors
    def command(
        to: To, folder: Folder = GRADED, assignment: Assignment = None, roster: RosterOption = None,
        allow_ungraded: Allow = False, course: CourseOption = None,
    ) -> None:  # fmt: skip
        _write_class(name, to, folder, assignment, roster, allow_ungraded, course)


_tables("csv", "grades.csv", "A tidy CSV: a row for each student, assignment and task.")
_tables("wide", "grades.csv", "A wide CSV: a row for each student, a column for each assignment.")
_tables("xlsx", "grades.xlsx", "An Excel workbook with both tables.")


def _grades(name: str, file: str, what: str) -> None:
    """Make the command for a format that holds grades alone."""

    @export.command(name, help=what, epilog=f"Example: autograder export {name} graded/ --to {file}")
    @reports_errors
    def command(
        to: To, folder: Folder = GRADED, assignment: Assignment = None, allow_ungraded: Allow = False,
        course: CourseOption = None,
    ) -> None:  # fmt: skip
        _write_class(name, to, folder, assignment, None, allow_ungraded, course)


_grades("json", "grades.json", "All that is known, as one JSON array of grades.")
_grades("junit", "junit.xml", "JUnit XML: a testsuite for each submission; what is not graded is an error there.")


@export.command(epilog="Example: autograder export moodle graded/ --to moodle.csv --roster roster.csv")
@reports_errors
def moodle(
    to: To, folder: Folder = GRADED, assignment: Assignment = None,
    worksheet: Annotated[
        Path | None, typer.Option(help="Fill the offline grading worksheet that Moodle gave for one assignment.")
    ] = None,
    roster: RosterOption = None, allow_ungraded: Allow = False, course: CourseOption = None,
) -> None:  # fmt: skip
    """A file for Moodle's grade import; or its offline grading worksheet, with our scores in it."""
    from autograder.reports.moodle import worksheet as fill

    if worksheet is None:
        _write_class("moodle", to, folder, assignment, roster, allow_ungraded, course)
        return
    if assignment is None:
        raise AssignmentError("a worksheet is of one assignment; name it with --assignment")
    wanted = _wanted(folder, assignment, None, roster, allow_ungraded, course)
    _write_filled(to, worksheet, lambda data: fill(data, wanted.grades, wanted.roster))


@export.command(
    epilog="Example: autograder export canvas graded/ --gradebook canvas.csv --to filled.csv --assignment 07_dropout"
)
@reports_errors
def canvas(
    to: To,
    gradebook: Annotated[Path, typer.Option(help="The CSV that Grades, Export in Canvas gave.")],
    assignment: One,
    folder: Folder = GRADED,
    column: Annotated[
        str | None, typer.Option(help="Title of the column to fill; default: the assignment's title, or its name.")
    ] = None,
    roster: RosterOption = None, allow_ungraded: Allow = False, course: CourseOption = None,
) -> None:  # fmt: skip
    """Your own export of a Canvas gradebook, with one column filled and all else as it was."""
    from autograder.reports.canvas import filled

    wanted = _wanted(folder, assignment, None, roster, allow_ungraded, course)
    titles = [column] if column else [name for pair in wanted.titles.items() for name in reversed(pair)]
    _write_filled(to, gradebook, lambda data: filled(data, wanted.grades, titles, wanted.roster))


@export.command(
    epilog="Example: autograder export gradescope graded/ --student alice --assignment 07_dropout --to results.json"
)
@reports_errors
def gradescope(
    to: To, student: Whose, assignment: One, folder: Folder = GRADED,
    visibility: Annotated[
        str, typer.Option(help="visible, hidden, after_due_date or after_published; of all tests alike.")
    ] = "visible",
    course: CourseOption = None,
) -> None:  # fmt: skip
    """Gradescope's results.json for one submission."""
    from autograder.reports import gradescope
    from autograder.reports.texts import load_texts

    if visibility not in gradescope.VISIBILITIES:
        raise AssignmentError(f"--visibility is {visibility!r}; expected {', '.join(gradescope.VISIBILITIES)}")
    wanted = _wanted(folder, assignment, student, None, False, course)
    texts = load_texts(course_of(course).root)
    _write(to, gradescope.text(wanted.grades[0], wanted.config, texts, visibility).encode())


@export.command(
    epilog="Example: autograder export classroom50 graded/ --student al --assignment 07_dropout --to result.json"
)
@reports_errors
def classroom50(
    to: To, student: Whose, assignment: One, folder: Folder = GRADED,
    classroom: Annotated[str, typer.Option(help="The classroom's name there.")] = "",
    course: CourseOption = None,
) -> None:  # fmt: skip
    """Classroom 50's result.json for one submission, in hundredths of points."""
    from autograder.reports import classroom50

    (grade,) = _wanted(folder, assignment, student, None, False, course).grades
    push = classroom50.Push(classroom, grade.assignment, grade.student)
    _write(to, classroom50.text(grade, push).encode())


def _wanted(
    folder: Path, assignment: str | None, student: str | None, roster: Path | None, allow: bool, course: Path | None
) -> Any:
    from autograder.exporting import Export, grades_to_export

    loaded = course_of(course)
    name = loaded.assignment(assignment).name if assignment is not None else None
    grades = grades_to_export(folder, name, student, allow)
    return Export(grades, loaded.config, people_of(loaded, roster).students)


def _write_class(
    format_name: str, to: Path, folder: Path, assignment: str | None, roster: Path | None, allow: bool,
    course: Path | None,
) -> None:  # fmt: skip
    from autograder.exporting import FORMATS

    wanted = _wanted(folder, assignment, None, roster, allow, course)
    _write(to, FORMATS[format_name](wanted))
    left = sum(not grade.is_graded for grade in wanted.grades)
    typer.echo(f"{len(wanted.grades) - left} grades" + (f"; {left} not graded, left blank" if left else ""))


def _write_filled(to: Path, gradebook: Path, fill: Any) -> None:
    """Write another system's file with our column filled, and say what an instructor should know of it."""
    from autograder.files import read_bytes

    if to.exists() and gradebook.exists() and to.samefile(gradebook):
        raise AssignmentError(f"{to} is the file that was downloaded; keep it, and name another with --to")
    data = read_bytes(gradebook)
    try:
        found = fill(data)
    except AssignmentError as error:
        raise AssignmentError(f"{gradebook}: {error}") from error
    _write(to, found.data)
    for line in found.notes:
        typer.echo(f"note: {line}", err=True)
    for what, names in (("has a grade here, but no row there", found.not_there), ("no grade here", found.not_here)):
        for name in names:
            typer.echo(f"{what}: {name}", err=True)
    typer.echo(f"{len(found.filled)} scores filled in")


def _write(to: Path, data: bytes) -> None:
    from autograder.files import write_bytes

    write_bytes(to, data)
    typer.echo(f"wrote {to}")
