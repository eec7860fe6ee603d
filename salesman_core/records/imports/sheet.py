"""What every file becomes: headings, and rows of cells under them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from salesman_core.i18n import texts
from salesman_core.records.imports.errors import UnreadableFileError

_ = texts.gettext

Cell = str | int | float | bool | date | datetime | time | timedelta
"""What stands in a cell; an empty one is an empty string. A formula's cell holds its last result,
and what merely looks like a formula is text: nothing is ever evaluated."""

MOST_BYTES = 100 << 20
"""The largest file that is read."""
MOST_UNPACKED = 1 << 30
"""The most bytes that an ``.xlsx`` may unpack to."""
MOST_COLUMNS = 500
MOST_CELL_LENGTH = 32_767
"""Characters in a cell: Excel's own bound."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no database keeps and nobody typed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet.

    :param number: as a spreadsheet program shows it: the first row of a file is 1.
    :param cells: from the first column on, texts without space around them, up to the last cell
        that holds something. No cells: the row is blank.
    """

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in the row."""
        return not self.cells


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file was taken for.

    :param kind: ``CSV``, ``XLSX`` or ``XLS``.
    :param encoding: of a CSV file.
    :param delimiter: of a CSV file.
    :param sheet: the name of the sheet that is read, of a workbook.
    :param sheets: the names of all its sheets that show.
    """

    kind: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Give it in a line, as ``CSV, cp1251, “;”``."""
        if self.kind != "CSV":
            return f"{self.kind}, “{self.sheet}”"
        shown = "Tab" if self.delimiter == "\t" else f"“{self.delimiter}”"
        return f"CSV, {self.encoding}, {shown}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows under their headings; it may be read again and again.

    :param path: the file.
    :param layout: what it was taken for.
    :param headings: one for each column, no two alike; a column without one has its letter.
    :param heading_row: the number of the row that holds them.
    :param records: reads the file from its first row.
    """

    path: Path
    layout: Layout
    headings: tuple[str, ...]
    heading_row: int
    records: Callable[[], Iterator[Sequence[Cell]]]

    def rows(self) -> Iterator[Row]:
        """Give the rows below the headings, blank ones too, while the file is being read.

        :raises UnreadableFileError: where the file turns out to be broken, or beyond the bounds.
        """
        for number, record in enumerate(self.records(), start=1):
            if number > self.heading_row:
                yield Row(number, cleaned(record, number))


def cleaned(record: Sequence[Cell], number: int) -> tuple[Cell, ...]:
    """Give the cells of a record without space around them, and without blank ones at the end.

    :raises UnreadableFileError: where there are too many cells, or one is too long.
    """
    if len(record) > MOST_COLUMNS:
        message = _(
            "Row %(row)s has %(count)s columns; at most %(most)s are read",
            row=number,
            count=len(record),
            most=MOST_COLUMNS,
        )
        raise UnreadableFileError(message)
    cells = [_clean(cell, number) if isinstance(cell, str) else cell for cell in record]
    while cells and cells[-1] == "":
        cells.pop()
    return tuple(cells)


def _clean(text: str, number: int) -> str:
    if len(text) > MOST_CELL_LENGTH:
        message = _(
            "A cell of row %(row)s has %(count)s characters; at most %(most)s are read",
            row=number,
            count=len(text),
            most=MOST_CELL_LENGTH,
        )
        raise UnreadableFileError(message)
    return _CONTROL.sub("", text).strip()


def column_letter(index: int) -> str:
    """Give a column's letters as spreadsheet programs show them: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def distinct(names: Iterable[str], first_column: int = 0) -> tuple[str, ...]:
    """Give headings that differ: a second “Phone” becomes “Phone (2)”, a blank one its letter."""
    taken: dict[str, int] = {}
    headings = []
    for index, name in enumerate(names):
        heading = name or column_letter(first_column + index)
        while heading in taken:
            taken[name] = taken.get(name, 1) + 1
            heading = f"{name or column_letter(first_column + index)} ({taken[name]})"
        taken.setdefault(heading, 1)
        headings.append(heading)
    return tuple(headings)
