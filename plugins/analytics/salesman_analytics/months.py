"""Months as reports tell them apart."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from babel.dates import format_date

from salesman_analytics.asked import months_before
from salesman_core.toolkit import company, current_language, today

_MOST: Final = 120
_OF_YEAR: Final = 12


def months_of(asked: Mapping[str, Any], known: Iterable[date]) -> list[date]:
    """Give the first days of the months of a report.

    Those of the period that have begun, so that a month in which nothing happened stands there,
    too; of a period without a beginning, or of more than ten years, those that have something.

    :param known: the first days of the months that have something.
    """
    here, since = today(company().tz), asked["since"]
    if since is None:
        return sorted(set(known))
    first, last = since.replace(day=1), min(asked["until"] or here, here).replace(day=1)
    length = _between(first, last) + 1
    every = (months_before(first, -place) for place in range(length)) if length <= _MOST else ()
    return sorted({*every, *known})


def month_title(first: date) -> str:
    """Give a month as people read it, as ``March 2026``."""
    named = format_date(first, "LLLL y", locale=current_language())
    return named[:1].upper() + named[1:]


def within_month(asked: Mapping[str, Any], row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what is asked for with the days of the month of a row; for the total all of it.

    :param row: with the first day of its month under ``first``.
    """
    if "first" not in row:
        return asked
    first: date = row["first"]
    last = first.replace(day=monthrange(first.year, first.month)[1])
    ends = (max(first, asked["since"] or first), min(last, asked["until"] or last))
    return {**asked, "since": ends[0], "until": ends[1]}


def key_of_month(asked: Mapping[str, Any], first: date) -> int | str:
    """Give the key of a month's row: its place in the period, by which the one before is found."""
    since = asked["since"]
    return first.isoformat() if since is None else _between(since, first)


def _between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * _OF_YEAR + later.month - earlier.month
