"""Repeat sales: figures counted by hand over the deals, each of which opens exactly these."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median_low
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named

from salesman_core.clients.lists import CLIENTS
from salesman_core.deals.rate_table import DatedRate, add_rate
from salesman_core.deals.service import close_deal, delete_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    DEALS,
    Deal,
    count,
    parse_list_query,
    reading,
    select_page,
    visible,
)

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def report(name: str, **values: Any) -> Counted:
    declared = report_named(name)
    return counted(declared, asked_of(values, declared.filters, declared.period))


def deals_of(address: str) -> list[Any]:
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    query = parse_list_query({**asked, "limit": "200"}, DEALS.spec)
    columns = (Deal.id, Deal.amount, Deal.currency, Deal.rate)
    return list(select_page(reading(), columns, DEALS.spec, query, visible("deal")).rows)


def clients_behind(address: str) -> int:
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    return count(reading(), CLIENTS, parse_list_query(asked, CLIENTS), visible("client"))


def worth(rows: Iterable[Any]) -> Decimal:
    known = (one for one in rows if one.currency == "RUB" or one.rate is not None)
    return sum(
        (one.amount * (1 if one.currency == "RUB" else one.rate) for one in known), Decimal(0)
    )


def figures_open_their_deals(found: Counted) -> int:
    seen = 0
    for row in (*found.rows, *found.apart, found.total or {}):
        for column in found.figures:
            if address := found.address(column, row):
                seen += 1
                if address.startswith("/clients"):
                    assert clients_behind(address) == row[column.name], (column.name, address)
                    continue
                rows = deals_of(address)
                figure = len(rows) if column.kind == "number" else worth(rows)
                assert figure == row[column.name], (column.name, address)
    return seen


def numbered_by_hand() -> list[tuple[int, int | None, Any]]:
    """Give the won deals of clients: which purchase each is, days since the one before, the row."""
    columns = (Deal.client_id, Deal.closed_on, Deal.id, Deal.amount, Deal.currency, Deal.rate)
    rows = reading().execute(
        sa.select(*columns)
        .where(Deal.outcome == "won", Deal.client_id.is_not(None), Deal.deleted_at.is_(None))
        .order_by(Deal.closed_on, Deal.id)
    )
    bought: dict[int, list[date]] = defaultdict(list)
    found = []
    for row in rows:
        before = bought[row.client_id]
        days = (row.closed_on - before[-1]).days if before else None
        before.append(row.closed_on)
        found.append((len(before), days, row))
    return found


@pytest.fixture
def shop(make: Make, clock: FrozenClock) -> dict[str, int]:
    """Clients of two sellers who buy again and again within two years, in three currencies."""
    for year in (2025, 2026):
        add_rate(DatedRate("EUR", date(year, 6, 1), Decimal(90)))
    one, other = make.user("seller", name="Anna"), make.user("seller", name="Boris")
    clients = [make.client(), make.client(), make.client(owner_id=other)]
    chance = random.Random(8)  # no secret
    for number in range(24):
        clock.set(datetime(2025 + number // 12, number % 12 + 1, 15, 12, tzinfo=UTC))
        deal = make.deal(
            client_id=None if number % 8 == 5 else chance.choice(clients),
            owner_id=chance.choice([one, other]),
            amount=Decimal(chance.randrange(1, 1000)),
            currency=chance.choice(["RUB", "RUB", "EUR", "USD"]),
        )
        close_deal(deal, "won")
    binned = make.deal(client_id=clients[0], amount="7.00")
    close_deal(binned, "won")
    delete_deal(binned)
    clock.set(datetime(2026, 12, 31, 12, tzinfo=UTC))
    return {"one": one, "other": other}


def test_purchases_are_told_apart_as_one_counts_them_by_hand(
    app: Flask, make: Make, shop: dict[str, int]
) -> None:
    every = numbered_by_hand()
    year = [(number, days, row) for number, days, row in every if row.closed_on >= YEAR[0]]
    with make.acting(make.user("head")), app.test_request_context():
        found = report("analytics.repeated", period="this_year")
    for row in found.rows:
        mine = [one for one in year if min(one[0], 5) == row["key"]]
        stays = [days for _number, days, _row in mine if days is not None]
        assert row["deals"] == len(mine)
        assert row["clients"] == len({one.client_id for _number, _days, one in mine})
        assert row["turnover"] == worth(one for _number, _days, one in mine)
        assert row["days"] == (median_low(stays) if stays else None)
    assert found.total is not None
    assert found.total["deals"] == len(year)
    assert found.total["clients"] == len({row.client_id for _number, _days, row in year})
    assert sum(row["share"] or 0 for row in found.rows) == pytest.approx(100)
    assert [row["deals"] for row in found.apart] == [12 - len(year)]


def test_months_tell_new_from_repeat_sales(app: Flask, make: Make, shop: dict[str, int]) -> None:
    every = numbered_by_hand()
    with make.acting(make.user("head")), app.test_request_context():
        found = report("analytics.repeated_months", since=date(2025, 1, 1), until=YEAR[1])
    assert len(found.rows) == 24
    for row in found.rows:
        mine = [one for one in every if one[2].closed_on.replace(day=1) == row["first"]]
        again = [one for one in mine if one[0] > 1]
        assert (row["first_deals"], row["again_deals"]) == (len(mine) - len(again), len(again))
        assert row["again_turnover"] == worth(one for _number, _days, one in again)
    assert found.total is not None
    again = worth(row for number, _days, row in every if number > 1)
    share = 100 * again / worth(row for _number, _days, row in every)
    stays = [days for _number, days, _row in every if days is not None]
    assert (found.total["share"], found.total["days"]) == (share, median_low(stays))


def test_figures_of_repeat_sales_open_exactly_their_deals(
    app: Flask, make: Make, shop: dict[str, int]
) -> None:
    head = make.user("head")
    whose = {"owner_id": shop["one"], "pipeline_id": 1, "source": ""}
    asked = ({}, whose, {"period": "all"}, {"period": "last_year"})
    with make.acting(head), app.test_request_context():
        for values in asked:
            for name in ("analytics.repeated", "analytics.repeated_months"):
                assert figures_open_their_deals(report(name, **values)) > 3


def test_who_sees_some_deals_numbers_these_alone(
    app: Flask, make: Make, shop: dict[str, int]
) -> None:
    with make.acting(shop["other"]), app.test_request_context():
        found = report("analytics.repeated", period="all")
        assert figures_open_their_deals(found) > 2
        seen = sa.select(sa.func.count()).where(visible("deal"), Deal.client_id.is_not(None))
        assert found.total is not None
        assert found.total["deals"] == reading().scalar(seen) < 20
