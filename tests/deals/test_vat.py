"""A company says once whether amounts are meant with or without VAT, and all pages say it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.deals.imports import DEAL_FIELDS
from salesman_core.deals.listed import COLUMNS
from salesman_core.deals.service import change_deal
from salesman_core.errors import InvalidError
from salesman_core.records.imports.mapping import ColumnMapping, ColumnRule
from salesman_core.records.imports.plan import recognised
from salesman_core.services.company import change_company, company
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize(
    ("vat", "title"),
    [("", "Amount"), ("with", "Amount with VAT"), ("without", "Amount without VAT")],
)
def test_amounts_are_named_on_every_page_as_the_company_means_them(
    make: Make, browser_for: BrowserFor, vat: str, title: str
) -> None:
    deal_id = make.deal(amount="100")
    change_company({"vat": vat})
    head = browser_for("head")

    card, field = f"/deals/{deal_id}", f"/deals/{deal_id}/fields/amount?edit=1"
    named = {
        card: f"<dt>{title}</dt>",
        field: f'aria-label="{title}"',
        "/deals/new": f">{title}<",
        "/deals": f"<dt>{title}</dt>",
        "/deals/board": f'title="{title}"',
        "/reports/funnel": f">{title}</th>",
    }
    assert [page for page, words in named.items() if words not in head.get(page).text] == []


def test_heading_of_lists_and_exports_says_how_amounts_are_meant(app: Flask) -> None:
    change_company({"vat": "without"})

    assert "Amount without VAT" in [str(column.title) for column in COLUMNS]


def test_history_and_columns_of_files_say_how_amounts_are_meant(
    make: Make, browser_for: BrowserFor
) -> None:
    deal_id = make.deal(amount="100")
    change_deal(deal_id, {"amount": Decimal(200)})
    change_company({"vat": "with"})

    assert "Amount with VAT" in browser_for("head").get(f"/records/deal/{deal_id}/history").text
    titles = {field.name: str(field.title) for field in DEAL_FIELDS}
    assert titles["amount"] == "Amount with VAT"


@pytest.mark.parametrize("heading", ["Amount", "Amount with VAT", "Сумма"])
def test_column_of_amounts_is_recognised_by_what_stands_above_it(app: Flask, heading: str) -> None:
    change_company({"vat": "with"})

    assert recognised([heading], DEAL_FIELDS, ColumnMapping()) == {heading: ColumnRule(("amount",))}


@pytest.mark.parametrize(("vat", "told"), [("", None), ("with", "with"), ("without", "without")])
def test_api_says_how_amounts_are_meant(
    make: Make, api_for: ApiFor, vat: str, told: str | None
) -> None:
    deal_id = make.deal(amount="100")
    change_company({"vat": vat})

    assert api_for("head").get(f"/deals/{deal_id}").json["vat"] == told


def test_administrator_says_how_amounts_are_meant(app: Flask, browser_for: BrowserFor) -> None:
    browser_for("administrator").post("/admin/company", data={"vat": "with"})

    assert company().vat == "with"


def test_another_meaning_of_amounts_is_refused(app: Flask) -> None:
    with pytest.raises(InvalidError) as refused:
        change_company({"vat": "half"})

    assert [*refused.value.fields] == ["vat"]
