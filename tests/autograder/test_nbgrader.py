"""nbgrader's own commands on our notebooks, from release to feedback, with our scores and no kernel."""

import json
import shutil
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.errors import AssignmentError, GraderError
from autograder.leaks import Line, leaks, secrets_of
from autograder.nbcell import points
from autograder.nbsource import source_text, write_source
from autograder.source import read_source

from .graded_course import NAME
from .nbgrader_course import (
    MODULE,
    RAN,
    ZIPPED,
    answered,
    autograder,
    cell_of,
    graded,
    make,
    nbgrader,
    released,
    scores,
    submit,
    text_of,
)
from .small_course import write_course

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
TESTS = ("points-scale", "points-Scaler", "points-twice")
FORGED = """\
import autograder.nbcell
autograder.nbcell.public_tests = autograder.nbcell.points = lambda *given, **named: None
"""


def hostile(nb, more=True):
    """A notebook of stubs that says it is right: it replaces what the tests call, and brings outputs and points."""
    book = released(nb)
    book.cells.insert(0, nbformat.v4.new_code_cell(FORGED))
    for grade_id in TESTS:
        cell = cell_of(book, grade_id)
        cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "7.0"}, execution_count=1)]
        cell.metadata.nbgrader["points"] = 100
    bonus = nbformat.v4.new_code_cell("1000.0", metadata={"nbgrader": dict(cell_of(book, TESTS[0]).metadata.nbgrader)})
    bonus.metadata.nbgrader["grade_id"] = "points-more"
    book.cells += [bonus] if more else []
    return text_of(book)


@pytest.fixture(scope="module")
def cycle(tmp_path_factory):
    """Three students and an attacker, through the whole cycle: by the exchange, in a zip, and in a folder."""
    root = tmp_path_factory.mktemp("nbgrader")
    course, nb = make(root)
    exchange = root / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    with (nb / "nbgrader_config.py").open("a") as config:
        config.write(f'c.Exchange.root = "{exchange}"\nc.Exchange.cache = "{root / "cache"}"\n')
        config.write(f"c.FileNameCollectorPlugin.named_regexp = r{ZIPPED!r}\n")
    hub = root / "hub"
    hub.mkdir()
    (hub / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.Exchange.root = "{exchange}"\nc.Exchange.cache = "{root / "cache"}"\n'
        'c.CourseDirectory.course_id = "a-small-course"\n'
    )
    nbgrader(nb, "release_assignment", NAME)
    nbgrader(hub, "fetch_assignment", NAME)
    (hub / NAME / MODULE).write_text(text_of(answered(nb)))
    nbgrader(hub, "submit", NAME)
    nbgrader(nb, "collect", NAME)
    me = next((nb / "submitted").iterdir()).name
    archive = nb / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    half = answered(nb)
    cell_of(half, "twice").source = cell_of(released(nb), "twice").source
    with zipfile.ZipFile(archive / "scaling.zip", "w") as file:
        file.writestr(f"scaling_ben_attempt_2027-02-10-12-00-00_{MODULE}", text_of(half))
    nbgrader(nb, "zip_collect", NAME)
    submit(nb, "cleo", text_of(released(nb)))
    submit(nb, "eve", hostile(nb))
    others = [nb / "submitted" / student for student in ("ben", "cleo", "eve")]  # the whole class in one go is faster
    autograder("grade", *others, "--out", nb / "graded", "--course", course.root, "--quiet")
    said = nbgrader(nb, "autograde", NAME)
    nbgrader(nb, "generate_feedback", NAME)
    nbgrader(nb, "export", "--to", str(root / "grades.csv"))
    return SimpleNamespace(course=course, nb=nb, me=me, said=said, csv=(root / "grades.csv").read_text(), root=root)


def test_the_released_notebook_is_nbgraders_own_and_holds_no_secret(cycle):
    """Schema 3 with all kinds of cells; neither answers, nor hidden tests, nor the mark scheme are in it."""
    book = released(cycle.nb)
    MetadataValidator().validate_nb(book)
    kinds = {
        tuple(bool(cell.metadata.nbgrader.get(key)) for key in ("grade", "solution", "locked", "task"))
        for cell in book.cells if "nbgrader" in cell.metadata
    }  # fmt: skip
    assert kinds == {
        (False, False, True, False),
        (False, True, False, False),
        (True, False, True, False),
        (False, False, True, True),
    }
    text = text_of(book)
    assert "raise NotImplementedError" in text
    assert "public_tests(globals()" in text
    for secret in ("HIDDEN TESTS", "points(", "MARK SCHEME", "factor of zero", "_private_factor", str(cycle.root)):
        assert secret not in text, secret
    assignment = cycle.course.assignment(NAME)
    lines = [Line(f"cell {number}", line) for number, cell in enumerate(book.cells) for line in cell.source.split("\n")]
    assert leaks(lines, secrets_of(assignment, read_source(assignment))) == ()
    assert book.metadata.kernelspec.name == "python3"


