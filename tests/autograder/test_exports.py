"""Every format of an export: to the byte as it was looked over once, and read back by programs that others wrote."""

import csv
import dataclasses
import io
import json
import math
import os
import zipfile
from xml.etree import ElementTree

import jsonschema
import openpyxl
import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from autograder.contract import from_json
from autograder.errors import AssignmentError, GraderError
from autograder.exporting import FORMATS, Export, grades_to_export
from autograder.reports import canvas, classroom50, gradescope, junit, moodle, tidy, wide
from autograder.reports.csv import safe, table
from autograder.reports.texts import load_texts
from autograder.results import Outcome
from autograder.store import write

from .golden_class import CLASS, CONFIG, FIRST, GOLDEN, LATE, ROSTER, golden, grade, result, scaling

TEXTS = load_texts()
AMARA, BEN, CLEO, EVE = FIRST
WANTED = Export(CLASS, CONFIG, ROSTER)
PUSH = classroom50.Push(
    "c", "scaling", "ben", submission="submit/1", commit="https://x/c", release="https://x/r", review="https://x/p"
)
MADE = {
    "tidy.csv": lambda: FORMATS["csv"](WANTED),
    "wide.csv": lambda: FORMATS["wide"](WANTED),
    "moodle_import.csv": lambda: FORMATS["moodle"](WANTED),
    "grades.json": lambda: FORMATS["json"](WANTED),
    "junit.xml": lambda: FORMATS["junit"](WANTED),
    "grades.xlsx": lambda: FORMATS["xlsx"](WANTED),
    "canvas_filled.csv": lambda: canvas_filled().data,
    "moodle_filled.csv": lambda: moodle_filled().data,
    "gradescope.json": lambda: gradescope.text(BEN, CONFIG, TEXTS, "after_published").encode(),
    "classroom50.json": lambda: classroom50.text(BEN, PUSH).encode(),
}


def parts_of(data):
    """The files in a workbook, since how well they are packed depends on the machine; anything else as it is."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def canvas_filled(roster=ROSTER):
    """The golden Canvas gradebook with the first assignment's scores."""
    return canvas.filled((GOLDEN / "canvas_gradebook.csv").read_bytes(), FIRST, ["Scaling, gently"], roster)


def moodle_filled():
    """The golden worksheet with the first assignment's scores."""
    return moodle.worksheet((GOLDEN / "moodle_worksheet.csv").read_bytes(), FIRST, ROSTER)


@pytest.mark.parametrize("name", MADE)
def test_every_format_is_what_its_golden_file_holds(name):
    """To the byte; golden/README.md says how they are renewed."""
    made = MADE[name]()
    kept = golden(name, made, renew=bool(os.environ.get("RENEW_GOLDEN")))
    assert parts_of(made) == parts_of(kept)


def test_every_format_has_a_golden_file():
    """None is left unlooked at."""
    by_hand = {"README.md", "canvas_gradebook.csv", "moodle_worksheet.csv"}
    assert {path.name for path in GOLDEN.iterdir()} == set(MADE) | by_hand


def rows_of(text):
    """A CSV as the standard library reads it."""
    return list(csv.DictReader(io.StringIO(text)))


def test_canvas_gets_scores_and_nothing_else():
    """Whoever is graded; an ungraded one, one without a submission and the test student keep their cells."""
    before = rows_of((GOLDEN / "canvas_gradebook.csv").read_text("utf-8-sig"))
    after = rows_of(canvas_filled().data.decode("utf-8-sig"))
    column = "Scaling, gently (123456)"
    assert [row[column] for row in after] == ["10.00", "Manual Posting", "12.50", "3.74", "", "", ""]
    for old, new in zip(before, after, strict=True):
        assert {**old, column: ""} == {**new, column: ""}


def test_canvas_says_who_was_left_out():
    """Who has a score and no row, who has a row and no score, and who is not graded."""
    found = canvas_filled()
    assert found.filled == ("amara", "ben")
    assert found.not_there == ("@eve",)
    assert found.not_here == ("Wu, Dan", "Student, Test")
    assert found.notes == ("cleo: not graded; the cell is left as it was",)


def test_canvas_finds_students_without_a_roster_where_ids_are_the_same():
    """A login that is the student's id here; a name is nobody's proof."""
    renamed = [dataclasses.replace(AMARA, student="amara@x.edu"), dataclasses.replace(BEN, student="Wu, Dan")]
    found = canvas.filled((GOLDEN / "canvas_gradebook.csv").read_bytes(), renamed, ["Scaling, gently"])
    assert (found.filled, found.not_there) == (("amara@x.edu",), ("Wu, Dan",))


