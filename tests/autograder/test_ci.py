"""`autograder ci` grades a checkout and tells it as GitHub reads it; nothing that a student writes is a command."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml
from typer.testing import CliRunner, Result

from autograder.cli import app
from autograder.reports import github
from autograder.reports.texts import load_texts
from autograder.results import Grade, Outcome, TaskScore, TestResult

from .graded_course import GOOD, NAME, WRONG, graded_course

KNOWN = {
    "error",
    "warning",
    "notice",
    "stop-commands",
    "set-env",
    "add-path",
    "add-mask",
    "set-output",
    "group",
    "debug",
}
EVIL = """
def scale(x, lam):
    print("::error file=x::pwned")
    print("  ::set-env name=PATH::/evil")
    print("text ##[add-path]/evil")
    print("\\x1b[31m::stop-commands::mine\\x85::add-path::/evil")
    raise ValueError("wrong\\n::add-mask::e\\n##[set-env name=A]b\\r::error::x ````` </details> | a % b")
"""


def obeyed(log: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands that GitHub's runner would carry out, as its ``ActionCommand`` and ``ActionCommandManager`` read."""
    found, token = [], None
    for line in re.split(r"\r\n|\r|\n", log):
        text = line.lstrip()
        about, data = None, ""
        if text.startswith("::") and "::" in text[2:]:
            about, _, data = text[2:].partition("::")
        elif "##[" in line and "]" in line.partition("##[")[2]:
            about, _, data = line.partition("##[")[2].partition("]")
        if about is None:
            continue
        name, _, pairs = about.partition(" ")
        if token is not None:
            token = None if name == token else token
        elif name == "stop-commands":
            token = data
        elif name in KNOWN:
            properties = dict(pair.split("=", 1) for pair in pairs.split(",") if "=" in pair)
            found.append((name, {key: unescaped(value) for key, value in properties.items()}, unescaped(data)))
    return found


def unescaped(value: str) -> str:
    """A value as the runner reads it."""
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        value = value.replace(code, char)
    return value


def check_out(folder: Path, source: str) -> Path:
    """A student's checkout with this answer."""
    path = folder / "assignments" / NAME / "scaling.py"
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str, **environment: str) -> Result:
    """`autograder ci` on the checkout in ``folder/student``, as on GitHub."""
    told = {
        "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": f"{folder}/summary.md", "GITHUB_OUTPUT": f"{folder}/output",
        "GITHUB_WORKSPACE": str(folder), **environment,
    }  # fmt: skip
    paths = ["--submission", f"{folder}/student", "--out", f"{folder}/out", "--course", str(graded_course().root)]
    return CliRunner().invoke(app, ["ci", *paths, *arguments], env=told)


def test_all_passed(tmp_path: Path) -> None:
    """Exit 0, no annotation; the files, the summary and the outputs are there."""
    check_out(tmp_path / "student", GOOD)
    done = run(tmp_path, "--tests", "public")
    assert (done.exit_code, obeyed(done.stdout)) == (0, [])
    assert done.stdout.endswith("All public tests passed.\n")
    (grade,) = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [task["name"] for task in grade["tasks"]] == ["scale"]
    assert JUnitXml.fromfile(str(tmp_path / "out" / "junit.xml")).failures == 0
    assert (tmp_path / "output").read_text().startswith("passed=true\n")
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("### Scaling things\n")
    assert "| 4.1 scale |  | ✓ passed |" in summary


def test_hidden_tests_and_the_line_of_a_mistake(tmp_path: Path) -> None:
    """Where the course has hidden suites they are taken; each task that is not passed is annotated where it stands."""
    check_out(tmp_path / "student", WRONG)
    done = run(tmp_path, "--student", "ana", "--notices")
    assert done.exit_code == 1
    found = obeyed(done.stdout)
    lines = {about["title"].partition(":")[0]: int(about["line"]) for name, about, _ in found if name == "error"}
    assert lines == {
        f"{number} {name}": WRONG[: WRONG.index(f" {name}(")].count("\n") + 1
        for number, name in (("4.1", "scale"), ("4.2", "Scaler"), ("4.3", "twice"))
    }
    assert {about["file"] for name, about, _ in found if name == "error"} == {f"assignments/{NAME}/scaling.py"}
    assert "The result is right on fresh inputs." in found[0][2]
    assert [data for name, _, data in found if name == "notice"] == ["Points 0/10", '{"totalPoints":0,"maxPoints":10}']
    assert (tmp_path / "output").read_text() == "passed=false\nscore=0\nmax_score=10\n"
    assert ": 0 of 10 points" in (tmp_path / "summary.md").read_text()
    assert JUnitXml.fromfile(str(tmp_path / "out" / "junit.xml")).failures == 5


def test_what_is_no_python_is_annotated_on_its_line(tmp_path: Path) -> None:
    """A mistake of syntax is one annotation, not one for each task."""
    check_out(tmp_path / "student", "x = 1\n\ndef scale(:\n")
    done = run(tmp_path, "--tests", "hidden")
    ((name, about, data),) = obeyed(done.stdout)
    assert (done.exit_code, name, about["line"]) == (1, "error", "3")
    assert data.startswith("scaling.py, line 3: SyntaxError")


