"""Grades as people see them: feedback, the terminal's table, and CSV."""

import csv as standard_csv
import io

import pytest
from rich.console import Console

from autograder.reports import csv, feedback
from autograder.reports.terminal import MOST_ROWS, class_table, feedback_lines, findings_table, remark
from autograder.reports.texts import load_texts
from autograder.results import Diagnosis, Grade, Outcome, TaskScore, TestResult


def task(name, *outcomes, bonus=False, message="", points=7.0, diagnosis=None):
    """A task whose tests came to these outcomes."""
    tests = tuple(TestResult(f"t{n}", f"Law {n} of {name}.", kind, message=message) for n, kind in enumerate(outcomes))
    return TaskScore(name, points, bonus, tests, diagnosis)


def grade(*tasks, student="alice", assignment="04_scaling", **more):
    """A grade of these tasks."""
    return Grade(student, assignment, tasks, "seed", "2027-02-01T00:00:00+00:00", {"level": "process"}, **more)


P, F, U = Outcome.PASSED, Outcome.FAILED, Outcome.UNGRADED
TEXTS = load_texts()


def text_of(one, kind="hidden"):
    """The feedback in our own words."""
    return feedback.text(one, TEXTS, kind)


def test_feedback_says_score_tasks_and_rubric_lines():
    """Passed and failed lines are told apart; a bonus is called one."""
    text = text_of(grade(task("scale", P, F, message="it has shape [2], not [3]"), task("more", P, bonus=True)))
    assert text.startswith("04_scaling · alice · 10.5 of 7 points\n\n")
    assert "scale  3.5/7  not yet right\n  ✓ Law 0 of scale.\n" in text
    assert "  ✗ Law 1 of scale.\n" in text
    assert "more  7/7 bonus  passed" in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_feedback_on_public_tests_speaks_of_no_points():
    """Passing them is not the whole story, and tasks without a public test are left out."""
    text = text_of(grade(task("scale", P), task("empty")), kind="public")
    assert text == "04_scaling · alice\n\nscale  passed\n  ✓ Law 0 of scale.\n"


def test_one_cause_is_told_once_for_each_task():
    """A message that every test repeats is read once, under the first."""
    text = text_of(grade(task("scale", F, F, F, message="`scale` is not defined"), task("twice", F, message="m")))
    assert text.count("`scale` is not defined") == 1
    assert text.count("      m\n") == 1


def test_messages_keep_their_lines():
    """A traceback stays a traceback."""
    text = text_of(grade(task("scale", F, message='raised ValueError: no\n  File "scaling.py", line 3')))
    assert '      raised ValueError: no\n        File "scaling.py", line 3\n' in text


def test_a_problem_is_told_instead_of_every_test():
    """Nothing ran for one reason; each task is still named."""
    text = text_of(grade(task("scale", Outcome.MISSING), problem="scaling.py is empty", notes=("one note",)))
    assert "scaling.py is empty" in text
    assert "note: one note" in text
    assert "scale  0/7  missing" in text
    assert "Law 0" not in text


def test_late_points_and_hints_are_told():
    """What lateness took, and what a diagnosis suggests to reread."""
    known = Diagnosis("scale__unshifted", "You forgot the shift.", "DS 542, Scaling")
    text = text_of(grade(task("scale", P, F, diagnosis=known), late={"penalty": 0.1}))
    assert "late: 10% of the points were taken off" in text
    assert "hint: You forgot the shift. Reread: DS 542, Scaling." in text
    assert "3.15 of 7 points" in text


def test_every_outcome_has_words():
    """And those that are our fault say so."""
    assert set(TEXTS.words["outcomes"]) == set(Outcome)
    assert "our fault" in text_of(grade(task("scale", U)))
    assert "  ? Law 0" in text_of(grade(task("scale", U)))


@pytest.mark.parametrize(("value", "shown"), [(7.0, "7"), (2.5, "2.5"), (3.33, "3.33"), (0.0, "0"), (100.0, "100")])
def test_numbers_have_no_digits_that_say_nothing(value, shown):
    """And keep those that do."""
    assert feedback.number(value) == shown


def drawn(*grades):
    """The terminal's table as text."""
    console = Console(width=160, file=io.StringIO(), color_system=None)
    console.print(class_table(grades, "04_scaling", {"scale": "4.1"}, TEXTS))
    return console.file.getvalue()


