"""Imports run: tried without a trace, written in batches, stopped half-way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.db import db, reading, writing
from salesman_core.errors import ConflictError
from salesman_core.records.imports import (
    ColumnMapping,
    ImportAbortedError,
    ImportRun,
    mapping_of,
    open_sheet,
)
from salesman_core.records.imports.rehearsal import rehearsal
from salesman_hookspecs import ImportBatch, ImportField, ImportOutcome, ImportType

WriteCsv = Callable[..., Path]

NOTES = sa.Table(
    "notes_note",
    sa.MetaData(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)
FIELDS = (
    ImportField("key", "Key", required=True),
    ImportField("text", "Text"),
    ImportField("amount", "Amount", kind="money", money_currency="currency"),
    ImportField("currency", "Currency"),
    ImportField("opened_on", "Opened on", kind="date"),
    ImportField("phones", "Phones", kind="phones"),
)


def apply_notes(batch: ImportBatch) -> list[ImportOutcome]:
    """Write notes by their key, as the owner of a kind of record would."""
    with writing() as session:
        return [_apply_note(session, row) for row in batch.rows]


def _apply_note(session: Any, row: Any) -> ImportOutcome:
    text = row.get("text", "")
    if text == "bad":
        return ImportOutcome("refused", errors={"text": "this text is not wanted"})
    found = session.scalar(sa.select(NOTES.c.text).where(NOTES.c.key == row["key"]))
    if found is None:
        session.execute(NOTES.insert().values(key=row["key"], text=text))
        return ImportOutcome("created", 1)
    if found == text:
        return ImportOutcome("unchanged", 1)
    session.execute(NOTES.update().where(NOTES.c.key == row["key"]).values(text=text))
    return ImportOutcome("updated", 1)


def notes(apply: Callable[[ImportBatch], Sequence[ImportOutcome]] = apply_notes) -> ImportType:
    """Give a kind of record that files may bring in."""
    return ImportType("notes", "Notes", "notes.note.create", FIELDS, apply)


@pytest.fixture
def table(application: Flask) -> Iterator[sa.Table]:
    """A table of notes in the application's database."""
    NOTES.create(db.engine)
    yield NOTES
    db.session.remove()
    NOTES.drop(db.engine)


def stored() -> dict[str, str]:
    """Give what the table holds."""
    reading().rollback()
    return {row.key: row.text for row in reading().execute(sa.select(NOTES))}


def run(path: Path, import_type: ImportType | None = None, **options: Any) -> ImportRun:
    """Give an import of a file."""
    mapping = options.pop("mapping", ColumnMapping())
    return ImportRun(import_type or notes(), open_sheet(path), mapping, **options)


@pytest.mark.usefixtures("table")
def test_import_writes_its_rows(write_csv: WriteCsv) -> None:
    result = run(write_csv("key;text", "1;one", "2;two")).apply()

    assert result.last_line == "created 2, updated 0, unchanged 0, refused 0"
    assert stored() == {"1": "one", "2": "two"}


@pytest.mark.usefixtures("table")
def test_import_of_the_same_file_changes_nothing(write_csv: WriteCsv) -> None:
    path = write_csv("key;text", "1;one", "2;two")
    run(path).apply()

    assert run(path).apply().last_line == "created 0, updated 0, unchanged 2, refused 0"


@pytest.mark.usefixtures("table")
def test_dry_run_knows_the_rows_of_earlier_batches_and_keeps_nothing(write_csv: WriteCsv) -> None:
    path = write_csv("key;text", *(f"{number};x" for number in range(600)), "0;y", "0;y")

    result = run(path).rehearse()

    assert result.last_line == "created 600, updated 1, unchanged 1, refused 0"
    assert result.rehearsal
    assert stored() == {}


@pytest.mark.usefixtures("table")
def test_dry_run_finds_what_is_in_the_database(write_csv: WriteCsv) -> None:
    path = write_csv("key;text", "1;one")
    run(path).apply()

    assert run(path).rehearse().last_line == "created 0, updated 0, unchanged 1, refused 0"


