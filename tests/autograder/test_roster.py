"""The roster, as instructors' spreadsheets write it."""

import pytest

from autograder.errors import AssignmentError
from autograder.roster import Student, load_roster


def roster(tmp_path, text):
    """What is read of a roster with this text."""
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode())
    return load_roster(path)


def test_columns_stand_in_any_order_and_only_student_is_needed(tmp_path):
    """What is not there is empty; blank lines and a byte order mark do not matter."""
    text = '\ufeffname,student,canvas_id\r\n"Okafor, Amara",amara,17\r\n\r\nBen ,ben,\r\n,,\r\n'
    assert roster(tmp_path, text) == (Student("amara", "Okafor, Amara", canvas_id="17"), Student("ben", "Ben"))


def test_semicolons_part_cells_as_well(tmp_path):
    """As spreadsheets write them where the comma is the decimal mark."""
    assert roster(tmp_path, "student;name\namara;Okafor, Amara\n") == (Student("amara", "Okafor, Amara"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: found no column `student`"),
        ("name,email\nA,a@x\n", "line 1: found no column `student`"),
        ("student,sid\na,1\n", "line 1: unknown column 'sid'; known are student, name, email, section, canvas_id"),
        ("student,name,name\na,b,c\n", "line 1: the column 'name' is there 2 times"),
        ("student,name\na,b\nc\n", "line 3: 1 cells; expected 2"),
        ("student,name\n,b\n", "line 2: no student"),
        ("student,email\na,x@y\nb,x@y\n", "line 3: email 'x@y' is on line 2, too"),
        ("student\na\na\n", "line 3: student 'a' is on line 2, too"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path, text, said):
    """Never a traceback, and never a student left out silently."""
    with pytest.raises(AssignmentError, match=r"roster\.csv: 1 mistake") as caught:
        roster(tmp_path, text)
    assert said in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path):
    """So that a roster is mended in one go."""
    with pytest.raises(AssignmentError) as caught:
        roster(tmp_path, "student,email\na,x\na,x\nb\n,\n,z\n")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()[1:]] == [
        "  line 3", "  line 3", "  line 4", "  line 6",
    ]  # fmt: skip


def test_a_file_that_is_no_csv_is_named_with_its_line(tmp_path):
    """A cell without an end, say, longer than any cell is."""
    with pytest.raises(AssignmentError, match=r"roster\.csv: line 2: no CSV \(field larger"):
        roster(tmp_path, 'student,name\na,"' + "b" * 200_000)
