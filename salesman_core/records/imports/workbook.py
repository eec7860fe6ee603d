"""Workbooks: ``.xlsx`` and ``.xls``, read by a process of their own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

import orjson

from salesman_core.i18n import texts
from salesman_core.records.imports import workbook_process
from salesman_core.records.imports.errors import UnreadableFileError
from salesman_core.records.imports.sheet import MOST_COLUMNS, MOST_UNPACKED, Cell

_ = texts.gettext

_DECODED: Final[dict[str, Callable[[Any], Cell]]] = {
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
}


def require_bounded(path: Path, most: int = MOST_UNPACKED) -> None:
    """Refuse an ``.xlsx`` that is none, or that unpacks to more than *most* bytes.

    The bytes are really unpacked and counted: what an archive says of its sizes may be a lie.

    :raises UnreadableFileError: where it is refused.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableFileError(_not_a_workbook(path))
            left = most
            for member in archive.infolist():
                left -= _unpacked_size(archive, member, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise UnreadableFileError(_not_a_workbook(path)) from error


def _unpacked_size(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> int:
    size = 0
    with archive.open(member) as content:
        while part := content.read(1 << 20):
            size += len(part)
            if size > most:
                message = _("The workbook unpacks to more than is read: split it into smaller ones")
                raise UnreadableFileError(message)
    return size


@dataclass(frozen=True, slots=True)
class Opened:
    """A sheet of a workbook that is being read.

    :param name: the sheet's name.
    :param names: those of all sheets that show.
    :param first_column: the index of its first column; those before it are empty.
    :param records: its rows from the first on, blank ones too.
    """

    name: str
    names: tuple[str, ...]
    first_column: int
    records: Iterator[list[Cell]]


@contextmanager
def opened_workbook(path: Path, sheet: str = "") -> Iterator[Opened]:
    """Open a sheet of a workbook; the process that reads it ends with the block.

    :param path: the file.
    :param sheet: a sheet's name; empty for the first that shows and has something in it.
    :raises UnreadableFileError: where it cannot be read, here or while its records are taken.
    """
    with _lines(path, sheet) as lines:
        about: dict[str, Any] = next(lines, {})
        if "sheet" not in about:
            raise UnreadableFileError(_why(about, path))
        records = _records(lines, path)
        yield Opened(about["sheet"], tuple(about["sheets"]), about["first_column"], records)


@contextmanager
def _lines(path: Path, sheet: str) -> Iterator[Iterator[Any]]:
    """Give what the reading process writes, line by line; it ends with the block."""
    arguments = [workbook_process.__file__, str(path.absolute()), sheet, str(MOST_COLUMNS)]
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(  # noqa: S603  # our own program; the path is one argument, no shell
            [sys.executable, "-I", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            process_group=0,  # Ctrl-C is for whoever reads what it writes
        ) as process,
    ):
        try:
            yield _answers(process, complaints)
        finally:
            process.kill()


def _answers(process: subprocess.Popen[bytes], complaints: IO[bytes]) -> Iterator[Any]:
    for line in process.stdout or ():
        if line.endswith(b"\n"):  # else its writer was ended in the middle of it
            yield orjson.loads(line)
    if process.wait() > 0:  # ended by itself, not by its bounds: that is our mistake
        complaints.seek(0)
        raise RuntimeError(complaints.read().decode(errors="replace"))


def _records(lines: Iterator[Any], path: Path) -> Iterator[list[Cell]]:
    for line in lines:
        if isinstance(line, list):
            yield from ([_decoded(cell) for cell in row] for row in line)
        elif "end" in line:
            return
        else:
            raise UnreadableFileError(_why(line, path))
    raise UnreadableFileError(_why({}, path))


def _decoded(cell: Any) -> Cell:
    if isinstance(cell, list):
        kind, value = cell
        return _DECODED[kind](value)
    return "" if cell is None else cell


def _why(line: dict[str, list[str]], path: Path) -> str:
    match line.get("refused"):
        case ["empty"]:
            return _("The workbook has nothing in it")
        case ["password"]:
            return _("The workbook is protected by a password: save it without one")
        case ["no_such_sheet", wanted, names]:
            return _(
                "The workbook has no sheet “%(wanted)s”, but: %(names)s", wanted=wanted, names=names
            )
        case ["columns", count]:
            return _(
                "The sheet has %(count)s columns; at most %(most)s are read",
                count=count,
                most=MOST_COLUMNS,
            )
        case ["damaged", *_details]:
            return _not_a_workbook(path)
        case _:  # the process was ended by its bounds
            return _(
                "“%(name)s” takes more memory or time than is given to a workbook: delete empty"
                " rows and columns, or save it as .csv",
                name=path.name,
            )


def _not_a_workbook(path: Path) -> str:
    return _(
        "“%(name)s” is no workbook, or a damaged one: open it and save it as .xlsx or .csv",
        name=path.name,
    )


def workbook_records(path: Path, sheet: str = "") -> Iterator[list[Cell]]:
    """Give the rows of a sheet from the first on, as :func:`opened_workbook` does."""
    with opened_workbook(path, sheet) as opened:
        yield from opened.records
