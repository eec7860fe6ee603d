"""Files for spreadsheets: CSV and XLSX, written row by row, in which nothing is ever evaluated."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Final

import xlsxwriter

from salesman_core.clock import now
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_core.web.locale import current_language

_ = texts.gettext

CSV, XLSX = "csv", "xlsx"
FORMATS: Final = {CSV: "CSV", XLSX: "Excel (XLSX)"}
MEDIA_TYPES: Final = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_OF_A_SHEET: Final = 1_048_575
"""Rows of a sheet of XLSX, the headings aside (ECMA-376, 18.3.1.73)."""

EVALUATED: Final = r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]"
"""How texts begin that spreadsheets evaluate, and those that would be taken for guarded ones.

In East Asian settings they evaluate what begins with the wide forms of the signs, too.
"""
_EVALUATED: Final = re.compile(EVALUATED)
_LIKE_THOUSANDS: Final = re.compile(r"-?\d{1,3}\.\d{3}")
_LONGEST: Final = 32_767
"""Characters of a cell of XLSX."""
_HUNDREDTHS: Final = -2
"""The exponent of amounts; of other numbers a sheet shows all digits."""
_MARKS: Final = {"ru": (";", ","), "en": (",", ".")}

Rows = Iterable[Sequence[Any]]


def guarded(text: str) -> str:
    """Give a text for a CSV file so that no spreadsheet evaluates it."""
    return f"'{text}" if _EVALUATED.match(text) else text


def write_csv(target: IO[bytes], headings: Sequence[str], rows: Rows) -> int:
    """Write rows as CSV, in UTF-8 with a mark of byte order; give how many.

    Semicolons and decimal commas in Russian, commas and points in English: what Excel takes for
    its own there.
    """
    delimiter, mark = _MARKS.get(current_language(), (",", "."))
    text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow([guarded(heading) for heading in headings])
    number = 0
    for row in rows:
        writer.writerow([_cell(value, mark) for value in row])
        number += 1
    text.detach()
    return number


def _cell(value: Any, mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return _number(value).replace(".", mark)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(company().tz):{_day_format()} %H:%M}"
    if isinstance(value, date):
        return f"{value:{_day_format()}}"
    return guarded(str(value))


def _number(value: Decimal) -> str:
    """Give a number so that nobody takes its fraction for thousands, as that of “1,054”."""
    text = f"{value:f}"
    return f"{text}0" if _LIKE_THOUSANDS.fullmatch(text) else text


def _day_format() -> str:
    return "%d.%m.%Y" if current_language() == "ru" else "%Y-%m-%d"


def write_xlsx(target: IO[bytes], headings: Sequence[str], rows: Rows) -> int:
    """Write rows as a sheet of XLSX, in constant memory; give how many.

    Texts are written as texts: nothing in a cell runs, whatever it begins with. The same rows give
    the same file all day, in UTC.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"created": datetime.combine(now().date(), time.min)})
    sheet = book.add_worksheet()
    write = _sheet_writer(book, sheet)
    bold = book.add_format({"bold": True})
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    sheet.freeze_panes(1, 0)
    number = 0
    for row in rows:
        number += 1
        for place, value in enumerate(row):
            write(number, place, value)
    book.close()
    return number


def _sheet_writer(book: Any, sheet: Any) -> Callable[[int, int, Any], None]:
    """Give what writes one value as what it is."""
    day = book.add_format({"num_format": "dd.mm.yyyy" if _day_format()[1] == "d" else "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    money = book.add_format({"num_format": "#,##0.00"})

    def write(row: int, place: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_string(row, place, _("yes") if value else _("no"))
        elif isinstance(value, int):
            sheet.write_number(row, place, value)
        elif isinstance(value, Decimal):
            is_money = value.as_tuple().exponent == _HUNDREDTHS
            sheet.write_number(row, place, value, money if is_money else None)
        elif isinstance(value, datetime):
            local = value.astimezone(company().tz).replace(tzinfo=None)
            sheet.write_datetime(row, place, local, moment)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, day)
        else:
            sheet.write_string(row, place, str(value)[:_LONGEST])

    return write


WRITERS: Final = {CSV: write_csv, XLSX: write_xlsx}