def gradebook(*rows, column="HW (1)", end="\n"):
    """A gradebook of these rows: name, id, cell."""
    lines = [f"Student,ID,SIS Login ID,Section,{column}", *(f'"{name}",{key},,,{cell}' for name, key, cell in rows)]
    return (end.join(lines) + end).encode()


@pytest.mark.parametrize("name", ["Dan Wu", "Wu, Dan"])
def test_canvas_finds_a_student_by_name_either_way_round(name):
    """The last resort, as in Canvas; only where no one else of the roster is called so."""
    one = dataclasses.replace(AMARA, student="dan")
    roster = [dataclasses.replace(ROSTER[3], canvas_id="")]
    found = canvas.filled(gradebook((name, 1, "")), [one], ["HW"], roster)
    assert found.filled == ("dan",)
    twins = [*roster, dataclasses.replace(roster[0], student="dan2", name="Wu, Dan")]
    assert canvas.filled(gradebook((name, 1, "")), [one], ["HW"], twins).filled == ()


def test_canvas_leaves_excused_students_excused():
    """`EX` is an instructor's decision."""
    found = canvas.filled(gradebook(("Okafor, Amara", 987, "EX")), [AMARA], ["HW"], ROSTER)
    assert found.data == gradebook(("Okafor, Amara", 987, "EX"))
    assert found.notes == ("amara: the gradebook says 'EX'; left so",)


def test_canvas_decimal_commas_stay_commas():
    """Where the column has them, or where the file's other numbers say so; the delimiter is then a semicolon."""
    text = "Student;ID;SIS Login ID;Section;HW (1)\nOkafor;987;;;1,50\nBen;988;;;\n"
    found = canvas.filled(text.encode(), [AMARA, BEN], ["HW"], ROSTER)
    assert found.data.decode() == "Student;ID;SIS Login ID;Section;HW (1)\nOkafor;987;;;12,50\nBen;988;;;3,74\n"


def test_canvas_notes_other_points():
    """Points that Canvas believes possible and the assignment does not have."""
    data = "Student,ID,SIS Login ID,Section,HW (1)\nPoints Possible,,,,100\n"
    (note,) = canvas.filled(data.encode(), [AMARA], ["HW"]).notes
    assert note == "Canvas has 100 points possible; the assignment here has 10"


@pytest.mark.parametrize(
    ("data", "titles", "said"),
    [
        (b"", ["HW"], "the first line of a Canvas gradebook begins"),
        (b"a,b,c,d,e\n", ["HW"], "the first line of a Canvas gradebook begins"),
        (gradebook(), ["HW2", "03_hw"], "no column 'HW2' or '03_hw' in the gradebook; name one with --column: HW (1)"),
        (gradebook(column="HW (1),HW (2)"), ["HW"], "'HW' could be 'HW (1)' and 'HW (2)'"),
        (gradebook(('a"b', 1, "")), ["HW"], "line 2: a quote does not end where its cell does"),
        (gradebook(("    Points Possible", "", "(read only)")), ["HW"], "'HW (1)' is read only"),
        (gradebook(("A", 987, ""), ("B", 987, "")), ["HW"], "rows 2 and 3 of the gradebook are both 'amara'"),
        (b"Student,ID,SIS Login ID,Section,HW (1)\nA,987\n", ["HW"], "row 2: 2 cells; expected at least 5"),
    ],
)
def test_canvas_files_that_cannot_be_filled_are_named(data, titles, said):
    """What was found, and what would be right."""
    with pytest.raises(AssignmentError) as caught:
        canvas.filled(data, [AMARA], titles, ROSTER)
    assert said in str(caught.value)


def test_moodle_worksheets_get_scores_and_nothing_else():
    """By participant number; feedback comments and all else stay."""
    found = moodle_filled()
    rows = rows_of(found.data.decode())
    assert [row["Grade"] for row in rows] == ["12.50", "3.74", ""]
    assert rows[1]["Feedback comments"] == 'Nice, but "late"'
    assert (found.not_there, found.not_here) == (("@eve", "cleo"), ("Participant 34",))
    with pytest.raises(AssignmentError, match="has the columns `Identifier` and `Grade`; found 'a, b'"):
        moodle.worksheet(b"a,b\n", FIRST)


