"""Periods of plans: a month, a quarter or a year, and its working days."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from salesman_core.toolkit import InvalidError
from salesman_plans.texts import texts

_ = texts.lazy

MONTHS_OF_YEAR: Final = 12
_MONTHS_OF_QUARTER: Final = 3
_PERIOD: Final = re.compile(r"(?P<year>[12]\d{3})(-(?P<month>0[1-9]|1[0-2])|-Q(?P<quarter>[1-4]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """Some whole months of the company's calendar.

    :param first: its first day.
    :param months: how many: 1, 3 or 12.
    """

    first: date
    months: int = 1

    @property
    def last(self) -> date:
        """Its last day."""
        return last_day(month_after(self.first, self.months - 1))

    @property
    def key(self) -> str:
        """How it is named in addresses: ``2026-03``, ``2026-Q1``, ``2026``."""
        if self.months == 1:
            return f"{self.first:%Y-%m}"
        if self.months == MONTHS_OF_YEAR:
            return f"{self.first:%Y}"
        return f"{self.first:%Y}-Q{(self.first.month + 2) // _MONTHS_OF_QUARTER}"

    def firsts(self) -> list[date]:
        """Give the first days of its months."""
        return [month_after(self.first, place) for place in range(self.months)]

    def moved(self, by: int) -> Period:
        """Give the period of the same length that lies so many of them later."""
        return Period(month_after(self.first, by * self.months), self.months)


def month_of(day: date) -> Period:
    """Give the month of a day."""
    return Period(day.replace(day=1))


def year_of(year: int) -> Period:
    """Give a year."""
    return Period(date(year, 1, 1), MONTHS_OF_YEAR)


def month_after(first: date, months: int) -> date:
    """Give the first day of the month that comes so many months later."""
    year, month = divmod(first.year * MONTHS_OF_YEAR + first.month - 1 + months, MONTHS_OF_YEAR)
    return date(year, month + 1, 1)


def last_day(first: date) -> date:
    """Give the last day of a month."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def period_named(key: str) -> Period:
    """Give the period of a name, as ``2026-03``.

    :raises InvalidError: for what is none.
    """
    found = _PERIOD.fullmatch(key)
    if found is None:
        message = _("Give a month as 2026-03, a quarter as 2026-Q1 or a year as 2026.")
        raise InvalidError(message, {"period": message})
    year = int(found["year"])
    if found["quarter"]:
        first = date(year, (int(found["quarter"]) - 1) * _MONTHS_OF_QUARTER + 1, 1)
        return Period(first, _MONTHS_OF_QUARTER)
    return Period(date(year, int(found["month"]), 1)) if found["month"] else year_of(year)


def quarter_of(day: date) -> Period:
    """Give the quarter of a day."""
    return period_named(f"{day.year}-Q{(day.month + 2) // _MONTHS_OF_QUARTER}")


def work_days(first: date, last: date, works: Callable[[date], bool]) -> int:
    """Count the working days of some days.

    :param works: tells whether people work on a day.
    """
    days = (last - first).days + 1
    return sum(works(first + timedelta(days=day)) for day in range(days))
