"""Delimited text: ``.csv`` and its kin, in the encodings and with the delimiters people use."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from salesman_core.i18n import texts
from salesman_core.records.export_files import EVALUATED
from salesman_core.records.imports.errors import UnreadableFileError
from salesman_core.records.imports.sheet import Cell

_ = texts.gettext

DELIMITERS = (";", ",", "\t", "|")
_SAMPLE_ROWS = 100
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUARDED = re.compile(f"'(?={EVALUATED})")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n')
_END = "\x00end of file"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is written.

    :param encoding: a codec's name.
    :param delimiter: what stands between cells.
    :param preamble: True where the first line only names the delimiter (``sep=;``), as Excel does.
    """

    encoding: str
    delimiter: str
    preamble: bool = False


def recognised_encoding(path: Path) -> str:
    """Give the encoding of a text: by its mark, else UTF-16 by its zero bytes, UTF-8 or cp1251.

    :raises UnreadableFileError: where it is no text in any of them.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        return _zero_bytes_encoding(head)
    for encoding in ("utf-8", "cp1251"):
        if _decodes(path, encoding):
            return encoding
    raise UnreadableFileError(_("The file is no text: save it as .xlsx or .csv"))


def _zero_bytes_encoding(head: bytes) -> str:
    """Tell UTF-16 by its digits, delimiters and line ends: each has a zero byte on one side."""
    zeros_at_odd = head[1::2].count(0)
    zeros_at_even = head[0::2].count(0)
    few = len(head) // 20
    if zeros_at_odd > max(few, 4 * zeros_at_even):
        return "utf-16-le"
    if zeros_at_even > max(few, 4 * zeros_at_odd):
        return "utf-16-be"
    raise UnreadableFileError(_("The file is no text: save it as .xlsx or .csv"))


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def recognised_delimiter(lines: list[str]) -> str:
    """Give the delimiter that cuts the lines into the most rows as wide as the first.

    Counting characters would not do: “Price, RUB” and “45 000,00” are full of commas.
    """
    scores = {delimiter: _evenness(lines, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=scores.__getitem__)
    return best if scores[best][1] > 1 else "\t"  # one column: cut at what does not occur


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    try:
        records = [record for record in csv.reader(lines, delimiter=delimiter) if any(record)]
    except csv.Error:
        return 0.0, 0
    if not records or not records[0][1:]:
        return 0.0, 0
    width = len(records[0])
    return sum(len(record) == width for record in records) / len(records), width


def recognised_dialect(path: Path, encoding: str = "", delimiter: str = "") -> Dialect:
    """Find out how a delimited text is written; what is given is taken as given.

    :raises UnreadableFileError: where it is no text, or not one in the encoding that was given.
    """
    encoding = encoding or recognised_encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = list(islice(file, _SAMPLE_ROWS))
    except (UnicodeError, LookupError) as error:
        message = _("The file is no text in the encoding “%(encoding)s”", encoding=encoding)
        raise UnreadableFileError(message, {"encoding": message}) from error
    named = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    if named:
        return Dialect(encoding, delimiter or named[1], preamble=True)
    return Dialect(encoding, delimiter or recognised_delimiter(lines))


def delimited_records(path: Path, dialect: Dialect) -> Generator[list[Cell]]:
    """Give the records of a delimited text; quoted cells may hold delimiters and line ends.

    :raises UnreadableFileError: where a quotation mark is never closed, or the text is broken.
    """
    number = 0
    with closing(_lines(path, dialect)) as lines:
        try:
            for record in csv.reader(lines, delimiter=dialect.delimiter):
                number += 1
                if record == [_END]:
                    return
                yield [unguarded(cell) for cell in record]
        except csv.Error as error:
            raise UnreadableFileError(_broken(number + 1)) from error
        except UnicodeError as error:
            message = _("The file is no text in “%(name)s”", name=dialect.encoding)
            raise UnreadableFileError(message) from error
    raise UnreadableFileError(_broken(number))  # the end was swallowed by an open quotation


def _lines(path: Path, dialect: Dialect) -> Generator[str]:
    with path.open(encoding=dialect.encoding, newline="") as file:
        if dialect.preamble:
            next(file)
        yield from file
    yield _END


def _broken(row: int) -> str:
    return _(
        "Row %(row)s opens a quotation mark that is not closed: the rows after it cannot be told"
        " apart",
        row=row,
    )


def unguarded(cell: str) -> str:
    """Take away the apostrophe with which exports keep spreadsheets from evaluating a text."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell
