"""A company says once whether amounts are meant with or without VAT, and all pages say it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.deals.index import COLUMNS
from salesman_core.errors import InvalidError
from salesman_core.services.company import change_company, company
from salesman_core.testing.people import Make

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
    }
    assert [page for page, words in named.items() if words not in head.get(page).text] == []


def test_heading_of_lists_and_exports_says_how_amounts_are_meant(app: Flask) -> None:
    change_company({"vat": "without"})

    assert "Amount without VAT" in [str(column.title) for column in COLUMNS]


def test_administrator_says_how_amounts_are_meant(app: Flask, browser_for: BrowserFor) -> None:
    browser_for("administrator").post("/admin/company", data={"vat": "with"})

    assert company().vat == "with"


def test_another_meaning_of_amounts_is_refused(app: Flask) -> None:
    with pytest.raises(InvalidError) as refused:
        change_company({"vat": "half"})

    assert [*refused.value.fields] == ["vat"]
