"""Each figure equals the deals that it opens, and those are what one counts by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from flask import Flask
from salesman_analytics.closed import closed_deals
from salesman_analytics.funnel import passages
from salesman_analytics.losses import losses

from salesman_core.deals.service import close_deal, delete_deal, move_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of, browser_of
from salesman_core.toolkit import (
    DEALS,
    Deal,
    Stage,
    parse_list_query,
    reading,
    select_page,
    visible,
)

Story = Callable[[int], None]
FIGURE: Final = re.compile(
    r'<a href="(/deals\?[^"]+)">([^<]+)</a><div class="small amount"><a href="([^"]+)"'
)


def deals_of(address: str) -> list[Any]:
    """Give the deals of a list's address, as the list itself finds them."""
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    query = parse_list_query({**asked, "limit": "200"}, DEALS.spec)
    columns = (Deal.id, Deal.amount, Deal.stage_id, Deal.outcome, Deal.currency)
    return list(select_page(reading(), columns, DEALS.spec, query, visible("deal")).rows)


def number_in(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def counted(page: str) -> Iterator[tuple[str, int]]:
    """Give the figures of a page's tables that are numbers of deals, each with its address."""
    for cell in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL):
        found = FIGURE.search(cell)
        if found:
            assert found[1] == found[3]
            yield unescape(found[1]), number_in(found[2])


@dataclass
class Known:
    """A closed deal, read without the list and without the reports."""

    stage_id: int
    percent: int
    outcome: str
    reason_id: int | None
    amount: Decimal


def known(currency: str) -> list[Known]:
    rows = reading().execute(
        sa.select(Deal.stage_id, Stage.percent, Deal.outcome, Deal.reason_id, Deal.amount)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(Deal.outcome.is_not(None), Deal.currency == currency)
    )
    return [Known(*row) for row in rows]


def test_figures_are_those_that_one_counts_by_hand(story: Story, stages: list[int]) -> None:
    story(1)
    story(2)
    query = parse_list_query({}, DEALS.spec)
    closed = closed_deals(reading(), query)
    found = known(closed.currency)

    assert (closed.currency, set(closed.currencies)) == ("RUB", {"RUB", "EUR"})
    assert closed.won.count == sum(one.outcome == "won" for one in found)
    assert closed.lost.amount == sum(
        (one.amount for one in found if one.outcome == "lost"), Decimal(0)
    )
    for passage in passages(reading(), query, closed):
        came = [
            one for one in found if one.outcome == "won" or one.percent >= passage.stage.percent
        ]
        assert passage.reached.count == len(came)
        assert passage.reached.amount == sum((one.amount for one in came), Decimal(0))
    lost = losses(reading(), closed)
    for stage_id in stages:
        for reason_id in lost.reasons:
            amounts = [
                one.amount
                for one in found
                if (one.outcome, one.stage_id, one.reason_id) == ("lost", stage_id, reason_id)
            ]
            cell = lost.at(stage_id, reason_id)
            assert (cell.count, cell.amount) == (len(amounts), sum(amounts, Decimal(0)))
    assert lost.at() == closed.lost


def test_days_are_the_median_of_the_stays_of_these_deals(
    make: Make, clock: FrozenClock, stages: list[int]
) -> None:
    for days in (1, 3, 9):
        deal = make.deal(stage_id=stages[0])
        clock.advance(days=days)
        move_deal(deal, stages[1])
        close_deal(deal, "won")
    stays_on = make.deal(stage_id=stages[0])
    clock.advance(days=50)
    move_deal(stays_on, stages[1])

    query = parse_list_query({}, DEALS.spec)
    first, second, *_others = passages(reading(), query, closed_deals(reading(), query))

    assert (first.days, second.days) == (3, None)
    assert first.reached.count == 3


def test_every_figure_opens_exactly_its_deals(app: Flask, make: Make, story: Story) -> None:
    story(3)
    head = make.user("head")
    browser = browser_of(app, head)
    addresses = (
        "/analytics/funnel",
        "/analytics/losses",
        "/analytics/funnel?closed_on__isnull=false&currency=EUR",
        "/analytics/losses?amount__gte=1000&any1.state=lost&any1.amount__gte=5000",
        "/analytics/funnel?state=closed&any1.progress__lte=40&any1.state=won",
    )
    with make.acting(head):
        for address in addresses:
            figures = list(counted(browser.get(address).text))
            assert figures, address
            for rows, number in figures:
                assert len(deals_of(rows)) == number, (address, rows)


def test_filter_that_asks_for_other_deals_is_kept_beside_the_figure(
    app: Flask, make: Make, story: Story, stages: list[int]
) -> None:
    story(4)
    head = make.user("head")
    asked = f"/analytics/losses?stage_id={stages[0]}&state=lost&closed_on__isnull=false"
    page = browser_of(app, head).get(asked).text
    with make.acting(head):
        for rows, number in counted(page):
            found = deals_of(rows)
            assert len(found) == number
            assert {one.stage_id for one in found} == {stages[0]}


def test_who_sees_some_deals_is_shown_the_figures_of_these(
    app: Flask, make: Make, stages: list[int], reasons: list[int]
) -> None:
    seller, other = make.user("seller"), make.user("seller")
    for owner, amount in ((seller, "10.00"), (other, "700.00")):
        deal = make.deal(owner_id=owner, amount=amount, stage_id=stages[2])
        close_deal(deal, "lost", reasons[0])

    seen = api_of(app, seller).get("/analytics/losses").json

    assert (seen["lost"], seen["lost_amount"], seen["win_rate"]) == (1, "10.00", "0.0")
    assert [(one["stage_id"], one["count"]) for one in seen["items"]] == [(stages[2], 1)]


def test_deals_in_the_bin_count_no_more(app: Flask, make: Make, reasons: list[int]) -> None:
    deal = make.deal()
    close_deal(deal, "lost", reasons[0])
    delete_deal(deal)
    assert closed_deals(reading(), parse_list_query({}, DEALS.spec)).lost.count == 0
