"""Moments that lie on some days of the company: for a query, and for the address of a list."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from salesman_core.records.list_values import written
from salesman_core.services.company import company

_A_DAY = timedelta(days=1)


def within_days(
    moment: sa.SQLColumnExpression[Any], since: date | None, until: date | None
) -> list[sa.ColumnElement[bool]]:
    """Give the conditions of a moment that lies on some days, in the company's zone.

    :param since: the first day; None where the beginning is open.
    :param until: the last day; None where the end is open.
    """
    begin, after = _ends(since, until)
    first = [] if begin is None else [moment >= begin]
    return first if after is None else [*first, moment < after]


def filters_of_days(name: str, since: date | None, until: date | None) -> dict[str, str]:
    """Give the filters of a list, as its address holds them, for a moment that lies on some days.

    :param name: the field of the list.
    :param since: the first day; None where the beginning is open.
    :param until: the last day; None where the end is open.
    """
    begin, after = _ends(since, until)
    ends = {f"{name}__gte": begin, f"{name}__lt": after}
    return {parameter: written(end) for parameter, end in ends.items() if end is not None}


def midnight(day: date) -> datetime:
    """Give when a day begins in the company's zone."""
    return datetime.combine(day, time.min, company().tz)


def _ends(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    behind = None if until is None or until == date.max else until + _A_DAY
    return _moment(since), _moment(behind)


def _moment(day: date | None) -> datetime | None:
    """Give when a day begins; None also where that is before the first moment there is."""
    if day is None:
        return None
    try:
        return midnight(day).astimezone(UTC)
    except OverflowError:
        return None
