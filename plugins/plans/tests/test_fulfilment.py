"""How far a plan is: pace by working days, judgement, forecast, and sums of quarters and years."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from salesman_plans.bases import set_basis
from salesman_plans.pace import Elapsed, standing
from salesman_plans.service import Goal, set_goals

from salesman_core.deals import queries
from salesman_core.deals.models import Stage
from salesman_core.deals.service import freeze_deal, move_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of
from salesman_core.toolkit import reading, writing

Sell = Callable[..., int]
LIMITS = (90, 70)


def test_standing_without_a_plan_judges_nothing() -> None:
    found = standing(Decimal(50), None, Elapsed(10, 20), LIMITS, 2)

    assert (found.plan, found.pace, found.percent, found.state) == (None, None, None, "")
    assert found.run_rate == 100


@pytest.mark.parametrize(
    ("fact", "state"),
    [("45", "good"), ("44.99", "behind"), ("35", "behind"), ("34.99", "late"), ("500", "good")],
)
def test_state_goes_by_the_limits_of_the_company(fact: str, state: str) -> None:
    found = standing(Decimal(fact), Decimal(100), Elapsed(10, 20), LIMITS, 2)

    assert (found.pace, found.state) == (50, state)


def test_nothing_is_judged_before_the_first_working_day_and_all_of_it_after_the_last() -> None:
    before = standing(Decimal(0), Decimal(100), Elapsed(0, 20), LIMITS, 2, Decimal(30))
    after = standing(Decimal(50), Decimal(100), Elapsed(20, 20, over=True), LIMITS, 2, Decimal(30))

    assert (before.state, before.run_rate, before.likely) == ("", None, 30)
    assert (after.state, after.pace, after.run_rate, after.likely) == ("late", 100, 50, None)


@given(
    fact=st.decimals(min_value=0, max_value=10**12, places=2),
    plan=st.decimals(min_value=Decimal("0.01"), max_value=10**12, places=2),
    days=st.integers(0, 23),
)
def test_pace_never_leaves_the_plan_and_the_share_is_as_it_is(
    fact: Decimal, plan: Decimal, days: int
) -> None:
    found = standing(fact, plan, Elapsed(days, 23), LIMITS, 2)

    assert found.pace is not None
    assert 0 <= found.pace <= plan
    assert found.percent is not None
    assert (found.percent > 100) >= (fact > plan * Decimal("1.001"))
    assert not found.state or days


def stage(percent: int) -> int:
    stages = queries.pipelines(reading())[0]["stages"]
    found: int = next(one["id"] for one in stages if one["percent"] == percent)
    return found


@pytest.fixture
def likely(make: Make, clock: FrozenClock) -> int:
    """A seller with deals in work, one of each kind that a forecast knows."""
    anna = make.user("seller")
    for amount, expected_on in (("1000", "2026-03-31"), ("100", "2026-03-01"), ("9", "2026-04-01")):
        deal = make.deal(
            owner_id=anna, amount=amount, cost="0", expected_on=date.fromisoformat(expected_on)
        )
        move_deal(deal, stage(40))
    frozen = make.deal(owner_id=anna, amount="7000", expected_on=date(2026, 3, 20))
    move_deal(frozen, stage(40))
    freeze_deal(frozen, date(2026, 3, 30), "They think")
    make.deal(owner_id=anna, amount="5000")
    return anna


def of(api: Any, metric: str, **asked: Any) -> dict[str, Any]:
    found = api.get("/plans/fulfilment", query_string=asked).json
    (line,) = [one for one in found["items"] if one["metric"] == metric]
    told: dict[str, Any] = line
    return told


def test_forecast_weighs_deals_in_work_that_are_expected_in_time(
    app: Flask, sell: Sell, likely: int
) -> None:
    set_goals([Goal(f"person:{likely}", date(2026, 3, 1), "turnover", Decimal(1000))])
    sell(likely, "110", "2026-03-03", cost="10")
    api = api_of(app, likely)

    assert of(api, "turnover", owner_id=likely) == {
        "metric": "turnover",
        "item": "",
        "title": "Turnover",
        "fact": "110.00",
        "plan": "1000.00",
        "pace": "500.00",  # the 11th of 22 working days
        "percent": "11.0",
        "state": "late",
        "run_rate": "220.00",
        "likely": "550.00",
    }
    assert of(api, "margin", owner_id=likely)["likely"] == "540.00"
    assert of(api, "deals", owner_id=likely) == {
        "metric": "deals",
        "item": "",
        "title": "Deals won",
        "fact": "1",
        "plan": None,
        "pace": None,
        "percent": None,
        "state": "",
        "run_rate": "2",
        "likely": None,
    }


def test_forecast_is_rounded_for_each_stage_as_everywhere(
    app: Flask, make: Make, clock: FrozenClock
) -> None:
    anna, stages = make.user("seller"), [stage(20), stage(40)]
    with writing() as session:
        session.execute(sa.update(Stage).where(Stage.id.in_(stages)).values(percent=40))
    for stage_id in stages:
        deal = make.deal(owner_id=anna, amount="0.11", expected_on=date(2026, 3, 31))
        move_deal(deal, stage_id)

    assert of(api_of(app, anna), "turnover", owner_id=anna)["likely"] == "0.08"  # twice 0.044


def test_forecast_of_what_is_to_come_leaves_out_what_is_expected_before(
    app: Flask, make: Make, clock: FrozenClock
) -> None:
    anna = make.user("seller")
    for day in (date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)):
        deal_id = make.deal(owner_id=anna, amount=Decimal(1000), expected_on=day)
        move_deal(deal_id, stage(60))
    api = api_of(app, anna)

    months = {
        period: of(api, "turnover", owner_id=anna, period=period)["likely"]
        for period in ("2026-03", "2026-04", "2026-05", "2026")
    }

    assert months == {
        "2026-03": "1200.00",
        "2026-04": "600.00",
        "2026-05": "0.00",
        "2026": "1800.00",
    }


def test_forecast_stands_until_the_last_day_is_past(
    app: Flask, clock: FrozenClock, likely: int
) -> None:
    # Sunday, 31 May 2026: the last working day was the 29th.
    api, seen = api_of(app, likely), {}
    for day in (date(2026, 5, 29), date(2026, 5, 31), date(2026, 6, 1)):
        clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        line = of(api, "turnover", owner_id=likely, period="2026-05")
        seen[day.isoformat()] = line["likely"] is not None

    assert seen == {"2026-05-29": True, "2026-05-31": True, "2026-06-01": False}


def test_quarter_and_year_add_up_each_month_by_its_own_basis(
    app: Flask, make: Make, sell: Sell
) -> None:
    anna = make.user("seller")
    set_goals(
        [
            Goal(f"person:{anna}", date(2026, month, 1), "turnover", Decimal(100))
            for month in (1, 3, 5)
        ]
    )
    set_basis("closed", date(2026, 3, 1))
    for month in ("01", "03", "05"):
        sell(anna, "10", f"2026-{month}-02")
        sell(anna, "1", f"2026-{month}-02", outcome="lost")
    api = api_of(app, anna)

    found = {
        period: [
            of(api, "turnover", owner_id=anna, period=period)[name] for name in ("fact", "plan")
        ]
        for period in ("2026-01", "2026-03", "2026-Q1", "2026")
    }

    assert found == {
        "2026-01": ["10.00", "100.00"],
        "2026-03": ["11.00", "100.00"],
        "2026-Q1": ["21.00", "200.00"],
        "2026": ["32.00", "300.00"],
    }
