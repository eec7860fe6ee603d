"""A day as a page shows it: what is overdue, what has no hour, and its hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from salesman_calendar import queries
from salesman_core.toolkit import AnyRow, company, today, worktime

OVERDUE_SHOWN: Final = 30
_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a day by the company's clock, with what begins in it."""

    number: int
    activities: Sequence[AnyRow]

    @property
    def label(self) -> str:
        """The hour as a field takes it."""
        return f"{self.number:02}:00"


@dataclass(frozen=True, slots=True)
class Day:
    """What somebody has on a day.

    :param overdue: what should have been done before it; only on today's page.
    :param whole: what has no hour.
    :param hours: the hours of work, and others in which something begins.
    """

    on: date
    overdue: Sequence[AnyRow]
    whole: Sequence[AnyRow]
    hours: Sequence[Hour]

    @property
    def before(self) -> date:
        """The day before."""
        return self.on - _DAY

    @property
    def after(self) -> date:
        """The day after."""
        return self.on + _DAY

    @property
    def is_today(self) -> bool:
        """Whether it is today in the company's zone."""
        return self.on == today(company().tz)

    @property
    def is_day_off(self) -> bool:
        """Whether nobody works on it, be it for the weekday or for a holiday."""
        return not worktime().is_work_day(self.on)

    @property
    def all(self) -> list[AnyRow]:
        """Everything that stands on the page."""
        timed = (one for hour in self.hours for one in hour.activities)
        return [*self.overdue, *self.whole, *timed]


def day_of(session: Session, day: date, owner_id: int) -> Day:
    """Give somebody's day, in two statements at most."""
    rows = queries.of_day(session, day, owner_id)
    is_today = day == today(company().tz)
    late = queries.overdue_before(session, day, owner_id, OVERDUE_SHOWN) if is_today else []
    whole = [row for row in rows if row.starts_at is None]
    return Day(day, late, whole, _hours([row for row in rows if row.starts_at is not None]))


def _hours(rows: Sequence[AnyRow]) -> list[Hour]:
    begins: dict[int, list[AnyRow]] = {}
    for row in rows:
        begins.setdefault(row.starts_at.astimezone(company().tz).hour, []).append(row)
    ours = worktime()
    first, last = ours.begins.hour, ours.ends.hour or _MIDNIGHT
    working = range(first, last) if first < last else range(first, _MIDNIGHT)
    return [Hour(number, begins.get(number, [])) for number in sorted({*working, *begins})]
