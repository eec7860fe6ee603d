"""The calendar as a month, a week, a day: what stands in it for whom, and moving it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from salesman_calendar import queries
from werkzeug.test import TestResponse

from salesman_core.administration.holidays import Day, enter_holidays
from salesman_core.services.company import change_company
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import AnyRow, reading

Plan = Callable[..., int]
BrowserFor = Callable[[str], Browser]
Statements = Callable[[], AbstractContextManager[list[str]]]

pytestmark = pytest.mark.databases("sqlite")

MONDAY = date(2026, 3, 2)
WEEK = "start=2026-03-02&end=2026-03-09"


def row_of(activity_id: int) -> AnyRow:
    session = reading()
    session.expire_all()
    return queries.one_activity(session, activity_id)


def move(browser: Browser, activity_id: int, asked: str = "", **values: str) -> int:
    """Move an activity as the page's script does; give the status of the answer."""
    return int(answer_of_move(browser, activity_id, asked, **values).status_code)


def answer_of_move(
    browser: Browser, activity_id: int, asked: str = "", **values: str
) -> TestResponse:
    page = browser.get("/calendar/grid").text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    headers = {"HX-Request": "true", "X-CSRFToken": token}
    address = f"/calendar/{activity_id}/move{asked}"
    return browser.post(address, data=values, headers=headers)


def shown(browser: Browser, asked: str = WEEK) -> list[dict[str, object]]:
    """Give what stands on the days of a week, without what marks days off."""
    answer = browser.get(f"/calendar/grid/entries?{asked}")
    assert answer.status_code == 200
    return [one for one in answer.json if "title" in one]


