"""What a person reads of an import."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from salesman_core.records.imports import ColumnMapping, ImportResult, ImportRun, open_sheet
from salesman_core.records.imports.report import report_lines, write_refused
from salesman_core.records.imports.sheet import Sheet
from salesman_hookspecs import ImportBatch, ImportField, ImportOutcome, ImportType

WriteCsv = Callable[..., Path]
FIELDS = (ImportField("key", "Key"), ImportField("amount", "Amount", kind="money"))


def apply(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Find fault with no row."""
    return [ImportOutcome("created") for _row in batch.rows]


def rehearsed(path: Path) -> tuple[Sheet, ImportResult]:
    """Give a file and what would come of it."""
    sheet = open_sheet(path)
    import_type = ImportType("notes", "Notes", "notes.note.create", FIELDS, apply)
    return sheet, ImportRun(import_type, sheet, ColumnMapping()).rehearse()


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("application")
def test_report_tells_all_there_is_to_know(write_csv: WriteCsv) -> None:
    path = write_csv("key;amount;Цвет", "1;a lot;red", "", "2;10.5051;blue")

    assert list(report_lines(*rehearsed(path))) == [
        "rows.csv: CSV, utf-8, “;”",
        "  amount ← amount",
        "  key ← key",
        "Not recognised, kept with the records: Цвет",
        "1 blank row was passed over",
        "Worth a look:",
        "  row 4: amount: “10.5051”: rounded to 10.51",
        "Refused rows:",
        "  row 2: amount: “a lot”: An amount is expected, as 45 000,00 or 1,054.50.",
        "Refused, by reason:",
        "  1 × amount: An amount is expected, as 45 000,00 or 1,054.50. (“a lot” × 1)",
        "This was a dry run: nothing was kept",
        "created 1, updated 0, unchanged 0, refused 1",
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("application")
def test_report_stops_at_twenty_rows(write_csv: WriteCsv) -> None:
    lines = list(report_lines(*rehearsed(write_csv("key;amount", *["1;x"] * 25))))

    assert len([line for line in lines if line.startswith("  row ")]) == 20
    assert "  and 5 more" in lines


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("application")
def test_refused_rows_come_back_with_their_reason(write_csv: WriteCsv) -> None:
    sheet, result = rehearsed(write_csv("key;amount;note", "=1+1;x", "2;5"))
    file = io.StringIO(newline="")

    write_refused(sheet, result, file)

    assert file.getvalue().splitlines() == [
        "key;amount;note;Reason",
        "'=1+1;x;;amount: “x”: An amount is expected, as 45 000,00 or 1,054.50.",
    ]
