"""Days said from today, as ``this_month`` or ``last_30_days``: what they are in the company's zone.

A list's address keeps the word, so a view means another month in the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.clock import today
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_hookspecs import Text

_ = texts.lazy

_COUNTED: Final = re.compile(
    r"(last|next)_([1-9]\d{0,3})_days|([1-9]\d{0,3})_days_ago|in_([1-9]\d{0,3})_days", re.ASCII
)
_QUARTER: Final = 3
_YEAR: Final = 12

PERIODS: Final[dict[str, Text]] = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "tomorrow": _("tomorrow"),
    "this_week": _("this week"),
    "last_week": _("last week"),
    "next_week": _("next week"),
    "this_month": _("this month"),
    "last_month": _("last month"),
    "next_month": _("next month"),
    "this_quarter": _("this quarter"),
    "last_quarter": _("last quarter"),
    "this_year": _("this year"),
    "last_year": _("last year"),
}
PATTERN: Final = "|".join(
    (
        *PERIODS,
        "(last|next)_[1-9][0-9]{0,3}_days",
        "[1-9][0-9]{0,3}_days_ago",
        "in_[1-9][0-9]{0,3}_days",
    )
)
"""What :func:`period_of` reads, as a regular expression for the OpenAPI document."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from *first* to *last*, both within, as the calendar of *zone* has them."""

    first: date
    last: date
    zone: tzinfo = UTC

    def bounds(self, *, moments: bool) -> tuple[Any, Any]:
        """Give where it begins and where what comes after it does.

        :param moments: True for moments: midnights in the zone.
        """
        begin, after = self.first, self.last + timedelta(days=1)
        if not moments:
            return begin, after
        return (
            datetime.combine(begin, time.min, self.zone),
            datetime.combine(after, time.min, self.zone),
        )


def period_of(word: str) -> Period | None:
    """Give what a word means today in the company's zone, or None where it is none."""
    counted = _COUNTED.fullmatch(word)
    if counted is None and word not in _NAMED:
        return None
    zone = company().tz
    here = today(zone)
    period = _NAMED[word](here) if counted is None else _counted(counted, here)
    return replace(period, zone=zone)


def _counted(found: re.Match[str], here: date) -> Period:
    way, number, ago, ahead = found.groups()
    days = int(number or ago or ahead)
    if ago or ahead:
        day = here + timedelta(days=days if ahead else -days)
        return Period(day, day)
    if way == "last":
        return Period(here - timedelta(days=days - 1), here)
    return Period(here, here + timedelta(days=days - 1))


def words_of(word: str) -> str:
    """Give a word as people read it."""
    if word in PERIODS:
        return str(PERIODS[word])
    counted = _COUNTED.fullmatch(word)
    if counted is None:
        return word
    way, number, ago, ahead = counted.groups()
    if ago:
        return texts.ngettext("%(num)s day ago", "%(num)s days ago", int(ago))
    if ahead:
        return texts.ngettext("in %(num)s day", "in %(num)s days", int(ahead))
    if way == "last":
        return texts.ngettext("the last %(num)s day", "the last %(num)s days", int(number))
    return texts.ngettext("the next %(num)s day", "the next %(num)s days", int(number))


def condition(column: Any, operator: str, period: Period, *, moments: bool) -> Any:
    """Give the SQL of a filter by a period: what lies in it, before it, or behind it."""
    begin, after = period.bounds(moments=moments)
    if operator == "eq":
        return sa.and_(column >= begin, column < after)
    if operator == "ne":
        return sa.or_(column.is_(None), column < begin, column >= after)
    if operator in {"gte", "lt"}:
        return column >= begin if operator == "gte" else column < begin
    return column >= after if operator == "gt" else column < after


def _week(here: date, step: int) -> Period:
    monday = here - timedelta(days=here.weekday()) + timedelta(weeks=step)
    return Period(monday, monday + timedelta(days=6))


def _months(here: date, length: int, step: int) -> Period:
    """Give a span of so many months of the calendar, some spans from the one of today."""
    number = (here.year * _YEAR + here.month - 1) // length + step
    return Period(_month(number * length), _month((number + 1) * length) - timedelta(days=1))


def _month(number: int) -> date:
    return date(number // _YEAR, number % _YEAR + 1, 1)


def _day(step: int) -> Callable[[date], Period]:
    return lambda here: Period(here + timedelta(days=step), here + timedelta(days=step))


_NAMED: Final[dict[str, Callable[[date], Period]]] = {
    "today": _day(0),
    "yesterday": _day(-1),
    "tomorrow": _day(1),
    "this_week": lambda here: _week(here, 0),
    "last_week": lambda here: _week(here, -1),
    "next_week": lambda here: _week(here, 1),
    "this_month": lambda here: _months(here, 1, 0),
    "last_month": lambda here: _months(here, 1, -1),
    "next_month": lambda here: _months(here, 1, 1),
    "this_quarter": lambda here: _months(here, _QUARTER, 0),
    "last_quarter": lambda here: _months(here, _QUARTER, -1),
    "this_year": lambda here: _months(here, _YEAR, 0),
    "last_year": lambda here: _months(here, _YEAR, -1),
}
