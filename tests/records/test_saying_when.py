"""Days and hours as people say them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from salesman_core.records.saying_when import when_of, written_when
from salesman_core.testing.clock import FrozenClock


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", date(2026, 3, 2)),
        ("Сегодня", date(2026, 3, 2)),
        ("завтра", date(2026, 3, 3)),
        ("day after tomorrow", date(2026, 3, 4)),
        ("послезавтра", date(2026, 3, 4)),
        ("вчера", date(2026, 3, 1)),
        ("Friday", date(2026, 3, 6)),
        ("в пятницу", date(2026, 3, 6)),
        ("пн", date(2026, 3, 9)),
        ("+3", date(2026, 3, 5)),
        ("in 2 days", date(2026, 3, 4)),
        ("через 3 дня", date(2026, 3, 5)),
        ("через день", date(2026, 3, 3)),
        ("через неделю", date(2026, 3, 9)),
        ("in a week", date(2026, 3, 9)),
        ("5.3", date(2026, 3, 5)),
        ("1.3.", date(2027, 3, 1)),
        ("12.03.2026", date(2026, 3, 12)),
        ("2026-03-12", date(2026, 3, 12)),
    ],
)
def test_day_is_read_as_it_is_said(app: Flask, clock: FrozenClock, typed: str, day: date) -> None:
    assert when_of(typed) == {"day": day, "starts_at": None}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("15:30", "2026-03-02T12:30Z"),
        ("tomorrow 15:00", "2026-03-03T12:00Z"),
        ("завтра 9", "2026-03-03T06:00Z"),
        ("завтра, в 9.15", "2026-03-03T06:15Z"),
        ("в 9", "2026-03-02T06:00Z"),
        ("в пятницу в 10", "2026-03-06T07:00Z"),
        ("at 3 pm", "2026-03-02T12:00Z"),
        ("Fri 3pm", "2026-03-06T12:00Z"),
        ("10:00 завтра", "2026-03-03T07:00Z"),
        ("12.3 14:00", "2026-03-12T11:00Z"),
        ("12.03.2026 14:00", "2026-03-12T11:00Z"),
        ("in 2 hours", "2026-03-02T11:00Z"),
        ("через час", "2026-03-02T10:00Z"),
        ("через 30 минут", "2026-03-02T09:30Z"),
        ("in 30 minutes", "2026-03-02T09:30Z"),
    ],
)
def test_time_is_read_as_it_is_said(
    app: Flask, clock: FrozenClock, typed: str, moment: str
) -> None:
    read = when_of(typed)

    assert read is not None
    assert f"{read['starts_at']:%Y-%m-%dT%H:%MZ}" == moment


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("typed", ["soon", "31.2", "tomorrow 25:00", "12345678901", "через 5 лет"])
def test_what_cannot_be_read_is_told_with_an_example(
    app: Flask, clock: FrozenClock, typed: str
) -> None:
    with pytest.raises(ValueError, match="is no time") as error:
        when_of(typed)

    assert typed in str(error.value)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("typed", ["tomorrow", "tomorrow 15:00"])
def test_what_stands_in_a_field_is_read_as_the_same_again(
    app: Flask, clock: FrozenClock, typed: str
) -> None:
    read = when_of(typed)

    assert read is not None
    assert when_of(written_when(read["day"], read["starts_at"])) == read


@pytest.mark.databases("sqlite")
def test_nothing_typed_is_no_time(app: Flask) -> None:
    assert when_of("  ") is None
