"""Requisites in files: every column written, changed, taken back, and back from our own exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from salesman_requisites.clients.extension import FIELDS

from salesman_core.db import reading
from salesman_core.i18n import speaking
from salesman_core.jobs.port import jobs
from salesman_core.records.bulk.choosing import Chosen, asked_again
from salesman_core.records.export import Wanted, begin_export, file_of_export
from salesman_core.records.imports import mapping_of
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.mapping import ColumnMapping
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.records.record_list import record_list
from salesman_core.testing.people import Api

pytestmark = pytest.mark.databases("sqlite")  # both write by the same steps

ApiFor = Callable[[str], Api]

FIRST: Mapping[str, str] = {
    "full_name": "ПАО «Сбербанк»",
    "country": "Russia",
    "inn": "7707083893",
    "kpp": "773601001",
    "ogrn": "1027700132195",
    "legal_address": "117997, Москва, ул. Вавилова, 19",
    "bic": "044525225",
    "bank": "Сбербанк",
    "correspondent": "30101810400000000225",
    "signer": "Иванова Анна Петровна",
    "signer_post": "Генеральный директор",
    "signer_ground": "Устав",
}
THEN: Mapping[str, str] = {
    "full_name": "Müller GmbH",
    "legal_address": "Berlin",
    "bank": "Deutsche Bank",
    "kpp": "540602001",
    "signer": "Anna Müller",
    "signer_post": "CEO",
    "signer_ground": "Charter",
}


@pytest.fixture
def api(app: Flask, api_for: ApiFor) -> Api:
    return api_for("administrator")


def bring(folder: Path, row: Mapping[str, str]) -> tuple[int, str]:
    """Import one row by its key; give the number of the import and what it said."""
    path = folder / "row.csv"
    named = {f"extensions.requisites.{name}": value for name, value in row.items()}
    heads, cells = ("external_id", "name", *named), ("1", "Elk", *named.values())
    path.write_text(";".join(heads) + "\n" + ";".join(cells), encoding="utf-8")
    type_, number = import_type("clients"), note_import("clients", path.name)
    mapping = mapping_of("[options]\nmatch = ['external_id']", type_.fields)
    run = import_run(type_, path, mapping, journal=Journal(number))
    run.apply()
    assert run.result.kept == ()
    return number, run.result.last_line


def told(api: Api) -> list[dict[str, Any]]:
    reading().rollback()
    items = api.get("/clients").json["items"]
    return [{"name": one["name"], **one["extensions"]["requisites"]} for one in items]


def test_every_column_of_a_new_client_is_written_and_taken_back(api: Api, tmp_path: Path) -> None:
    number, said = bring(tmp_path, FIRST)

    assert said == "created 1, updated 0, unchanged 0, refused 0"
    (held,) = told(api)
    assert {name: held[name] for name in FIRST} == {**FIRST, "country": "RU"}
    assert FIRST.keys() >= {one.name for one in FIELDS} - {"vat_number", "account"}
    take_back(number)
    assert told(api) == []


@pytest.mark.parametrize("name", THEN)
def test_column_is_changed_alone_and_gets_back_what_stood_there(
    api: Api, tmp_path: Path, name: str
) -> None:
    bring(tmp_path, FIRST)
    before = told(api)

    number, said = bring(tmp_path, {name: THEN[name]})

    assert said == "created 0, updated 1, unchanged 0, refused 0"
    assert told(api) == [{**before[0], name: THEN[name]}]
    take_back(number)
    assert told(api) == before


@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_was_exported_comes_back_as_it_was(api: Api, tmp_path: Path, language: str) -> None:
    bring(tmp_path, FIRST)
    before = told(api)
    client_id = api.get("/clients").json["items"][0]["id"]
    columns = [one.name for one in record_list("client").file_columns()]
    with speaking(language):
        run_id = begin_export(
            "client",
            Chosen(query=asked_again(record_list("client").spec, "")),
            Wanted(columns, "csv"),
        )
        jobs().drain()
        reading().rollback()
        path, _run = file_of_export(run_id)
        emptied = {"extensions": {"requisites": dict.fromkeys(FIRST)}}
        assert api.patch(f"/clients/{client_id}", emptied).status_code == 200

        run = import_run(import_type("clients"), path, ColumnMapping())
        run.apply()

    assert run.result.refused_rows == []
    assert told(api) == before
