"""Working time in the company's zone, with holidays, over changes of the clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from salesman_core.administration.holidays import Day, delete_holiday, enter_holidays, holiday_on
from salesman_core.services.company import change_company
from salesman_core.services.worktime import WorkTime, worktime

MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE = WorkTime(MOSCOW, frozenset({1, 2, 3, 4, 5}), time(9), time(18))
FRIDAY = datetime(2026, 3, 6, 17, 30, tzinfo=MOSCOW)
MONDAY = datetime(2026, 3, 9, 9, tzinfo=MOSCOW)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")


def test_friday_evening_goes_on_on_monday() -> None:
    assert OFFICE.later(FRIDAY, 45) == MONDAY + timedelta(minutes=15)


def test_monday_morning_goes_back_to_friday() -> None:
    assert OFFICE.earlier(MONDAY + timedelta(minutes=15), 45) == FRIDAY
    assert OFFICE.earlier(MONDAY, 30) == FRIDAY
    assert OFFICE.earlier(FRIDAY.replace(hour=23), 30) == FRIDAY


def test_last_minute_of_a_day_is_its_end() -> None:
    assert OFFICE.later(FRIDAY, 30) == FRIDAY.replace(hour=18, minute=0)


def test_work_ends_on_a_day_whether_or_not_somebody_works() -> None:
    assert OFFICE.ends_on(FRIDAY.date()) == FRIDAY.replace(hour=18, minute=0)
    assert OFFICE.ends_on(FRIDAY.date() + timedelta(days=1)) == datetime(
        2026, 3, 7, 18, tzinfo=MOSCOW
    )


def test_night_waits_for_the_morning() -> None:
    night = FRIDAY.replace(hour=23)

    assert OFFICE.next_moment(night) == MONDAY
    assert OFFICE.next_moment(FRIDAY) == FRIDAY


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        (FRIDAY, True),
        (FRIDAY.replace(hour=18, minute=0), False),
        (FRIDAY.replace(hour=8, minute=59), False),
        (FRIDAY + timedelta(days=1), False),
    ],
)
def test_moment_is_working_time_or_not(moment: datetime, working: bool) -> None:  # noqa: FBT001
    assert OFFICE.is_working(moment) is working


def test_holiday_is_left_out_and_a_worked_saturday_counts() -> None:
    holidays = {date(2026, 3, 9): False, date(2026, 3, 7): True}
    office = WorkTime(MOSCOW, OFFICE.days, OFFICE.begins, OFFICE.ends, holidays)

    assert office.minutes_between(FRIDAY, MONDAY + timedelta(days=1)) == 30 + 9 * 60
    assert office.next_moment(MONDAY) == MONDAY + timedelta(days=1)
    assert office.is_work_day(date(2026, 3, 7))


def test_day_without_an_end_lasts_until_midnight() -> None:
    always = WorkTime(MOSCOW, frozenset(range(1, 8)), time(0), time(0))

    assert always.minutes_between(FRIDAY, FRIDAY + timedelta(days=2)) == 2 * 24 * 60


def test_night_in_which_the_clock_is_put_forward_has_an_hour_less() -> None:
    always = WorkTime(ZoneInfo("Europe/Berlin"), frozenset(range(1, 8)), time(0), time(0))
    begin = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin"))

    assert always.minutes_between(begin, begin.replace(day=30)) == 23 * 60


def test_company_that_never_works_lets_nobody_wait() -> None:
    never = WorkTime(MOSCOW, frozenset(), time(9), time(18))

    assert never.next_moment(FRIDAY) == FRIDAY
    assert never.later(FRIDAY, 5) == FRIDAY + timedelta(minutes=5)
    assert never.earlier(FRIDAY, 5) == FRIDAY - timedelta(minutes=5)


offices = st.builds(
    WorkTime,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    days=st.frozensets(st.integers(1, 7), min_size=1),
    begins=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    ends=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    holidays=st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.booleans()),
)
moments = st.integers(0, 330 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(office=offices, moment=moments, minutes=st.integers(0, 5000))
def test_so_many_minutes_later_are_so_many_minutes_between(
    office: WorkTime, moment: datetime, minutes: int
) -> None:
    assert office.minutes_between(moment, office.later(moment, minutes)) == minutes


@given(office=offices, moment=moments, minutes=st.integers(0, 5000))
def test_so_many_minutes_earlier_are_so_many_minutes_between(
    office: WorkTime, moment: datetime, minutes: int
) -> None:
    assert office.minutes_between(office.earlier(moment, minutes), moment) == minutes


@given(office=offices, moment=moments)
def test_next_moment_is_working_time_and_none_is_missed(office: WorkTime, moment: datetime) -> None:
    following = office.next_moment(moment)

    assert following >= moment
    assert office.is_working(following)
    assert office.minutes_between(moment, following) == 0


@given(office=offices, moment=moments, days=st.integers(0, 500), minutes=st.integers(0, 1439))
def test_minutes_over_years_are_those_of_all_days(
    office: WorkTime, moment: datetime, days: int, minutes: int
) -> None:
    last = moment + timedelta(days=days, minutes=minutes)
    noons = [moment + timedelta(days=number) for number in range(days)]
    by_day = sum(office.minutes_between(one, one + timedelta(days=1)) for one in noons)

    rest = office.minutes_between(moment + timedelta(days=days), last)
    assert office.minutes_between(moment, last) == by_day + rest


@given(office=offices, ends=st.tuples(moments, moments, moments).map(sorted))
def test_minutes_of_two_spans_are_those_of_both(office: WorkTime, ends: list[datetime]) -> None:
    first, second, third = ends

    together = office.minutes_between(first, second) + office.minutes_between(second, third)
    assert together == office.minutes_between(first, third)


@pytest.mark.databases("sqlite")
def test_working_time_follows_the_company_and_its_holidays(app: Flask) -> None:
    day = date(2026, 3, 9)
    change_company({"work_from": "10:00"})
    assert worktime().begins == time(10)

    enter_holidays([Day(day, "Women's Day", works=False)])
    assert not worktime().is_work_day(day)

    delete_holiday(holiday_on(day))
    assert worktime().is_work_day(day)


@pytest.mark.databases("sqlite")
def test_working_time_takes_no_statement_once_it_is_known(
    app: Flask, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    worktime()

    with statements() as sent:
        worktime().later(FRIDAY, 10_000)

    assert sent == []
