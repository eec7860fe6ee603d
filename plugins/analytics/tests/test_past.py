"""How deals stood on a day that is over: replayed, and compared with what was noted then."""

from __future__ import annotations

import csv
import html
import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from salesman_analytics.past.counting import past
from salesman_analytics.past.standing import open_then, stages_then

from salesman_core.deals import standing
from salesman_core.deals.pipelines import change_stage, delete_stage
from salesman_core.deals.service import (
    change_deal,
    close_deal,
    delete_deal,
    freeze_deal,
    move_deal,
    reopen_deal,
    restore_deal,
    thaw_deal,
)
from salesman_core.people.service import deactivate
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of, browser_of
from salesman_core.toolkit import Deal, Stage, company, forecast, reading, today

Row = tuple[Any, ...]


def stands() -> set[Row]:
    """Note how the open deals stand now: what nobody can ask for later."""
    rows = reading().execute(sa.select(Deal, Stage.percent).join(Stage, Stage.id == Deal.stage_id))
    return {
        (
            deal.id,
            deal.stage_id,
            percent,
            standing.is_frozen(deal),
            deal.owner_id,
            deal.amount,
            deal.currency,
            None if deal.expected_on is None else deal.expected_on.isoformat(),
        )
        for deal, percent in rows
        if deal.outcome is None  # in the bin or not: what came back counts as if it had stayed
    }


def stood(day: date) -> set[Row]:
    """Give the same of a day that is over."""
    then, stages = open_then(day), stages_then(reading(), day)
    names = ("frozen", "owner_id", "amount", "currency", "expected_on")
    return {
        (row.id, row.stage_id, stages[row.stage_id].percent, *(getattr(row, one) for one in names))
        for row in reading().execute(sa.select(then))
    }


ACT = st.sampled_from(
    ("open", "move", "change", "close", "reopen", "freeze", "thaw", "bin", "back", "percent")
)


@dataclass
class History:
    """What people do with some deals, each step of which may be refused."""

    make: Make
    owners: list[int]
    stages: list[int]
    reason_id: int
    chance: random.Random

    def __post_init__(self) -> None:
        self.deals = [self.make.deal(owner_id=owner) for owner in self.owners]

    def act(self, name: str) -> None:
        """Take one step."""
        deal_id, chance = self.chance.choice(self.deals), self.chance
        deal = reading().get_one(Deal, deal_id, populate_existing=True)
        day = today(company().tz) + timedelta(days=chance.randrange(1, 60))
        is_open = deal.outcome is None
        steps: dict[str, tuple[bool, Callable[[], object]]] = {
            "open": (True, lambda: self.deals.append(self.make.deal(expected_on=day))),
            "move": (is_open, lambda: move_deal(deal_id, chance.choice(self.stages))),
            "change": (True, lambda: change_deal(deal_id, self._values(day))),
            "close": (is_open, lambda: self._close(deal_id)),
            "reopen": (not is_open, lambda: reopen_deal(deal_id)),
            "freeze": (is_open, lambda: freeze_deal(deal_id, day, "They asked for it")),
            "thaw": (standing.is_frozen(deal), lambda: thaw_deal(deal_id)),
            "bin": (len(self.deals) > 1, lambda: delete_deal(deal_id)),
            "back": (False, lambda: None),
            "percent": (True, self._weigh),
        }
        if deal.deleted_at is not None:
            steps = {"back": (True, lambda: restore_deal(deal_id))}
        fits, step = steps.get(name, (False, lambda: None))
        if fits:
            step()

    def _values(self, day: date) -> dict[str, Any]:
        values = {
            "owner_id": self.chance.choice(self.owners),
            "amount": Decimal(self.chance.randrange(10**7)) / 100,
            "currency": self.chance.choice(["RUB", "EUR"]),
            "expected_on": self.chance.choice([day, None]),
        }
        return {name: values[name] for name in self.chance.sample(list(values), 2)}

    def _close(self, deal_id: int) -> None:
        outcome = self.chance.choice(["won", "lost"])
        close_deal(deal_id, outcome, self.reason_id if outcome == "lost" else None)

    def _weigh(self) -> None:
        stage_id = self.chance.choice(self.stages[1:-1])
        name = f"Stage {self.chance.randrange(10**6)}"
        change_stage(stage_id, {"percent": self.chance.randrange(1, 99), "name": name})


@pytest.mark.timeout(300)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    days=st.lists(st.lists(ACT, min_size=1, max_size=6), min_size=2, max_size=6),
)
def test_report_of_each_day_is_what_stood_then(
    app: Flask,
    make: Make,
    clock: FrozenClock,
    stages: list[int],
    reasons: list[int],
    seed: int,
    days: list[list[str]],
) -> None:
    owners = [make.user("seller") for _number in range(2)]
    history = History(make, owners, stages, reasons[0], random.Random(seed))
    noted: dict[date, set[Row]] = {}
    for acts in days:
        for name in acts:
            clock.advance(minutes=7)
            history.act(name)
        noted[today(company().tz)] = stands()
        clock.advance(days=1)

    alive = sa.select(Deal.id).where(Deal.deleted_at.is_(None), Deal.id.in_(history.deals))
    there = set(reading().scalars(alive))
    for day, rows in noted.items():
        replayed, then = ({row for row in one if row[0] in there} for one in (stood(day), rows))
        assert replayed == then


