"""ABC and RFM of clients: told apart as one does it by hand, each figure with its clients."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.bought import Bought, bought_in_words
from salesman_analytics.buyers import Grade
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named
from salesman_analytics.reports.valued import SEGMENTS

from salesman_core.clients.lists import CLIENTS
from salesman_core.deals.rate_table import DatedRate, add_rate
from salesman_core.deals.service import close_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, browser_of
from salesman_core.toolkit import (
    DEALS,
    Client,
    Deal,
    count,
    parse_list_query,
    reading,
    select_page,
    visible,
)

A_DAY = date(2026, 3, 2)


def report(name: str, **values: Any) -> Counted:
    declared = report_named(name)
    return counted(declared, asked_of(values, declared.filters, declared.period))


def asked(address: str) -> dict[str, str]:
    found = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    return {**found, "limit": "200"}


def clients_of(address: str) -> list[int]:
    query = parse_list_query(asked(address), CLIENTS)
    page = select_page(reading(), (Client.id,), CLIENTS, query, visible("client"))
    return [row.id for row in page.rows]


@dataclass(frozen=True)
class Buyer:
    """What a client bought, by hand."""

    client_id: int
    deals: int
    amount: Decimal
    last: date


def letters(found: Sequence[Buyer]) -> list[str]:
    """Give the classes of some clients, the largest first."""
    whole, passed = sum(one.amount for one in found), Decimal(0)
    given: list[str] = []
    for place, one in enumerate(found):
        if place and one.amount == found[place - 1].amount:
            given.append(given[-1])
        else:
            share = 100 * passed / whole if whole > 0 else 100
            given.append("A" if share < 80 else "B" if share < 95 else "C")
        passed += one.amount
    return given


def grades(found: Sequence[Buyer]) -> list[Grade]:
    """Give the grades of some clients, each by how many are below and how many equal."""

    def thirds(values: Sequence[Any]) -> list[int]:
        return [
            1
            + 3 * (2 * sum(one < mine for one in values) + values.count(mine)) // (2 * len(values))
            for mine in values
        ]

    columns = [[getattr(one, name) for one in found] for name in ("last", "deals", "amount")]
    return [Grade(*one) for one in zip(*map(thirds, columns), strict=True)]


def bought_by_hand(since: date | None = None) -> dict[int, Buyer]:
    """Give what the clients bought, deal by deal."""
    columns = (Deal.client_id, Deal.closed_on, Deal.amount, Deal.currency, Deal.rate)
    rows = reading().execute(sa.select(*columns).where(Deal.outcome == "won"))
    found: dict[int, Buyer] = {}
    for row in rows:
        if row.client_id is None or (since is not None and row.closed_on < since):
            continue
        rate = 1 if row.currency == "RUB" else row.rate
        worth = Decimal(0) if rate is None else row.amount * rate
        held = found.get(row.client_id, Buyer(row.client_id, 0, Decimal(0), date.min))
        last = max(held.last, row.closed_on)
        found[row.client_id] = Buyer(row.client_id, held.deals + 1, held.amount + worth, last)
    return found


def amounts(*given: int) -> list[Buyer]:
    return [Buyer(place, 1, Decimal(one), A_DAY) for place, one in enumerate(given)]


@pytest.fixture
def market(make: Make, clock: FrozenClock) -> dict[str, int]:
    """Twenty clients of two sellers who buy now and then, in three currencies."""
    add_rate(DatedRate("EUR", date(2026, 1, 1), Decimal(90)))
    one, other = make.user("seller", name="Anna"), make.user("seller", name="Boris")
    chance = random.Random(3)  # no secret
    clients = [make.client(owner_id=chance.choice([one, other, None])) for _number in range(20)]
    for number in range(40):
        clock.set(datetime(2025 + number // 20, 1 + number % 10, 5, 12, tzinfo=UTC))
        deal = make.deal(
            client_id=clients[min(chance.randrange(20), chance.randrange(25))],
            owner_id=one,
            amount=Decimal(chance.choice([100, 100, 250, 1000, 9000])),
            currency=chance.choice(["RUB", "RUB", "RUB", "EUR", "USD"]),
        )
        close_deal(deal, "won")
    make.deal(client_id=clients[0], amount="7.00")
    clock.set(datetime(2026, 12, 1, 12, tzinfo=UTC))
    return {"one": one, "other": other}


def test_classes_go_by_the_share_of_the_turnover_and_keep_equals_together() -> None:
    assert letters(amounts(70, 15, 8, 4, 2, 1)) == ["A", "A", "B", "B", "C", "C"]
    assert letters(amounts(25, 25, 25, 25)) == ["A"] * 4
    assert letters(amounts(90, 4, 3, 3)) == ["A", "B", "B", "B"]
    assert letters(amounts(0, 0)) == ["C", "C"]
    assert letters([]) == []


def test_thirds_keep_equals_together_and_put_who_is_alone_in_the_middle() -> None:
    assert [one.money for one in grades(amounts(6, 5, 4, 3, 2, 1))] == [3, 3, 2, 2, 1, 1]
    assert [one.money for one in grades(amounts(9, 1, 1, 1, 1))] == [3, 2, 2, 2, 2]
    assert [one.frequency for one in grades(amounts(9, 1, 1))] == [2, 2, 2]
    assert [one.recency for one in grades(amounts(5))] == [2]


def test_abc_tells_the_classes_of_the_period_as_one_counts_them_by_hand(
    app: Flask, make: Make, market: dict[str, int]
) -> None:
    mine = sorted(bought_by_hand(date(2026, 1, 1)).values(), key=lambda one: -one.amount)
    given = dict(zip((one.client_id for one in mine), letters(mine), strict=True))
    with make.acting(make.user("head")), app.test_request_context():
        found = report("analytics.abc")
        assert [row["class"] for row in found.rows] == sorted(set(given.values()))
        for row in found.rows:
            group = [one for one in mine if given[one.client_id] == row["class"]]
            assert (row["clients"], row["deals"]) == (len(group), sum(one.deals for one in group))
            assert row["turnover"] == sum(one.amount for one in group)
            opened = clients_of(found.address(found.report.columns[1], row))
            assert sorted(opened) == sorted(one.client_id for one in group)
        assert found.total is not None
        everybody = clients_of(found.address(found.report.columns[1], found.total))
        assert sorted(everybody) == sorted(given)
        assert found.rows[-1]["passed"] == 100


def test_rfm_opens_exactly_the_clients_of_each_kind(
    app: Flask, make: Make, market: dict[str, int]
) -> None:
    with make.acting(make.user("head")), app.test_request_context():
        for values in ({}, {"period": "this_year"}, {"owner_id": market["one"]}):
            found = report("analytics.rfm", **values)
            kinds = report("analytics.buyers", **{"period": "all", **values})
            bought = bought_by_hand(date(2026, 1, 1) if "period" in values else None)
            known = [bought[row["key"]] for row in kinds.rows]
            told = [(one.recency, one.value) for one in grades(known)]
            assert [row["segment"] for row in kinds.rows] == [str(SEGMENTS[one]) for one in told]
            assert [row["class"] for row in kinds.rows] == letters(known)
            assert found.total is not None
            assert found.total["clients"] == len(kinds.rows)
            for row in found.rows:
                mine = [one["key"] for one in kinds.rows if one["segment"] == row["segment"]]
                assert row["clients"] == len(mine)
                opened = clients_of(found.address(found.report.columns[2], row))
                assert sorted(opened) == sorted(mine)


def test_deals_and_turnover_of_classes_and_kinds_open_exactly_their_deals(
    app: Flask, make: Make, market: dict[str, int], service_pipeline: int
) -> None:
    other = service_pipeline
    for client in reading().scalars(sa.select(Client.id).order_by(Client.id).limit(3)).all():
        deal = make.deal(client_id=client, pipeline_id=other, amount="70.00")
        close_deal(deal, "won")
    whose: tuple[dict[str, Any], ...] = ({}, {"owner_id": market["one"]}, {"pipeline_id": other})
    with make.acting(make.user("head")), app.test_request_context():
        for name in ("analytics.abc", "analytics.rfm", "analytics.buyers"):
            for values in whose:
                found = report(name, period="all", **values)
                columns = {one.name: one for one in found.columns}
                rows = [*found.rows, found.total or {}]
                assert len(rows) > 1
                for row in rows:
                    for figure in ("deals", "turnover"):
                        if address := found.address(columns[figure], row):
                            assert of_deals(address, figure) == row[figure], address
                    if name != "analytics.buyers":
                        opened = clients_of(found.address(columns["clients"], row))
                        assert len(opened) == row["clients"]
        assert len(found.rows) == 3


def test_clients_who_bought_stand_with_what_they_bought(
    app: Flask, make: Make, market: dict[str, int]
) -> None:
    by_hand = bought_by_hand()
    with make.acting(make.user("head")), app.test_request_context():
        found = report("analytics.buyers", period="all")
        assert {row["key"] for row in found.rows} == set(by_hand)
        columns = {one.name: one for one in found.columns}
        for row in found.rows:
            one = by_hand[row["key"]]
            assert (row["deals"], row["turnover"]) == (one.deals, one.amount)
            assert row["days"] == (date(2026, 12, 1) - one.last).days
            for name, figure in (("deals", one.deals), ("turnover", one.amount)):
                if address := found.address(columns[name], row):
                    assert of_deals(address, name) == figure
            assert found.address(columns["client"], row) == f"/clients/{row['key']}"


def of_deals(address: str, name: str) -> Any:
    query = parse_list_query(asked(address), DEALS.spec)
    if name == "deals":
        return count(reading(), DEALS.spec, query, visible("deal"))
    columns = (Deal.amount, Deal.currency, Deal.rate)
    rows: Iterable[Any] = select_page(reading(), columns, DEALS.spec, query, visible("deal")).rows
    return sum(one.amount * (1 if one.currency == "RUB" else one.rate) for one in rows)


def test_filter_says_in_words_what_was_bought_and_what_means_nothing_finds_nobody(
    app: Flask, make: Make, market: dict[str, int]
) -> None:
    box = Bought(date(2026, 1, 1), None, 2, 5, Decimal(100), None, None, date(2026, 3, 1))
    assert Bought.told(box.value) == box
    with make.acting(make.user("head")), app.test_request_context():
        assert bought_in_words(box.value) == (
            "in the period Jan 1, 2026 – …, deals: 2 – 5, amount: ₽100 – …,"
            " the last one … – Mar 1, 2026"
        )
        for senseless in ("x", "2026-02-30:::::::", "::::1::"):
            assert clients_of(f"/clients?analytics.bought={senseless}") == []
    page = browser_of(app, make.user("head")).get(f"/clients?analytics.bought={box.value}")
    assert "deals: 2 – 5" in page.text


def test_deals_of_one_period_are_added_up_once_however_many_kinds_are_asked_for(
    app: Flask, make: Make, statements: Callable[..., Any]
) -> None:
    kinds = ",".join(Bought(least=one, most=one).value for one in range(1, 6))
    with make.acting(make.user("head")), statements() as sent:
        assert clients_of(f"/clients?analytics.bought__in={kinds}") == []
    assert sum(one.count("max(core_deal.closed_on)") for one in sent) == 1


def test_who_sees_some_clients_is_told_of_these_alone(
    app: Flask, make: Make, market: dict[str, int]
) -> None:
    with make.acting(market["other"]), app.test_request_context():
        assert report("analytics.buyers", period="all").rows == []
    with make.acting(market["one"]), app.test_request_context():
        found = report("analytics.buyers", period="all")
        seen = set(reading().scalars(sa.select(Client.id).where(visible("client"))))
        assert {row["key"] for row in found.rows} == seen & set(bought_by_hand())


def test_statements_of_reports_on_clients_do_not_grow_with_them(
    app: Flask, make: Make, clock: FrozenClock, statements: Callable[..., Any]
) -> None:
    head = make.user("head")
    names = ("rungs", "climbing", "climbers", "repeated", "repeated_months", "abc", "rfm", "buyers")
    every = (*names, "closed_months")
    addresses = [f"/analytics/reports/analytics.{name}?period=all" for name in every]

    def counts() -> list[int]:
        found, browser = [], browser_of(app, head)  # signed in anew: days have passed
        for address in addresses:
            browser.get(address)
            with statements() as sent:
                assert 'class="tile"' in browser.get(address).text
            found.append(len(sent))
        return found

    def grow(number: int) -> None:
        for _one in range(number):
            client = make.client(owner_id=make.user("seller"))
            for amount in (10, 20):
                clock.advance(days=20)
                close_deal(make.deal(client_id=client, amount=amount), "won")

    grow(1)
    few = counts()
    grow(4)
    assert counts() == few
