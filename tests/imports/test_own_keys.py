"""The key by which a base knows a deal of its own file again."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import Role
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.service import change_deal, delete_deal
from salesman_core.i18n import speaking
from salesman_core.people.roles import change_grants
from salesman_core.records.export import export_to
from salesman_core.records.imports import ImportResult
from salesman_core.records.imports.mapping import mapping_from
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.testing.people import Make
from salesman_hookspecs import Scope

pytestmark = pytest.mark.usefixtures("app")

UNCHANGED = "created 0, updated 0, unchanged 1, refused 0"
UPDATED = "created 0, updated 1, unchanged 0, refused 0"
CREATED = "created 1, updated 0, unchanged 0, refused 0"
HIDDEN = "This record is there already, and you may not change it."


def brought(path: Path, *match: str) -> ImportResult:
    """Import deals by what is recognised in a file."""
    type_ = import_type("deals")
    mapping = mapping_from({"options": {"match": list(match)}}, type_.fields)
    return import_run(type_, path, mapping).apply()


def problems(result: ImportResult) -> list[dict[str, str]]:
    return [
        {name: problem.reason for name, problem in each.problems.items()}
        for each in result.refused_rows
    ]


def deals() -> list[tuple[str, Decimal]]:
    """Each deal with its amount."""
    reading().rollback()
    rows = reading().execute(sa.select(Deal.name, Deal.amount).order_by(Deal.id))
    return [(row.name, row.amount) for row in rows]


def written(folder: Path, language: str = "en") -> list[list[str]]:
    """Export all deals as CSV, and give its rows, the headings first."""
    path = folder / "deals.csv"
    with speaking(language), path.open("wb") as file:
        export_to("deal", file, "csv")
    delimiter = {"en": ",", "ru": ";"}[language]
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text, delimiter=delimiter))


def rewritten(folder: Path, rows: list[list[str]], values: dict[str, str]) -> Path:
    """Write rows of a file anew, with other texts in some columns of the first one."""
    for title, value in values.items():
        rows[1][rows[0].index(title)] = value
    path = folder / "rewritten.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def importer(make: Make) -> int:
    """A seller who brings deals in and out, sees only what is their own."""
    user_id = make.user_of("seller")
    role = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
    change_grants(role, dict.fromkeys(("core.deal.import", "core.deal.export"), Scope.ALL))
    return user_id


@pytest.mark.parametrize(
    ("language", "amount"), [("en", {"Amount": "7.00"}), ("ru", {"Сумма": "7,00"})]
)
def test_deal_is_found_by_its_key_whatever_else_was_changed(
    make: Make, tmp_path: Path, language: str, amount: dict[str, str]
) -> None:
    deal = make.deal(name="Boiler", amount=Decimal(5))
    rows = written(tmp_path, language)
    change_deal(deal, {"name": "Boiler for Kazan", "amount": Decimal(6)})

    assert brought(rewritten(tmp_path, rows, amount)).last_line == UPDATED
    assert deals() == [("Boiler", Decimal(7))]


@pytest.mark.databases("sqlite", "postgresql")
def test_file_that_comes_back_changes_nothing(make: Make, tmp_path: Path) -> None:
    deal = make.deal(name="Boiler")
    written(tmp_path)

    assert brought(tmp_path / "deals.csv").last_line == UNCHANGED
    reading().rollback()
    found = reading().get_one(Deal, deal)
    assert (found.version, found.imported, found.external_ids) == (1, {}, [])


def test_client_of_a_known_deal_is_the_one_that_it_has(
    make: Make, tmp_path: Path, importer: int
) -> None:
    """Though others are called so too, and though whoever imports sees none of them."""
    client, _other = make.client(name="Omega"), make.client(name="OMEGA")
    deal = make.deal(name="Boiler", client_id=client, owner_id=importer)
    with make.acting(importer):
        rows = written(tmp_path)
        assert rows[1][rows[0].index("Client")] == "Omega"
        assert brought(tmp_path / "deals.csv").last_line == UNCHANGED
        moved = brought(rewritten(tmp_path, rows, {"Client": "Alpha"}))
    assert problems(moved) == [{"client": "There is no such client."}]
    assert problems(brought(tmp_path / "deals.csv")) == []
    reading().rollback()
    assert reading().get_one(Deal, deal).client_id == client


@pytest.mark.parametrize("seen", [True, False])
def test_key_of_a_deal_that_one_may_not_change_is_refused(
    make: Make, tmp_path: Path, importer: int, *, seen: bool
) -> None:
    deal = make.deal(name="Boiler", amount=Decimal(5), owner_id=make.user_of("head"))
    rows = written(tmp_path)
    if seen:
        role = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
        change_grants(role, {"core.deal.view": Scope.ALL})
    with make.acting(importer):
        result = brought(rewritten(tmp_path, rows, {"Amount": "7.00"}))
    assert problems(result) == [{"": HIDDEN}]
    assert deals() == [("Boiler", Decimal(5))]
    assert reading().get_one(Deal, deal).version == 1


def test_key_of_a_deal_in_the_bin_is_refused(make: Make, tmp_path: Path) -> None:
    deal = make.deal(name="Boiler")
    written(tmp_path)
    delete_deal(deal)
    result = brought(tmp_path / "deals.csv")
    assert problems(result) == [{"": f"The record {deal} is in the bin: restore it first."}]


@pytest.mark.parametrize("key", ["214", "D0-1", "D1-", "D99999999999999999999-1", "X1-5"])
def test_what_is_no_key_is_refused_at_its_cell(make: Make, tmp_path: Path, key: str) -> None:
    make.deal(name="Boiler")
    result = brought(rewritten(tmp_path, written(tmp_path), {"SalesMan key": key}))
    assert [list(one) for one in problems(result)] == [["own_key"]]


def test_id_alone_means_no_deal(make: Make, tmp_path: Path) -> None:
    """Another base gives it to another deal; the row then is known by its key all the same."""
    deal = make.deal(name="Boiler")
    told = {"SalesMan key": f"D{deal}-5", "Deal": "Pipes"}
    path = rewritten(tmp_path, written(tmp_path), told)
    assert [brought(path).last_line, brought(path).last_line] == [CREATED, UNCHANGED]
    assert [name for name, _amount in deals()] == ["Boiler", "Pipes"]


def test_row_without_a_key_beside_others_that_have_one_is_a_new_deal(
    make: Make, tmp_path: Path
) -> None:
    make.deal(name="Boiler")
    path = rewritten(tmp_path, written(tmp_path), {"SalesMan key": ""})
    assert [brought(path).last_line, brought(path).last_line] == [CREATED, UNCHANGED]


def test_key_counts_only_where_rows_are_looked_for_by_it(make: Make, tmp_path: Path) -> None:
    make.deal(name="Boiler")
    rows = written(tmp_path)
    make.deal(name="Pipes")
    path = rewritten(tmp_path, rows, {"Deal": "Pipes", "Amount": "7.00"})
    assert brought(path, "name").last_line == UPDATED
    assert deals() == [("Boiler", Decimal(0)), ("Pipes", Decimal(7))]
    assert brought(path, "own_key").last_line == UPDATED
    assert deals() == [("Pipes", Decimal(7)), ("Pipes", Decimal(7))]


def test_foreign_file_keeps_what_only_our_own_pass_over(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "foreign.csv"
    path.write_text("Deal;Changed;Team\nBoiler;2025-01-01;North\n", encoding="utf-8")
    assert brought(path).kept == ("Changed", "Team")
