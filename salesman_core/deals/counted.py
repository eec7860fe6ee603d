"""The figures of one pipeline in a period, added up: one statement, whatever the rows.

Whoever reaches every deal is shown what is kept for all; the deals of anybody else are counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.clock import today
from salesman_core.db import Money, table_of
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


def of_all(session: Session, pipeline_id: int, days: Days) -> Sequence[Figure]:
    """Add up the figures that are kept of all deals."""
    return _read(session, kept.figures(lambda c: _asked(c, pipeline_id, days)), pipeline_id, days)


def of_some(
    session: Session, pipeline_id: int, days: Days, conditions: Sequence[Any]
) -> Sequence[Figure]:
    """Count some deals afresh.

    :param conditions: which ones, access included.
    """
    deals, steps = table_of(Deal).c, table_of(DealMove).c
    among = sa.select(deals.id, *(deals[name] for name in DEAL)).where(
        deals.pipeline_id == pipeline_id, *conditions
    )
    taken = sa.select(*(steps[name] for name in STEP)).subquery()
    return _read(session, tallied(among.cte(), taken), pipeline_id, days)


def _asked(c: Any, pipeline_id: int, days: Days) -> tuple[sa.ColumnElement[bool], ...]:
    """Give the conditions of the figures that are asked for: one or the other holds of each."""
    once = c.previous == NO_DAY
    if days.since is not None:
        once |= c.previous < days.since
    of_pipeline = c.pipeline_id == pipeline_id
    return (
        sa.and_(of_pipeline, c.kind.in_(_STANDING)),
        sa.and_(
            of_pipeline,
            c.kind.in_(_HAPPENED),
            *days.holds(c.day),
            sa.or_(c.kind.not_in(_ONCE), once),
        ),
    )


def _read(
    session: Session, source: sa.SelectBase, pipeline_id: int, days: Days
) -> Sequence[Figure]:
    c = source.subquery().c
    rests = sa.case((c.kind == "open", c.day > today(company().tz)), else_=sa.false())
    keys = (c.currency, c.kind, c.stage_id, c.reason_id, c.days, rests.label("rests"))
    number, total = (sa.cast(sa.func.sum(one), sa.BigInteger) for one in (c.number, c.amount))
    rows = session.execute(
        sa.select(*keys, number, sa.type_coerce(total, Money))
        .where(sa.or_(*_asked(c, pipeline_id, days)))
        .group_by(*keys)
        .having(number != 0)
    )
    return [Figure(*row) for row in rows]


def by_currency(figures: Sequence[Figure]) -> Mapping[str, int]:
    """Give how many deals there are in each currency, the commonest first."""
    deals = [(-one.number, one.currency) for one in figures if one.kind == "deals"]
    return {currency: -number for number, currency in sorted(deals)}
