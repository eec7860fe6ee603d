"""Our declared reports: figures that one counts by hand, each of which opens exactly its deals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named
from salesman_plans.service import Goal, set_goals

from salesman_core.deals.rate_table import DatedRate, add_rate
from salesman_core.deals.service import close_deal, freeze_deal
from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, browser_of
from salesman_core.toolkit import (
    DEALS,
    Deal,
    parse_list_query,
    reading,
    select_page,
    service,
    visible,
)


def deals_of(address: str) -> list[Any]:
    """Give the deals of a list's address, as the list itself finds them."""
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    query = parse_list_query({**asked, "limit": "200"}, DEALS.spec)
    columns = (Deal.id, Deal.amount, Deal.cost, Deal.currency, Deal.rate)
    return list(select_page(reading(), columns, DEALS.spec, query, visible("deal")).rows)


def report(name: str, **values: Any) -> Counted:
    declared = report_named(name)
    return counted(declared, asked_of(values, declared.filters, declared.period))


def worth(rows: list[Any]) -> Decimal:
    """Give what some deals are worth in the company's currency, by hand."""
    return sum(
        (one.amount if one.currency == "RUB" else one.amount * one.rate for one in rows),
        Decimal(0),
    ).quantize(Decimal("0.01"))


def figures_open_their_deals(found: Counted, counts: Mapping[str, Any]) -> int:
    """Hold every figure of the lines against the deals that it opens; give how many there are.

    :param counts: what a figure of a column is, by hand, of its deals.
    """
    seen = 0
    for row in (*found.rows, *found.apart, found.total or {}):
        for column in found.figures:
            address = found.address(column, row)
            if address.startswith("/deals"):
                seen += 1
                rows = deals_of(address)
                assert rows, address
                if column.name in counts:
                    assert counts[column.name](rows) == row[column.name], (column.name, address)
    return seen


@pytest.fixture
def business(make: Make, clock: FrozenClock) -> dict[str, int]:
    """Some deals of two sellers and of nobody, in three currencies, one of which has no rate."""
    clock.set(clock.now().replace(year=2026, month=3, day=16))
    add_rate(DatedRate("EUR", date(2026, 3, 10), Decimal(90)))
    one, other = make.user("seller", name="Anna"), make.user("seller", name="Boris")
    for owner, amount, currency in (
        (one, "1000.00", "RUB"),
        (one, "10.10", "EUR"),
        (one, "77.00", "USD"),
        (other, "500.50", "RUB"),
        (None, "40.00", "RUB"),
    ):
        close_deal(make.deal(owner_id=owner, amount=amount, cost="1.00", currency=currency), "won")
        for day in ("2026-03-01", "2026-03-16", "2026-03-31", "2026-07-01", "2027-05-01", None):
            expected = None if day is None else date.fromisoformat(day)
            make.deal(owner_id=owner, amount=amount, currency=currency, expected_on=expected)
        frozen = make.deal(owner_id=owner, amount=amount, expected_on=date(2026, 4, 1))
        freeze_deal(frozen, date(2026, 6, 1), "They rest")
    return {"one": one, "other": other}


def test_sellers_are_told_with_what_they_won_and_have_in_work(
    app: Flask, make: Make, business: dict[str, int]
) -> None:
    with make.acting(make.user("head")), app.test_request_context():
        found = report("analytics.sellers")
        rows = {one["seller"]: one for one in found.rows}
        figures = figures_open_their_deals(
            found, {"turnover": worth, "amount": worth, "won": len, "in_work": len}
        )
    assert list(rows) == ["Anna", "Boris", "Nobody"]
    assert rows["Anna"]["turnover"] == Decimal("1909.00")
    assert (rows["Anna"]["won"], rows["Anna"]["in_work"]) == (3, 18)
    assert found.total is not None
    assert found.total["turnover"] == Decimal("2449.50")
    assert figures == 20


def test_figures_of_one_source_open_the_deals_of_its_clients(app: Flask, make: Make) -> None:
    for source in ("fair", "site"):
        client = make.client(source=source)
        for amount in ("1000.00", "70.00"):
            close_deal(make.deal(client_id=client, amount=amount), "won")
        make.deal(client_id=client, amount="5.00", expected_on=date(2026, 1, 1))
    figures = {}
    with make.acting(make.user("head")), app.test_request_context():
        for name in ("closed_months", "repeated", "repeated_months", "forecast", "attention"):
            found = report(f"analytics.{name}", source="fair")
            by_hand = {
                one.name: len if one.kind == "number" else worth
                for one in found.figures
                if one.name != "forecast"
            }
            figures[name] = figures_open_their_deals(found, by_hand)
            if name == "attention":
                (lacking,) = (one for one in found.figures if one.name == "no_next")
                assert found.rows[0]["no_next"] == 1
                assert found.address(lacking, found.rows[0]) == ""
    assert all(figures.values())


