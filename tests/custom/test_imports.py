"""Custom fields in imports: found by label or key, judged cell by cell, changed and undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.records.custom.values import values_of
from salesman_core.records.imports.mapping import ColumnMapping, mapping_of
from salesman_core.records.imports.result import ImportResult
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.testing.people import Make, api_of

Define = Callable[..., int]


@pytest.fixture
def brought_in(make: Make, tmp_path: Path) -> Callable[..., ImportResult]:
    """Give what imports a CSV file, by a mapping where one is given."""

    def run(record: str, text: str, mapping: str = "") -> ImportResult:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        type_ = import_type(record)
        read = mapping_of(mapping, type_.fields) if mapping else ColumnMapping()
        found = import_run(type_, path, read).apply()
        reading().rollback()
        return found

    return run


def held(model: type[Any], kind: str) -> list[dict[str, Any]]:
    rows = reading().execute(sa.select(model.custom).order_by(model.search_name))
    return [
        {key: str(value) for key, value in values_of(kind, row.custom).items() if value is not None}
        for row in rows
    ]


def test_columns_are_found_by_label_and_key(
    define: Define, brought_in: Callable[..., ImportResult]
) -> None:
    define("money", "client", key="budget", label="Бюджет года")
    define("date", "client", key="since")
    define("choices", "client", key="colours")
    brought_in(
        "clients", 'Название,Бюджет года,since,Colours\nA,"45 000,50",12.03.2026,green; Red\n'
    )
    assert held(Client, "client") == [
        {"budget": "45000.50", "since": "2026-03-12", "colours": "['red', 'green']"}
    ]


def test_mapping_names_a_custom_field(
    define: Define, brought_in: Callable[..., ImportResult], make: Make
) -> None:
    define("user", key="lawyer")
    define("flag", key="urgent")
    make.user(name="Ann Law")
    mapping = '[columns]\nDeal = "name"\nWho = "custom.lawyer"\nNow = "custom.urgent"\n'
    brought_in("deals", "Deal,Who,Now\nRoof,ann law,да\n", mapping)
    (found,) = held(Deal, "deal")
    assert found["urgent"] == "True"
    assert found["lawyer"].isdecimal()


@pytest.mark.parametrize(
    ("type_", "cell"),
    [
        ("number", "many"),
        ("date", "31.02.2026"),
        ("choice", "purple"),
        ("user", "nobody"),
        ("link", "javascript:alert(1)"),
        ("flag", "perhaps"),
    ],
)
def test_cell_that_does_not_fit_refuses_its_row_at_its_field(
    define: Define, brought_in: Callable[..., ImportResult], type_: str, cell: str
) -> None:
    define(type_)
    result = brought_in("deals", f"Deal name,{type_}\nRoof,{cell}\nWall,\n")
    assert result.counts == {"created": 1, "refused": 1}
    (refused,) = result.refused_rows
    assert set(refused.problems) == {f"custom.{type_}"}


def test_new_record_without_what_is_needed_is_refused(
    define: Define, brought_in: Callable[..., ImportResult]
) -> None:
    define("text", "client", required=True)
    result = brought_in("clients", "Name,Text\nA,x\nB,\n")
    assert result.counts["refused"] == 1


def test_same_file_once_more_changes_nothing_and_another_value_one_field(
    define: Define, brought_in: Callable[..., ImportResult]
) -> None:
    define("number", "client")
    define("text", "client")
    brought_in("clients", "ID,Name,Number,Text\n1,A,5,x\n")
    again = brought_in("clients", "ID,Name,Number,Text\n1,A,5,x\n")
    assert again.counts["unchanged"] == 1
    assert brought_in("clients", "ID,Name,Number\n1,A,6\n").counts["updated"] == 1
    assert held(Client, "client") == [{"number": "6.000", "text": "x"}]


@pytest.mark.parametrize("rows", [1, 20])
def test_imported_record_is_found_by_its_searched_text_however_many_came(
    define: Define, brought_in: Callable[..., ImportResult], make: Make, rows: int
) -> None:
    define("text", searched=True)
    brought_in("deals", "Deal name,Text\n" + "".join(f"Roof {n},elk {n}\n" for n in range(rows)))
    api = api_of(make.app, make.user_of("administrator"))
    for last in (0, rows - 1):
        found = api.get(f"/deals?q=elk+{last}&sort=name").json["items"]
        assert f"Roof {last}" in [one["name"] for one in found]