def test_nothing_a_student_prints_or_raises_is_a_command(tmp_path: Path) -> None:
    """All that the runner would carry out is ours: annotations of the student's own tasks."""
    check_out(tmp_path / "student", EVIL)
    done = run(tmp_path, "--tests", "hidden")
    assert done.exit_code == 1
    found = obeyed(done.stdout)
    assert {name for name, _, _ in found} == {"error"}
    assert {about["file"] for _, about, _ in found} == {f"assignments/{NAME}/scaling.py"}
    assert "::add-path" in done.stdout, "the feedback shows what was printed"
    assert "add-path" in {name for name, _, _ in obeyed(done.stdout.replace("::stop-commands::", "::x::"))}
    assert "\x1b" not in done.stdout
    summary = (tmp_path / "summary.md").read_text()
    fence = re.search(r"\n(`+)text\n", summary)
    assert fence is not None
    assert summary.count(f"\n{fence[1]}\n") == 1, "one fence closes what one opened"


COMMANDLIKE = st.text() | st.text(alphabet=":,%\r\n= a3AD#[]")


@given(COMMANDLIKE, COMMANDLIKE)
def test_a_command_stays_one_line_and_arrives_whole(data: str, value: str) -> None:
    """Whatever is in the data or in a property."""
    line = github.command("error", data, {"file": value, "line": "1"})
    assert obeyed(line) == [("error", {"file": value, "line": "1"}, data)]


@given(st.text(), st.text(alphabet="`\n:#[]x|<>"))
def test_a_summary_keeps_what_it_quotes(rubric: str, message: str) -> None:
    """No text ends the fence or a row of the table."""
    test = TestResult("t", rubric, Outcome.FAILED, message=message)
    grade = Grade("a|b", NAME, (TaskScore("scale", 1, False, (test,)),), "s", "2027-01-01T00:00:00+00:00", {})
    text = github.summary([grade], graded_course().config, load_texts(), "hidden")
    head, _, rest = text.partition("\n<details><summary>Feedback</summary>\n\n")
    assert sum(line.startswith("|") for line in head.split("\n")) == 3
    fence, _, body = rest.partition("text\n")
    assert set(fence) == {"`"}
    inside, _, after = body.partition(f"\n{fence}\n")
    assert fence not in inside
    assert after == "\n</details>\n"


def test_a_long_summary_is_cut_before_github_refuses_it(tmp_path: Path) -> None:
    """Tables stay; feedback goes where there is no more room."""
    test = TestResult("t", "r", Outcome.FAILED, message="m\n" * 400_000)
    grade = Grade("a", NAME, (TaskScore("scale", 1, False, (test,)),), "s", "2027-01-01T00:00:00+00:00", {})
    text = github.summary([grade, grade], graded_course().config, load_texts(), "hidden")
    assert len(text.encode()) < 1 << 20
    assert text.count("| 4.1 scale |") == 2
    assert "too long to be shown here" in text


def test_links_in_a_checkout_lead_nowhere(tmp_path: Path) -> None:
    """A student who links to the solutions, by a file or a folder, hands in nothing."""
    solutions = graded_course().root / "solutions"
    (tmp_path / "student").mkdir()
    (tmp_path / "student" / "assignments").symlink_to(solutions)
    done = run(tmp_path, "--tests", "hidden")
    assert done.exit_code == 2
    assert "holds no assignment" in done.stderr
    done = run(tmp_path, NAME, "--tests", "hidden")
    assert done.exit_code == 1
    assert "scaling.py" in obeyed(done.stdout)[0][2]
    (tmp_path / "student" / "scaling.py").symlink_to(solutions / NAME / "scaling.py")
    assert run(tmp_path, NAME, "--tests", "hidden").exit_code == 1


def test_what_is_not_begun_fails_only_where_it_is_named(tmp_path: Path) -> None:
    """A course full of stubs does not fail every push; an assignment that was asked for does."""
    stub = (graded_course().root / "assignments" / NAME / "scaling.py").read_text()
    check_out(tmp_path / "student", stub)
    done = run(tmp_path, "--tests", "public")
    assert (done.exit_code, "Nothing is begun yet." in done.stdout) == (0, True)
    done = run(tmp_path, NAME, "--tests", "public")
    assert done.exit_code == 1
    assert [name for name, _, _ in obeyed(done.stdout)] == ["notice"]


def test_classroom50(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """result.json in the current folder, by what its runner says; a wrong answer is no failure of the run."""
    check_out(tmp_path / "student", WRONG)
    monkeypatch.chdir(tmp_path)
    told = {"CLASSROOM": "c", "ASSIGNMENT": "hw4", "OWNER": "alice", "COMMIT_URL": "https://x.edu/c"}
    assert run(tmp_path, NAME, "--tests", "hidden", "--classroom50", **told).exit_code == 0
    found = json.loads((tmp_path / "result.json").read_text())
    assert (found["classroom"], found["assignment"], found["owner"]) == ("c", "hw4", "alice")
    assert (found["score"], found["max-score"]) == (0, 1000)


def test_classroom50_wants_one_assignment_named(tmp_path: Path) -> None:
    """Nothing is graded before that is clear."""
    check_out(tmp_path / "student", GOOD)
    done = run(tmp_path, "--classroom50")
    assert done.exit_code == 2
    assert "--classroom50 takes one assignment, and 0 are named" in done.stderr
    assert not (tmp_path / "out").exists()


def test_wrong_usage(tmp_path: Path) -> None:
    """An unknown kind of tests, server or assignment lists what there is."""
    check_out(tmp_path / "student", GOOD)
    for arguments, message in (
        (["--tests", "secret"], "expected auto, public, hidden"), (["--init", "travis"], "expected github, "),
        (["99_x"], "no assignment '99_x'"), (["--submission", f"{tmp_path}/out.txt"], "cannot be read"),
    ):  # fmt: skip
        done = run(tmp_path, *arguments)
        assert done.exit_code in (2, 3)
        assert message in done.stderr
