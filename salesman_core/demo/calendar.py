"""Working days and hours of the demo's company, all before today."""

from __future__ import annotations

import math
from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = 730
"""How far back the demo reaches."""

SEASON: Final = (0.6, 0.95, 1.2, 1.1, 0.8, 0.95, 0.75, 0.8, 1.15, 1.25, 1.15, 0.9)
"""How busy each month is, January first, where 1 is usual."""

GROWTH: Final = 0.4
"""How much busier the last day is than the first."""

_OPENS: Final = 9
_HOURS: Final = 9
_FRIDAY: Final = 5


class WorkCalendar:
    """Gives moments at which somebody works.

    Whatever it gives lies before *today*, so that the demo of a day is the same at every hour
    of it.

    :param random: where chance comes from.
    :param zone: the company's, which decides days.
    :param holidays: (month, day) on which nobody works.
    """

    def __init__(
        self, random: Random, today: date, zone: ZoneInfo, holidays: Container[tuple[int, int]]
    ) -> None:
        self._random, self._zone, self._holidays = random, zone, holidays
        self.today = today
        self.end = datetime.combine(today, time(0), zone).astimezone(UTC)
        first = today - timedelta(days=DAYS)
        days = (first + timedelta(days=number) for number in range(DAYS))
        self._days = [day for day in days if self.is_working(day)]
        self._weights = [self._busy(day) for day in self._days]

    def is_working(self, day: date) -> bool:
        return day.isoweekday() <= _FRIDAY and (day.month, day.day) not in self._holidays

    def _busy(self, day: date) -> float:
        age = (self.today - day).days / DAYS
        return SEASON[day.month - 1] * (1 + GROWTH * (1 - age))

    @property
    def first_day(self) -> date:
        """The first working day of the demo."""
        return self._days[0]

    def some_moment(self) -> datetime:
        """Give a moment of the two years; more of them lie in busy months."""
        (day,) = self._random.choices(self._days, self._weights)
        return self.on(day)

    def moment_of_first(self, days: int) -> datetime:
        """Give a moment of the first working days."""
        return self.on(self._random.choice(self._days[:days]))

    def on(self, day: date) -> datetime:
        """Give a moment within the hours of *day*, UTC."""
        minutes = self._random.randrange(_HOURS * 60)
        moment = datetime.combine(day, time(_OPENS), self._zone) + timedelta(minutes=minutes)
        return moment.astimezone(UTC)

    def after(self, moment: datetime, days: float) -> datetime:
        """Give the working moment that comes *days* after *moment*; always a later one."""
        day = (moment.astimezone(self._zone) + timedelta(days=days)).date()
        while not self.is_working(day):
            day += timedelta(days=1)
        found = self.on(day)
        return found if found > moment else moment + timedelta(minutes=self._random.randint(3, 40))

    def before(self, days: float) -> datetime:
        """Give the working moment that lies *days* before today."""
        day = self.today - timedelta(days=max(1, math.ceil(days)))
        while not self.is_working(day):
            day -= timedelta(days=1)
        return self.on(day)

    def local_day(self, moment: datetime) -> date:
        """Give the date that a moment falls on in the company's zone."""
        return moment.astimezone(self._zone).date()
