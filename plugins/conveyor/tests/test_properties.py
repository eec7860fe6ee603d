"""Whatever people do on the conveyor, every deal is at one station or none, and time adds up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from salesman_conveyor import service
from salesman_conveyor.models import CURRENT, WITHDRAWN
from salesman_conveyor.testing import Line, stays
from salesman_conveyor.times import spent

from salesman_core.errors import SalesmanError
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import WorkTime, worktime

ACTS = ("give", "take", "next", "return", "finish", "resume", "withdraw")

step = st.tuples(
    st.sampled_from(ACTS),
    st.integers(0, 3),  # who
    st.integers(0, 3),  # to which station
    st.integers(0, 1),  # which deal
    st.integers(0, 3000),  # minutes later
)


@pytest.mark.timeout(300)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(step, min_size=8, max_size=24))
def test_every_deal_is_at_one_station_or_none_and_its_times_add_up(
    app: Flask,
    make: Make,
    line: Line,
    clock: FrozenClock,
    steps: list[tuple[str, int, int, int, int]],
) -> None:
    people = (line.marketer, line.seller, line.assistant, line.servant)
    places = (line.marketing, line.sale, line.paperwork, line.service)
    deals = [make.deal(owner_id=line.marketer) for _each in range(2)]
    for act, who, place, number, minutes in steps:
        clock.advance(minutes=minutes)
        with make.acting(people[who]):
            before = {row.id: row.state for deal in deals for row in stays(deal)}
            try:
                _do(act, deals[number], places[place])
            except SalesmanError:
                after = {row.id: row.state for deal in deals for row in stays(deal)}
                assert after == before, "what was refused has left nothing behind"
        for deal in deals:
            _demand_sound(deal)


def _do(act: str, deal_id: int, station_id: int) -> None:
    if act == "give":
        service.hand_over("deal", deal_id, {"station_id": station_id})
    elif act == "next":
        service.take_next()
    else:
        row = next(iter(reversed(stays(deal_id))), None)
        if row is not None:
            acts: dict[str, Callable[[], object]] = {
                "take": lambda: service.take(row.id),
                "return": lambda: service.return_handover(row.id, None, "No"),
                "finish": lambda: service.finish(row.id),
                "resume": lambda: service.resume(row.id),
                "withdraw": lambda: service.withdraw(row.id),
            }
            acts[act]()


def _demand_sound(deal_id: int) -> None:
    """Demand that a deal stands somewhere once at most, and that no stay and no minute is lost."""
    way = [row for row in stays(deal_id) if row.state != WITHDRAWN]
    assert [row.id for row in way[:-1] if row.state in CURRENT] == []
    hours = worktime()
    for row, behind in pairwise(way):
        if behind.began_at == row.began_at:
            assert behind.given_at == row.ended_at
            assert behind.previous_id is not None
    for began in {row.began_at for row in way}:
        whole = [row for row in way if row.began_at == began and row.ended_at is not None]
        if whole:
            minutes = sum(row.waited_minutes + row.worked_minutes for row in whole)
            assert minutes == hours.minutes_between(began, whole[-1].ended_at)
    for row in way:
        assert (row.taken_by_id is not None) == (row.taken_at is not None)


MOMENT = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=60, deadline=None)
@given(
    moments=st.lists(MOMENT, min_size=3, max_size=9),
    begins=st.integers(0, 12),
    hours=st.integers(1, 11),
    days=st.sets(st.integers(1, 7), min_size=1),
    zone=st.sampled_from(["Europe/Moscow", "Europe/Berlin", "Asia/Vladivostok"]),
)
def test_parts_of_a_way_add_up_to_the_working_time_of_the_whole(
    moments: list[datetime], begins: int, hours: int, days: set[int], zone: str
) -> None:
    company = WorkTime(
        zone=ZoneInfo(zone),
        days=frozenset(days),
        begins=time(begins, 30),
        ends=time(begins + hours),
        holidays={date(2026, 3, 9): False, date(2026, 5, 16): True},
    )
    moments = sorted(moment + timedelta(seconds=number) for number, moment in enumerate(moments))
    total = 0
    for first, last in pairwise(moments):
        stay = SimpleNamespace(
            began_at=moments[0], given_at=first, taken_at=first + (last - first) / 3, ended_at=last
        )
        waited, worked = spent(company, stay, last)
        assert waited >= 0
        assert worked >= 0
        total += waited + worked
    assert total == company.minutes_between(moments[0], moments[-1])
