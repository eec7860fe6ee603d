"""The feed of one's own activities, read back by programs that are not ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from flask import Flask
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st
from salesman_calendar import feed, grid, ical, service
from salesman_calendar.models import Series
from salesman_calendar.series import making
from salesman_calendar.series.rules import Rule
from salesman_calendar.series.service import change_series

from salesman_core.errors import InvalidError, MissingError
from salesman_core.services.company import change_company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make
from salesman_core.toolkit import company, reading

Plan = Callable[..., int]
Shown = set[tuple[str, str, str]]
MONDAY = date(2026, 3, 2)
ZONES = (
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
)


@dataclass
class Row:
    """An activity as a query gives it."""

    id: int
    series_id: int | None
    occurs_on: date | None
    day: date
    starts_at: datetime | None
    minutes: int | None
    subject: str
    apart: bool = False
    text: str = ""
    updated_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


def read_back(content: bytes, first: date, last: date) -> Shown:
    """Give what another program shows of a feed on some days."""
    calendar = icalendar.Calendar.from_ical(content)
    found = recurring_ical_events.of(calendar).between(first, last + timedelta(days=1))
    return {(_plain(one["DTSTART"].dt), _plain(one.end), str(one["SUMMARY"])) for one in found}


def on_the_page(rows: list[Any], first: date, last: date) -> Shown:
    """Give what the page shows on some days, in UTC."""
    shown = set()
    for row in rows:
        if not first <= row.day <= last:
            continue
        span = grid._span(row.day, row.starts_at, row.minutes)
        start = span["start"]
        end = span.get("end") or (row.day + timedelta(days=1)).isoformat()
        if row.starts_at is not None:
            start, end = (
                _plain(datetime.fromisoformat(one).replace(tzinfo=company().tz))
                for one in (start, end)
            )
        shown.add((start, end, row.subject))
    return shown


def _plain(moment: date) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat()
    return moment.isoformat()


def rules() -> st.SearchStrategy[str]:
    """Give rules as forms and other programs say them."""
    weekdays = st.lists(
        st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU")), min_size=1, unique=True
    ).map(lambda days: f";BYDAY={','.join(days)}")
    places = st.sampled_from((";BYDAY=2TU", ";BYDAY=-1FR", ";BYMONTHDAY=-1", ";BYMONTHDAY=31", ""))
    interval = st.integers(1, 4).map(lambda n: f";INTERVAL={n}")
    end = st.one_of(
        st.just(""),
        st.integers(1, 12).map(lambda n: f";COUNT={n}"),
        st.dates(date(2026, 3, 20), date(2027, 2, 1)).map(lambda day: f";UNTIL={day:%Y%m%d}"),
    )
    body = st.one_of(
        st.builds("FREQ=DAILY{}".format, interval),
        st.builds("FREQ=WEEKLY{}{}".format, interval, st.one_of(st.just(""), weekdays)),
        st.builds("FREQ=MONTHLY{}{}".format, interval, places),
        st.just("FREQ=YEARLY"),
    )
    return st.builds("{}{}".format, body, end)


@st.composite
def series_with_exceptions(draw: st.DrawFn) -> tuple[Series, list[tuple[int, str, int]]]:
    """Give a series, and of some of its activities by their place what became of them."""
    rule = Rule.read(draw(rules()))
    day = draw(st.dates(date(2026, 2, 1), date(2026, 11, 30)))
    try:
        starts_on = rule.first_day(day)
    except InvalidError:
        reject()
    series = Series(
        id=1,
        rule=rule.text,
        until=rule.until,
        count=rule.count,
        zone=draw(st.sampled_from(ZONES)),
        starts_on=starts_on,
        hour=draw(
            st.one_of(
                st.none(),
                st.builds(time, st.integers(0, 23), st.sampled_from((0, 30))),
                st.just(time(2, 30)),
            )
        ),
        stopped_on=draw(st.one_of(st.none(), st.dates(date(2026, 6, 1), date(2027, 1, 1)))),
        made_until=date(2027, 2, 20),
    )
    became = st.tuples(
        st.integers(0, 30), st.sampled_from(("gone", "moved", "renamed")), st.integers(-3, 3)
    )
    return series, draw(st.lists(became, max_size=5, unique_by=lambda one: one[0]))


def nightly(zone: str) -> Series:
    """Give what comes each night in the hour that clocks leave out, or go through twice."""
    return Series(
        id=1,
        rule="FREQ=DAILY",
        zone=zone,
        starts_on=date(2026, 2, 1),
        hour=time(2, 30),
        made_until=date(2027, 2, 20),
    )


def rows_of(series: Series, became: list[tuple[int, str, int]], minutes: int) -> list[Row]:
    fates = {place: (fate, shift) for place, fate, shift in became}
    rows = []
    for place, day in enumerate(making.days_of(series, series.made_until)):
        fate, shift = fates.get(place, ("", 0))
        when = making.time_of(series, day)
        row = Row(place, series.id, day, when.day, when.starts_at, minutes, "Talk")
        if fate == "gone":
            continue
        if fate == "moved":
            row.day += timedelta(days=shift)
            if row.starts_at is not None:
                row.starts_at += timedelta(days=shift, minutes=15)
                row.day = row.starts_at.astimezone(company().tz).date()
            row.apart = True
        if fate == "renamed":
            row.subject, row.apart = "Another talk", True
        rows.append(row)
    return rows


@pytest.mark.databases("sqlite")
def test_other_programs_show_the_same_as_the_page(app: Flask) -> None:
    first, last = date(2026, 1, 20), date(2027, 3, 10)

    @settings(
        max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(made=series_with_exceptions(), minutes=st.sampled_from((15, 60, 240)))
    @example(made=(nightly("Europe/Berlin"), []), minutes=60)
    def judge(made: tuple[Series, list[tuple[int, str, int]]], minutes: int) -> None:
        series, became = made
        rows = rows_of(series, became, minutes)
        content = ical.calendar_of(rows, {series.id: series})

        assert read_back(content, first, last) == on_the_page(rows, first, last)

    judge()


def test_feed_tells_what_the_page_shows(plan: Plan, make: Make, clock: FrozenClock) -> None:
    change_company({"zone": "Europe/Berlin"})
    with make.acting(make.user("seller")) as person:
        plan(day=MONDAY, subject="Whole day")
        begins = datetime(2026, 3, 5, 8, tzinfo=UTC)
        plan(starts_at=begins, minutes=45, subject="Weekly", recurrence="FREQ=WEEKLY")
        days = grid.Range(MONDAY, date(2026, 4, 30))
        rows = grid.activities_between(reading(), days, [person.id or 0])
        service.change_activity(rows[2].id, {"day": date(2026, 3, 13)})
        service.delete_activity(rows[3].id)
        change_series(rows[5].id, {"subject": "Later", "day": date(2026, 4, 3)}, "following")
        address = feed.make_feed()
        reading().expire_all()
        rows = grid.activities_between(reading(), days, [person.id or 0])
    plan(subject="Not mine")

    content = app_client(address)
    shown = read_back(content, days.first, days.last)
    assert shown == on_the_page([*rows], days.first, days.last)
    assert len(shown) == 8


def app_client(address: str) -> bytes:
    """Fetch a feed as a program without a session does."""
    from flask import current_app  # noqa: PLC0415  # the app of the test

    answer = current_app.test_client().get("/" + address.split("/", 3)[3])
    assert answer.content_type == "text/calendar; charset=utf-8"
    return answer.data


def test_address_that_was_withdrawn_leads_nowhere(plan: Plan, make: Make) -> None:
    with make.acting(make.user("seller")):
        plan()
        old = feed.make_feed()
        new = feed.make_feed()
        key = new.rpartition("/")[2].removesuffix(".ics")
        assert b"SUMMARY:Call" in feed.feed_of(key)
        with pytest.raises(MissingError):
            feed.feed_of(old.rpartition("/")[2].removesuffix(".ics"))
        feed.withdraw_feed()

    with pytest.raises(MissingError):
        feed.feed_of(key)


def test_api_makes_an_address_tells_it_once_and_withdraws_it(
    plan: Plan, api_for: Callable[[str], Api], make: Make, clock: FrozenClock
) -> None:
    api = api_for("seller")
    plan(subject="Samples", owner_id=make.user_of("seller"))

    assert api.get("/calendar/feed").json == {"created_at": None, "address": None}
    address = api.request("PUT", "/calendar/feed").json["address"]
    assert b"SUMMARY:Samples" in app_client(address)
    made_at = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    assert api.get("/calendar/feed").json == {"created_at": made_at, "address": None}
    assert api_for("head").get("/calendar/feed").json["created_at"] is None
    assert api.request("DELETE", "/calendar/feed").status_code == 204
    with pytest.raises(MissingError):
        feed.feed_of(address.rpartition("/")[2].removesuffix(".ics"))
