"""Working time: the company's hours and days, with its holidays; all in the company's zone.

What is asked is answered from memory. :class:`WorkTime` itself knows no database, so it can be
asked about any company.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from salesman_core.db import reading
from salesman_core.db.revisions import kept
from salesman_core.services.company import company
from salesman_core.services.models import Holiday

SUBJECT: Final = "holidays"
LONGEST_REST: Final = 366
"""After so many days without work nobody waits any more: see :meth:`WorkTime.next_moment`."""

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_YEARS_KEPT: Final = 128

_Fixed = tuple[ZoneInfo, AbstractSet[int], time, time, AbstractSet[tuple[date, bool]]]
"""What tells a :class:`WorkTime` from others, by which something is kept in memory."""


@dataclass(frozen=True, slots=True)
class WorkTime:
    """When a company works.

    :param zone: in which its days begin.
    :param days: ISO weekdays, Monday is 1.
    :param begins: the hour at which work begins.
    :param ends: the hour at which it ends; not after *begins*: at midnight.
    :param holidays: days that are otherwise than their weekday says: whether people work on them.
    """

    zone: ZoneInfo
    days: AbstractSet[int]
    begins: time
    ends: time
    holidays: Mapping[date, bool] = field(default_factory=dict)
    _fixed: _Fixed = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep what tells it from other companies, for what is added up once for each year."""
        told = (frozenset(self.days), self.begins, self.ends, frozenset(self.holidays.items()))
        object.__setattr__(self, "_fixed", (self.zone, *told))

    def is_work_day(self, day: date) -> bool:
        """Tell whether people work on a day."""
        return self.holidays.get(day, day.isoweekday() in self.days)

    def is_working(self, moment: datetime) -> bool:
        """Tell whether it is working time at a moment."""
        day = self._day_of(moment)
        if not self.is_work_day(day):
            return False
        begins, ends = self._hours_of(day)
        return begins <= moment < ends

    def next_moment(self, moment: datetime) -> datetime:
        """Give the first moment of working time from one on, UTC: that itself, where it is.

        A company that does not work for a year is taken to be always there.
        """
        begins, _ends = next(self._spans(moment), (moment, moment))
        return begins.astimezone(UTC)

    def later(self, moment: datetime, minutes: int) -> datetime:
        """Give the moment that is so many working minutes later, UTC.

        It lies within working time, or at its end: eight hours after nine is the end of the day.
        """
        left, last = minutes * _MINUTE, self.next_moment(moment)
        for begins, ends in self._spans(moment):
            if left <= ends - begins:
                return (begins + left).astimezone(UTC)
            left, last = left - (ends - begins), ends
        return (last + left).astimezone(UTC)

    def earlier(self, moment: datetime, minutes: int) -> datetime:
        """Give the moment since which so many working minutes have passed at *moment*, UTC."""
        left, first, rest = minutes * _MINUTE, moment.astimezone(UTC), 0
        day = self._day_of(moment)
        while rest < LONGEST_REST:
            rest += 1
            begins, ends = self._hours_of(day)
            worked = min(ends, first) - begins
            if self.is_work_day(day) and worked > timedelta():
                if left <= worked:
                    return begins + (worked - left)
                left, first, rest = left - worked, begins, 0
            day -= _DAY
        return first - left

    def ends_on(self, day: date) -> datetime:
        """Give when work ends on a day, UTC; as on any other where nobody works on it."""
        _begins, ends = self._hours_of(day)
        return ends

    def length_of(self, day: date) -> timedelta:
        """Give how long people work on a day."""
        if not self.is_work_day(day):
            return timedelta()
        begins, ends = self._hours_of(day)
        return max(ends - begins, timedelta())

    def minutes_between(self, first: datetime, last: datetime) -> int:
        """Give the whole working minutes from one moment to a later one, else 0."""
        if last <= first:
            return 0
        year = self._day_of(first).year
        return (self._worked(year, last) - self._worked(year, first)) // _MINUTE

    def _worked(self, year: int, moment: datetime) -> timedelta:
        """Give the working time from the beginning of a year to a moment.

        A waiting that has lasted for years costs no more than one of a day: each year is added up
        once.
        """
        day = self._day_of(moment)
        years = (_worked_days(self._fixed, one)[-1] for one in range(year, day.year))
        days = _worked_days(self._fixed, day.year)[day.timetuple().tm_yday - 1]
        begins, ends = self._hours_of(day) if self.is_work_day(day) else (moment, moment)
        return sum(years, days) + max(min(moment, ends) - begins, timedelta())

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the spans of working time from a moment on, until nobody works for a year."""
        day, rest = self._day_of(moment), 0
        while rest < LONGEST_REST and day < date.max - 2 * _DAY:
            rest += 1
            if self.is_work_day(day):
                begins, ends = self._hours_of(day)
                if ends > moment and ends > begins:
                    rest = 0
                    yield max(begins, moment.astimezone(UTC)), ends
            day += _DAY

    def _day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _hours_of(self, day: date) -> tuple[datetime, datetime]:
        """Give when work begins and ends on a day, UTC; a change of the clock may lie between."""
        last = day if self.ends > self.begins else day + _DAY
        ends = self.ends if self.ends > self.begins else time.min
        return self._moment(day, self.begins), self._moment(last, ends)

    def _moment(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)


@lru_cache(maxsize=_YEARS_KEPT)
def _worked_days(fixed: _Fixed, year: int) -> Sequence[timedelta]:
    """Give the working time before each day of a year, and at the end that of all its days."""
    zone, days, begins, ends, holidays = fixed
    hours = WorkTime(zone, days, begins, ends, dict(holidays))
    first = date(year, 1, 1)
    dates = (first + number * _DAY for number in range(366 if isleap(year) else 365))
    return [*accumulate(map(hours.length_of, dates), initial=timedelta())]


def worktime() -> WorkTime:
    """Give when the company works, kept in memory until a setting or a holiday changes."""
    ours = company()
    return WorkTime(
        zone=ours.tz,
        days=frozenset(ours.work_days),
        begins=time.fromisoformat(ours.work_from),
        ends=time.fromisoformat(ours.work_to),
        holidays=_holidays(),
    )


def _holidays() -> Mapping[date, bool]:
    known = kept(SUBJECT)
    if SUBJECT not in known:
        rows = reading().execute(sa.select(Holiday.day, Holiday.works))
        known[SUBJECT] = {row.day: row.works for row in rows}
    found: Mapping[date, bool] = known[SUBJECT]
    return found
