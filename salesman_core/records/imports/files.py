"""Opening a file that somebody wants to import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from salesman_core.i18n import texts
from salesman_core.records.imports.cells import text_of
from salesman_core.records.imports.delimited import delimited_records, recognised_dialect
from salesman_core.records.imports.errors import UnreadableFileError
from salesman_core.records.imports.sheet import (
    MOST_BYTES,
    Cell,
    Layout,
    Sheet,
    cleaned,
    distinct,
)
from salesman_core.records.imports.workbook import (
    opened_workbook,
    require_bounded,
    workbook_records,
)

_ = texts.gettext

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STRANGERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"{\\rtf")


def open_sheet(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Sheet:
    """Open a file: CSV in UTF-8, UTF-16 or cp1251, ``.xlsx`` or ``.xls``, told by its content.

    :param path: the file.
    :param encoding: of a CSV file, where it is not to be recognised.
    :param delimiter: of a CSV file, where it is not to be recognised.
    :param sheet: of a workbook; empty for the first that shows and has something in it.
    :raises UnreadableFileError: where it is none of these, empty, or larger than is read.
    """
    if path.stat().st_size > MOST_BYTES:
        message = _(
            "The file is larger than %(most)s MB: split it into smaller ones", most=MOST_BYTES >> 20
        )
        raise UnreadableFileError(message)
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(_ZIP):
        require_bounded(path)
        return _workbook(path, "XLSX", sheet)
    if head.startswith(_OLE):
        return _workbook(path, "XLS", sheet)
    _require_text(head, path)
    return _delimited(path, encoding, delimiter)


def _require_text(head: bytes, path: Path) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(_STRANGERS) or start.startswith(_MARKUP):
        message = _(
            "“%(name)s” is no spreadsheet, whatever its name says: save it as .xlsx or .csv",
            name=path.name,
        )
        raise UnreadableFileError(message)


def _workbook(path: Path, kind: str, wanted: str) -> Sheet:
    with opened_workbook(path, wanted) as opened:
        row, headings = _headings(opened.records)
    return Sheet(
        path=path,
        layout=Layout(kind, sheet=opened.name, sheets=opened.names),
        headings=distinct(headings, opened.first_column),
        heading_row=row,
        records=partial(workbook_records, path, opened.name),
    )


def _delimited(path: Path, encoding: str, delimiter: str) -> Sheet:
    dialect = recognised_dialect(path, encoding, delimiter)
    records: Callable[[], Iterator[Sequence[Cell]]] = partial(delimited_records, path, dialect)
    with closing(delimited_records(path, dialect)) as start:
        row, headings = _headings(start)
    return Sheet(
        path=path,
        layout=Layout("CSV", encoding=dialect.encoding, delimiter=dialect.delimiter),
        headings=distinct(headings),
        heading_row=row,
        records=records,
    )


def _headings(records: Iterator[Sequence[Cell]]) -> tuple[int, list[str]]:
    """Give the first row that has something in it, and its number."""
    for number, record in enumerate(records, start=1):
        if cells := cleaned(record, number):
            blank = [""] * (len(record) - len(cells))
            return number, [text_of(cell) for cell in cells] + blank
    raise UnreadableFileError(_("The file has nothing in it"))
