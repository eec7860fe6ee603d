"""Extensions in files: brought in by title, synonym or name, taken out, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_sample.models import ContactHabits, DealHabits, Habits

from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client
from salesman_core.db import reading
from salesman_core.i18n import speaking
from salesman_core.jobs.port import jobs
from salesman_core.records.bulk.choosing import Chosen, asked_again
from salesman_core.records.export import Wanted, begin_export, file_of_export
from salesman_core.records.imports.mapping import ColumnMapping, mapping_of
from salesman_core.records.imports.result import ImportResult
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.record_list import record_list
from salesman_core.testing.people import Make

BroughtIn = Callable[..., ImportResult]
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def brought_in(app: Flask, tmp_path: Path) -> BroughtIn:
    """Give what imports a CSV file, by a mapping where one is given."""

    def run(record: str, text: str, mapping: str = "") -> ImportResult:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        type_ = import_type(record)
        read = mapping_of(mapping, type_.fields) if mapping else ColumnMapping()
        found = import_run(type_, path, read).apply()
        reading().rollback()
        reading().expire_all()
        return found

    return run


def habits() -> list[Any]:
    columns = (Client.name, Habits.nickname, Habits.drink, Habits.since, Habits.spends)
    asked = sa.select(*columns).join(Client, Client.id == Habits.client_id).order_by(Client.name)
    return [tuple(map(str, row)) for row in reading().execute(asked)]


def test_columns_are_found_by_title_synonym_and_name(brought_in: BroughtIn) -> None:
    result = brought_in(
        "clients",
        'Name,Прозвище,Drinks,since,Spends\nElk,the  Elk,Coffee,12.03.2026,"45 000,50"\nFir,,,,\n',
    )

    assert result.last_line == "created 2, updated 0, unchanged 0, refused 0"
    assert habits() == [("Elk", "the Elk", "coffee", "2026-03-12", "45000.50")]


@pytest.mark.parametrize(("record", "model"), [("contacts", ContactHabits), ("deals", DealHabits)])
def test_contacts_and_deals_bring_theirs(
    brought_in: BroughtIn, make: Make, record: str, model: type[Any]
) -> None:
    make.client(name="Elk")

    brought_in(record, "Name,Client,Colour\nOlga,Elk,red\n")

    assert reading().scalars(sa.select(model.colour)).all() == ["red"]


def test_same_file_once_more_changes_nothing_and_another_value_one_field(
    brought_in: BroughtIn,
) -> None:
    text = "Name,Nickname,Drinks\nElk,Elky,tea\n"
    brought_in("clients", text)

    again = brought_in("clients", text)
    changed = brought_in("clients", text.replace("tea", "coffee"))

    assert again.last_line == "created 0, updated 0, unchanged 1, refused 0"
    assert changed.last_line == "created 0, updated 1, unchanged 0, refused 0"
    assert habits()[0][1:3] == ("Elky", "coffee")


def test_value_that_does_not_fit_is_left_out_with_a_warning_and_stays_readable(
    brought_in: BroughtIn,
) -> None:
    result = brought_in("clients", f"Name,Nickname,Drinks\nElk,{'x' * 101},milk\nFir,Firry,tea\n")

    assert result.last_line == "created 2, updated 0, unchanged 0, refused 0"
    assert [row[:3] for row in habits()] == [("Fir", "Firry", "tea")]
    kept = reading().scalars(sa.select(Client.imported).where(Client.name == "Elk")).one()
    assert kept == {"Nickname": "x" * 101, "Drinks": "milk"}


def test_values_that_do_not_go_together_are_left_out_alone(
    brought_in: BroughtIn, make: Make
) -> None:
    make.client(name="Elk", extensions={"sample": {"early": True}})

    result = brought_in("clients", "Name,Nickname,Drinks\nElk,Elky,coffee\n")

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 0"
    assert habits()[0][:3] == ("Elk", "Elky", "None")


def test_column_of_an_extension_is_none_to_who_may_not_change_it(
    app: Flask, make: Make, brought_in: BroughtIn
) -> None:
    with make.acting(make.user_of("head")):
        known = [one.name for one in import_type("clients").fields]
        assert not [name for name in known if name.startswith("extensions.sample")]
        brought_in("clients", "Name,Nickname\nElk,Elky\n")

    assert habits() == []
    assert reading().scalars(sa.select(Client.imported)).all() == [{"Nickname": "Elky"}]


def test_import_of_many_costs_the_same_statements_as_of_few(
    brought_in: BroughtIn, statements: Statements
) -> None:
    def text(of: str, count: int) -> str:
        rows = [f"{of}{place},{of}{place},tea" for place in range(count)]
        return "\n".join(["Name,Nickname,Drinks", *rows]) + "\n"

    brought_in("clients", text("warm", 20))
    counts = []
    for of, count in (("few", 20), ("many", 80)):
        with statements() as sent:
            brought_in("clients", text(of, count))
        # Where a hook judges each client, it does so between two statements of its own.
        counts.append(len([one for one in sent if "SAVEPOINT" not in one]))

    assert counts[0] == counts[1]


def test_what_was_exported_comes_back_as_it_was(
    app: Flask, make: Make, brought_in: BroughtIn
) -> None:
    values = {"nickname": "Ёлка", "drink": "coffee"}
    client_id = make.client(name="Elk", extensions={"sample": values})
    columns = ["name", "extensions.sample.nickname", "extensions.sample.drink"]
    for language in ("en", "ru"):
        with speaking(language):
            text = _exported("client", columns)
            change_client(client_id, {"extensions": {"sample": dict.fromkeys(values)}})
            brought_in("clients", text)
        assert habits()[0][:3] == ("Elk", "Ёлка", "coffee")


def _exported(kind: str, columns: list[str]) -> str:
    whole = Chosen(query=asked_again(record_list(kind).spec, ""))
    run_id = begin_export(kind, whole, Wanted(columns, "csv"))
    jobs().drain()
    reading().rollback()
    path, _run = file_of_export(run_id)
    return path.read_bytes().decode("utf-8-sig")


def test_export_of_who_may_not_see_an_extension_has_no_column_of_it(app: Flask, make: Make) -> None:
    make.client(name="Elk", extensions={"sample": {"nickname": "Zebra"}})
    with make.acting(make.user_of("head")):
        seen = [one.name for one in record_list("client").file_columns()]

    assert not [name for name in seen if name.startswith("extensions.sample")]
    assert "extensions.sample.nickname" in [
        one.name for one in record_list("client").file_columns()
    ]
