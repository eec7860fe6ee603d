"""Deals in several currencies are summed in the company's at the rates that they keep, exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesman_core.clock import today
from salesman_core.db import Money, Rate, reading, sum_converted
from salesman_core.deals import kept, queries
from salesman_core.deals.flow import Days
from salesman_core.deals.models import Deal
from salesman_core.deals.rate_table import DatedRate, enter_rates
from salesman_core.deals.rates import converted
from salesman_core.deals.service import close_deal, freeze_deal
from salesman_core.deals.worth import Worth, funnel_worth, worth_by_stage
from salesman_core.records.custom.service import define_field
from salesman_core.services.company import company
from salesman_core.testing.people import Api, Make

BrowserFor = Callable[[str], FlaskClient]

NOVEMBER = date(2026, 11, 2)


def words(page: str) -> str:
    """Give what a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("\xa0", "")


@pytest.fixture
def dollars(app: Flask, make: Make) -> Callable[..., int]:
    """A function that opens a deal in dollars, of a day on which one was worth 92.5."""
    enter_rates([DatedRate("USD", NOVEMBER, Decimal("92.5"))])
    return lambda amount, **more: make.deal(
        **{"amount": Decimal(amount), "currency": "USD", "opened_on": NOVEMBER} | more
    )


Dollars = Callable[..., int]


def test_list_sums_all_currencies_and_says_what_it_leaves_out(
    make: Make, dollars: Dollars, browser_for: BrowserFor
) -> None:
    stage = queries.pipelines(reading())[0]["stages"][3]["id"]
    dollars("100.10", stage_id=stage)
    make.deal(amount=Decimal("1000.05"))
    make.deal(amount=Decimal(7), currency="EUR")

    browser = browser_for("head")
    page = browser.get("/deals").text

    read = words(page)
    assert (
        "All currencies in RUB ₽10,259.30 Forecast ₽3,704 Not counted 1 deal without a rate" in read
    )
    (lacking,) = re.findall(r'href="(/deals\?[^"]*rate_missing=true)"', page)
    assert "In all 1 deal Amount €7" in words(browser.get(lacking.replace("&amp;", "&")).text)


def test_list_in_the_companys_currency_alone_says_nothing_twice(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    make.deal(amount=Decimal(1000))

    assert "All currencies" not in browser_for("head").get("/deals").text


def test_forecast_of_the_list_leaves_closed_and_frozen_deals_out(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    stage = queries.pipelines(reading())[0]["stages"][3]["id"]
    for _number in range(3):
        last = make.deal(amount=Decimal(1000), stage_id=stage)
    close_deal(last, "won")
    freeze_deal(last - 1, today(company().tz) + timedelta(days=9), "They wait")

    assert "Amount ₽3,000 Forecast ₽400" in words(browser_for("head").get("/deals").text)


def test_largest_amounts_are_summed_and_forecast(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    stage = queries.pipelines(reading())[0]["stages"][-1]["id"]
    make.deal(amount=Decimal("999999999999999.99"), stage_id=stage)

    read = words(browser_for("head").get("/deals").text)

    assert "Amount ₽999,999,999,999,999.99 Forecast ₽1,000,000,000,000,000" in read


def test_board_shows_a_column_in_the_companys_currency(
    make: Make, dollars: Dollars, browser_for: BrowserFor
) -> None:
    dollars("100.10")
    make.deal(amount=Decimal(1000))
    make.deal(amount=Decimal(7), currency="EUR")

    read = words(browser_for("head").get("/deals/board").text)

    assert "All in RUB ₽10,259 1 more without a rate" in read


def test_sum_of_the_columns_is_the_sum_of_the_deals(make: Make, dollars: Dollars) -> None:
    stages = queries.pipelines(reading())[0]["stages"]
    for number, stage in enumerate(stages):
        dollars(f"{number}.33", stage_id=stage["id"])
        make.deal(amount=Decimal("0.07"), stage_id=stage["id"])

    with make.acting(make.user_of("head")):
        found = sum(worth_by_stage(reading(), [Deal.outcome.is_(None)]).values(), Worth())

    each = [converted(Decimal(f"{number}.33"), Decimal("92.5")) for number in range(len(stages))]
    assert found.amount == sum(each) + Decimal("0.07") * len(stages)


def test_funnel_tells_what_all_currencies_are_worth(
    make: Make, dollars: Dollars, browser_for: BrowserFor
) -> None:
    dollars("100.10")
    close_deal(
        make.deal(amount=Decimal(5), currency="EUR"), "lost", queries.close_reasons(reading())[0].id
    )
    make.deal(amount=Decimal(1000))
    with make.acting(make.user_of("head")):
        found = funnel_worth(reading(), queries.pipelines(reading())[0]["id"], Days())
    assert (found.in_work.amount, found.in_work.lacking) == (Decimal("10259.25"), 0)
    assert (found.lost.amount, found.lost.lacking) == (Decimal(0), 1)

    read = words(browser_for("head").get("/reports/funnel").text)

    assert "In work 2 ₽10,259 ₽0 — Frozen 0 ₽0 — — Won 0 ₽0 — — Lost 0 ₽0 — 1 deal" in read


PAIRS = st.lists(
    st.tuples(
        st.decimals(-(10**13), 10**15, places=2, allow_nan=False), st.decimals(0, 10**9, places=8)
    ),
    max_size=20,
)


def summed(pairs: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    each = (
        sa.select(
            sa.cast(sa.literal(amount, Money), Money).label("amount"),
            sa.cast(sa.literal(rate, Rate), Rate).label("rate"),
        )
        for amount, rate in [(Decimal("0.01"), Decimal(0)), *pairs]
    )
    rows = sa.union_all(*each).subquery()
    found = reading().scalar(sa.select(sum_converted(rows.c.amount, rows.c.rate)))
    assert isinstance(found, Decimal)
    return found


@given(PAIRS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_sum_at_rates_is_that_of_the_single_amounts_to_the_last_digit(
    app: Flask, pairs: Sequence[tuple[Decimal, Decimal]]
) -> None:
    assert summed(pairs) == sum((converted(*pair) for pair in pairs), Decimal(0))


@pytest.mark.databases("sqlite", "postgresql")
def test_sums_beyond_64_bits_break_no_page(
    app: Flask, make: Make, browser_for: BrowserFor, api_for: Callable[[str], Api]
) -> None:
    define_field("deal", {"type": "number", "key": "figure", "label": "Figure"})
    define_field("deal", {"type": "money", "key": "budget", "label": "Budget"})
    much = Decimal("999999999999999.99")
    for currency in ("RUB", "USD"):
        for number in range(100):
            custom = {"figure": str(much), "budget": str(much)} if number < 20 else {}
            make.deal(amount=much, currency=currency, custom=custom)
    browser = browser_for("head")
    columns = "columns=name,custom.figure,custom.budget"

    pages = [browser.get(f"/deals?{columns}"), browser.get("/deals/board"), browser.get("/")]
    pages += [browser.get("/reports/funnel"), api_for("head").get("/deals/funnel")]
    kept.count_deals()
    pages += [browser.get("/reports/funnel"), api_for("head").get("/deals/funnel")]

    assert [page.status_code for page in pages] == [200] * len(pages)
