"""The figures of one pipeline in a period, added up: one statement, whatever the rows.

Whoever reaches every deal is shown what is kept for all; the deals of anybody else are counted.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.clock import today
from salesman_core.db import BigId, Money, rows_of, table_of, whole_sum
from salesman_core.deals import kept
from salesman_core.deals.models import Deal, DealMove
from salesman_core.deals.tally import (
    DEAL,
    HAPPENED,
    NO_DAY,
    OF_MONTH,
    ONCE,
    STANDING,
    STEP,
    tallied,
)
from salesman_core.services.company import company

_A_DAY: Final = timedelta(days=1)
_LAST_MONTH: Final = date.max.replace(day=1)


@dataclass(frozen=True, slots=True)
class Days:
    """A period of days in the company's zone; None where an end is open."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: sa.SQLColumnExpression[Any]) -> list[sa.ColumnElement[bool]]:
        """Give the conditions of a day in the period."""
        limits = []
        if self.since is not None:
            limits.append(day >= self.since)
        if self.until is not None:
            limits.append(day <= self.until)
        return limits


ALWAYS: Final = Days()


@dataclass(frozen=True, slots=True)
class Sum:
    """Some deals, and what their amounts come to."""

    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """Some deals of one kind; :mod:`salesman_core.deals.tally` says which.

    :param rests: whether they are frozen today.
    """

    currency: str
    kind: str
    stage_id: int
    reason_id: int
    days: int
    rests: bool
    number: int
    amount: Decimal


_PIPELINE = sa.bindparam("pipeline_id", type_=BigId)
_SINCE, _FIRST, _LAST, _UNTIL, _TODAY = (
    sa.bindparam(name, type_=sa.Date()) for name in ("since", "first", "last", "until", "today")
)
"""A period, the months that lie whole in it (from the first on, and before the last), and today."""


def of_all(session: Session, pipeline_id: int, days: Days) -> Sequence[Figure]:
    """Add up the figures that are kept of all deals."""
    if days.until == date.max:
        days = Days(days.since)
    statement = _of_all(days.since is not None, days.until is not None)
    return _read(session, statement, pipeline_id, _ends(days) | _whole_months(days))


@functools.cache
def _of_all(since: bool, until: bool) -> sa.Select[Any]:  # noqa: FBT001  # what it is cached by
    """Give the statement, which costs as much to build as to run.

    :param since: whether the period has a beginning, and so on.
    """

    def asked(c: Any) -> Sequence[sa.ColumnElement[bool]]:
        return _asked(c, _bounds(since, until), by_months=True)

    return _summed(kept.figures(asked), asked)


def of_some(
    session: Session, pipeline_id: int, days: Days, conditions: Sequence[Any]
) -> Sequence[Figure]:
    """Count some deals afresh.

    :param conditions: which ones, access included.
    """
    deals, steps = table_of(Deal).c, table_of(DealMove).c
    among = sa.select(deals.id, *(deals[name] for name in DEAL)).where(
        deals.pipeline_id == _PIPELINE, *conditions
    )
    taken = sa.select(*(steps[name] for name in STEP)).subquery()
    limits = _bounds(days.since is not None, days.until is not None)
    statement = _summed(tallied(among, taken), lambda c: _asked(c, limits, by_months=False))
    return _read(session, statement, pipeline_id, _ends(days))


Bound = sa.BindParameter[date] | None


def _bounds(since: bool, until: bool) -> tuple[Bound, Bound]:  # noqa: FBT001  # as above
    return _SINCE if since else None, _UNTIL if until else None


def _asked(
    c: Any, bounds: tuple[Bound, Bound], *, by_months: bool
) -> Sequence[sa.ColumnElement[bool]]:
    """Give the conditions of the figures that are asked for: one or the other holds of each.

    :param by_months: whether there are figures of months, too.
    """
    since, _until = bounds
    once = c.previous == NO_DAY
    if since is not None:
        once |= c.previous < since
    again = c.kind.in_([f"{prefix}{kind}" for kind in ONCE for prefix in ("", OF_MONTH)])
    spans = _spans(c, bounds) if by_months else [_span(c, HAPPENED, *bounds)]
    return (
        sa.and_(c.pipeline_id == _PIPELINE, c.kind.in_(STANDING)),
        *(sa.and_(c.pipeline_id == _PIPELINE, *span, sa.or_(~again, once)) for span in spans),
    )


