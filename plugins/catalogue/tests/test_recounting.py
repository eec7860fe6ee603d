"""Amounts that follow another meaning of VAT once somebody says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from http import HTTPStatus

import pytest
import sqlalchemy as sa
from salesman_catalogue.hooks import salesman_health
from salesman_catalogue.lines.recounting import differing
from salesman_catalogue.lines.service import replace_lines

from salesman_core.deals.service import change_deal, close_deal
from salesman_core.records.bulk.service import undo_run
from salesman_core.services.company import change_company
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import Deal, reading

ApiFor = Callable[[str], Api]
HIDDEN = re.compile(r'name="(\w+)" value="([^"]*)"')
BrowserFor = Callable[[str], Browser]
Sell = Callable[..., int]


def amount_of(deal_id: int) -> Decimal:
    return Decimal(reading().scalar(sa.select(Deal.amount).where(Deal.id == deal_id)) or 0)


@pytest.fixture
def deals(make: Make, sell: Sell) -> tuple[int, int, int]:
    """An open and a closed deal with a line of 120.00 with VAT inside, and one without lines."""
    line = {"product_id": sell("120.00"), "quantity": Decimal(1)}
    open_, closed, other = make.deal(), make.deal(), make.deal(amount="70.00")
    for one in (open_, closed):
        replace_lines(one, [line])
    close_deal(closed, "won")
    return open_, closed, other


def test_amounts_stay_until_somebody_lets_them_be_counted(
    browser_for: BrowserFor, deals: tuple[int, int, int]
) -> None:
    open_, closed, other = deals
    browser = browser_for("administrator")
    assert "amount to something else" not in browser.get("/catalogue/choices").text

    change_company({"vat": "without"})

    assert (amount_of(open_), amount_of(closed)) == (Decimal(120), Decimal(120))
    page = browser.get("/catalogue/choices").text
    assert "2 deals amount to something else" in page
    (check,) = salesman_health()
    assert (check.ok, check.detail.partition(" ")[0]) == (False, "2")
    form = page[page.index("catalogue.count_amounts") :]
    sent = {name: unescape(value) for name, value in HIDDEN.findall(form[: form.index("</form>")])}
    browser.post("/lists/deal/acts/catalogue.count_amounts", data=sent)

    assert [amount_of(one) for one in (open_, closed, other)] == [
        Decimal(100),
        Decimal(120),
        Decimal(70),
    ]
    assert (differing(reading()).open, differing(reading()).closed) == (0, 1)


def test_what_was_counted_anew_is_taken_back(
    api_for: ApiFor, make: Make, deals: tuple[int, int, int]
) -> None:
    change_company({"vat": "without"})
    api = api_for("administrator")
    body = {"action": "catalogue.count_amounts", "ids": list(deals)}

    run_id = api.post("/deals/bulk", body).json["run_id"]
    counted = [amount_of(one) for one in deals]
    with make.acting(make.user_of("administrator")):
        undo_run(run_id)

    assert counted == [Decimal(100), Decimal(100), Decimal(70)]
    assert [amount_of(one) for one in deals] == [Decimal(120), Decimal(120), Decimal(70)]


def test_only_who_keeps_prices_counts_anew_and_only_deals_that_they_may_change(
    api_for: ApiFor, deals: tuple[int, int, int]
) -> None:
    body = {"action": "catalogue.count_amounts", "ids": [deals[0]]}

    assert api_for("seller").post("/deals/bulk", body).status_code == HTTPStatus.FORBIDDEN


def test_list_of_deals_is_narrowed_to_those_with_lines(
    api_for: ApiFor, deals: tuple[int, int, int]
) -> None:
    found = api_for("head").get("/deals?amount_source=catalogue.lines").json["items"]

    assert {one["id"] for one in found} == set(deals[:2])
    assert change_deal(deals[2], {"amount": Decimal(8)})
