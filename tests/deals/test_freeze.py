"""Frozen deals: they rest until their day, and nothing calls them late meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clock import today
from salesman_core.db import reading, writing
from salesman_core.deals import queries, standing
from salesman_core.deals.jobs import thaw_deals
from salesman_core.deals.models import Deal, DealMove
from salesman_core.deals.rate_table import DatedRate, enter_rates
from salesman_core.deals.service import (
    close_deal,
    delete_deal,
    freeze_deal,
    move_deal,
    restore_deal,
    thaw_deal,
)
from salesman_core.events.models import EVENTS
from salesman_core.records.models import Audit
from salesman_core.services.company import company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make, api_of

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock(clock: FrozenClock) -> FrozenClock:
    """The clock of the application, at noon of a day in March."""
    clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))
    return clock


def in_days(days: int) -> date:
    return today(company().tz) + timedelta(days=days)


def frozen(make: Make, days: int = 10, **values: Any) -> int:
    """Open a deal and freeze it."""
    deal = make.deal(**values)
    freeze_deal(deal, in_days(days), "budget in spring")
    return deal


def stages() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queries.pipelines(reading())[0]["stages"]
    return found


def deal_row(deal_id: int) -> Deal:
    reading().rollback()
    return reading().get_one(Deal, deal_id)


def steps(deal_id: int) -> list[tuple[str, int, str]]:
    """The steps of a deal: what, how many seconds, by whom."""
    reading().rollback()
    kept = sa.select(DealMove.action, DealMove.seconds, DealMove.actor_name)
    rows = reading().execute(kept.where(DealMove.deal_id == deal_id).order_by(DealMove.id))
    return [(row.action, row.seconds, row.actor_name) for row in rows]


def names(page: str) -> list[str]:
    """The names of the deals of a list."""
    return re.findall(r"data-row-link>([^<]*)</a>", page)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u202f", " ").split())


# -- freezing and thawing


def test_freezing_is_told_by_the_api(make: Make, api_for: ApiFor) -> None:
    api, deal = api_for("head"), make.deal()
    given = {"frozen_until": "2026-04-01", "freeze_reason": "budget in spring"}
    answer = api.post(f"/deals/{deal}/freeze", given)
    assert answer.status_code == 200
    assert {name: answer.json[name] for name in given} == given
    thawed = api.post(f"/deals/{deal}/thaw").json
    assert (thawed["frozen_until"], thawed["freeze_reason"]) == (None, None)


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        ("2026-03-02", "budget", "frozen_until"),
        ("2020-01-01", "budget", "frozen_until"),
        ("2226-03-12", "budget", "frozen_until"),
        ("spring", "budget", "frozen_until"),
        ("2026-04-01", " ", "freeze_reason"),
    ],
)
def test_freezing_that_cannot_be_is_refused_at_its_field(
    make: Make, api_for: ApiFor, until: str, reason: str, field: str
) -> None:
    deal = make.deal()
    given = {"frozen_until": until, "freeze_reason": reason}
    answer = api_for("head").post(f"/deals/{deal}/freeze", given)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert deal_row(deal).frozen_until is None


def test_closed_deal_is_not_frozen_and_an_open_one_not_thawed(make: Make, api_for: ApiFor) -> None:
    won, open_ = make.deal(), make.deal()
    close_deal(won, "won")
    api = api_for("head")
    given = {"frozen_until": "2026-04-01", "freeze_reason": "budget"}
    assert api.post(f"/deals/{won}/freeze", given).status_code == 409
    assert api.post(f"/deals/{open_}/thaw").status_code == 409


def test_freezing_is_a_permission_of_its_own(app: Flask, make: Make) -> None:
    assistant = make.user("assistant", team_id=make.team())
    deal = make.deal(owner_id=assistant)
    given = {"frozen_until": "2026-04-01", "freeze_reason": "budget"}
    answer = api_of(app, assistant).post(f"/deals/{deal}/freeze", given)
    assert (answer.status_code, answer.json["permission"]) == (403, "core.deal.freeze")


def test_steps_audit_and_events_tell_of_freezing_and_thawing(
    make: Make, browser_for: BrowserFor, clock: FrozenClock
) -> None:
    deal = frozen(make)
    clock.advance(days=3)
    thaw_deal(deal)
    assert steps(deal) == [
        ("open", 0, "SalesMan"),
        ("freeze", 0, "SalesMan"),
        ("thaw", 3 * 86400, "SalesMan"),
    ]
    whose = (Audit.kind == "deal", Audit.record_id == deal)
    kept = sa.select(Audit.action, Audit.changes).where(*whose).order_by(Audit.id)
    said = ["2026-03-12", "budget in spring"]
    assert [tuple(row) for row in reading().execute(kept)][1:] == [
        ("frozen", {"frozen_until": [None, said[0]], "freeze_reason": [None, said[1]]}),
        ("thawed", {"frozen_until": [said[0], None], "freeze_reason": [said[1], None]}),
    ]
    types = reading().scalars(sa.select(EVENTS.c.type).order_by(EVENTS.c.id)).all()
    assert types[-2:] == ["core.deal.frozen", "core.deal.thawed"]
    story = browser_for("head").get(f"/records/deal/{deal}/story").text
    assert "frozen until Mar 12, 2026: budget in spring" in story
    assert "goes on after 3 days of rest" in story


def test_freezing_a_frozen_deal_gives_it_another_day(make: Make, clock: FrozenClock) -> None:
    deal = frozen(make)
    clock.advance(days=2)
    freeze_deal(deal, in_days(30), "budget in autumn")
    clock.advance(days=1)
    thaw_deal(deal)
    assert steps(deal)[-1][:2] == ("thaw", 3 * 86400)


def test_closing_a_frozen_deal_thaws_it(make: Make, clock: FrozenClock) -> None:
    deal = frozen(make)
    clock.advance(days=1)
    close_deal(deal, "won")
    assert [step[0] for step in steps(deal)] == ["open", "freeze", "thaw", "close"]
    row = deal_row(deal)
    assert (row.outcome, row.frozen_until, row.freeze_reason) == ("won", None, None)


def test_frozen_deal_that_moves_stays_frozen(make: Make, clock: FrozenClock) -> None:
    deal = frozen(make, 10)
    clock.advance(days=4)
    move_deal(deal, stages()[1]["id"])
    assert deal_row(deal).frozen_until == date(2026, 3, 12)
    clock.set(datetime(2026, 3, 14, 9, tzinfo=UTC))
    (row,) = reading().execute(queries.named_deals())
    assert standing.days_in_stage(row) == 2


# -- by itself, on its day


def test_deal_goes_on_when_its_day_begins_in_the_companys_time_zone(
    make: Make, api_for: ApiFor, clock: FrozenClock
) -> None:
    deal = frozen(make, 10, expected_on=date(2026, 3, 1))
    api = api_for("head")

    def told() -> tuple[str | None, int, int]:
        found = api.get(f"/deals/{deal}").json
        attention = api.get("/deals?attention=true").json["items"]
        return (
            found["frozen_until"],
            len(attention),
            len(api.get("/deals?frozen=true").json["items"]),
        )

    clock.set(datetime(2026, 3, 11, 20, 59, tzinfo=UTC))  # a minute to midnight in Moscow
    assert told() == ("2026-03-12", 0, 1)
    clock.set(datetime(2026, 3, 11, 21, 0, tzinfo=UTC))
    assert told() == (None, 1, 0)


def test_job_notes_what_thawed_as_of_its_day_and_once(make: Make, clock: FrozenClock) -> None:
    deal, other = frozen(make, 10), frozen(make, 11)
    clock.set(datetime(2026, 3, 12, 9, tzinfo=UTC))
    thaw_deals()
    thaw_deals()
    assert [step[0] for step in steps(deal)] == ["open", "freeze", "thaw"]
    thawed = sa.select(DealMove.at, DealMove.actor_name).where(DealMove.action == "thaw")
    assert [tuple(row) for row in reading().execute(thawed)] == [
        (datetime(2026, 3, 11, 21, tzinfo=UTC), "SalesMan")
    ]
    assert deal_row(deal).frozen_until is None
    assert deal_row(other).frozen_until == date(2026, 3, 13)


def test_step_taken_before_the_job_notes_the_thawing_first(make: Make, clock: FrozenClock) -> None:
    deal = frozen(make, 10)
    clock.set(datetime(2026, 3, 15, 9, tzinfo=UTC))
    with make.acting(make.user("head", name="Clara")):
        move_deal(deal, stages()[1]["id"])
    assert [(what, who) for what, _seconds, who in steps(deal)][2:] == [
        ("thaw", "SalesMan"),
        ("move", "Clara"),
    ]


def test_job_leaves_the_bin_alone_and_what_comes_out_of_it_goes_on(
    make: Make, clock: FrozenClock
) -> None:
    deal = frozen(make, 10)
    delete_deal(deal)
    clock.set(datetime(2026, 3, 15, 9, tzinfo=UTC))
    thaw_deals()
    assert deal_row(deal).frozen_until == date(2026, 3, 12)
    restore_deal(deal)
    thaw_deals()
    assert deal_row(deal).frozen_until is None


# -- days against the plan


@pytest.mark.parametrize(("then", "days"), [(0, 2), (5, 2), (10, 2), (11, 3)])
def test_days_for_which_a_deal_was_frozen_do_not_count(
    make: Make, clock: FrozenClock, then: int, days: int
) -> None:
    deal = make.deal()
    clock.advance(days=2)
    freeze_deal(deal, in_days(10), "budget")
    # Its day begins at midnight, twelve hours before the hour at which it was frozen.
    clock.advance(days=then)
    assert standing.days_in_stage(deal_row(deal)) == days


def test_days_count_on_from_a_thawing_by_hand(make: Make, clock: FrozenClock) -> None:
    deal = make.deal()
    clock.advance(days=2)
    freeze_deal(deal, in_days(10), "budget")
    clock.advance(days=4)
    thaw_deal(deal)
    clock.advance(days=1)
    assert standing.days_in_stage(deal_row(deal)) == 3
    assert deal_row(deal).stage_since == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_move_begins_the_days_anew(make: Make, clock: FrozenClock) -> None:
    deal = frozen(make)
    clock.advance(days=4)
    thaw_deal(deal)
    move_deal(deal, stages()[1]["id"])
    clock.advance(days=1)
    assert standing.days_in_stage(deal_row(deal)) == 1


# -- lists, board, figures, desk


def test_frozen_deals_need_no_attention(
    make: Make, browser_for: BrowserFor, clock: FrozenClock
) -> None:
    make.deal(name="Late", expected_on=date(2026, 3, 1))
    frozen(make, name="Rests", expected_on=date(2026, 3, 1))
    slow = frozen(make, name="Slow")
    with writing() as session:
        session.get_one(Deal, slow).plan_since = datetime(2026, 1, 1, tzinfo=UTC)
    browser = browser_for("head")
    assert names(browser.get("/deals?attention=true").text) == ["Late"]
    assert sorted(names(browser.get("/deals?frozen=true").text)) == ["Rests", "Slow"]
    assert names(browser.get("/deals?frozen=false").text) == ["Late"]
    desk = browser.get("/desk/core.deals_attention")
    assert "Rests" not in desk.text


def test_list_board_and_card_say_that_a_deal_is_frozen(make: Make, browser_for: BrowserFor) -> None:
    deal = frozen(make, name="Rests", expected_on=date(2026, 3, 1))
    browser = browser_for("head")
    for path in ("/deals", "/deals/board", f"/deals/{deal}"):
        assert "Frozen until Mar 12, 2026" in words(browser.get(path).text), path
    assert "judged-late" not in browser.get(f"/deals/{deal}").text
    assert "budget in spring" in browser.get(f"/deals/{deal}").text


def test_funnel_counts_frozen_deals_apart(
    make: Make, browser_for: BrowserFor, api_for: ApiFor
) -> None:
    stage = stages()[3]["id"]
    make.deal(amount=Decimal(1000), stage_id=stage)
    frozen(make, amount=Decimal(500), stage_id=stage)
    found = api_for("head").get("/deals/funnel").json
    assert (found["count"], found["amount"], found["weighted"]) == (1, "1000.00", "400.00")
    assert found["frozen"] == {"count": 1, "amount": "500.00", "weighted": "200.00"}
    page = words(browser_for("head").get("/reports/funnel").text)
    assert "Frozen, apart from that 1 ₽500 ₽200" in page
    assert "In all 1 ₽1,000 ₽400" in page


def test_figures_lead_to_lists_of_exactly_what_they_count(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(name="Works", amount=Decimal(1000))
    frozen(make, name="Rests", amount=Decimal(500))
    browser = browser_for("head")
    page = browser.get("/reports/funnel").text
    tiles = re.findall(
        r'<a class="tile" href="([^"]*)"\s*>\s*<span class="tile-title">([^<]*)<', page
    )
    found = {title: names(browser.get(url.replace("&amp;", "&")).text) for url, title in tiles}
    assert (found["In work"], found["Frozen"]) == (["Works"], ["Rests"])


def test_column_of_the_board_counts_frozen_deals_in_a_line_of_their_own(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(amount=Decimal(1000))
    frozen(make, amount=Decimal(500))
    page = browser_for("head").get("/deals/board").text
    head = re.search(r'<header class="board-head">(.*?)</header>', page, re.DOTALL)
    assert head is not None
    assert "1 deal ₽1,000 Forecast ₽0 1 frozen ₽500" in words(head[1])


def test_totals_of_a_list_leave_frozen_deals_out_of_the_forecast(
    make: Make, browser_for: BrowserFor
) -> None:
    stage = stages()[3]["id"]
    make.deal(amount=Decimal(1000), stage_id=stage)
    frozen(make, amount=Decimal(500), stage_id=stage)
    read = words(browser_for("head").get("/deals").text)
    assert "2 deals Amount ₽1,500 Forecast ₽400 Frozen, not in the forecast 1 deal · ₽500" in read


def test_frozen_deals_below_a_list_lead_to_those_of_its_filter(
    make: Make, browser_for: BrowserFor
) -> None:
    owner = make.user_of("seller")
    for name in ("Counted", "Foreign"):
        frozen(make, name=name, owner_id=owner if name == "Counted" else make.user_of("head"))
    make.deal(name="Works", owner_id=owner)
    browser = browser_for("head")
    page = browser.get(f"/deals?owner_id={owner}").text
    found = re.search(r'<a href="([^"]*)">1 deal</a> ·', page)
    assert found is not None
    assert names(browser.get(found[1].replace("&amp;", "&")).text) == ["Counted"]


def test_total_over_all_currencies_says_which_frozen_deals_its_forecast_leaves_out(
    make: Make, browser_for: BrowserFor
) -> None:
    enter_rates([DatedRate("USD", in_days(0), Decimal(100))])
    make.deal(amount=Decimal(1000))
    frozen(make, amount=Decimal(5), currency="USD")
    read = words(browser_for("head").get("/deals").text)
    total = "All currencies in RUB ₽1,500.00 Forecast ₽0 Frozen, not in the forecast 1 deal · ₽500"
    assert total in read


def test_forecast_on_the_desk_says_which_frozen_deals_it_leaves_out(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(amount=Decimal(1000), stage_id=stages()[3]["id"])
    frozen(make, amount=Decimal(500), name="Rests")
    browser = browser_for("head")
    page = browser.get("/desk/widgets/core/deals_by_stage").text
    read = words(page)
    assert "forecast ₽400." in read
    assert "Frozen, not in the forecast: 1 deal · ₽500" in read
    found = re.search(r'<a href="([^"]*)">1 deal</a>', page)
    assert found is not None
    assert names(browser.get(found[1].replace("&amp;", "&")).text) == ["Rests"]


def test_desk_does_not_call_a_person_idle_whose_deals_are_all_frozen(
    make: Make, browser_for: BrowserFor
) -> None:
    frozen(make, amount=Decimal(500))
    read = words(browser_for("head").get("/desk/widgets/core/deals_by_stage").text)
    assert "No open deals" not in read
    assert "Frozen, not in the forecast: 1 deal · ₽500" in read


# -- the pages of the act


def test_dialog_freezes_and_the_notice_undoes_it(make: Make, browser_for: BrowserFor) -> None:
    deal, browser = make.deal(name="Boilers"), browser_for("head")
    assert 'id="field-frozen_until"' in browser.get(f"/deals/{deal}/freeze").text
    typed = {"frozen_until": "1.4.2026", "freeze_reason": "budget"}
    answer = browser.post(f"/deals/{deal}/freeze", data=typed, headers=HTMX)
    assert "“Boilers” is frozen until Apr 1, 2026" in answer.text
    assert f"/deals/{deal}/thaw" in answer.text
    assert "close-dialog" in answer.headers["HX-Trigger"]
    undone = browser.post(f"/deals/{deal}/thaw", headers=HTMX)
    assert deal_row(deal).frozen_until is None
    again = re.search(r'/deals/\d+/freeze\?[^"]*', undone.text)
    assert again is not None
    browser.post(again[0].replace("&amp;", "&"), headers=HTMX)
    assert (deal_row(deal).frozen_until, deal_row(deal).freeze_reason) == (
        date(2026, 4, 1),
        "budget",
    )


def test_dialog_says_at_the_field_what_is_wrong(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    typed = {"frozen_until": "1.3.2026", "freeze_reason": "budget"}
    answer = browser_for("head").post(f"/deals/{deal}/freeze", data=typed, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="wrong-frozen_until"' in answer.text
    assert 'value="1.3.2026"' in answer.text


def test_who_may_not_freeze_is_offered_no_freezing(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(participants=[{"user_id": make.user_of("lawyer")}])
    assert "Freeze" not in browser_for("lawyer").get(f"/deals/{deal}").text
    assert browser_for("lawyer").post(f"/deals/{deal}/freeze").status_code == 403
