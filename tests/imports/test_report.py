"""What a person reads of an import."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from salesman_core.records.imports import ColumnMapping, ImportResult, ImportRun, open_sheet
from salesman_core.records.imports.report import report_lines, write_refused, write_warnings
from salesman_core.records.imports.sheet import Sheet
from salesman_hookspecs import ImportBatch, ImportField, ImportOutcome, ImportType

WriteCsv = Callable[..., Path]
FIELDS = (ImportField("key", "Key"), ImportField("amount", "Amount", kind="money"))


def apply(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Find fault with no row."""
    return [ImportOutcome("created") for _row in batch.rows]


def refuse(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Refuse each row as a whole."""
    return [ImportOutcome("refused", errors={"": "not wanted"}) for _row in batch.rows]


def rehearsed(
    path: Path, apply: Callable[[ImportBatch], Sequence[ImportOutcome]] = apply
) -> tuple[Sheet, ImportResult]:
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


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("application")
def test_reason_that_concerns_the_whole_row_stands_alone(write_csv: WriteCsv) -> None:
    file = io.StringIO(newline="")

    write_refused(*rehearsed(write_csv("key;amount", "1;5"), refuse), file)

    assert file.getvalue().splitlines()[1:] == ["1;5;not wanted"]


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("application")
def test_rows_worth_a_look_come_with_their_number_and_reason(write_csv: WriteCsv) -> None:
    file = io.StringIO(newline="")

    write_warnings(*rehearsed(write_csv("key;amount", "1;5", "=2;10.5051")), file)

    assert file.getvalue().splitlines() == [
        "Row;Worth a look;key;amount",
        "3;amount: “10.5051”: rounded to 10.51;'=2;10.5051",
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("application")
def test_files_and_report_say_where_they_stop(
    write_csv: WriteCsv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesman_core.records.imports.result.MOST_KEPT", 2)
    refused, worth_a_look = io.StringIO(newline=""), io.StringIO(newline="")
    lines = ["1;x"] * 3 + ["2;10.5051"] * 4

    sheet, result = rehearsed(write_csv("key;amount", *lines))
    write_refused(sheet, result, refused)
    write_warnings(sheet, result, worth_a_look)

    said = "The file of such rows holds the first 2 of 3"
    assert refused.getvalue().splitlines()[3:] == [f";;{said}"]
    assert f"  {said}" in report_lines(sheet, result)
    assert worth_a_look.getvalue().splitlines()[3:] == [
        ";The file of such rows holds the first 2 of 4"
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("application")
def test_values_and_reasons_are_told_apart_up_to_a_limit_and_counted_beyond_it(
    write_csv: WriteCsv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesman_core.records.imports.result.MOST_TOLD", 2)
    rows = ["1;a", "2;b", "3;c", "4;a", "5;1", "6;2", "7;3"]

    def apply(batch: ImportBatch) -> Sequence[ImportOutcome]:
        return [ImportOutcome("refused", errors={"key": f"not {row['key']}"}) for row in batch.rows]

    _sheet, result = rehearsed(write_csv("key;amount", *rows), apply)

    assert [(each.reason[:14], each.rows, each.values) for each in result.reasons()] == [
        ("An amount is e", 4, (("a", 2), ("b", 1))),
        ("another reason", 2, (("6", 1), ("7", 1))),
        ("not 5", 1, (("5", 1),)),
    ]
