"""What happened at the stages: each figure of the funnel, and the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.access.records import visible
from salesman_core.db import db, reading
from salesman_core.deals import figures, flow, queries
from salesman_core.deals.counted import Days, Sum
from salesman_core.deals.lists import DEALS
from salesman_core.deals.models import Deal
from salesman_core.deals.service import (
    close_deal,
    delete_deal,
    freeze_deal,
    move_deal,
    reopen_deal,
    thaw_deal,
)
from salesman_core.records.lists import count, parse_list_query, totals
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite", "postgresql")

Statements = Callable[[], AbstractContextManager[list[str]]]


def stages() -> list[int]:
    return [stage["id"] for stage in queries.pipelines(reading())[0]["stages"]]


def funnel(**asked: Any) -> figures.Funnel:
    db.session.rollback()
    return figures.funnel(reading(), figures.first_pipeline(reading()), **asked)


def counts(step: str, **asked: Any) -> list[int]:
    return [getattr(stage, step).count for stage in funnel(**asked).flow]


def lost_reason() -> int:
    reason: int = queries.close_reasons(reading())[0].id
    return reason


def test_deal_enters_the_stage_where_it_is_opened_and_each_that_it_moves_to(make: Make) -> None:
    at = stages()
    deal = make.deal(stage_id=at[1])
    move_deal(deal, at[3])
    assert counts("entered") == [0, 1, 0, 1, 0, 0, 0, 0, 0]


def test_deal_that_comes_back_entered_its_stage_once(make: Make) -> None:
    at = stages()
    deal = make.deal(stage_id=at[0], amount=Decimal(100))
    move_deal(deal, at[1])
    move_deal(deal, at[0])
    entered = funnel().flow[0].entered
    assert (entered.count, entered.amount) == (1, Decimal(100))


def test_move_back_is_not_forward(make: Make) -> None:
    at = stages()
    deal = make.deal(stage_id=at[3])
    move_deal(deal, at[1])
    assert counts("forward") == [0] * 9


def test_won_deal_left_its_stage_forward_until_it_is_reopened(make: Make) -> None:
    deal = make.deal(stage_id=stages()[2])
    close_deal(deal, "won")
    assert counts("forward")[2] == 1
    reopen_deal(deal)
    assert counts("forward")[2] == 0


def test_lost_deals_of_the_stages_are_the_lost_deals(make: Make) -> None:
    for place in (0, 4, 4):
        close_deal(make.deal(stage_id=stages()[place]), "lost", lost_reason())
    counted = funnel()
    assert [stage.lost.count for stage in counted.flow] == [1, 0, 0, 0, 2, 0, 0, 0, 0]
    assert counted.lost.count == 3


def test_conversion_is_what_left_forward_of_that_and_what_was_lost(make: Make) -> None:
    at = stages()
    for _one in range(2):
        move_deal(make.deal(stage_id=at[0]), at[1])
    close_deal(make.deal(stage_id=at[0]), "lost", lost_reason())
    first, second = funnel().flow[:2]
    assert (first.conversion, second.conversion) == (Decimal("66.7"), None)


def test_median_is_of_the_whole_days_of_the_stays_that_ended(
    make: Make, clock: FrozenClock
) -> None:
    at = stages()
    deals = [make.deal(stage_id=at[0]) for _one in range(4)]
    for deal, days in zip(deals, (2, 5, 9), strict=False):
        clock.set(datetime(2026, 10, 1 + days, 10, tzinfo=UTC))
        move_deal(deal, at[1])
    assert [stage.median_days for stage in funnel().flow[:2]] == [5, None]


def test_day_of_a_step_is_that_of_the_company(make: Make, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 9, 30, 21, 30, tzinfo=UTC))  # half past midnight in Moscow
    make.deal()
    october = {"since": date(2026, 10, 1), "until": date(2026, 10, 1)}
    assert counts("entered", **october)[0] == 1
    assert counts("entered", until=date(2026, 9, 30))[0] == 0


@pytest.mark.parametrize("day", [date.min, date.max])
def test_ends_of_the_calendar_are_no_limits(make: Make, day: date) -> None:
    make.deal()
    limit = "since" if day == date.min else "until"
    assert counts("entered", **{limit: day})[0] == 1


def test_deal_in_the_bin_counts_nowhere(make: Make) -> None:
    deal = make.deal()
    delete_deal(deal)
    assert counts("entered") == [0] * 9


def test_team_counts_the_deals_of_its_people_and_of_those_below(make: Make) -> None:
    above = make.team()
    below = make.team(parent_id=above)
    make.deal(owner_id=make.user(team_id=below))
    make.deal(owner_id=make.user())
    assert counts("entered", team_id=above)[0] == counts("entered", team_id=below)[0] == 1
    assert funnel(team_id=above).count == 1


@pytest.mark.parametrize(
    "value",
    ["", "entered", "entered:1", "entered:1:2026-02-30:", "won:1::", "entered:x::"],
)
def test_filter_that_means_nothing_finds_nothing(make: Make, value: str) -> None:
    make.deal()
    found = sa.select(sa.func.count(Deal.id)).where(flow.has_passed("eq", value))
    assert reading().scalar(found) == 0


def test_statements_do_not_grow_with_rows(make: Make, statements: Statements) -> None:
    make.deal()
    with statements() as one:
        funnel()
    for place in range(6):
        make.deal(stage_id=stages()[place])
    with statements() as many:
        funnel()
    assert len(many) == len(one)


STEPS = ("open", "move", "won", "lost", "reopen", "bin", "freeze", "thaw")
Acts = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 3), st.integers(0, 8), st.integers(0, 999)),
    min_size=4,
    max_size=14,
)


def _act(make: Make, clock: FrozenClock, owners: list[int], act: tuple[str, int, int, int]) -> None:
    """Do one thing, where it can be done."""
    step, which, place, amount = act
    clock.advance(hours=amount % 90)
    if step == "open":
        cents = Decimal(amount).scaleb(-2)
        make.deal(owner_id=owners[which], stage_id=stages()[place], amount=cents)
        return
    open_or_closed = Deal.outcome.is_not(None) if step == "reopen" else Deal.outcome.is_(None)
    frozen = Deal.frozen_until.is_not(None) if step == "thaw" else Deal.frozen_until.is_(None)
    among = sa.select(Deal.id).where(Deal.deleted_at.is_(None), open_or_closed, frozen)
    ids = reading().scalars(among.order_by(Deal.id)).all()
    if not ids:
        return
    deal = ids[amount % len(ids)]
    later = clock.now().date() + timedelta(days=400)
    {
        "move": lambda: move_deal(deal, stages()[place]),
        "won": lambda: close_deal(deal, "won"),
        "lost": lambda: close_deal(deal, "lost", lost_reason()),
        "reopen": lambda: reopen_deal(deal),
        "bin": lambda: delete_deal(deal),
        "freeze": lambda: freeze_deal(deal, later, "waits"),
        "thaw": lambda: thaw_deal(deal),
    }[step]()


def _listed(**args: str) -> tuple[int, Decimal]:
    """How many deals a list finds, and the sum of their amounts."""
    query = parse_list_query(args, DEALS)
    number = count(reading(), DEALS, query, visible("deal"))
    total = sa.func.coalesce(sa.func.sum(Deal.amount), 0).label("amount")
    ((amount,),) = totals(reading(), [total], DEALS, query, visible("deal"))
    return number, Decimal(amount)


def _behind(stage: flow.StageFlow, days: Days) -> Mapping[str, dict[str, str]]:
    """The filters that the figures of a stage lead to."""
    ends = {"closed_on__gte": days.since, "closed_on__lte": days.until}
    lost = {"state": "lost", "stage_id": str(stage.stage_id)}
    return {
        "entered": {"passed": flow.passing("entered", stage.stage_id, days)},
        "forward": {"passed": flow.passing("forward", stage.stage_id, days)},
        "lost": lost | {name: str(day) for name, day in ends.items() if day},
    }


@given(acts=Acts, since=st.none() | st.integers(0, 20), length=st.none() | st.integers(0, 20))
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.turns(2)
def test_figures_equal_their_lists_and_sums_the_sum_of_deals_at_every_scope(
    make: Make,
    clock: FrozenClock,
    acts: list[tuple[str, int, int, int]],
    since: int | None,
    length: int | None,
) -> None:
    begin = clock.now().date()
    team = make.team()
    seller, other = make.user(team_id=team), make.user(team_id=team)
    service, head = make.user("service", team_id=team), make.user("head")
    for act in acts:
        _act(make, clock, [seller, other, service, head], act)
    first = None if since is None else begin + timedelta(days=since)
    last = None if length is None else (first or begin) + timedelta(days=length)
    days = Days(first, last)
    for user in (seller, service, head, None):
        with acting_as(SYSTEM if user is None else make.person(user)):
            _compare(days, service=user == service)


def _compare(days: Days, *, service: bool) -> None:
    counted = funnel(currency="RUB", since=days.since, until=days.until)
    usual = {"currency": "RUB", **({"in_report": "true"} if service else {})}
    work = _listed(**usual, state="open", frozen="false")
    assert (counted.count, counted.amount) == work
    for stage in counted.stages:
        rows = _listed(**usual, state="open", frozen="false", stage_id=str(stage.stage_id))
        assert (stage.count, stage.amount) == rows
    for stage in counted.flow:
        for step, filters in _behind(stage, days).items():
            passed: Sum = getattr(stage, step)
            assert (passed.count, passed.amount) == _listed(**usual, **filters)
