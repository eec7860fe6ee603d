"""The figures of one pipeline in a period, added up: one statement, whatever the rows.

Whoever reaches every deal is shown what is kept for all; the deals of anybody else are counted.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.clock import today
from salesman_core.db import BigId, Money, rows_of, table_of
from salesman_core.deals import kept
from salesman_core.deals.models import Deal, DealMove
from salesman_core.deals.tally import DEAL, NO_DAY, STEP, tallied
from salesman_core.services.company import company

_ONCE: Final = ("entered", "forward")
_STANDING: Final = ("deals", "open")
_HAPPENED: Final = ("won", "lost", "stayed", *_ONCE)


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


_PIPELINE, _SINCE, _UNTIL, _TODAY = (
    sa.bindparam("pipeline_id", type_=BigId),
    sa.bindparam("since", type_=sa.Date()),
    sa.bindparam("until", type_=sa.Date()),
    sa.bindparam("today", type_=sa.Date()),
)


def of_all(session: Session, pipeline_id: int, days: Days) -> Sequence[Figure]:
    """Add up the figures that are kept of all deals."""
    statement = _of_all(days.since is not None, days.until is not None)
    return _read(session, statement, pipeline_id, days)


@functools.cache
def _of_all(since: bool, until: bool) -> sa.Select[Any]:  # noqa: FBT001  # what it is cached by
    """Give the statement, which costs as much to build as to run.

    :param since: whether the period has a beginning, and so on.
    """
    days = _bounds(since, until)
    return _summed(kept.figures(lambda c: _asked(c, days)), days)


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
    return _read(session, _summed(tallied(among.cte(), taken), limits), pipeline_id, days)


Bound = sa.BindParameter[date] | None


def _bounds(since: bool, until: bool) -> tuple[Bound, Bound]:  # noqa: FBT001  # as above
    return _SINCE if since else None, _UNTIL if until else None


def _asked(c: Any, bounds: tuple[Bound, Bound]) -> tuple[sa.ColumnElement[bool], ...]:
    """Give the conditions of the figures that are asked for: one or the other holds of each."""
    since, until = bounds
    once = c.previous == NO_DAY
    happened = [c.pipeline_id == _PIPELINE, c.kind.in_(_HAPPENED)]
    if since is not None:
        happened.append(c.day >= since)
        once |= c.previous < since
    if until is not None:
        happened.append(c.day <= until)
    return (
        sa.and_(c.pipeline_id == _PIPELINE, c.kind.in_(_STANDING)),
        sa.and_(*happened, sa.or_(c.kind.not_in(_ONCE), once)),
    )


def _summed(source: sa.SelectBase, bounds: tuple[Bound, Bound]) -> sa.Select[Any]:
    c = source.subquery().c
    rests = sa.case((c.kind == "open", c.day > _TODAY), else_=sa.false())
    keys = (c.currency, c.kind, c.stage_id, c.reason_id, c.days, rests.label("rests"))
    number, total = (sa.cast(sa.func.sum(one), sa.BigInteger) for one in (c.number, c.amount))
    return (
        sa.select(*keys, number, sa.type_coerce(total, Money))
        .where(sa.or_(*_asked(c, bounds)))
        .group_by(*keys)
        .having(number != 0)
    )


def _read(
    session: Session, statement: sa.Select[Any], pipeline_id: int, days: Days
) -> Sequence[Figure]:
    values = {"pipeline_id": pipeline_id, "today": today(company().tz)}
    ends = {"since": days.since, "until": days.until}
    given = {name: day for name, day in ends.items() if day is not None}
    return [Figure(*row) for row in rows_of(session, statement, values | given)]


def together(figures: Sequence[Figure], kind: str) -> Sum:
    """Give the deals behind all figures of one kind."""
    of_kind = [one for one in figures if one.kind == kind]
    amount = sum((one.amount for one in of_kind), Decimal(0))
    return Sum(sum(one.number for one in of_kind), amount)


def by_currency(figures: Sequence[Figure]) -> Mapping[str, int]:
    """Give how many deals there are in each currency, the commonest first."""
    deals = [(-one.number, one.currency) for one in figures if one.kind == "deals"]
    return {currency: -number for number, currency in sorted(deals)}
