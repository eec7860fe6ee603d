"""The figures of the funnel that are kept are what counting all deals afresh gives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.access.records import visible
from salesman_core.clock import today
from salesman_core.db import db, reading, table_of, writing
from salesman_core.deals import figures, pipelines, queries
from salesman_core.deals.counted import Days, Figure, of_all, of_some
from salesman_core.deals.kept import count_deals, count_some
from salesman_core.deals.models import Deal, DealKept, DealMove, DealMoveKept, FunnelKept
from salesman_core.deals.service import (
    change_deal,
    close_deal,
    create_deal,
    delete_deal,
    freeze_deal,
    move_deal,
    reopen_deal,
    restore_deal,
    thaw_deal,
    transfer_deal,
)
from salesman_core.plugins.migrations import CORE_OWNER, downgrade, upgrade
from salesman_core.services.company import company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite", "postgresql")

Statements = Callable[[], AbstractContextManager[list[str]]]

ALWAYS = Days()


def stages() -> list[int]:
    return [stage["id"] for stage in queries.pipelines(reading())[0]["stages"]]


def pipeline() -> int:
    return figures.first_pipeline(reading())


def kept(days: Days = ALWAYS) -> list[Figure]:
    db.session.rollback()
    return _in_order(one for id_ in every_pipeline() for one in of_all(reading(), id_, days))


def afresh(days: Days = ALWAYS) -> list[Figure]:
    db.session.rollback()
    seen = [visible("deal")]
    return _in_order(one for id_ in every_pipeline() for one in of_some(reading(), id_, days, seen))


def every_pipeline() -> list[int]:
    return [one["id"] for one in queries.pipelines(reading())]


def _in_order(found: Iterable[Figure]) -> list[Figure]:
    return sorted(
        found, key=lambda one: (one.currency, one.kind, one.stage_id, one.reason_id, one.days)
    )


def rows(model: type) -> int:
    return reading().scalar(sa.select(sa.func.count()).select_from(table_of(model))) or 0


def lost_reason() -> int:
    return int(queries.close_reasons(reading())[0].id)


def test_deal_counts_at_once_and_is_counted_in_by_the_job(make: Make) -> None:
    make.deal(amount=Decimal("12.50"))
    (deals,) = [one for one in kept() if one.kind == "deals"]
    assert (deals.number, deals.amount) == (1, Decimal("12.50"))
    assert (rows(DealKept), rows(FunnelKept)) == (1, 0)
    count_deals()
    db.session.rollback()
    assert (rows(DealKept), rows(DealMoveKept), rows(FunnelKept)) == (0, 0, 4)
    assert kept() == afresh()


def test_change_that_no_figure_depends_on_leaves_the_deal_counted(make: Make) -> None:
    deal = make.deal()
    count_deals()
    change_deal(deal, {"name": "Another name"})
    db.session.rollback()
    assert rows(DealKept) == 0


def test_statement_past_all_services_is_noticed(make: Make) -> None:
    deal = make.deal(amount=Decimal(5))
    move_deal(deal, stages()[2])
    count_deals()
    with writing() as session:
        session.execute(sa.update(Deal).values(amount=Decimal(7)))
        session.execute(sa.update(DealMove).values(seconds=200_000))
    assert kept() == afresh()
    with writing() as session:
        session.execute(sa.delete(DealMove))
        session.execute(sa.delete(Deal))
    assert kept() == afresh() == []


EDGES = [
    date(2026, 9, 30),
    date(2026, 10, 1),
    date(2026, 10, 31),
    date(2026, 11, 1),
    date(2026, 11, 29),
    date(2026, 11, 30),
    date(2026, 12, 1),
    date(2026, 12, 15),
    date(2027, 1, 1),
    date.max,
]
"""Days around the ends of months, on which deals take steps."""


@pytest.mark.turns(2)
def test_every_period_is_added_up_of_its_months_and_the_days_around_them(
    make: Make, clock: FrozenClock
) -> None:
    at, deals = stages(), [make.deal(amount=Decimal(number)) for number in (1, 10, 100)]
    for number, day in enumerate(EDGES[1:-1]):
        clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        move_deal(deals[number % 2], at[number % 3])
        if number == 4:
            count_deals()
    close_deal(deals[0], "won")
    close_deal(deals[2], "lost", lost_reason())
    periods = [Days(since, until) for since in (None, *EDGES) for until in (None, *EDGES)]
    for counted in (False, True):
        if counted:
            count_deals()
        assert [kept(days) for days in periods] == [afresh(days) for days in periods]


def test_upgrading_gives_the_months_of_what_was_kept_by_days(
    make: Make, clock: FrozenClock
) -> None:
    deal = make.deal(amount=Decimal(5))
    clock.advance(days=40)
    move_deal(deal, stages()[1])
    make.deal(amount=Decimal(7))
    count_deals()
    db.session.remove()
    counted = figures_kept()
    downgrade(db.engine, CORE_OWNER, "core_0015")
    by_days = [one for one in counted if not one[1].startswith("m:")]
    assert figures_kept() == by_days
    upgrade(db.engine, CORE_OWNER)
    assert figures_kept() == counted
    assert len(counted) > len(by_days)


def figures_kept() -> list[Any]:
    with db.engine.connect() as connection:
        return sorted(map(tuple, connection.execute(sa.select(table_of(FunnelKept)))))


def test_deal_that_goes_for_good_takes_its_steps_out_of_the_figures(make: Make) -> None:
    deal = make.deal()
    move_deal(deal, stages()[1])
    count_deals()
    with writing() as session:
        session.execute(sa.delete(Deal).where(Deal.id == deal))
    assert kept() == []
    count_deals()
    db.session.rollback()
    assert reading().scalars(sa.select(FunnelKept.number)).all() == [0] * rows(FunnelKept)


def test_whoever_reaches_all_deals_is_not_made_to_wait_for_counting(
    make: Make, statements: Statements
) -> None:
    make.deal()
    person = make.person(make.user("head"))
    count_deals()
    with acting_as(person), statements() as asked:
        figures.funnel(reading(), pipeline())
    assert [one for one in asked if "core_funnel_kept" in one]


Acts = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "open",
                "move",
                "move",
                "won",
                "lost",
                "reopen",
                "bin",
                "restore",
                "freeze",
                "thaw",
                "amount",
                "currency",
                "delete",
                "stage",
                "transfer",
                "count",
                "count one",
            )
        ),
        st.integers(0, 8),
        st.integers(0, 999),
    ),
    min_size=6,
    max_size=20,
)


def _act(step: str, place: int, amount: int) -> None:
    """Do one thing, where it can be done."""
    at = stages()
    stage = at[place % len(at)]
    if step == "open":
        money = Decimal(amount).scaleb(-2)
        create_deal({"name": f"Deal {amount}", "stage_id": stage, "amount": money})
    elif step == "count":
        count_deals()
    elif step == "count one":
        count_some(1)
    elif step == "stage":
        if len(at) > 3:
            pipelines.delete_stage(at[1], into_id=at[0])
    else:
        _act_on_deal(step, stage, amount)
    db.session.rollback()


def _where(step: str) -> sa.ColumnElement[bool]:
    """Give the condition of the deals with which it can be done."""
    binned = Deal.deleted_at.is_not(None) if step == "restore" else Deal.deleted_at.is_(None)
    open_, wakes = Deal.outcome.is_(None), Deal.frozen_until > today(company().tz)
    return sa.and_(
        binned,
        {
            "reopen": sa.not_(open_),
            "thaw": sa.and_(open_, wakes),
            "freeze": sa.and_(open_, Deal.frozen_until.is_(None)),
            "move": sa.and_(open_, Deal.pipeline_id == pipeline()),
            "transfer": Deal.pipeline_id == pipeline(),
            "won": open_,
            "lost": open_,
        }.get(step, sa.true()),
    )


def _act_on_deal(step: str, stage: int, amount: int) -> None:
    ids = reading().scalars(sa.select(Deal.id).where(_where(step)).order_by(Deal.id)).all()
    if not ids:
        return
    deal = ids[amount % len(ids)]
    {
        "move": lambda: move_deal(deal, stage),
        "transfer": lambda: _go_over(deal, stage),
        "won": lambda: close_deal(deal, "won"),
        "lost": lambda: close_deal(deal, "lost", lost_reason()),
        "reopen": lambda: reopen_deal(deal),
        "bin": lambda: delete_deal(deal),
        "restore": lambda: restore_deal(deal),
        "freeze": lambda: freeze_deal(deal, today(company().tz) + timedelta(days=amount + 1), "x"),
        "thaw": lambda: thaw_deal(deal),
        "amount": lambda: change_deal(deal, {"amount": Decimal(amount)}),
        "currency": lambda: change_deal(deal, {"currency": "EUR" if amount % 2 else "RUB"}),
        "delete": lambda: _delete_for_good(deal),
    }[step]()


def _go_over(deal: int, stage: int) -> None:
    """Let a deal go over to the other pipeline, and another one that is there come from it."""
    other = queries.pipelines(reading())[1]
    there = sa.select(Deal.id).where(Deal.pipeline_id == other["id"], Deal.deleted_at.is_(None))
    came = reading().scalars(there.order_by(Deal.id)).first()
    transfer_deal(deal, other["stages"][0]["id"])
    if came is not None:
        transfer_deal(came, stage)


def _delete_for_good(deal: int) -> None:
    with writing() as session:
        session.execute(sa.delete(Deal).where(Deal.id == deal))


@given(acts=Acts, since=st.integers(-1, 9), length=st.none() | st.integers(0, 6))
@settings(
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.turns(2)
def test_kept_figures_are_what_a_fresh_count_gives_after_any_changes(
    make: Make, clock: FrozenClock, acts: list[tuple[str, int, int]], since: int, length: int | None
) -> None:
    first = clock.now().date() + timedelta(days=since)
    if len(queries.pipelines(reading())) == 1:
        pipelines.create_pipeline("Service")
        db.session.rollback()
    for number in range(3):
        make.deal(stage_id=stages()[number], amount=Decimal(number))
    for act in acts:
        clock.advance(hours=act[2] % 40)
        _act(*act)
    last = None if length is None else first + timedelta(days=length)
    for days in (ALWAYS, Days(first, last), Days(None, last)):
        assert kept(days) == afresh(days)
    count_deals()
    assert kept() == afresh()


def test_figures_stay_right_while_deals_change_and_are_counted_at_once(
    app: Flask, make: Make
) -> None:
    at = stages()
    deals = [make.deal(stage_id=at[0], amount=Decimal(10)) for _one in range(6)]
    count_deals()
    changing = threading.Event()

    def change(mine: int) -> None:
        with app.app_context(), acting_as(SYSTEM):
            for number in range(12):
                move_deal(deals[(mine + number) % len(deals)], at[(number + mine) % len(at)])
                change_deal(deals[mine], {"amount": Decimal(number + mine)})

    def count_meanwhile() -> None:
        with app.app_context(), acting_as(SYSTEM):
            while not changing.is_set():
                count_some(2)

    with ThreadPoolExecutor() as threads:
        counting = threads.submit(count_meanwhile)
        try:
            for done in [threads.submit(change, mine) for mine in range(3)]:
                done.result()
        finally:
            changing.set()
        counting.result()
    assert kept() == afresh()
    count_deals()
    assert kept() == afresh()