def test_stage_renamed_and_deleted_since_and_people_who_left_stay_in_the_past(
    make: Make, clock: FrozenClock, stages: list[int]
) -> None:
    seller = make.user("seller", name="Anna Left")
    make.deal(owner_id=seller, stage_id=stages[1], amount=Decimal(1000))
    weight = reading().get_one(Stage, stages[1]).percent
    day = today(company().tz)
    clock.advance(days=3)
    change_stage(stages[1], {"name": "Talks", "percent": weight + 3})
    clock.advance(days=1)
    deactivate(seller, {"deal": make.user("seller", name="Boris")})
    delete_stage(stages[1], into_id=stages[2])

    found = past(reading(), day)

    (stage,) = found.stages
    assert (stage.id, stage.name, stage.percent) == (stages[1], "Talks", weight)
    assert [found.people[one] for one in found.owners if one] == ["Anna Left"]
    assert found.all.forecast == forecast(Decimal(1000), weight)
    assert past(reading(), today(company().tz)).stages[0].id == stages[2]


def test_every_figure_of_a_day_opens_exactly_its_deals(
    app: Flask, make: Make, clock: FrozenClock, story: Callable[[int], None]
) -> None:
    story(7)
    story(9)
    day = today(company().tz)
    clock.advance(days=2)
    story(8)
    browser = browser_of(app, make.user("head"))
    page = browser.get(f"/analytics/as-of?day={day}").text
    links = {
        (html.unescape(address), int(number))
        for address, number in re.findall(r'href="(/analytics/as-of/deals[^"]*)">(\d+)</a>', page)
    }
    assert len(links) > 5
    for address, number in links:
        rows = browser.get(address).text
        assert len(re.findall(r'href="/deals/\d+"', rows)) == number, address
        content = browser.get(address.replace("/deals?", "/file/csv?")).data.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(content), delimiter=";"))) == number


def test_who_sees_some_deals_is_told_of_these_alone(
    app: Flask, make: Make, clock: FrozenClock
) -> None:
    seller, other = make.user("seller"), make.user("seller")
    make.deal(owner_id=seller, amount=Decimal(10), name="Own")
    make.deal(owner_id=other, amount=Decimal(700), name="Other")
    day = today(company().tz)
    clock.advance(days=1)

    seen = api_of(app, seller).get(f"/analytics/as-of?day={day}").json
    assert (seen["in_work"], seen["in_work_amount"]) == (1, "10.00")
    assert [one["owner_id"] for one in seen["owners"]] == [seller]
    rows = browser_of(app, seller).get(f"/analytics/as-of/deals?day={day}").text
    assert "Own" in rows
    assert "Other" not in rows


def test_day_to_come_is_refused(app: Flask, make: Make, clock: FrozenClock) -> None:
    day = today(company().tz) + timedelta(days=1)
    head = make.user("head")
    page = browser_of(app, head).get(f"/analytics/as-of?day={day}")
    assert page.status_code == 200
    assert "This day is still to come." in page.text
    assert api_of(app, head).get(f"/analytics/as-of?day={day}").status_code == 422


def test_what_no_deal_of_the_day_had_finds_none(app: Flask, make: Make, clock: FrozenClock) -> None:
    make.deal()
    day = today(company().tz)
    browser = browser_of(app, make.user("head"))
    months = ("month=soon", "month=%00")
    for asked in ("stage_id=99999999999999999999", "owner=1%20or%201", *months, "frozen=true"):
        page = browser.get(f"/analytics/as-of/deals?day={day}&{asked}")
        assert (page.status_code, "No such deal" in page.text) == (200, True), asked


def test_day_is_told_of_a_team_and_of_a_source(app: Flask, make: Make, clock: FrozenClock) -> None:
    team = make.team("North")
    anna, boris = make.user("seller", team_id=team), make.user("seller")
    fair = make.client(source="fair")
    moved = make.deal(client_id=fair, owner_id=anna, amount="5.00")
    make.deal(client_id=make.client(source="site"), owner_id=anna, amount="20.00")
    make.deal(client_id=fair, owner_id=boris, amount="300.00")
    day = today(company().tz)
    clock.advance(days=3)
    change_deal(moved, {"owner_id": boris})
    api = api_of(app, make.user("head"))

    def told(query: str) -> tuple[int, str]:
        found = api.get(f"/analytics/as-of?day={day}{query}").json
        return found["in_work"], found["in_work_amount"]

    assert told("") == (3, "325.00")
    assert told(f"&team_id={team}") == (2, "25.00")
    assert told("&source=fair") == (2, "305.00")
    assert told(f"&team_id={team}&source=fair") == (1, "5.00")
    browser = browser_of(app, make.user("head"))
    asked = f"day={day}&team_id={team}&source=fair"
    page = html.unescape(browser.get(f"/analytics/as-of?{asked}").text)
    (rows,) = set(
        re.findall(r'href="(/analytics/as-of/deals\?[^"]*owner=[^"]*frozen=false)"', page)
    )
    assert f"team_id={team}" in rows
    opened = browser.get(rows).text
    assert re.findall(r'fw-normal"><a href="/deals/(\d+)"', opened) == [str(moved)]
    assert '<option value="fair" selected>' in page