def test_dry_run_lets_others_write(application: Flask, table: sa.Table) -> None:
    done = threading.Event()

    def write() -> None:
        with application.app_context(), writing() as session:
            session.execute(table.insert().values(key="other", text="x"))
        done.set()

    with rehearsal():
        with writing() as session:
            session.execute(table.insert().values(key="mine", text="x"))
        writer = threading.Thread(target=write)
        writer.start()
        assert done.wait(timeout=3)
    writer.join()

    assert stored() == {"other": "x"}


@pytest.mark.usefixtures("table")
def test_refused_row_leaves_the_others_of_its_batch_alone(write_csv: WriteCsv) -> None:
    result = run(write_csv("key;text", "1;one", "2;bad", ";three", "4;four")).apply()

    assert result.last_line == "created 2, updated 0, unchanged 0, refused 2"
    assert stored() == {"1": "one", "4": "four"}
    assert [
        (remark.row.number, {name: str(each) for name, each in remark.problems.items()})
        for remark in result.refused_rows
    ] == [
        (3, {"text": "“bad”: this text is not wanted"}),
        (4, {"key": "A value is required."}),
    ]


@pytest.mark.usefixtures("table")
def test_reasons_are_counted_with_their_values(write_csv: WriteCsv) -> None:
    path = write_csv("key;amount", "1;a lot", "2;nothing", "3;a lot", ";5")

    reasons = run(path).rehearse().reasons()

    assert [(each.field, each.rows, each.values) for each in reasons] == [
        ("amount", 3, (("a lot", 2), ("nothing", 1))),
        ("key", 1, (("", 1),)),
    ]


@pytest.mark.usefixtures("table")
def test_blank_rows_are_passed_over_and_counted(write_csv: WriteCsv) -> None:
    result = run(write_csv("key;text", "1;one", ";", "", "2;two")).apply()

    assert (result.rows, result.blank_rows, result.counts["created"]) == (2, 2, 2)


@pytest.mark.usefixtures("table")
def test_columns_that_nobody_knows_are_told_and_kept(write_csv: WriteCsv) -> None:
    seen: list[Any] = []

    def apply(batch: ImportBatch) -> list[ImportOutcome]:
        seen.extend(batch.rows)
        return [ImportOutcome("created") for _row in batch.rows]

    result = run(write_csv("key;Цвет;Пусто;Вес", "1;синий;;2,5", "2;;;"), notes(apply)).apply()

    assert result.filled == {"key": ("key",)}
    assert result.kept == ("Цвет", "Вес")
    assert seen == [{"key": "1", "unmapped": {"Цвет": "синий", "Вес": "2,5"}}, {"key": "2"}]


def read_values(path: Path, mapping: str = "") -> list[dict[str, Any]]:
    """Give the rows that the owner of the records would get."""
    seen: list[Any] = []

    def apply(batch: ImportBatch) -> list[ImportOutcome]:
        seen.extend(batch.rows)
        return [ImportOutcome("created") for _row in batch.rows]

    run(path, notes(apply), mapping=mapping_of(mapping, FIELDS)).rehearse()
    return seen


@pytest.mark.usefixtures("table")
def test_cells_are_read_in_the_way_of_their_column(write_csv: WriteCsv) -> None:
    path = write_csv("key;amount;opened_on", "1;1,054;3/1/2017", "2;2,5;10/20/2016")

    assert read_values(path) == [
        {"key": "1", "amount": Decimal("1.05"), "opened_on": date(2017, 3, 1)},
        {"key": "2", "amount": Decimal("2.50"), "opened_on": date(2016, 10, 20)},
    ]


@pytest.mark.usefixtures("table")
def test_values_are_called_as_the_mapping_says(write_csv: WriteCsv) -> None:
    path = write_csv("key;text", "1;GTXPro", "2;gtxpro", "3;MG", "4;junk")
    mapping = "[values.text]\nGTXPro = 'GTX Pro'\njunk = ''"

    assert [row.get("text") for row in read_values(path, mapping)] == [
        "GTX Pro",
        "GTX Pro",
        "MG",
        None,
    ]


@pytest.mark.usefixtures("table")
def test_value_that_the_mapping_does_not_name_may_mean_something_else(write_csv: WriteCsv) -> None:
    path = write_csv("key;text", "1;Won", "2;Engaging", "3;")
    mapping = "[values.text]\nWon = 'won'\n'*' = 'open'"

    assert [row.get("text") for row in read_values(path, mapping)] == ["won", "open", None]