def test_autograde_gets_our_scores(cycle):
    """By the exchange, in a zip or in a folder: what the gradebook says is what `autograder grade` says."""
    found = scores(cycle.nb)
    again = cycle.root / "again"
    autograder("grade", cycle.nb, "--out", again, "--course", cycle.course.root, "--quiet")
    for student in (cycle.me, "ben", "cleo", "eve"):
        by_task = {task["name"]: task["points"] for task in graded(cycle.nb, student)["tasks"]}
        assert {name: found[student, f"points-{name}"] for name in by_task} == by_task
        repeated = json.loads((again / "grades" / NAME / f"{student}.json").read_text())
        assert repeated["score"] == graded(cycle.nb, student)["score"]
    assert [found[cycle.me, cell] for cell in TESTS] == [7.0, 2.5, 3.0]
    assert [found["ben", cell] for cell in TESTS] == [7.0, 2.5, 0.0]
    assert [found["cleo", cell] for cell in TESTS] == [0.0, 0.0, 0.0]


def test_late_days_cost_what_the_course_says(cycle):
    """The zip came two days late: a fifth of 9.5 points would leave less than the floor of 8, for nbgrader as for our
    own grade; bonus and maximum are ours, too."""
    rows = {line.split(",")[3]: line.split(",") for line in cycle.csv.splitlines()}
    assert float(rows["ben"][9]) == graded(cycle.nb, "ben")["score"] == 8.0
    assert float(rows[cycle.me][9]) == graded(cycle.nb, cycle.me)["score"] == 12.5
    assert float(rows[cycle.me][10]) == 10.0 + 4.0  # core tasks, and the written question


def test_feedback_pages_hold_the_rubric(cycle):
    """What nbgrader makes for a student says which rubric line was not met, and why."""
    page = (cycle.nb / "feedback" / "cleo" / NAME / "scaling.html").read_text()
    assert "The result is right on fresh inputs." in page
    assert "HIDDEN TESTS" in page  # nbgrader shows the cell; what it calls is not in it


def test_a_hostile_notebook_gets_nothing_here(cycle):
    """It replaces what tests call and brings its own outputs, points and cells: zero, and no cell of its own counts."""
    assert [scores(cycle.nb)["eve", cell] for cell in TESTS] == [0.0, 0.0, 0.0]
    book = nbformat.read(cycle.nb / "autograded" / "eve" / NAME / MODULE, as_version=4)
    assert sum(bool(cell.metadata.get("nbgrader", {}).get("grade")) for cell in book.cells) == len(TESTS)
    assert [cell_of(book, cell).metadata.nbgrader.points for cell in TESTS] == [7.0, 0.0, 3.0]


def test_the_same_notebook_gets_full_marks_from_nbgraders_own_steps(cycle, tmp_path):
    """Why a kernel must not decide: with nbgrader's steps in place of ours, the attack succeeds."""
    nb = tmp_path / "stock"
    shutil.copytree(cycle.nb / "source", nb / "source")
    shutil.copy(cycle.nb / "nbgrader_config.py", nb)
    with (nb / "nbgrader_config.py").open("a") as config:
        config.write(
            "from nbgrader.converters import Autograde\nfrom nbgrader.preprocessors import SaveCells\n"
            "from autograder.nbsteps import SaveReleased\n"
            "steps = c.GenerateAssignment.preprocessors\nsteps[steps.index(SaveReleased)] = SaveCells\n"
            "del c.Autograde.exporter_class\n"
            "c.Autograde.sanitize_preprocessors = Autograde.sanitize_preprocessors.default_args[0]\n"
            "c.Autograde.autograde_preprocessors = Autograde.autograde_preprocessors.default_args[0]\n"
        )
    nbgrader(nb, "generate_assignment", NAME)
    submit(nb, "eve", hostile(cycle.nb, more=False))
    nbgrader(nb, "autograde", NAME)
    found = scores(nb)
    assert (found["eve", "points-scale"], found["eve", "points-twice"]) == (7.0, 3.0)


def test_without_our_configuration_no_kernel_starts(cycle, tmp_path):
    """nbgrader goes on where a configuration cannot be read; then the gradebook's kernel is one that does not exist."""
    nb = tmp_path / "broken"
    nb.mkdir()
    shutil.copytree(cycle.nb / "source", nb / "source")
    shutil.copy(cycle.nb / "gradebook.db", nb)
    (nb / "nbgrader_config.py").write_text("import no_such_module\n")
    book = answered(cycle.nb)
    book.cells.insert(0, nbformat.v4.new_code_cell(f"open({str(tmp_path / 'ran')!r}, 'w').close()"))
    submit(nb, "fay", text_of(book))
    said = nbgrader(nb, "autograde", NAME, "--student", "fay", fails=True)
    assert "graded-by-autograder-without-a-kernel" in said
    assert not (tmp_path / "ran").exists()


