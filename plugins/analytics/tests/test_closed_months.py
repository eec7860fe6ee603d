"""Won and lost by month: figures counted by hand over the deals, each with exactly these."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median_low
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named

from salesman_core.deals.service import close_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import DEALS, Deal, count, parse_list_query, reading, visible


def report(**values: Any) -> Counted:
    declared = report_named("analytics.closed_months")
    return counted(declared, asked_of(values, declared.filters, declared.period))


def listed(address: str) -> int:
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    return count(reading(), DEALS.spec, parse_list_query(asked, DEALS.spec), visible("deal"))


def test_deals_won_and_lost_by_month_are_those_that_one_counts_by_hand(
    app: Flask, make: Make, clock: FrozenClock, reasons: list[int]
) -> None:
    chance = random.Random(5)  # no secret
    for month in (1, 2, 2, 4, 4, 4, 4):
        clock.set(datetime(2026, month, 20, 12, tzinfo=UTC))
        opened = date(2026, month, chance.randrange(1, 20))
        deal = make.deal(amount=Decimal(chance.randrange(1, 900)), opened_on=opened)
        won = chance.random() < 0.6  # of five
        close_deal(deal, "won") if won else close_deal(deal, "lost", reasons[0])
    make.deal()
    columns = (Deal.outcome, Deal.amount, Deal.opened_on, Deal.closed_on)
    rows = reading().execute(sa.select(*columns).where(Deal.outcome.is_not(None))).all()

    with make.acting(make.user("head")), app.test_request_context():
        found = report()
        assert [row["first"].month for row in found.rows] == [1, 2, 3, 4]
        for row in (*found.rows, found.total or {}):
            month = row["first"].month if "first" in row else None
            mine = [one for one in rows if month in {None, one.closed_on.month}]
            for outcome in ("won", "lost"):
                of_it = [one for one in mine if one.outcome == outcome]
                days = [(one.closed_on - one.opened_on).days for one in of_it]
                assert row[outcome] == len(of_it)
                assert row[f"{outcome}_days"] == (median_low(days) if days else None)
            won = [one.amount for one in mine if one.outcome == "won"]
            assert row["turnover"] == sum(won)
            assert row["rate"] == (Decimal(100 * len(won)) / len(mine) if mine else None)
            for column in found.figures:
                if address := found.address(column, row):
                    figure = len(won) if column.name == "turnover" else row[column.name]
                    assert listed(address) == figure
