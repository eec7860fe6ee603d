"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from salesman_core.testing.clock import FrozenClock


def test_clock_stands_still(clock: FrozenClock) -> None:
    assert clock.now() == clock.now()


def test_clock_advances_by_units(clock: FrozenClock) -> None:
    before = clock.now()

    clock.advance(days=1, hours=2)

    assert clock.now() - before == timedelta(days=1, hours=2)


def test_clock_advances_by_a_step(clock: FrozenClock) -> None:
    before = clock.now()

    assert clock.advance(timedelta(seconds=5)) == before + timedelta(seconds=5)


def test_clock_gives_utc_whatever_it_was_set_to(clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=3))))

    assert clock.now().isoformat() == "2026-03-02T09:00:00+00:00"
    assert clock.now().tzinfo is UTC


def test_clock_refuses_a_moment_without_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        FrozenClock(datetime(2026, 3, 2))  # noqa: DTZ001  # what is refused
