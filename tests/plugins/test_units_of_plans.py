"""Plans count the units that lines of the catalogue sold, and say so where there is none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from salesman_catalogue.lines.service import replace_lines
from salesman_plans.service import Goal, set_goals

from salesman_core.deals.service import close_deal
from salesman_core.plugins import switches
from salesman_core.testing.people import Api, Make, api_of, browser_of
from salesman_core.toolkit import company, today

ASKED = {"metric": "units"}


@pytest.fixture
def seller(make: Make) -> int:
    return make.user_of("seller")


@pytest.fixture
def api(app: Flask, make: Make) -> Api:
    return api_of(app, make.user("administrator"))


def line(quantity: str) -> dict[str, Any]:
    return {"name": "Delivery", "quantity": Decimal(quantity), "price": Decimal(10)}


def units(api: Api, **asked: Any) -> Any:
    day = today(company().tz).isoformat()
    return api.get("/plans/facts", query_string={"from": day, "to": day, **ASKED, **asked})


def test_units_are_what_the_lines_of_closed_deals_sold(make: Make, api: Api, seller: int) -> None:
    for owner_id, quantities, outcome in (
        (seller, ("2", "0.125"), "won"),
        (None, ("1",), "won"),
        (seller, ("4",), "lost"),
        (seller, ("8",), None),
    ):
        deal_id = make.deal(owner_id=owner_id)
        replace_lines(deal_id, [line(one) for one in quantities])
        if outcome:
            close_deal(deal_id, outcome, reason_id=1 if outcome == "lost" else None)

    assert units(api, basis="won").json["fact"] == "3.125"
    assert units(api, basis="won", owner_id=seller).json["fact"] == "2.125"
    assert units(api, basis="closed").json["fact"] == "7.125"


def test_deal_of_several_lines_is_one_record(app: Flask, make: Make, api: Api, seller: int) -> None:
    deal_id = make.deal(owner_id=seller, name="Two racks")
    replace_lines(deal_id, [line("2.5"), line("0.001")])
    close_deal(deal_id, "won")

    found = units(api, basis="won").json
    page = browser_of(app, seller).get("/plans/figure?metric=units").text

    assert (found["fact"], found["entries"]) == ("2.501", 1)
    assert page.count("Two racks") == 1


def test_units_are_of_deals_that_one_sees(app: Flask, make: Make, seller: int) -> None:
    for owner_id in (seller, make.user("seller")):
        deal_id = make.deal(owner_id=owner_id)
        replace_lines(deal_id, [line("2")])
        close_deal(deal_id, "won")

    assert units(api_of(app, seller), basis="won", owner_id=seller).json["fact"] == "2.000"
    assert units(api_of(app, seller), basis="won").status_code == 403


def test_nothing_counts_units_while_the_catalogue_is_suspended(make: Make, api: Api) -> None:
    switches.suspend("catalogue")
    switches.follow_now()

    answer = units(api, basis="won")

    assert answer.status_code == 422
    assert "the catalogue of goods" in answer.json["errors"]["metric"][0]


def test_plan_of_units_is_not_judged_while_nobody_counts_them(
    app: Flask, api: Api, seller: int
) -> None:
    month = today(company().tz).replace(day=1)
    set_goals([Goal(f"person:{seller}", month, "units", Decimal(100))])
    switches.suspend("catalogue")
    switches.follow_now()

    items = api.get("/plans/fulfilment", query_string={"owner_id": seller}).json["items"]
    page = browser_of(app, seller).get("/plans/widget").text

    (units,) = [one for one in items if one["metric"] == "units"]
    assert (units["fact"], units["plan"]) == (None, "100.000")
    assert (units["percent"], units["state"], units["run_rate"]) == (None, "", None)
    assert "nobody counts it" in page
    assert "far behind" not in page