@pytest.mark.parametrize("make", [tidy.text, wide.text], ids=["tidy", "wide"])
def test_tables_are_safe_in_a_spreadsheet_and_lose_nothing(make):
    """No text cell begins as a formula does, and every student is there."""
    rows = rows_of(make(CLASS, CONFIG, ROSTER))
    cells = {cell for row in rows for cell in row.values()}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r", "-"))]
    assert {row["student"].lstrip("'") for row in rows} >= {one.student for one in CLASS}
    assert '\'=HYPERLINK("http://x","Ben")' in cells


def test_negative_numbers_stay_numbers():
    """A sign is no formula; a text with one is made safe."""
    assert table([["-1", -1.5, "+2", 3]]) == '"\'-1",-1.5,"\'+2",3\n'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\v"])
def test_what_begins_as_a_formula_does_is_quoted(start):
    """Also behind a line end that a spreadsheet would take off."""
    assert safe(f"{start}1+1").startswith("'")


def test_what_is_not_graded_is_blank_and_never_zero():
    """In every table; the wide one also says who handed nothing in."""
    by_student = {row["student"]: row for row in rows_of(wide.text(CLASS, CONFIG, ROSTER))}
    assert by_student["cleo"]["04_scaling"] == ""
    assert by_student["cleo"]["not_graded"] == "04_scaling"
    assert (by_student["dan"]["04_scaling"], by_student["dan"]["not_submitted"]) == ("", "04_scaling 05_noise")
    assert by_student["'@eve"]["04_scaling"] == str(EVE.score)
    found = {(row["student"], row["task"]): row for row in rows_of(tidy.text(CLASS, CONFIG, ROSTER))}
    assert found["cleo", "scale"]["points"] == "7.0"
    assert (found["cleo", "twice"]["points"], found["cleo", "scale"]["score"]) == ("", "")
    assert found["ben", "extra"]["points"] == ""  # skipped: it was not tested
    imported = {row["ID number"]: row for row in rows_of(moodle.grade_import(CLASS, WANTED.titles, ROSTER))}
    assert imported["S003"]["Scaling, gently"] == ""
    assert imported["S002"]["Scaling, gently"] == "3.74"


def test_a_workbook_holds_both_tables_and_no_formula():
    """As openpyxl reads it: numbers are numbers, and what begins with `=` is a text."""
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"](WANTED)))
    expected = {"Scores": wide.rows(CLASS, CONFIG, ROSTER), "Tasks": tidy.rows(CLASS, CONFIG, ROSTER)}
    assert book.sheetnames == list(expected)
    for name, rows in expected.items():
        found = [["" if cell is None else cell for cell in row] for row in book[name].iter_rows(values_only=True)]
        assert found == rows
        assert {cell.data_type for row in book[name].iter_rows() for cell in row} <= {"s", "n"}


def test_json_reads_back_as_the_same_grades():
    """The contract of a grade, for each."""
    found = [from_json(one) for one in json.loads(FORMATS["json"](WANTED))]
    assert found == sorted(CLASS, key=lambda one: (one.assignment, one.student))


def test_junit_is_read_as_it_is_meant():
    """By junitparser: counts, failures by type, our own failure as an error, and no character that XML forbids."""
    suites = list(JUnitXml.fromstring(FORMATS["junit"](WANTED)))
    assert [suite.name for suite in suites[:4]] == [f"04_scaling.{name}" for name in ("@eve", "amara", "ben", "cleo")]
    eve, amara, ben, cleo = suites[:4]
    assert (amara.tests, amara.failures, amara.errors, amara.skipped) == (4, 0, 0, 0)
    assert (ben.tests, ben.failures, ben.errors, ben.skipped) == (4, 2, 0, 1)
    assert (cleo.failures, cleo.errors, eve.failures) == (1, 1, 3)
    kinds = [[type(one) for one in case.result] for case in ben]
    assert kinds == [[], [Failure], [Failure], [Skipped]]
    assert [case.result[0].type for case in list(ben)[1:3]] == ["failed", "timed_out"]
    assert isinstance(list(cleo)[2].result[0], Error)
    assert {one.name: one.value for one in ben.properties()}["score"] == "3.74"


