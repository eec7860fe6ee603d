"""Clients by rung, climbs and falls: figures counted by hand, each of which opens its clients."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named

from salesman_core.clients.ladder import set_rung
from salesman_core.clients.lists import CLIENTS
from salesman_core.deals.service import close_deal, reopen_deal
from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, browser_of
from salesman_core.toolkit import (
    Client,
    Rung,
    RungMove,
    count,
    parse_list_query,
    reading,
    service,
    visible,
)

NAMES = ("analytics.rungs", "analytics.climbing", "analytics.climbers")


def report(name: str, **values: Any) -> Counted:
    declared = report_named(name)
    return counted(declared, asked_of(values, declared.filters, declared.period))


def asked(address: str) -> dict[str, str]:
    found = parse_qs(urlsplit(address).query)
    return {name: values[-1] for name, values in found.items() if name != "view"}


def listed(address: str) -> int:
    """Give how many rows the list behind an address has."""
    if address.startswith("/clients"):
        return count(
            reading(), CLIENTS, parse_list_query(asked(address), CLIENTS), visible("client")
        )
    from salesman_calendar.lists import ACTIVITIES  # noqa: PLC0415  # not where it is missing
    from salesman_calendar.models import KIND  # noqa: PLC0415

    return count(reading(), ACTIVITIES, parse_list_query(asked(address), ACTIVITIES), visible(KIND))


def figures_open_what_they_count(found: Counted) -> int:
    seen = 0
    for row in (*found.rows, found.total or {}):
        for column in found.figures:
            if address := found.address(column, row):
                seen += 1
                assert listed(address) == row[column.name], (column.name, address)
    return seen


def moves_by_hand(rungs: dict[int, int]) -> list[tuple[int, date, str]]:
    """Give what clients did, from the log: who, on which day in Moscow, up or down."""
    rows = reading().execute(sa.select(RungMove).order_by(RungMove.id)).scalars()
    return [
        (
            one.client_id,
            (one.at.astimezone(UTC)).date(),
            "climbed" if rungs[one.to_rung_id] > rungs[one.from_rung_id or 0] else "fell",
        )
        for one in rows
        if one.to_rung_id != one.from_rung_id
    ]


def call(client_id: int, owner_id: int, day: date) -> None:
    """Call a client on a day."""
    calendar: Any = service("calendar")
    values = {"kind_id": calendar.kind("call"), "client_id": client_id, "owner_id": owner_id}
    calendar.finish(calendar.plan({**values, "day": day}), {})


@pytest.fixture
def ladder() -> dict[int, int]:
    """Give the rungs with their places."""
    return {row.id: row.position for row in reading().execute(sa.select(Rung.id, Rung.position))}


@pytest.fixture
def climbs(make: Make, clock: FrozenClock, ladder: dict[int, int]) -> dict[str, int]:
    """Clients of two sellers that climb by sales and by hand, and fall, in three months."""
    one, other = make.user("seller", name="Anna"), make.user("seller", name="Boris")
    rungs = list(ladder)
    clients = [
        make.client(owner_id=owner, source=source)
        for owner in (one, other, None)
        for source in ("site", "fair")
    ]
    for month, day in ((1, 10), (2, 10), (3, 31)):
        clock.set(datetime(2026, month, day, 12, tzinfo=UTC))
        for place, client in enumerate(clients[:4]):
            call(client, one if place < 3 else other, date(2026, month, day))
            if place % 2 == 0:
                close_deal(make.deal(client_id=client, owner_id=one), "won")
        with make.acting(make.user("administrator")):
            set_rung(clients[5], rungs[1] if month != 2 else rungs[0], "A friend said so")
    undone = make.deal(client_id=clients[3], owner_id=other)
    close_deal(undone, "won")
    clock.advance(hours=1)
    reopen_deal(undone)
    return {"one": one, "other": other}


def test_climbs_and_falls_are_those_of_the_log(
    app: Flask, make: Make, climbs: dict[str, int], ladder: dict[int, int]
) -> None:
    log = moves_by_hand(ladder)
    with make.acting(make.user("head")), app.test_request_context():
        months = report("analytics.climbing")
        sellers = report("analytics.climbers", period="this_year")
        for way in ("climbed", "fell"):
            by_month = [
                len({who for who, day, did in log if did == way and day.month == month})
                for month in (1, 2, 3)
            ]
            assert [row[way] for row in months.rows] == by_month
            each = {who for who, _day, did in log if did == way}
            assert months.total is not None
            assert sellers.total is not None
            assert months.total[way] == sellers.total[way] == len(each)
            owners = reading().execute(
                sa.select(Client.owner_id, sa.func.count())
                .where(Client.id.in_(each))
                .group_by(Client.owner_id)
            )
            assert {row["key"] or None: row[way] for row in sellers.rows if row[way]} == {
                row[0]: row[1] for row in owners
            }
        assert months.total["climbed"] == 4
        assert [row["activities"] for row in months.rows] == [4, 4, 4]
        assert (months.total["activities"], months.total["worked"]) == (12, 4)


def test_every_figure_of_the_ladder_opens_what_it_counts(
    app: Flask, make: Make, climbs: dict[str, int]
) -> None:
    with make.acting(make.user("head")), app.test_request_context():
        assert [figures_open_what_they_count(report(name)) for name in NAMES] == [18, 15, 13]
        narrowed = {"owner_id": climbs["one"], "period": "this_quarter"}
        assert all(figures_open_what_they_count(report(name, **narrowed)) for name in NAMES)
        days = {"since": date(2026, 2, 1), "until": date(2026, 2, 28)}
        assert all(figures_open_what_they_count(report(name, **days)) for name in NAMES)


def test_of_one_pipeline_those_clients_count_that_have_a_deal_in_it(
    app: Flask, make: Make, climbs: dict[str, int], service_pipeline: int
) -> None:
    someone = reading().scalar(sa.select(Client.id).where(Client.owner_id == climbs["one"]))
    make.deal(client_id=someone, pipeline_id=service_pipeline)
    make.deal(client_id=someone, pipeline_id=service_pipeline)
    with make.acting(make.user("head")), app.test_request_context():
        of_pipeline = {"pipeline_id": service_pipeline, "period": "this_year"}
        found = [report(name, **of_pipeline) for name in NAMES]
        assert all(figures_open_what_they_count(one) for one in found)
        assert sum(row["clients"] for row in found[0].rows) == 1
        assert [row["climbed"] for row in found[2].rows] == [1]
        assert "activities" not in {one.name for one in found[1].columns}
        for senseless in ("nothing=1", "pipeline_id=x", "margin__gte"):
            assert listed(f"/clients?analytics.deals={senseless.replace('=', '%3D')}") == 0
    page = browser_of(app, make.user("head")).get(
        f"/clients?analytics.deals=pipeline_id%3D{service_pipeline}"
    )
    assert "With such a deal" in page.text
    assert "Service" in page.text


def test_total_of_all_clients_opens_the_list_through_nobodys_view(
    app: Flask, make: Make, climbs: dict[str, int]
) -> None:
    with make.acting(make.user("head")), app.test_request_context():
        found = report("analytics.rungs")
        assert found.total is not None
        (stands,) = (one for one in found.figures if one.name == "clients")
        assert found.address(stands, found.total) == "/clients?view=0"


def test_month_stands_beside_the_same_one_of_the_year_before(
    app: Flask, make: Make, clock: FrozenClock, climbs: dict[str, int]
) -> None:
    clock.set(datetime(2027, 3, 31, 12, tzinfo=UTC))
    close_deal(make.deal(client_id=make.client()), "won")
    with make.acting(make.user("head")), app.test_request_context():
        found = report("analytics.climbing")
        assert [row["climbed"] for row in found.rows] == [0, 0, 1]
        before = [(found.before(row) or {})["climbed"] for row in found.rows]
        assert before == [
            row["climbed"]
            for row in report(
                "analytics.climbing", since=date(2026, 1, 1), until=date(2026, 3, 31)
            ).rows
        ]


def test_activity_stands_beside_climbs_only_where_it_is_counted(
    app: Flask, make: Make, climbs: dict[str, int]
) -> None:
    def names(found: Counted) -> set[str]:
        return {one.name for one in found.columns} & {"activities", "worked"}

    head = make.user("head")
    with make.acting(head), app.test_request_context():
        assert [len(names(report(name))) for name in NAMES] == [2, 2, 2]
        assert [len(names(report(name, source="site"))) for name in NAMES] == [0, 0, 0]
        assert report("analytics.climbers", source="site").rows[0]["climbed"] == 1
    switches.suspend("calendar")
    switches.follow_now()
    with make.acting(head), app.test_request_context():
        assert [len(names(report(name))) for name in NAMES] == [0, 0, 0]
        assert all(figures_open_what_they_count(report(name)) for name in NAMES)


def test_who_sees_some_clients_is_told_of_these_alone(
    app: Flask, make: Make, climbs: dict[str, int]
) -> None:
    with make.acting(climbs["other"]), app.test_request_context():
        rows = report("analytics.climbers").rows
        told = [(row["seller"], row["climbed"], row["activities"]) for row in rows]
        assert told == [("Boris", 2, 3), ("Anna", 0, 3)]  # who called a client of Boris
        assert sum(row["clients"] for row in report("analytics.rungs").rows) == 2
