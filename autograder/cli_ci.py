"""``autograder ci``: grade the repository that a CI server checked out."""

import os
import secrets
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.command import UNGRADED, CourseOption, course_of, reports_errors
from autograder.errors import AssignmentError

NOT_PASSED = 1


class Server(Enum):
    """What `ci --init` writes: the template, and where it belongs in a repository."""

    GITHUB = "github", "grade.yml", ".github/workflows/grade.yml"
    GITHUB_HIDDEN = "github-hidden", "grade-hidden.yml", ".github/workflows/grade-hidden.yml"
    GITLAB = "gitlab", "gitlab-ci.yml", ".gitlab-ci.yml"
    PRE_COMMIT = "pre-commit", "pre-commit-config.yaml", ".pre-commit-config.yaml"


@reports_errors
def ci(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; default: all that are begun.")] = None,
    checkout: Annotated[
        Path | None, typer.Option("--submission", help="The student's checkout, read as data; default: the course.")
    ] = None,
    student: Annotated[str, typer.Option(help="Whose it is.")] = "you",
    tests: Annotated[str, typer.Option(help="public, hidden, or auto: hidden where the course has them.")] = "auto",
    out: Annotated[Path, typer.Option("--out", help="Folder for results.json and junit.xml.")] = Path("ci-results"),
    notices: Annotated[bool, typer.Option("--notices", help="Print points as GitHub Classroom did.")] = False,
    classroom50: Annotated[
        bool, typer.Option("--classroom50", help="Write result.json for Classroom 50; then a wrong answer exits 0.")
    ] = False,
    init: Annotated[
        str | None, typer.Option(help="Write a workflow instead: github, github-hidden, gitlab or pre-commit.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Grade a checked-out repository: annotations, a summary, JUnit XML; exit 1 where not all is passed."""
    if init is not None:
        _write_workflow(init)
        return
    from autograder.integration import check_out, kind_of

    if classroom50 and len(assignments or ()) != 1:
        raise AssignmentError(f"--classroom50 takes one assignment, and {len(assignments or ())} are named; name one")
    loaded = course_of(course)
    kind = kind_of(loaded, tests)
    checked = check_out(loaded, assignments or (), checkout or loaded.root, student, kind)
    passed = all(one.is_passed for one in checked)
    _write_files(out, [one.grade for one in checked])
    _report(loaded, checked, kind, passed, notices, "" if checkout else _prefix(loaded.root))
    if classroom50:
        _write_result(checked[0].grade)
    if not all(one.grade.is_graded for one in checked):
        raise typer.Exit(UNGRADED)
    raise typer.Exit(0 if passed or classroom50 else NOT_PASSED)


def _report(course: Any, checked: Any, kind: str, passed: bool, notices: bool, prefix: str) -> None:
    """Print the feedback, in which nothing is a command, then annotations; on GitHub write summary and outputs, too."""
    from autograder.reports import feedback, github
    from autograder.reports.texts import load_texts

    texts, grades = load_texts(course.root), [one.grade for one in checked]
    on_github = os.environ.get("GITHUB_ACTIONS") == "true"
    for one in checked:
        typer.echo(github.quoted(feedback.text(one.grade, texts, kind), secrets.token_hex(16), on_github))
    for one in checked if on_github else ():
        for line in github.annotations(one.grade, course.config, texts, prefix + one.path):
            typer.echo(line)
    for line in github.notices(grades) if notices else ():
        typer.echo(line)
    _append("GITHUB_STEP_SUMMARY", github.summary(grades, course.config, texts, kind))
    _append("GITHUB_OUTPUT", github.outputs(grades, passed))
    left = "" if checked else " Nothing is begun yet."
    typer.echo(f"{'All' if passed else 'Not all'} {kind} tests passed.{left}")


def _append(variable: str, text: str) -> None:
    """Add to the file that the server names, if it does."""
    from autograder.errors import GraderError

    if name := os.environ.get(variable):
        try:
            with open(name, "a", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise GraderError(f"{variable}: {name} cannot be written ({error})") from error


def _write_files(out: Path, grades: Any) -> None:
    from autograder.files import write_text
    from autograder.reports import json, junit

    write_text(out / "results.json", json.text(grades))
    write_text(out / "junit.xml", junit.text(grades))


def _write_result(grade: Any) -> None:
    """Classroom 50's ``result.json`` in the current folder, of the one assignment that its runner asked for."""
    from autograder.files import write_text
    from autograder.reports import classroom50

    told = {
        field: os.environ.get(variable, "")
        for field, variable in (
            ("classroom", "CLASSROOM"), ("assignment", "ASSIGNMENT"), ("owner", "OWNER"),
            ("submission", "SUBMISSION_TAG"), ("commit", "COMMIT_URL"), ("release", "RELEASE_URL"),
            ("review", "REVIEW_URL"),
        )
    }  # fmt: skip
    kind = os.environ.get("ASSIGNMENT_TYPE", "individual")
    write_text(Path("result.json"), classroom50.text(grade, classroom50.Push(assignment_type=kind, **told)))


def _prefix(root: Path) -> str:
    """The course's folder within the repository, whose root is where annotations count from."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if not workspace or not root.is_relative_to(Path(workspace).resolve()):
        return ""
    within = root.relative_to(Path(workspace).resolve()).as_posix()
    return "" if within == "." else f"{within}/"


def _write_workflow(name: str) -> None:
    from autograder.files import read_text, write_text

    server = next((one for one in Server if one.value[0] == name), None)
    if server is None:
        raise AssignmentError(f"--init is {name!r}; expected {', '.join(one.value[0] for one in Server)}")
    _, template, place = server.value
    if Path(place).exists():
        raise AssignmentError(f"{place} is there already; move it away first")
    write_text(Path(place), read_text(Path(__file__).parent / "templates" / "ci" / template))
    typer.echo(f"wrote {place}")
