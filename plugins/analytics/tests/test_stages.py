"""Conversion between any two stages: equal to what one reads from each deal's own history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named

from salesman_core.deals.service import close_deal, move_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of, browser_of
from salesman_core.toolkit import (
    DEALS,
    DealMove,
    Stage,
    count,
    parse_list_query,
    reading,
    visible,
)

REPORT: Final = "/analytics/reports/analytics.stages"
WON: Final = 1_000


def conversion(**values: Any) -> Counted:
    declared = report_named("analytics.stages")
    return counted(declared, asked_of(values, declared.filters, declared.period))


def figures(found: Counted) -> dict[str, tuple[Any, ...]]:
    names = ("came", "reached", "days")
    return {row["key"]: tuple(row[name] for name in names) for row in found.rows}


def by_hand(since: date, until: date) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Go through the history of every deal, a step after the other, for every two stages."""
    known = reading().execute(sa.select(Stage.id, Stage.percent)).all()
    percents = {row.id: row.percent for row in known}
    histories: dict[int, list[Any]] = {}
    for step in reading().scalars(sa.select(DealMove).order_by(DealMove.id)):
        histories.setdefault(step.deal_id, []).append(step)
    for begin in known:
        for end_id, height in [*((row.id, row.percent) for row in known), (0, WON)]:
            if height <= begin.percent:
                continue
            came, days = 0, []
            for steps in histories.values():
                first = next(
                    (
                        place
                        for place, one in enumerate(steps)
                        if one.action in {"open", "move", "transfer"}
                        and one.to_stage_id == begin.id
                        and since <= one.day <= until
                    ),
                    None,
                )
                if first is None:
                    continue
                came += 1
                for one in steps[first:]:
                    won = one.action == "close" and one.outcome == "won"
                    comes = one.action in {"open", "move", "transfer"}
                    if won or (comes and percents[one.to_stage_id] >= height):
                        days.append((one.day - steps[first].day).days)
                        break
            days.sort()
            median = days[(len(days) - 1) // 2] if days else None
            yield f"{begin.id}-{end_id}", (came, len(days), median)


@pytest.mark.parametrize("seed", [3, 4])
def test_every_two_stages_are_what_the_history_of_each_deal_says(
    make: Make, story: Callable[[int], None], seed: int
) -> None:
    story(seed)
    first, last = date(2026, 3, 5), date(2026, 3, 12)
    with make.acting(make.user("head")):
        whole = figures(conversion(since=date(2020, 1, 1), until=date(2030, 1, 1)))
        part = figures(conversion(since=first, until=last))
    assert whole == dict(by_hand(date(2020, 1, 1), date(2030, 1, 1)))
    assert part == dict(by_hand(first, last))


def test_ways_to_the_next_stage_stand_first_and_the_whole_way_last(
    app: Flask, make: Make, clock: FrozenClock, stages: list[int]
) -> None:
    deal = make.deal(stage_id=stages[0])
    make.deal(stage_id=stages[0])
    clock.advance(days=3)
    move_deal(deal, stages[2])
    clock.advance(days=4)
    close_deal(deal, "won")
    head = make.user("head")
    with make.acting(head), app.test_request_context():
        found = conversion(period="all")
        addresses = [
            (found.address(column, row), row[column.name])
            for column in found.columns
            if column.name in {"came", "reached"}
            for row in (*found.rows, found.total or {})
            if row[column.name]
        ]
    rows = {row["key"]: row for row in found.rows}
    assert [row["key"] for row in found.rows[:2]] == [
        f"{stages[0]}-{stages[1]}",
        f"{stages[1]}-{stages[2]}",
    ]
    skipped = rows[f"{stages[0]}-{stages[1]}"]
    assert (skipped["came"], skipped["reached"], skipped["share"], skipped["days"]) == (2, 1, 50, 3)
    assert found.total is not None
    assert (found.total["came"], found.total["reached"], found.total["days"]) == (2, 1, 7)
    api = api_of(app, head)
    assert addresses
    assert [len(api.listed(address)) for address, _figure in addresses] == [
        figure for _address, figure in addresses
    ]


def test_deals_that_went_a_way_open_of_the_days_that_were_asked_for(
    app: Flask, make: Make, story: Callable[[int], None]
) -> None:
    story(7)
    days = {"since": date(2026, 3, 3), "until": date(2026, 3, 9)}
    with make.acting(make.user("head")), app.test_request_context():
        found = conversion(**days)
        reached = next(one for one in found.columns if one.name == "reached")
        ways = [row for row in found.rows if row["reached"]]
        assert len(ways) > 5
        for row in ways:
            (value,) = parse_qs(urlsplit(found.address(reached, row)).query)["analytics.went"]
            query = parse_list_query({"analytics.went": value}, DEALS.spec)
            assert count(reading(), DEALS.spec, query, visible("deal")) == row["reached"]
        for senseless in ("x", "1:0:2026-02-30:", f"{ways[0]['stage_id']}:987:;", "1:987::"):
            query = parse_list_query({"analytics.went": senseless}, DEALS.spec)
            assert count(reading(), DEALS.spec, query, visible("deal")) == 0
    page = browser_of(app, make.user("head")).get(f"/deals?analytics.went={value}").text
    assert "from Mar 3, 2026, until Mar 9, 2026" in page


def test_who_sees_some_deals_is_told_of_the_ways_of_these(make: Make, stages: list[int]) -> None:
    seller = make.user("seller")
    make.deal(stage_id=stages[0])
    with make.acting(seller):
        assert conversion(period="all").rows == []
        make.deal(stage_id=stages[0], owner_id=seller)
        assert conversion(period="all").rows[0]["came"] == 1


def test_statements_of_the_report_do_not_grow_with_its_deals(
    app: Flask, make: Make, story: Callable[[int], None], statements: Callable[..., Any]
) -> None:
    head = make.user("head")

    def count() -> int:
        browser = browser_of(app, head)
        browser.get(REPORT)
        with statements() as sent:
            assert 'class="tile"' in browser.get(REPORT).text
        return len(sent)

    story(5)
    few = count()
    story(6)
    assert count() == few