def _spans(c: Any, bounds: tuple[Bound, Bound]) -> Iterator[Sequence[sa.ColumnElement[bool]]]:
    """Give the conditions of the months that lie whole in a period, and of the days around them."""
    since, until = bounds
    months = [f"{OF_MONTH}{kind}" for kind in HAPPENED]
    first, last = (None if since is None else _FIRST), (None if until is None else _LAST)
    yield _span(c, months, first, None, last)
    if since is not None:
        yield _span(c, HAPPENED, since, None, _FIRST)
    if until is not None:
        yield _span(c, HAPPENED, _LAST, until)


def _span(
    c: Any, kinds: Sequence[str], since: Bound, until: Bound, before: Bound = None
) -> Sequence[sa.ColumnElement[bool]]:
    limits = [c.kind.in_(kinds)]
    if since is not None:
        limits.append(c.day >= since)
    if until is not None:
        limits.append(c.day <= until)
    if before is not None:
        limits.append(c.day < before)
    return limits


def _ends(days: Days) -> dict[str, date]:
    ends = {"since": days.since, "until": days.until}
    return {name: day for name, day in ends.items() if day is not None}


def _whole_months(days: Days) -> dict[str, date]:
    """Give the first month that lies whole in a period, and the first behind it that does not."""
    found: dict[str, date] = {}
    if days.since is not None:
        found["first"] = _month_from(days.since)
    if days.until is not None:
        behind = days.until + _A_DAY
        found["last"] = behind.replace(day=1)
        if found.get("first", NO_DAY) > found["last"]:
            found = {"first": behind, "last": behind}
    return found


def _month_from(day: date) -> date:
    """Give the first day of the first month that lies whole behind a day, or begins with it."""
    if day.day == 1:
        return day
    return (day.replace(day=28) + 4 * _A_DAY).replace(day=1) if day < _LAST_MONTH else date.max


Asked = Callable[[Any], Sequence[sa.ColumnElement[bool]]]


def _summed(source: sa.SelectBase, asked: Asked) -> sa.Select[Any]:
    c = source.subquery().c
    rests = sa.case((c.kind == "open", c.day > _TODAY), else_=sa.false())
    kind = sa.func.replace(c.kind, OF_MONTH, "", type_=sa.String()).label("kind")
    keys = (c.currency, kind, c.stage_id, c.reason_id, c.days, rests.label("rests"))
    number = sa.cast(sa.func.sum(c.number), sa.BigInteger)
    total = sa.cast(whole_sum(c.amount), sa.Numeric)
    return (
        sa.select(*keys, number, sa.type_coerce(total, Money))
        .where(sa.or_(*asked(c)))
        .group_by(*keys)
        .having(number != 0)
    )


def _read(
    session: Session, statement: sa.Select[Any], pipeline_id: int, days: Mapping[str, date]
) -> Sequence[Figure]:
    values = {"pipeline_id": pipeline_id, "today": today(company().tz), **days}
    return [Figure(*row) for row in rows_of(session, statement, values)]


def together(figures: Sequence[Figure], kind: str) -> Sum:
    """Give the deals behind all figures of one kind."""
    of_kind = [one for one in figures if one.kind == kind]
    amount = sum((one.amount for one in of_kind), Decimal(0))
    return Sum(sum(one.number for one in of_kind), amount)


def by_currency(figures: Sequence[Figure]) -> Mapping[str, int]:
    """Give how many deals there are in each currency, the commonest first."""
    deals = [(-one.number, one.currency) for one in figures if one.kind == "deals"]
    return {currency: -number for number, currency in sorted(deals)}
