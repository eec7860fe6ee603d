"""The figures of the line equal what the handovers themselves say."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from salesman_conveyor import service
from salesman_conveyor.figures import (
    Period,
    by_person,
    by_station,
    picture,
    returns_by_reason,
    rows_of,
)
from salesman_conveyor.testing import Line, stays

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of, browser_of
from salesman_core.toolkit import reading


def let_some_go(make: Make, line: Line, clock: FrozenClock) -> None:
    """Let four deals go to paperwork: one waits, one is in work, one came back, one went on."""
    for number in range(4):
        deal = make.deal(owner_id=line.seller, name=f"Deal {number}")
        with make.acting(line.seller):
            given = service.hand_over("deal", deal, {"station_id": line.paperwork})
        clock.advance(minutes=30)
        with make.acting(line.assistant):
            if number:
                service.take(given)
            clock.advance(minutes=60)
            if number == 2:
                service.return_handover(given, 1, "")
            if number == 3:
                service.hand_over("deal", deal, {"station_id": line.service})


def days(clock: FrozenClock) -> Period:
    today = clock.now().date()
    return Period(today - timedelta(days=6), today)


def test_figures_of_a_station_are_those_of_its_handovers(
    make: Make, line: Line, clock: FrozenClock
) -> None:
    let_some_go(make, line, clock)
    drawn = picture(reading(), days(clock))
    lines = {one.row.id: counted for one, counted in drawn.stations}
    paper = lines[line.paperwork]

    assert (paper.arrived, paper.taken, paper.waited) == (4, 3, 90)
    assert (paper.ended, paper.worked) == (2, 120)
    assert (paper.gone_on, paper.returned, paper.in_work) == (1, 1, 1)
    assert (paper.waiting, paper.waiting_minutes) == (1, 360)
    assert str(paper.usual_wait) == "112.5"
    assert drawn.bottleneck == line.paperwork
    assert (lines[line.service].arrived, lines[line.service].waiting) == (1, 1)
    people = by_person(reading(), days(clock))
    assert (people[line.assistant].arrived, people[line.assistant].worked) == (3, 120)
    (row,) = returns_by_reason(reading(), days(clock))
    assert (row.station_id, row.reason_id, row.returned) == (line.paperwork, 1, 1)


def test_every_figure_opens_exactly_its_handovers(
    app: Flask, make: Make, line: Line, clock: FrozenClock
) -> None:
    let_some_go(make, line, clock)
    api = api_of(app, make.user("head"))
    period = days(clock)
    asked = {"since": str(period.first), "until": str(period.last)}
    counted = api.get("/conveyor/figures", query_string=asked).json
    for one in counted["stations"]:
        for figure, filters in rows_of(period).items():
            narrowed = {**filters, "station_id": one["station_id"]}
            found = api.get("/conveyor", query_string=narrowed).json["items"]
            waited = one["taken"] + one["waiting"]
            assert len(found) == (waited if figure == "waited" else one[figure]), (figure, one)
    for one in counted["people"]:
        narrowed = {**rows_of(period)["waited"], "person_id": one["user_id"]}
        found = api.get("/conveyor", query_string=narrowed).json["items"]
        if one["user_id"] is not None:
            assert len(found) == one["taken"] + one["waiting"], one


def test_what_waits_since_before_the_period_counts_and_is_opened_with_it(
    app: Flask, make: Make, line: Line, clock: FrozenClock
) -> None:
    let_some_go(make, line, clock)
    clock.advance(days=14)
    period = days(clock)
    paper = by_station(reading(), period)[line.paperwork]
    assert (paper.arrived, paper.taken, paper.waiting) == (0, 0, 1)
    api = api_of(app, make.user("head"))
    narrowed = {**rows_of(period)["waited"], "station_id": line.paperwork}
    (found,) = api.get("/conveyor", query_string=narrowed).json["items"]
    assert found["state"] == "waiting"


def test_days_of_what_waited_may_be_said_from_today(
    app: Flask, make: Make, line: Line, clock: FrozenClock
) -> None:
    let_some_go(make, line, clock)
    api = api_of(app, make.user("head"))
    today = str(clock.now().date())
    by_words, by_days, before = (
        api.get("/conveyor", query_string={"waited__gte": since, "waited__lte": until}).json
        for since, until in (("last_7_days", "today"), (today, today), ("today", "yesterday"))
    )

    assert [one["id"] for one in by_words["items"]] == [one["id"] for one in by_days["items"]]
    assert (len(by_words["items"]), {one["state"] for one in before["items"]}) == (6, {"waiting"})


def test_page_of_the_line_marks_its_bottleneck(
    app: Flask, make: Make, line: Line, clock: FrozenClock
) -> None:
    let_some_go(make, line, clock)
    head = browser_of(app, make.user("head"))
    page = head.get("/conveyor/line").text
    assert page.count("bottleneck") == 1
    assert "waited__gte" in page
    assert f"person_id={line.assistant}" in page
    assert browser_of(app, line.seller).get("/conveyor/line").status_code == 403


def test_way_of_a_deal_adds_up_to_the_time_since_it_began(
    make: Make, line: Line, clock: FrozenClock
) -> None:
    let_some_go(make, line, clock)
    for row in stays():
        if row.ended_at is not None:
            assert row.waited_minutes + row.worked_minutes == 90
