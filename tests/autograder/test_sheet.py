"""A gradebook of another system: any shape of it, and no byte changed but those of our cells."""

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import AssignmentError
from autograder.reports import canvas
from autograder.reports.sheet import read

from .golden_class import grade, scaling
from .test_reports import P

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
PLAIN = st.from_regex(r"[A-Za-z ]{0,8}", fullmatch=True)


@st.composite
def gradebooks(draw):
    """A Canvas gradebook as (bytes before the cell, the cell, bytes after it), for one row and one column, with any
    delimiter, line end, quoting and byte order mark."""
    delimiter, end = draw(st.sampled_from(",;")), draw(st.sampled_from(["\r\n", "\n"]))

    def raw(value):
        must = any(char in value for char in (delimiter, '"', "\r", "\n"))
        return '"' + value.replace('"', '""') + '"' if must or draw(st.booleans()) else value

    def row(cells):
        return delimiter.join(map(raw, cells))

    before = [row([draw(CELLS), "1", "", "", draw(CELLS)]) for _ in range(draw(st.integers(0, 2)))]
    after = [row([draw(CELLS), "3", "", "", draw(CELLS)]) for _ in range(draw(st.integers(0, 2)))]
    head = row(["Student", "ID", "SIS Login ID", "Section", "HW (1)"]).replace("Student", "Student", 1)
    ours = row([draw(CELLS), "amara", draw(CELLS), draw(PLAIN)]) + delimiter
    quote = draw(st.sampled_from(["", '"']))
    start = draw(st.sampled_from(["", "\ufeff"])) + "".join(line + end for line in [head, *before]) + ours
    rest = "".join(end + line for line in after) + draw(st.sampled_from(["", end]))
    return start.encode(), quote + draw(st.sampled_from(["", "3.00", "-"])) + quote, rest.encode()


@given(gradebooks())
def test_a_canvas_gradebook_keeps_all_other_bytes(made):
    """Before our cell and behind it, whatever they are; and the cell keeps its quotes."""
    before, cell, after = made
    found = canvas.filled(before + cell.encode() + after, [grade("amara", *scaling(P, P, P))], ["HW"])
    assert found.data.startswith(before)
    assert found.data.endswith(after)
    quote = cell[:1].strip("3-")
    assert found.data[len(before) : len(found.data) - len(after)].decode() in (f"{quote}12.50{quote}", '"12.50"')
    assert found.filled == ("amara",)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5), st.sampled_from(["\r\n", "\n"]))
def test_cells_are_those_that_the_standard_library_reads(rows, end):
    """And nothing is lost between them."""
    buffer = io.StringIO(newline="")
    buffer.write(f"a,b c{end}")
    csv.writer(buffer, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    data = buffer.getvalue().encode()
    sheet = read(data)
    assert sheet.changed({}) == data
    expected = list(csv.reader(io.StringIO(buffer.getvalue(), newline="")))
    assert [[cell.value for cell in row] for row in sheet.rows] == expected


@given(st.binary(max_size=60))
def test_any_bytes_are_kept_or_refused(data):
    """No file is changed by being read, be it no text at all."""
    with contextlib.suppress(AssignmentError):
        assert read(data).changed({}) == data


@pytest.mark.parametrize(
    ("text", "line"), [('a,b\n"c,d\n', 2), ('a,b\r\n\r\n"c" x,d\n', 3), ('a,"', 1)], ids=["open", "tail", "end"]
)
def test_a_quote_that_does_not_end_is_named_with_its_line(text, line):
    """Rather than to guess where the cell ends."""
    with pytest.raises(AssignmentError, match=f"line {line}: a quote does not end where its cell does"):
        read(text.encode())


def test_texts_that_spreadsheets_were_told_of_are_read_as_they_are():
    """`="007"` says 007, also where its quotes are quoted."""
    sheet = read(b'a,b\n="007","=""x"""\n')
    assert [sheet.value(1, column) for column in (0, 1, 2)] == ["007", "x", ""]


def test_the_decimal_mark_is_that_of_most_numbers():
    """A comma only where there are more of them."""
    assert read(b'a;b\n1,5;2.5\n"2,5";x\n').decimal([0]) == ","
    assert read(b"a;b\n1,5;2.5\n3.5;1\n").decimal([0, 1]) == "."