def test_forecast_tells_months_apart_from_what_is_late_frozen_or_without_a_date(
    app: Flask, make: Make, business: dict[str, int]
) -> None:
    with make.acting(make.user("head")), app.test_request_context():
        found = report("analytics.forecast")
        figures = figures_open_their_deals(found, {"deals": len, "amount": worth, "won": worth})
    deals = {one["month"]: one["deals"] for one in (*found.rows, *found.apart)}
    assert {name: number for name, number in deals.items() if number} == {
        "Overdue": 5,
        "March 2026": 10,
        "July 2026": 5,
        "Later": 5,
        "Without a date": 5,
        "Frozen, apart from that": 5,
    }
    assert found.total is not None
    assert found.total["deals"] == 30
    assert figures == 16
    assert [one.name for one in found.columns if one.name == "plan"] == []


def test_forecast_weighs_each_amount_by_the_progress_of_its_stage(
    make: Make, clock: FrozenClock, stages: list[int]
) -> None:
    for stage_id in stages[1:3]:  # of 10 and 20 percent
        make.deal(amount="1000.00", stage_id=stage_id, expected_on=date(2026, 3, 20))
    with make.acting(make.user("head")):
        found = report("analytics.forecast")
    assert found.rows[0]["forecast"] == Decimal("300.00")


def test_forecast_stands_beside_the_plan_of_whom_it_is_about(
    app: Flask, make: Make, business: dict[str, int]
) -> None:
    month = date(2026, 3, 1)
    with make.acting(make.user("administrator")):
        set_goals(
            [
                Goal("company", month, "turnover", Decimal(10_000)),
                Goal(f"person:{business['one']}", month, "turnover", Decimal(4_000)),
            ]
        )
    with make.acting(make.user("head")):
        assert report("analytics.forecast").rows[1]["plan"] == 10_000
        assert report("analytics.forecast", owner_id=business["one"]).rows[1]["plan"] == 4_000
        other = report("analytics.forecast", owner_id=business["other"])
        assert "plan" not in [one.name for one in other.columns]
    with make.acting(business["one"]):
        own = report("analytics.forecast").rows[1]
        assert own["plan"] == 4_000
        assert own["reached"] == 100 * (own["forecast"] + own["won"]) / 4_000
    switches.suspend("plans")
    switches.follow_now()
    with make.acting(make.user("head")):
        assert "plan" not in [one.name for one in report("analytics.forecast").columns]


def test_who_sees_some_deals_is_told_of_these_alone(
    app: Flask, make: Make, business: dict[str, int]
) -> None:
    with make.acting(business["other"]):
        found = report("analytics.sellers")
        assert [one["seller"] for one in found.rows] == ["Boris"]
        assert report("analytics.forecast").total == {
            **(report("analytics.forecast").total or {}),
            "deals": 6,
        }


def test_deals_in_work_are_told_with_what_they_lack(
    app: Flask, make: Make, business: dict[str, int], clock: FrozenClock
) -> None:
    one, head = business["one"], make.user("head")
    clock.advance(days=9)
    with make.acting(head):
        calendar = service("calendar")
        planned = deals_of(f"/deals?owner_id={one}&state=open&frozen=false")[0].id
        called = {"kind_id": calendar.kind("call"), "day": date(2026, 4, 1), "deal_id": planned}
        calendar.plan(called)
    with make.acting(head), app.test_request_context():
        found = report("analytics.attention")
        rows = {row["seller"]: row for row in found.rows}
        figures = figures_open_their_deals(
            found, {"in_work": len, "amount": worth, "stalled": len, "overdue": len}
        )
    assert figures == 16
    assert (rows["Anna"]["overdue"], rows["Anna"]["in_work"]) == (6, 18)
    assert rows["Anna"]["stalled"] == 18
    assert (rows["Anna"]["no_next"], rows["Boris"]["no_next"]) == (17, 6)
    assert steps_that_open(app, head, f"/calendar/next?whose={one}") == 17
    assert steps_that_open(app, head, "/calendar/next?whose=all") == 29


def steps_that_open(app: Flask, person: int, address: str) -> int:
    """Count the deals on the calendar's page of what has no next step."""
    page = browser_of(app, person).get(address).text
    return len(re.findall(r'<li class="list-group-item', page))


def test_next_steps_are_no_column_without_the_calendar(app: Flask, make: Make) -> None:
    make.deal()
    switches.suspend("calendar")
    switches.follow_now()
    with make.acting(make.user("head")):
        names = [one.name for one in report("analytics.attention").columns]
    assert names == ["seller", "in_work", "amount", "stalled", "overdue"]
