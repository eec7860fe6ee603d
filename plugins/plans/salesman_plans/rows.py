"""The records that a figure is made of, and those that make the difference between two bases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    SEE_MARGIN,
    AnyRow,
    SeenRecord,
    demand_permission,
    seen_records,
)
from salesman_plans.facts import (
    Days,
    Fact,
    by_record,
    facts,
    first_and_last,
    seen_metrics,
    value_of,
)
from salesman_plans.models import EVERYTHING, MARGIN, MONEY
from salesman_plans.permissions import VIEW
from salesman_plans.sources import DEAL, AccountingBasis, Source, bases
from salesman_plans.whose import Whose, demand_counting, may_count

SHOWN: Final = 100
FEW: Final = 20
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Row:
    """A record that counts.

    :param value: what it gives; None for money whose worth nobody knows.
    :param lacking: whether that is so because its currency has no rate.
    """

    record: SeenRecord | None
    day: date
    value: Decimal | None
    lacking: bool = False


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
    return [
        Row(
            seen.get((source.kind, one.record_id)),
            one.day,
            _worth(one, metric),
            one.lacking,
        )
        for one in found
    ]


def _worth(row: AnyRow, metric: str) -> Decimal | None:
    if row.value is None or (row.lacking and metric in MONEY):
        return None
    if metric not in MONEY or row.rate is None:
        return Decimal(row.value)
    return Decimal(row.value * row.rate).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Changed:
    """A record that two bases count with different sums.

    :param here: what it gives on this basis; None for what nobody knows.
    :param there: what it gives on the one that is compared with.
    """

    record: SeenRecord | None
    here: Decimal | None
    there: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What it makes of the difference between the two."""
        return None if self.here is None or self.there is None else self.here - self.there


@dataclass(frozen=True, slots=True)
class Compared:
    """A basis beside the one that is compared with.

    :param facts: by metric, what it gives.
    :param kind: of the records by which both are compared: of what both count, else of the deals
        to which that belongs; None where single ones cannot be told.
    :param more: records that only this one counts.
    :param less: records that only the other one counts.
    :param changed: records that both count, with different sums.
    """

    basis: AccountingBasis
    facts: dict[str, Fact]
    kind: str | None = None
    more: Sequence[Row] = ()
    less: Sequence[Row] = ()
    changed: Sequence[Changed] = ()

    @property
    def cut(self) -> bool:
        """Whether there may be more than is shown."""
        return any(len(one) == FEW for one in (self.more, self.less, self.changed))


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
    kinds = (one for one in (this.kind, DEAL) if this.column_of(one) and other.column_of(one))
    if (kind := next(kinds, None)) is None:
        return Compared(basis, found)
    more = _only(session, this, other, kind, metric, days, whose)
    less = _only(session, other, this, kind, metric, days, whose)
    changed = _changed(session, this, other, kind, metric, days, whose)
    return Compared(basis, found, kind=kind, more=more, less=less, changed=changed)


def _only(  # noqa: PLR0917  # of which, without which, by what, in what
    session: Session,
    source: Source,
    without: Source,
    kind: str,
    metric: str,
    days: Days,
    whose: Whose,
) -> list[Row]:
    """Give the newest records that one source counts and another does not."""
    _demand(source, metric, whose)
    entry = source.entries().subquery("entry").c
    other = without.entries().subquery("other").c
    here, there = entry[source.column_of(kind)], other[without.column_of(kind)]
    counted = sa.select(there).where(
        there.is_not(None),
        other.day.between(days.first, days.last),
        *whose.owns(other.owner_id),
    )
    only = _within(entry, metric, days, whose).where(here.is_(None) | here.not_in(counted))
    return _read(session, source, metric, only.limit(FEW))


def _changed(  # noqa: PLR0917  # of which beside which, by what, in what
    session: Session,
    source: Source,
    other: Source,
    kind: str,
    metric: str,
    days: Days,
    whose: Whose,
) -> list[Changed]:
    """Give the newest records that both sources count with different sums: two statements."""
    _demand(source, metric, whose)
    _demand(other, metric, whose)
    here, there = (by_record(one, metric, whose, kind).subquery().c for one in (source, other))
    query = (
        sa.select(here.record_id, here.value, there.value.label("value_there"))
        .where(
            here.record_id == there.record_id,
            here.value.is_distinct_from(there.value),
        )
        .order_by(here.day.desc(), here.record_id.desc())
        .limit(FEW)
    )
    found = session.execute(query, first_and_last(days)).all()
    seen = seen_records(session, [(kind, row.record_id) for row in found])
    return [
        Changed(
            seen.get((kind, one.record_id)),
            *(
                None if units is None else value_of(units, metric)
                for units in (one.value, one.value_there)
            ),
        )
        for one in found
    ]