def test_junit_keeps_every_character_that_xml_allows():
    """And drops the others, wherever they stand."""
    every = "".join(
        map(chr, [*range(0x300), 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x10FFFF])
    )
    test = dataclasses.replace(result("a", Outcome.FAILED), message=every, rubric=every, printed=every)
    one = grade("a", dataclasses.replace(scaling(*[Outcome.PASSED] * 3)[0], tests=(test,)))
    case = ElementTree.fromstring(junit.text([one]).encode()).find(".//testcase")
    forbidden = {*range(32), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF} - {ord("\t"), ord("\n")}
    allowed = "".join(char for char in every if ord(char) not in forbidden)
    assert case.find("failure").text == allowed
    assert case.find("system-out").text == allowed
    assert case.find("failure").get("message") == allowed


GRADESCOPE = {  # gradescope/autograder_samples, docs/specs.md
    "type": "object", "required": ["score", "tests"],
    "properties": {
        "score": {"type": "number"}, "execution_time": {"type": "integer"}, "output": {"type": "string"},
        "output_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "test_output_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "test_name_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "visibility": {"enum": ["visible", "hidden", "after_due_date", "after_published"]},
        "stdout_visibility": False, "extra_data": {"type": "object"},
        "tests": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["score", "max_score"], "additionalProperties": False,
            "properties": {
                "score": {"type": "number"}, "max_score": {"type": "number"}, "status": {"enum": ["passed", "failed"]},
                "name": {"type": "string"}, "number": {"type": "string"}, "output": {"type": "string"},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
        }},
        "leaderboard": {"type": "array", "items": {"type": "object", "required": ["name", "value"]}},
    },
    "additionalProperties": False,
}  # fmt: skip
CLASSROOM50 = {  # the wiki of Classroom 50, Advanced-Autograding.md
    "type": "object", "required": ["schema", "classroom", "assignment", "owner", "score", "max-score", "tests"],
    "properties": {
        "schema": {"const": "classroom50/result/v1"}, "score": {"type": "integer"}, "max-score": {"type": "integer"},
        "datetime": {"pattern": "^2027-02-08T20:00:00Z$"}, "graded_at": {"pattern": "Z$"},
        "tests": {"type": "array", "items": {
            "type": "object", "required": ["test-name", "passed", "score", "max-score"],
            "properties": {
                "passed": {"type": "boolean"}, "score": {"type": "integer"}, "max-score": {"type": "integer"},
            },
        }},
    },
}  # fmt: skip


def strict(text):
    """JSON as strict readers take it: no NaN, no Infinity."""

    def refuse(value):
        raise ValueError(value)

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("one", CLASS, ids=lambda one: f"{one.student}, {one.assignment}")
def test_one_submission_is_what_gradescope_and_classroom50_take(one):
    """By the schemas of their documentation; the sums are the score."""
    found = strict(gradescope.text(one, CONFIG, TEXTS))
    jsonschema.validate(found, GRADESCOPE)
    assert found["score"] == one.score
    theirs = strict(classroom50.text(one, PUSH))
    if one.submitted_at is not None:
        jsonschema.validate(theirs, CLASSROOM50)
    assert theirs["score"] == sum(test["score"] for test in theirs["tests"]) == round(100 * one.score)
    assert theirs["max-score"] == sum(test["max-score"] for test in theirs["tests"]) == round(100 * one.max_score)


def test_gradescope_tells_what_lateness_cost():
    """The points of the tasks come to more than the score; the output says why."""
    found = strict(gradescope.text(BEN, CONFIG, TEXTS))
    assert math.isclose(
        sum(test["score"] for test in found["tests"]) * (1 - LATE["penalty"]), found["score"], abs_tol=0.01
    )
    assert "20% of the points were taken off" in found["output"]
    assert "hint: You forgot the shift." in found["tests"][0]["output"]


def test_what_is_not_graded_stops_an_export(tmp_path):
    """All who are, are named; one assignment or student without it goes out, and all where that is allowed."""
    for one in CLASS:
        write(tmp_path, one)
    with pytest.raises(GraderError, match=r"1 of 6 submissions are not graded[^$]*\n  cleo, 04_scaling$"):
        grades_to_export(tmp_path)
    assert len(grades_to_export(tmp_path, allow_ungraded=True)) == 6
    assert len(grades_to_export(tmp_path, "05_noise")) == 2
    assert [one.student for one in grades_to_export(tmp_path, "04_scaling", "ben")] == ["ben"]
    with pytest.raises(AssignmentError, match="holds no grades of nobody"):
        grades_to_export(tmp_path, student="nobody")