def test_hours_are_those_of_the_company_s_clock(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    change_company({"zone": "Europe/Berlin"})
    owner = make.user_of("seller")
    plan(starts_at=datetime(2026, 3, 29, 7, tzinfo=UTC), minutes=60, owner_id=owner)
    plan(day=date(2026, 3, 30), owner_id=owner)

    timed, whole = shown(browser_for("seller"), "start=2026-03-28&end=2026-04-02")
    assert (timed["start"], timed["end"]) == ("2026-03-29T09:00", "2026-03-29T10:00")
    assert (whole["start"], whole["allDay"]) == ("2026-03-30", True)


def test_what_lasts_over_midnight_stands_on_the_next_day_too(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    owner = make.user_of("seller")
    eleven = datetime(2026, 3, 2, 20, tzinfo=UTC)
    plan(subject="Night train", starts_at=eleven, minutes=240, owner_id=owner)
    plan(subject="Until midnight", starts_at=eleven, minutes=60, owner_id=owner)

    (train,) = shown(browser_for("seller"), "start=2026-03-03&end=2026-03-04")
    assert (train["title"], train["start"], train["end"]) == (
        "Night train",
        "2026-03-02T23:00",
        "2026-03-03T03:00",
    )


def test_days_off_and_holidays_are_marked(make: Make, browser_for: BrowserFor) -> None:
    enter_holidays([Day(date(2026, 3, 4), "Holiday", works=False)])
    days = browser_for("seller").get(f"/calendar/grid/entries?{WEEK}").json

    assert [one["start"] for one in days if one.get("display") == "background"] == [
        "2026-03-04",
        "2026-03-07",
        "2026-03-08",
    ]


def test_who_sees_only_their_own_sees_nobody_else_s(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    head, seller = make.user_of("head"), make.user_of("seller")
    plan(subject="Secret", owner_id=head)
    plan(subject="Own", owner_id=seller)
    both = f"{WEEK}&owner_id={head}&owner_id={seller}"

    assert [one["title"] for one in shown(browser_for("seller"), both)] == ["Own"]
    assert [one["title"] for one in shown(browser_for("head"), both)] == ["Secret", "Own"]


def test_expected_closings_stand_beside_activities(make: Make, browser_for: BrowserFor) -> None:
    owner = make.user_of("seller")
    make.deal(name="Boilers", owner_id=owner, expected_on=MONDAY)

    (closing,) = shown(browser_for("seller"), f"{WEEK}&with=calendar.closings")
    assert (closing["title"], closing["editable"]) == ("Boilers · Expected closings", False)
    assert shown(browser_for("seller"), f"{WEEK}&with=") == []


@pytest.mark.parametrize("asked", ["start=x&end=y", "start=2026-03-02&end=2027-03-02"])
def test_days_that_cannot_be_shown_are_refused(browser_for: BrowserFor, asked: str) -> None:
    assert browser_for("seller").get(f"/calendar/grid/entries?{asked}").status_code == 422


def test_statements_do_not_grow_with_what_is_shown(
    plan: Plan, make: Make, browser_for: BrowserFor, statements: Statements
) -> None:
    browser, owner = browser_for("seller"), make.user_of("seller")
    shown(browser)  # from then on it knows the company
    counts = []
    for _round in range(2):
        for _one in range(3):
            client = make.client(owner_id=owner)
            plan(owner_id=owner, client_id=client)
            make.deal(client_id=client, owner_id=owner, expected_on=MONDAY)
        with statements() as sent:
            shown(browser)
        counts.append(len(sent))

    assert counts[0] == counts[1]


def test_activity_is_moved_stretched_and_put_back(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    activity = plan(starts_at=datetime(2026, 3, 2, 7, tzinfo=UTC), owner_id=make.user_of("seller"))
    browser = browser_for("seller")
    moved = {"start": "2026-03-05T14:30", "minutes": "90", "version": str(row_of(activity).version)}

    assert move(browser, activity, **moved) == 200
    row = row_of(activity)
    assert (row.starts_at, row.minutes) == (datetime(2026, 3, 5, 11, 30, tzinfo=UTC), 90)
    move(browser, activity, "?start=2026-03-02T10:00")
    assert row_of(activity).starts_at == datetime(2026, 3, 2, 7, tzinfo=UTC)


def test_activity_without_a_length_gets_one_by_being_stretched_alone(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    activity = plan(starts_at=datetime(2026, 3, 2, 7, tzinfo=UTC), owner_id=make.user_of("seller"))
    browser = browser_for("seller")

    move(browser, activity, start="2026-03-02T11:00", minutes="30")
    assert row_of(activity).minutes is None
    answer = answer_of_move(browser, activity, start="2026-03-02T11:00", minutes="60")
    assert row_of(activity).minutes == 60
    undo = re.search(rf'/calendar/{activity}/move([^"]*)', answer.text)[1]
    move(browser, activity, html.unescape(undo))
    assert row_of(activity).minutes is None


def test_move_of_what_somebody_else_changed_is_refused(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    activity = plan(owner_id=make.user_of("seller"))

    assert move(browser_for("seller"), activity, start="2026-03-05", version="0") == 412
    assert row_of(activity).day == MONDAY


def test_move_of_a_series_by_one_that_stood_apart_is_not_offered_to_be_taken_back(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    ten = datetime(2026, 3, 2, 7, tzinfo=UTC)
    owner = make.user_of("seller")
    first = plan(owner_id=owner, starts_at=ten, recurrence="FREQ=WEEKLY;COUNT=3")
    browser = browser_for("seller")

    alone = answer_of_move(browser, first, start="2026-03-02T14:00", scope="this")
    together = answer_of_move(browser, first, start="2026-03-02T15:00", scope="all")
    undo = f"/calendar/{first}/move"
    assert [undo in one.text for one in (alone, together)] == [True, False]
    assert [one["start"][11:] for one in shown(browser, "start=2026-03-02&end=2026-04-02")] == [
        "15:00"
    ] * 3


def test_series_is_moved_as_a_whole_by_one_of_it(
    plan: Plan, make: Make, browser_for: BrowserFor
) -> None:
    first = plan(owner_id=make.user_of("seller"), recurrence="FREQ=WEEKLY;COUNT=3")
    move(browser_for("seller"), first, start="2026-03-04", scope="all")

    days = [one["start"] for one in shown(browser_for("seller"), "start=2026-03-02&end=2026-04-02")]
    assert days == [(date(2026, 3, 4) + timedelta(days=7 * n)).isoformat() for n in range(3)]