def test_the_table_has_a_row_a_submission_in_order():
    """Short numbers head the columns, where there are any; bonus has a star; other assignments are left out."""
    rows = [
        grade(task("scale", P), task("more", F, bonus=True), student=student, assignment=assignment)
        for student, assignment in (("zed", "04_scaling"), ("amy", "04_scaling"), ("bob", "07_other"))
    ]
    lines = drawn(*rows).splitlines()
    assert lines[0].strip() == "04_scaling"
    assert lines[1].split() == ["4.1", "more*", "score"]
    assert lines[2].split() == ["student", "/7", "/7", "/7", "remark"]
    assert [line.split()[0] for line in lines[3:]] == ["amy", "zed"]
    assert lines[3].split()[1:] == ["7", "0", "7"]


def test_of_a_large_class_the_table_has_the_first_and_what_wants_a_look():
    """Those that were not graded are shown wherever they stand; how many are left out is said."""
    rows = [grade(task("scale", U if number == 70 else P), student=f"s{number:02}") for number in range(80)]
    lines = drawn(*rows).splitlines()
    assert [line.split()[0] for line in lines[3:-1]] == [*(f"s{number:02}" for number in range(MOST_ROWS)), "s70"]
    assert " ".join(lines[-1].split()).startswith("and 29 more, all")


def test_names_and_messages_are_not_taken_for_markup():
    """A student called [red] is shown as such."""
    assert "[red]x[/red]" in drawn(grade(task("scale", P), student="[red]x[/red]"))
    assert "bad [bold]" in drawn(grade(task("scale", P), problem="bad [bold]"))


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (grade(task("scale", P)), ""),
        (grade(task("scale", F)), ""),
        (grade(task("scale", Outcome.CRASHED), task("b", Outcome.CRASHED), task("c", Outcome.MISSING)),
         "2 crashed, 1 missing"),
        (grade(task("scale", F), problem="first line\nsecond"), "first line"),
        (grade(task("scale", U, message="our fault: the server ended\nmore")), "our fault: the server ended"),
        (grade(task("scale", U)), "not graded: our fault, no points are lost"),
    ],
)  # fmt: skip
def test_a_remark_is_the_one_thing_to_know(one, said):
    """Why nothing ran, or what did not end well, in one line."""
    assert remark(one, TEXTS) == said


def test_a_task_without_tests_has_a_remark_too():
    """It is ungraded, and there is no test to quote."""
    assert remark(grade(task("scale", P), task("empty")), TEXTS) == "not graded: our fault, no points are lost"
    assert "?" in drawn(grade(task("scale", P), task("empty")))


def test_csv_has_a_column_for_each_task_of_any_assignment():
    """A cell is empty where a task is not of the row's assignment."""
    text = csv.text([grade(task("scale", P, F), student="b"), grade(task("drop", P), student="a", assignment="07_x")])
    rows = list(standard_csv.DictReader(io.StringIO(text)))
    head = ["student", "assignment", "score", "max_score", "scale", "drop", "status", "problem", "overridden"]
    assert list(rows[0]) == head
    assert [(row["student"], row["scale"], row["drop"]) for row in rows] == [("b", "3.5", ""), ("a", "", "7.0")]
    assert {row["status"] for row in rows} == {"graded"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n", "\r"])
def test_no_cell_is_a_formula(start):
    """A student's name or file name must not run in the spreadsheet of an instructor."""
    text = csv.text([grade(task("scale", U), student=f"{start}cmd", problem=f'{start}HYPERLINK(1),\n"2"')])
    (row,) = standard_csv.DictReader(io.StringIO(text, newline=""))
    start = start.replace("\r", "\n")
    assert row["student"] == f"'{start}cmd"
    assert row["problem"] == f'\'{start}HYPERLINK(1),\n"2"'
    assert row["status"] == "ungraded"


def test_csv_of_nobody_has_its_head():
    """An empty class is a table without rows."""
    assert csv.text([]) == "student,assignment,score,max_score,status,problem,overridden\n"


def test_the_terminal_colours_what_the_feedback_says():
    """The same words, with marks, tasks and hints in colour; none of a student's words is taken for markup."""
    known = Diagnosis("scale__unshifted", "You forgot [bold]the shift.", "DS 542, Scaling")
    one = grade(task("scale", P, F, diagnosis=known))
    shown = feedback_lines(one, TEXTS)
    assert shown.plain == text_of(one)
    console = Console(width=160, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(shown)
    assert "\x1b[32m  ✓" in console.file.getvalue()
    assert "\x1b[31m  ✗" in console.file.getvalue()


def test_what_the_doctor_found_is_a_table():
    """Each finding with its mark, and below it how to mend it."""
    console = Console(width=120, file=io.StringIO(), color_system=None)
    console.print(findings_table([("Python", "fine", "3.11", ""), ("GPU", "note", "none", "buy [one]")]))
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    assert lines == [["✓", "Python", "3.11"], ["·", "GPU", "none"], ["buy", "[one]"]]
