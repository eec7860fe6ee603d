"""What a person reads of an import, and the refused rows to be mended and sent again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Final

from salesman_core.i18n import texts
from salesman_core.records.export_files import guarded
from salesman_core.records.imports.cells import text_of
from salesman_core.records.imports.result import ImportResult, ReasonCount, Remark
from salesman_core.records.imports.sheet import Sheet
from salesman_core.records.imports.spellings import Spelling

_ = texts.gettext

_MOST_VALUES: Final = 5
_MOST_ROWS: Final = 20


def report_lines(sheet: Sheet, result: ImportResult) -> Iterator[str]:
    """Give the lines of a report; the last is :attr:`ImportResult.last_line`."""
    yield f"{sheet.path.name}: {sheet.layout}"
    for name, headings in sorted(result.filled.items()):
        yield f"  {name} ← {', '.join(headings)}"
    if result.kept:
        yield _("Not recognised, kept with the records: %(names)s", names=", ".join(result.kept))
    if result.blank_rows:
        yield texts.ngettext(
            "%(num)s blank row was passed over",
            "%(num)s blank rows were passed over",
            result.blank_rows,
        )
    if result.spellings:
        yield _("Written in several ways, joined by what [values] says of them:")
        yield from (_spelling_line(each) for each in result.spellings[:_MOST_ROWS])
    yield from _remarks(_("Worth a look:"), result.warnings, result.warned)
    yield from _remarks(_("Refused rows:"), result.refused_rows, result.counts["refused"])
    if beyond := _beyond(result.counts["refused"], result.refused_rows):
        yield "  " + beyond
    if reasons := result.reasons():
        yield _("Refused, by reason:")
        yield from (_reason_line(each) for each in reasons)
    if result.rehearsal:
        yield _("This was a dry run: nothing was kept")
    yield result.last_line


def _remarks(title: str, remarks: list[Remark], count: int) -> Iterator[str]:
    if not remarks:
        return
    yield title
    for remark in remarks[:_MOST_ROWS]:
        told = _told(remark)
        yield "  " + _("row %(number)s: %(told)s", number=remark.row.number, told=told)
    if count > _MOST_ROWS:
        yield "  " + _("and %(count)s more", count=count - _MOST_ROWS)


def _told(remark: Remark) -> str:
    return "; ".join(
        f"{name}: {problem}" if name else str(problem) for name, problem in remark.problems.items()
    )


def _beyond(count: int, kept: Sequence[Remark]) -> str:
    """Say how many rows of a kind are counted only, where there are such."""
    if count <= len(kept):
        return ""
    return _(
        "The file of such rows holds the first %(kept)s of %(count)s", kept=len(kept), count=count
    )


def _spelling_line(each: Spelling) -> str:
    return f"  {each.field}: {_counted(each.ways)}"


def _counted(values: Iterable[tuple[str, int]]) -> str:
    return ", ".join(
        _("“%(value)s” × %(count)s", value=value, count=count) for value, count in values
    )


def _reason_line(each: ReasonCount) -> str:
    values = _counted(each.values[:_MOST_VALUES])
    more = ", …" if len(each.values) > _MOST_VALUES else ""
    field = f"{each.field}: " if each.field else ""
    return f"  {each.rows} × {field}{each.reason} ({values}{more})"


def write_refused(sheet: Sheet, result: ImportResult, file: IO[str]) -> None:
    """Write the refused rows as CSV, with the reason in a last column.

    :param sheet: the sheet that they came from.
    :param result: what came of it.
    :param file: opened with ``newline=""``; for Excel in ``utf-8-sig``.
    """
    writer = csv.writer(file, delimiter=";")
    writer.writerow([*map(guarded, sheet.headings), _("Reason")])
    for remark in result.refused_rows:
        writer.writerow([*_cells(sheet, remark), guarded(_told(remark))])
    if beyond := _beyond(result.counts["refused"], result.refused_rows):
        writer.writerow([*([""] * len(sheet.headings)), beyond])


def write_warnings(sheet: Sheet, result: ImportResult, file: IO[str]) -> None:
    """Write the rows that deserve a look as CSV: which row, why, and what stands in it.

    They are in, so this is to be read, and not to be sent again.

    :param file: as for :func:`write_refused`.
    """
    writer = csv.writer(file, delimiter=";")
    writer.writerow([_("Row"), _("Worth a look"), *map(guarded, sheet.headings)])
    for remark in result.warnings:
        told = [str(remark.row.number), guarded(_told(remark))]
        writer.writerow([*told, *_cells(sheet, remark)])
    if beyond := _beyond(result.warned, result.warnings):
        writer.writerow(["", beyond])


def _cells(sheet: Sheet, remark: Remark) -> list[str]:
    cells = [guarded(text_of(cell)) for cell in remark.row.cells]
    return cells + [""] * (len(sheet.headings) - len(cells))