@pytest.mark.usefixtures("table")
def test_default_fills_what_a_row_leaves_empty(write_csv: WriteCsv) -> None:
    path = write_csv("key;currency", "1;EUR", "2;")
    mapping = "[defaults]\ncurrency = 'USD'\nopened_on = 2026-01-31"

    assert read_values(path, mapping) == [
        {"key": "1", "currency": "EUR", "opened_on": date(2026, 1, 31)},
        {"key": "2", "currency": "USD", "opened_on": date(2026, 1, 31)},
    ]


@pytest.mark.usefixtures("table")
def test_currency_beside_an_amount_fills_its_field(write_csv: WriteCsv) -> None:
    path = write_csv("key;amount", "1;€ 3.500,00", "2;5")

    assert read_values(path, "[defaults]\ncurrency = 'USD'") == [
        {"key": "1", "amount": Decimal("3500.00"), "currency": "EUR"},
        {"key": "2", "amount": Decimal("5.00"), "currency": "USD"},
    ]


@pytest.mark.usefixtures("table")
def test_row_that_names_two_currencies_is_refused(write_csv: WriteCsv) -> None:
    result = run(write_csv("key;amount;currency", "1;€ 5;USD")).rehearse()

    assert [str(each) for each in result.refused_rows[0].problems.values()] == [
        "“€ 5”: The amount says EUR, the row USD."
    ]


@pytest.mark.usefixtures("table")
def test_row_with_more_cells_than_headings_is_refused(write_csv: WriteCsv) -> None:
    result = run(write_csv("key;text", "1;one", "2;two;three", "3;four;;")).apply()

    assert result.last_line == "created 2, updated 0, unchanged 0, refused 1"
    assert "more cells than there are headings" in str(result.refused_rows[0].problems[""])


@pytest.mark.usefixtures("table")
def test_progress_is_told_after_each_batch(write_csv: WriteCsv) -> None:
    told: list[tuple[int, int]] = []
    path = write_csv("key", *map(str, range(1100)))

    run(path, progress=lambda done, total: told.append((done, total))).apply()

    assert told == [(500, 1100), (1000, 1100), (1100, 1100)]


@pytest.mark.usefixtures("table")
def test_exception_stops_the_import_and_keeps_the_batches_before(write_csv: WriteCsv) -> None:
    def apply(batch: ImportBatch) -> list[ImportOutcome]:
        outcomes = apply_notes(batch)
        if any(row["key"] == "700" for row in batch.rows):
            raise ConflictError("the table is full")
        return outcomes

    path = write_csv("key;text", *(f"{number};x" for number in range(1200)))

    with pytest.raises(ImportAbortedError, match=r"rows 502 to 1001.*the table is full") as stopped:
        run(path, notes(apply)).apply()

    assert stopped.value.result.last_line == "created 500, updated 0, unchanged 0, refused 0"
    assert set(stored()) == {str(number) for number in range(500)}


@pytest.mark.usefixtures("table")
def test_broken_rule_of_the_database_stops_the_import(write_csv: WriteCsv) -> None:
    def apply(batch: ImportBatch) -> list[ImportOutcome]:
        with writing() as session:
            for row in batch.rows:
                session.execute(NOTES.insert().values(key="same", text=row["key"]))
        return [ImportOutcome("created") for _row in batch.rows]

    with pytest.raises(ImportAbortedError, match="IntegrityError"):
        run(write_csv("key", "1", "2"), notes(apply)).apply()

    assert stored() == {}


@pytest.mark.usefixtures("table")
def test_owner_that_gives_too_few_outcomes_writes_nothing(write_csv: WriteCsv) -> None:
    def apply(batch: ImportBatch) -> list[ImportOutcome]:
        return apply_notes(batch)[:-1]

    with pytest.raises(ImportAbortedError) as stopped:
        run(write_csv("key", "1", "2"), notes(apply)).apply()

    assert "2 rows got 1 outcomes" in str(stopped.value.__cause__)
    assert stored() == {}
