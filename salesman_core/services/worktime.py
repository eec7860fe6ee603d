"""Working time: the company's hours and days, with its holidays; all in the company's zone.

What is asked is answered from memory. :class:`WorkTime` itself knows no database, so it can be
asked about any company.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
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

    def minutes_between(self, first: datetime, last: datetime) -> int:
        """Give the whole working minutes from one moment to a later one, else 0."""
        worked = timedelta()
        for begins, ends in self._spans(first):
            if begins >= last:
                break
            worked += min(ends, last) - begins
        return worked // _MINUTE

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
