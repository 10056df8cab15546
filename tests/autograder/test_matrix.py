"""The matrix of a proof: a mark for each answer and test, in the terminal and on a page; what a report comes to."""

import pytest
from rich.console import Console

from autograder.reports import matrix
from autograder.soundness import MutantRow, Report, Row, to_json

ROWS = (
    Row("reference", "right", "", passed={"test_a": 1.0, "test_b": 1.0}, runs=5, chance=2e-10),
    Row("f__wrong", "misconception", "f", passed={"test_a": 0.0, "test_b": 0.5}, runs=5),
    Row("g__wrong<b>", "misconception", "g", ("loses no marks in g",), {"test_c": 1.0}, 5),
    Row("stub", "trivial", "", passed={"test_a": 0.0}, runs=5),
)
MUTANTS = (
    MutantRow("f, line 3: `x < y` becomes `x <= y`", "f"),
    MutantRow("f, line 4: `a` becomes `b`", "f", because="cannot be told"),
    *(MutantRow(f"f, line {line}", "f", "test_a") for line in range(5, 24)),
)
REPORT = Report("09_things", {"f": ("test_a", "test_b"), "g": ("test_c",)}, ROWS, MUTANTS, ("stale",))


def shown(table):
    """A table as lines of text."""
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(table)
    return captured.get().splitlines()


def test_a_table_has_a_mark_for_each_answer_and_test():
    """The right answers first; answers of other tasks are not in it; below stand the tests by their numbers."""
    table, _ = matrix.tables(REPORT)
    lines = [line.split() for line in shown(table)]
    assert ["reference", "✓", "✓"] in lines
    assert ["f__wrong", "✗", "~"] in lines
    assert ["stub", "✗"] in lines
    assert ["2", "test_b"] in lines
    assert not any("g__wrong" in line for line in map(str, lines))


def test_the_page_holds_everything_and_escapes_it():
    """Problems, marks, survivors and reasons, in a page of its own that needs no network."""
    page = matrix.page(REPORT)
    assert "g__wrong&lt;b&gt;" in page
    assert "g__wrong<b>" not in page
    assert "loses no marks in g" in page
    assert "cannot be told" in page
    assert page.count("survives") == 1
    assert "http" not in page.replace("http-equiv", "")


def test_the_score_leaves_out_what_is_recorded():
    """19 of 20 that can be caught: 95 %, just enough; one less is too few."""
    assert REPORT.mutation_score == pytest.approx(0.95)
    assert [mutant.name for mutant in REPORT.survivors] == [MUTANTS[0].name]
    assert not any("mutants are caught" in problem for problem in REPORT.all_problems)
    worse = Report("a", {}, (), MUTANTS[:-1], ())
    assert any("94.7 % of the mutants are caught" in problem for problem in worse.all_problems)


def test_a_report_without_problems_is_sound():
    """The worst right answer counts for chance, and its ceiling is 1e-7."""
    good = Report("a", {}, ROWS[:1], (), ())
    assert good.sound
    assert good.chance == 2e-10
    unlucky = Report("a", {}, (Row("reference", "right", "", chance=1e-7),), (), ())
    assert not unlucky.sound
    assert "chance fails a right answer" in unlucky.all_problems[0]
    assert not REPORT.sound
    assert REPORT.all_problems == ("stale", "g__wrong<b>: loses no marks in g")


def test_data_for_other_tools_says_the_same():
    """The JSON form has the verdict, the problems and every share."""
    data = to_json(REPORT)
    assert (data["sound"], data["mutation_score"], data["problems"][0]) == (False, 0.95, "stale")
    assert data["answers"][1]["passed"] == {"test_a": 0.0, "test_b": 0.5}
    assert data["mutants"][1]["because"] == "cannot be told"