def test_what_stays_ungraded_leaves_nbgraders_grade_as_it_was(cycle, tmp_path):
    """Where the judge fails, nbgrader says so and keeps the score that it has."""
    nb = tmp_path / "nb"
    shutil.copytree(cycle.nb, nb)
    suite = cycle.course.root / "tests" / "graded" / NAME / "test_scale.py"
    text = suite.read_text()
    try:
        suite.write_text(text.replace("reference.scale(x, 0.75)", "reference.scale(None, 0.75)"))
        said = nbgrader(nb, "autograde", NAME, "--student", "ben", "--force", fails=True)
    finally:
        suite.write_text(text)
    assert "not graded" in said
    assert [scores(nb)["ben", cell] for cell in TESTS] == [7.0, 2.5, 0.0]


def test_the_source_validates_and_the_release_does_not(cycle):
    """`nbgrader validate` runs the hidden suites on the source's answers, and the public tests on a student's stubs.

    With these two, every command of docs/nbgrader.md was run."""
    assert "Success!" in nbgrader(cycle.nb, "validate", f"source/{NAME}/{MODULE}")
    said = nbgrader(cycle.nb, "validate", f"release/{NAME}/{MODULE}")
    assert "VALIDATION FAILED ON 1 CELL" in said.upper()
    assert "1 of 1 public tests failed" in said
    autograder("gradebook", "sync", cycle.nb / "graded", "--course", cycle.course.root)
    missing = [line for line in commands_of_the_page() if kind_of(line) not in {kind_of(words) for words in RAN}]
    assert missing == []


def commands_of_the_page():
    """The command lines in the blocks of docs/nbgrader.md, as words."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "nbgrader.md").read_text(encoding="utf-8")
    lines = [line.removeprefix("uv run ") for block in text.split("```")[1::2] for line in block.splitlines()]
    return [tuple(line.split()) for line in lines if line.startswith(("nbgrader ", "autograder "))]


def kind_of(words):
    """A command line but for its paths and names: the program, its commands, and whether it is about the release."""
    text = " ".join(words).replace("07_dropout", NAME).replace("dropout.ipynb", MODULE)
    commands = {"sync", *words[:2]} if words[1] == "gradebook" else {*words[:2]}
    extras = {part for part in ("--nbgrader", f"source/{NAME}/{MODULE}", f"release/{NAME}/{MODULE}") if part in text}
    return frozenset(commands | extras)


def test_the_page_is_read():
    """The page's commands are found, and each is told from the others."""
    found = [kind_of(words) for words in commands_of_the_page()]
    assert len(found) == len(set(found)) >= 12


def test_a_kernel_that_autogrades_gets_no_points(monkeypatch, tmp_path):
    """The hidden cell itself refuses to be nbgrader's source of a grade."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(GraderError, match="must not say what it is worth"):
        points(NAME, "scale", course=str(tmp_path))


def test_a_judge_that_dies_without_a_word_is_our_failure(monkeypatch, tmp_path):
    """Killed, say, for want of memory: no traceback of ours, but the sentence that nbgrader logs."""
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(GraderError, match=r"scaling\.ipynb: not graded \(status 1\): .* ended without"):
        points(NAME, "scale", course=str(tmp_path))


def test_a_foreign_configuration_is_not_overwritten(tmp_path):
    """A course of nbgrader's that has its own keeps it, and is told what to add; nothing is written."""
    course = write_course(tmp_path / "course")
    (tmp_path / "nb").mkdir()
    (tmp_path / "nb" / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(AssignmentError, match=r"(?s)add\n.*configure\(c, course="):
        write_source(course, tmp_path / "nb")
    assert [path.name for path in (tmp_path / "nb").iterdir()] == ["nbgrader_config.py"]


def test_every_assignment_of_the_course_has_a_source_notebook_with_a_written_question():
    """With the points of the configuration, unique ids, valid metadata, and a test cell for each task."""
    from autograder.course import load_course

    course = load_course(Path(__file__).resolve().parents[2])
    for assignment in course.assignments:
        book = nbformat.reads(source_text(assignment, course.root), as_version=4)
        MetadataValidator().validate_nb(book)
        about = [cell.metadata.nbgrader for cell in book.cells if "nbgrader" in cell.metadata]
        worth = {one.grade_id: one.points for one in about if one.grade}
        assert worth == {f"points-{task.name}": 0 if task.bonus else task.points for task in assignment.tasks}
        assert 1 <= sum(one.task for one in about) <= 2
        assert len({one.grade_id for one in about}) == len(about)
