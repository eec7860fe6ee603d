"""The records that a figure is made of, and those that make the difference between two bases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import SEE_MARGIN, AnyRow, SeenRecord, demand_permission, seen_records
from salesman_plans.facts import Days, Fact, facts, seen_metrics
from salesman_plans.models import EVERYTHING, MARGIN, MONEY
from salesman_plans.permissions import VIEW
from salesman_plans.sources import AccountingBasis, Source, bases
from salesman_plans.whose import Whose, demand_counting, may_count

SHOWN: Final = 100
FEW: Final = 20
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Row:
    """A record that counts.

    :param value: what it gives; None for money whose worth nobody knows.
    """

    record: SeenRecord | None
    day: date
    value: Decimal | None


def rows(  # noqa: PLR0917  # of which figure: whence, what, when, whose
    session: Session, source: Source, metric: str, days: Days, whose: Whose, item: str = EVERYTHING
) -> list[Row]:
    """Give the newest records that a figure is made of: two statements.

    :raises ForbiddenError: for whoever does not see all that counts, or no margins.
    """
    _demand(source, metric, whose)
    entry = source.counted(item).subquery("entry").c
    return _read(session, source, metric, _within(entry, metric, days, whose).limit(SHOWN))


def _demand(source: Source, metric: str, whose: Whose) -> None:
    if metric == MARGIN:
        demand_permission(SEE_MARGIN)
    demand_counting(whose, (VIEW, source.permission))


def _within(entry: Any, metric: str, days: Days, whose: Whose) -> sa.Select[Any]:
    """Give the query of the entries of some days, the newest first."""
    nothing = sa.null()
    return (
        sa.select(
            entry.day,
            entry.record_id,
            entry[metric].label("value"),
            entry.get("rate", nothing).label("rate"),
            entry.get("lacking", sa.false()).label("lacking"),
        )
        .where(entry.day.between(days.first, days.last), *whose.owns(entry.owner_id))
        .order_by(entry.day.desc(), entry.record_id.desc())
    )


def _read(session: Session, source: Source, metric: str, query: sa.Select[Any]) -> list[Row]:
    found = session.execute(query).all()
    seen = seen_records(session, [(source.kind, row.record_id) for row in found])
    return [Row(seen.get((source.kind, one.record_id)), one.day, _worth(one, metric))
            for one in found]  # fmt: skip


def _worth(row: AnyRow, metric: str) -> Decimal | None:
    if metric not in MONEY:
        return Decimal(row.value)
    if row.lacking:
        return None
    value: Decimal = row.value
    return value if row.rate is None else (value * row.rate).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Compared:
    """A basis beside the one that is compared with.

    :param facts: by metric, what it gives.
    :param alike: whether both count records of the same kind, so that single ones can be told.
    :param more: records that only this one counts.
    :param less: records that only the other one counts.
    """

    basis: AccountingBasis
    facts: dict[str, Fact]
    alike: bool = False
    more: Sequence[Row] = ()
    less: Sequence[Row] = ()


def compared(
    session: Session, base: str, metric: str, days: Days, whose: Whose, *, margin: bool
) -> list[Compared]:
    """Give what every basis says of some days, and what makes the difference to one of them.

    A basis of records that one does not see is left out, unless there is no other.

    :param metric: in which the records are told.
    :param margin: whether margins may be seen.
    """
    known = bases()
    seen = {id_: one for id_, one in known.items() if may_count(whose, {VIEW, *one.permissions})}
    return [
        _compared(session, one, seen.get(base), metric, days, whose, margin=margin)
        for one in (seen or known).values()
    ]


def _compared(  # noqa: PLR0917  # which basis beside which, in what
    session: Session,
    basis: AccountingBasis,
    base: AccountingBasis | None,
    metric: str,
    days: Days,
    whose: Whose,
    *,
    margin: bool,
) -> Compared:
    found = facts(session, basis, seen_metrics(basis, margin=margin), days, whose)
    if base is None or base.id == basis.id or metric not in {*base.metrics} & {*basis.metrics}:
        return Compared(basis, found)
    this, other = basis.source_of(metric), base.source_of(metric)
    if this.kind != other.kind:
        return Compared(basis, found)
    more = _only(session, this, other, metric, days, whose)
    less = _only(session, other, this, metric, days, whose)
    return Compared(basis, found, alike=True, more=more, less=less)


def _only(  # noqa: PLR0917  # of which, without which, in what
    session: Session, source: Source, without: Source, metric: str, days: Days, whose: Whose
) -> list[Row]:
    """Give the newest records that one source counts and another does not."""
    _demand(source, metric, whose)
    entry = source.entries().subquery("entry").c
    other = without.entries().subquery("other").c
    there = sa.select(other.record_id).where(
        other.day.between(days.first, days.last), *whose.owns(other.owner_id)
    )
    only = _within(entry, metric, days, whose).where(entry.record_id.not_in(there))
    return _read(session, source, metric, only.limit(FEW))
