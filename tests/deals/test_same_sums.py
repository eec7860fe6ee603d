"""List, board and funnel say the same of the same deals, whatever these are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesman_core.access.records import visible
from salesman_core.clock import today
from salesman_core.db import reading, writing
from salesman_core.deals import figures, queries
from salesman_core.deals.columns import CARDS, columns
from salesman_core.deals.lists import DEALS
from salesman_core.deals.models import Deal
from salesman_core.deals.open_figures import open_deals
from salesman_core.deals.service import create_deal
from salesman_core.deals.totals import Total, totals
from salesman_core.records.lists import parse_list_query
from salesman_core.services.company import company
from salesman_core.testing.people import Make

DRAWN = st.lists(
    st.fixed_dictionaries(
        {
            "stage": st.integers(0, 9),
            "amount": st.decimals(0, 10**9, places=2),
            "currency": st.sampled_from(["RUB", "EUR"]),
            "frozen": st.booleans(),
        }
    ),
    max_size=12,
)


@pytest.fixture
def head(app: Flask, make: Make) -> int:
    """The head of sales, who sees all deals."""
    return make.user_of("head")


def opened(drawn: Sequence[Mapping[str, Any]]) -> None:
    """Let there be these deals, and no others."""
    stages = queries.pipelines(reading())[0]["stages"]
    with writing() as session:
        session.execute(sa.update(Deal).values(deleted_at=Deal.created_at))
    for one in drawn:
        stage = stages[one["stage"] % len(stages)]["id"]
        values = {"name": "Deal", "amount": one["amount"], "currency": one["currency"]}
        deal_id = create_deal({**values, "stage_id": stage})
        if one["frozen"]:
            with writing() as session:
                day = today(company().tz) + timedelta(days=9)
                session.get_one(Deal, deal_id).frozen_until = day


def listed(currency: str) -> Total | None:
    query = parse_list_query({"state": "open", "currency": currency}, DEALS)
    return next(iter(totals(query)), None)


@given(DRAWN)
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
def test_list_board_and_funnel_agree_to_the_last_digit(
    make: Make, head: int, drawn: Sequence[Mapping[str, Any]]
) -> None:
    with make.acting(head):
        opened(drawn)
        session, pipeline_id = reading(), figures.first_pipeline(reading())
        on_board = open_deals(session, pipeline_id, [visible("deal")])
        for currency in ("RUB", "EUR"):
            heads = on_board.figures(currency)
            funnel = figures.funnel(session, pipeline_id, currency=currency)
            total = listed(currency)
            forecast = sum((stage.weighted for stage in heads), Decimal(0))
            assert funnel.stages == heads
            assert funnel.weighted == forecast
            assert (total.weighted if total else Decimal(0)) == forecast
            assert total is None or total.frozen == funnel.frozen


@given(DRAWN)
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
def test_sum_of_the_boards_columns_is_the_sum_of_its_deals(
    make: Make, head: int, drawn: Sequence[Mapping[str, Any]]
) -> None:
    with make.acting(head):
        opened(drawn)
        session, pipeline_id = reading(), figures.first_pipeline(reading())
        seen = [visible("deal"), Deal.pipeline_id == pipeline_id]
        found = open_deals(session, pipeline_id, seen)
        for currency in ("RUB", "EUR"):
            deals = [one for one in drawn if one["currency"] == currency]
            shown = columns(session, found, currency, seen)
            sums = [one.figures.amount + one.figures.frozen.amount for one in shown]
            assert sum(sums) == sum(one["amount"] for one in deals)
            assert [one.count + one.frozen for one in shown] == [len(one.cards) for one in shown]
            assert sum(len(one.cards) for one in shown) == len(drawn) < CARDS
