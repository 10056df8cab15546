"""Grades as an Excel workbook: a sheet a student a row, and a sheet a task a row."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from autograder.config import Config
from autograder.reports import tidy, wide
from autograder.reports.csv import Value
from autograder.results import Grade
from autograder.roster import Student

_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def data(grades: Sequence[Grade], config: Config, roster: Sequence[Student] = ()) -> bytes:
    """The bytes of the workbook, the same for the same grades. Every text stays one: nothing in it is a formula."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _PLAIN) as book:
        latest = max((datetime.fromisoformat(grade.graded_at) for grade in grades), default=datetime(2000, 1, 1))
        book.set_properties({"title": config.course, "created": latest.astimezone(UTC).replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        for name, rows in (("Scores", wide.rows(grades, roster)), ("Tasks", tidy.rows(grades, config, roster))):
            sheet = book.add_worksheet(name)
            _write(sheet, rows, bold)
    return buffer.getvalue()


def _write(sheet: object, rows: Sequence[Sequence[Value]], bold: object) -> None:
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row, *([bold] if place == 0 else []))  # type: ignore[attr-defined]
    sheet.freeze_panes(1, 1)  # type: ignore[attr-defined]
    sheet.autofilter(0, 0, max(1, len(rows) - 1), len(rows[0]) - 1)  # type: ignore[attr-defined]
    sheet.autofit()  # type: ignore[attr-defined]
