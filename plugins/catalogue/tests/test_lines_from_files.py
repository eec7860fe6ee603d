"""Lines that come with files of deals."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from salesman_catalogue.lines import queries

from salesman_core.deals.service import change_deal
from salesman_core.plugins import switches
from salesman_core.records.imports.mapping import mapping_of
from salesman_core.records.imports.result import ImportResult
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.services.company import change_company
from salesman_core.testing.people import Make
from salesman_core.toolkit import Deal, reading

Sell = Callable[..., int]
Imported = Callable[[str], ImportResult]

MAPPING = """
[columns]
key = "external_id"
deal = "name"
what = "catalogue.product"
number = "catalogue.quantity"
price = "catalogue.price"
sum = "amount"
won = "closed_on"
[values.outcome]
"*" = "won"
[options]
source = "shop"
match = ["external_id"]
"""


@pytest.fixture
def imported(app: object, tmp_path: Path) -> Imported:
    """Give what imports rows of deals with the columns of the mapping."""

    def imported(rows: str) -> ImportResult:
        file = tmp_path / "deals.csv"
        file.write_text(f"key,deal,what,number,price,sum,won\n{rows}", encoding="utf-8")
        type_ = import_type("deals")
        return import_run(type_, file, mapping_of(MAPPING, type_.fields)).apply()

    return imported


def lines_of(name: str) -> list[tuple[str, Decimal, Decimal]]:
    deal_id = reading().scalar(sa.select(Deal.id).where(Deal.name == name)) or 0
    rows = queries.lines_of(reading(), deal_id)
    return [(row.name, row.quantity, row.price) for row in rows]


def amount_of(name: str) -> tuple[Decimal, Decimal, str | None]:
    columns = (Deal.amount, Deal.cost, Deal.amount_source)
    return tuple(reading().execute(sa.select(*columns).where(Deal.name == name)).one())


def test_row_brings_its_deal_a_line_that_owns_the_amount(imported: Imported, sell: Sell) -> None:
    sell()

    result = imported("1,Racks,r-1,3,90.50,,\n2,Words,Delivery,,,250,\n3,Nothing,Rack,,,,\n")

    assert dict(result.counts) == {"created": 3}
    assert lines_of("Racks") == [("Rack", Decimal(3), Decimal("90.50"))]
    assert amount_of("Racks") == (Decimal("271.50"), Decimal(180), "catalogue.lines")
    assert lines_of("Words") == [("Delivery", Decimal(1), Decimal(250))]
    assert lines_of("Nothing") == []  # neither price nor amount: what it was stays readable
    kept = reading().scalar(sa.select(Deal.imported).where(Deal.name == "Nothing"))
    assert kept == {"Line: product": "Rack"}


def test_same_file_changes_nothing_and_a_later_one_what_it_says(imported: Imported) -> None:
    rows = "1,Racks,Rack,3,90.50,,\n1,Racks,Delivery,1,10,,\n2,Words,Delivery,,,250,\n"
    imported(rows)

    again = imported(rows)
    later = imported("1,Racks,rack,4,90.50,,\n2,Words,Delivery,,,300,\n")

    assert dict(again.counts) == {"unchanged": 3}
    assert dict(later.counts) == {"updated": 2}
    assert lines_of("Racks") == [
        ("Rack", Decimal(4), Decimal("90.50")),
        ("Delivery", Decimal(1), Decimal(10)),
    ]
    assert amount_of("Racks")[0] == Decimal("372.00")
    assert amount_of("Words")[0] == Decimal(300)


def test_deal_that_had_no_line_gets_one(imported: Imported) -> None:
    imported("1,Racks,,,,100,\n")

    assert dict(imported("1,Racks,Rack,2,60,,\n").counts) == {"updated": 1}
    assert amount_of("Racks") == (Decimal(120), Decimal(0), "catalogue.lines")


def test_line_that_cannot_be_refuses_its_row(imported: Imported) -> None:
    result = imported("1,Racks,Rack,0,60,,\n2,Words,Delivery,1,10,,\n")

    assert dict(result.counts) == {"created": 1, "refused": 1}
    assert lines_of("Words") == [("Delivery", Decimal(1), Decimal(10))]


def test_amounts_stay_those_of_the_file_where_they_are_meant_without_vat(
    imported: Imported, sell: Sell
) -> None:
    change_company({"vat": "without"})
    sell()

    imported("1,Racks,Rack,,,120,\n")

    assert amount_of("Racks")[0] == Decimal(120)
    assert dict(imported("1,Racks,Rack,,,120,\n").counts) == {"unchanged": 1}


def test_without_the_catalogue_its_columns_are_kept_unread(imported: Imported, make: Make) -> None:
    switches.suspend("catalogue")
    switches.follow_now()

    assert dict(imported("1,Racks,Rack,3,90,7,\n").counts) == {"created": 1}

    kept = reading().scalar(sa.select(Deal.imported).where(Deal.name == "Racks"))
    assert kept == {"what": "Rack", "number": "3", "price": "90"}
    deal_id = reading().scalar(sa.select(Deal.id)) or 0
    assert change_deal(deal_id, {"amount": Decimal(8)})


def test_line_takes_the_place_of_lines_in_another_currency_than_the_deal_by_now(
    imported: Imported,
) -> None:
    imported("1,Racks,Rack,3,90,,\n")
    deal_id = reading().scalar(sa.select(Deal.id)) or 0
    switches.suspend("catalogue")
    switches.follow_now()
    change_deal(deal_id, {"currency": "USD"})
    switches.activate("catalogue")
    switches.follow_now()

    imported("1,Racks,Rack,3,90,,\n")

    assert lines_of("Racks") == [("Rack", Decimal(3), Decimal(90))]
    assert amount_of("Racks")[0] == Decimal(270)
