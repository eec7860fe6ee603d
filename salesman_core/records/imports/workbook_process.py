"""The process that opens a workbook, so that a hostile one can take nothing else with it.

A workbook of six kilobytes may name one cell in its last row and column, and the native reader
then asks for half a terabyte and aborts its process. So it reads in a process of its own, whose
memory and time are bounded, and which writes what it reads to its standard output: a line of JSON
with the sheet, then lines of rows. It is run by its path, and imports nothing of ours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import orjson
import python_calamine

try:
    import resource
except ImportError:  # not on Windows, where the bounds are those of the file alone
    resource = None  # type: ignore[assignment]

MEMORY_LIMIT = 2 << 30
"""Bytes of address space."""
TIME_LIMIT = 120
"""Seconds of processor time."""
ROWS_PER_LINE = 200

Line = dict[str, Any] | list[list[Any]]


class Refused(Exception):  # noqa: N818  # says what happened
    """The workbook cannot be read; its arguments are a code and what the message names."""


def encoded(cell: Any) -> Any:
    """Give a cell as JSON: what JSON does not know becomes a pair of its kind and its text."""
    match cell:
        case datetime():
            return ["moment", cell.isoformat()]
        case date():
            return ["date", cell.isoformat()]
        case time():
            return ["time", cell.isoformat()]
        case timedelta():
            return ["seconds", cell.total_seconds()]
        case _:
            return cell


def is_blank(row: Iterable[Any]) -> bool:
    """Tell whether a row has nothing in it."""
    return all(cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in row)


def shown_sheets(workbook: python_calamine.CalamineWorkbook) -> list[str]:
    """Give the names of the sheets of cells that show."""
    return [
        about.name
        for about in workbook.sheets_metadata
        if about.typ is python_calamine.SheetTypeEnum.WorkSheet
        and about.visible is python_calamine.SheetVisibleEnum.Visible
    ]


def chosen_sheet(
    workbook: python_calamine.CalamineWorkbook, wanted: str
) -> python_calamine.CalamineSheet:
    """Give the sheet that is *wanted*, or else the first that shows and has something in it."""
    if wanted:
        if wanted not in workbook.sheet_names:
            raise Refused("no_such_sheet", wanted, ", ".join(workbook.sheet_names))
        return workbook.get_sheet_by_name(wanted)
    for name in shown_sheets(workbook):
        sheet = workbook.get_sheet_by_name(name)
        if not all(is_blank(row) for row in sheet.iter_rows()):
            return sheet
    raise Refused("empty")


def lines(path: str, wanted: str, most_columns: int) -> Iterator[Line]:
    """Give the sheet, its fellows and its first column, then its rows by the hundred.

    Numbers, texts and flags stand as they are, ``["date", "2014-03-23"]`` is a date.
    """
    with (
        open(path, "rb") as file,  # noqa: PTH123  # a path would be judged by its ending
        python_calamine.CalamineWorkbook.from_filelike(file) as workbook,
    ):
        sheet = chosen_sheet(workbook, wanted)
        if sheet.width > most_columns:
            raise Refused("columns", str(sheet.width))
        yield {
            "sheet": sheet.name,
            "sheets": shown_sheets(workbook),
            "first_column": (sheet.start or (0, 0))[1],
        }
        rows = sheet.iter_rows()
        while part := list(islice(rows, ROWS_PER_LINE)):
            yield [[encoded(cell) for cell in row] for row in part]


def answer(path: str, wanted: str, most_columns: int) -> Iterator[Line]:
    """Give the lines, and at their end ``{"end": true}`` or what went wrong."""
    try:
        yield from lines(path, wanted, most_columns)
    except Refused as refused:
        yield {"refused": list(refused.args)}
    except python_calamine.PasswordError:
        yield {"refused": ["password"]}
    except python_calamine.CalamineError as error:
        yield {"refused": ["damaged", str(error)]}
    except MemoryError:
        yield {"refused": ["too_much"]}
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how the native reader stumbles
            raise
        yield {"refused": ["damaged", str(error)]}
    else:
        yield {"end": True}


def main() -> None:
    """Write the workbook named by the arguments: its path, the sheet's name, most columns."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT, TIME_LIMIT))
    path, wanted, most_columns = sys.argv[1:]
    for line in answer(path, wanted, int(most_columns)):
        sys.stdout.buffer.write(orjson.dumps(line) + b"\n")


if __name__ == "__main__":
    main()
