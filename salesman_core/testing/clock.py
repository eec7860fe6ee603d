"""Time that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Where a clock stands at first: a working day, in no special week of the year."""


class FrozenClock:
    """A clock for whatever takes one: ``now()`` gives the same moment until it is moved."""

    def __init__(self, moment: datetime = MONDAY_MORNING) -> None:
        self._moment = MONDAY_MORNING
        self.set(moment)

    def now(self) -> datetime:
        """Give the moment, in UTC."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Put the clock to *moment*.

        :raises ValueError: where the moment has no time zone.
        """
        if moment.tzinfo is None:
            message = f"{moment!r} has no time zone"
            raise ValueError(message)
        self._moment = moment.astimezone(UTC)

    def advance(self, step: timedelta | None = None, **units: float) -> datetime:
        """Move by *step*, or by units as in ``advance(days=1, hours=2)``; give the new moment."""
        self._moment += (step or timedelta()) + timedelta(**units)
        return self._moment
