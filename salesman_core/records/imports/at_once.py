"""A small file read at once into rows of fields, for whoever does not import records of it.

A specification that becomes the lines of one deal is read so: by the same headings, encodings and
notations of numbers as an import, and what cannot be read is told row by row.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from salesman_core.i18n import texts
from salesman_core.records.imports.errors import MappingError, UnreadableFileError
from salesman_core.records.imports.files import open_sheet
from salesman_core.records.imports.mapping import ColumnMapping
from salesman_core.records.imports.plan import planned
from salesman_core.records.imports.reading import UNMAPPED, RowReader
from salesman_core.records.imports.survey import surveyed
from salesman_core.services import files as store
from salesman_core.services.company import company
from salesman_hookspecs import ImportField, Text

_ = texts.gettext

LARGEST: Final = 5 << 20
"""Bytes that such a file may have."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file.

    :param number: as a spreadsheet program shows it.
    :param values: by field, as ``ImportBatch.rows`` has them, without what no field holds.
    :param errors: by field, what could not be read; an empty name is the row as a whole.
    """

    number: int
    values: Mapping[str, Any]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FileRows:
    """What was found in a file.

    :param layout: what it was taken for, in a line.
    :param recognised: headings, each with what the field is called that it fills.
    :param passed_over: headings that fill none.
    :param rows: those that hold something.
    """

    layout: str
    recognised: Sequence[tuple[str, Text]]
    passed_over: Sequence[str]
    rows: Sequence[FileRow]


def read_at_once(
    name: str, content: IO[bytes], fields: Sequence[ImportField], *, most: int
) -> FileRows:
    """Read a file: CSV in the usual encodings, ``.xlsx`` or ``.xls``.

    :param name: the file's name, as the browser gave it; made harmless.
    :param fields: what its columns may fill; they are recognised by their headings.
    :param most: so many rows at most.
    :raises UnreadableFileError: at the field ``file``: where it is no spreadsheet, has more rows,
        or no column fills a field that is required.
    """
    with tempfile.TemporaryDirectory(prefix="salesman-file-") as folder:
        path = Path(folder) / store.harmless_name(name)
        _write(path, content)
        try:
            return _read(path, fields, most)
        except (MappingError, UnreadableFileError) as error:
            raise _at_file(error.message) from error


def _write(path: Path, content: IO[bytes]) -> None:
    held = content.read(LARGEST + 1)
    if len(held) > LARGEST:
        raise _at_file(_("The file is larger than %(most)s MB.", most=LARGEST >> 20))
    path.write_bytes(held)


def _at_file(message: Text) -> UnreadableFileError:
    return UnreadableFileError(message, {"file": message})


def _read(path: Path, fields: Sequence[ImportField], most: int) -> FileRows:
    sheet, mapping = open_sheet(path), ColumnMapping()
    plan = planned(sheet.headings, fields, mapping)
    reader = RowReader(fields, mapping, plan, surveyed(sheet, plan), company().tz)
    rows: list[FileRow] = []
    for row in sheet.rows():
        if row.is_blank:
            continue
        if len(rows) >= most:
            raise _at_file(_("The file has more than %(most)s rows.", most=most))
        read = reader.read(row)
        values = {one: value for one, value in read.values.items() if one != UNMAPPED}
        rows.append(FileRow(row.number, values, {k: str(v) for k, v in read.errors.items()}))
    return FileRows(
        str(sheet.layout),
        [(column.heading, one.title) for column in plan.columns for one in column.fields],
        [heading for _index, heading in plan.kept],
        rows,
    )
