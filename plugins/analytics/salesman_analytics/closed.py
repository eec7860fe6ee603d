"""Deals that are decided, as they were closed: what every report here is made of.

The filter is that of the list of deals, so that the list shows the same deals as a figure counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    DEALS,
    AnyRow,
    CloseReason,
    Deal,
    DealMove,
    ListQuery,
    Money,
    Pipeline,
    Stage,
    company,
    ends_a_stay,
    median_length,
    narrowed_to,
    totals,
    visible,
    whole_sum,
)

WON: Final = "won"
LOST: Final = "lost"
_A_DAY: Final = 86_400

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Sum:
    """Some deals, and what their amounts come to."""

    count: int = 0
    amount: Decimal = Decimal(0)

    def __add__(self, other: Sum) -> Sum:
        """Give both together."""
        return Sum(self.count + other.count, self.amount + other.amount)


NOTHING: Final = Sum()


@dataclass(frozen=True)
class ClosedDeals:
    """The closed deals of one pipeline in one currency.

    :param rows: how many were closed at which stage, how and why, of all that the filter finds.
    :param pipelines: those that the filter finds closed deals of, the one with the most first.
    :param currencies: those of the pipeline's closed deals, the company's first, or the commonest.
    :param stages: of the pipeline, in the order of progress.
    """

    rows: Sequence[AnyRow]
    pipelines: Sequence[AnyRow]
    currencies: Sequence[str]
    stages: Sequence[AnyRow]

    @property
    def pipeline_id(self) -> int | None:
        """Give the pipeline that is counted; None where nothing was closed."""
        return self.pipelines[0].id if self.pipelines else None

    @property
    def currency(self) -> str:
        """Give the currency that is counted."""
        return self.currencies[0] if self.currencies else company().currency

    @cached_property
    def counted(self) -> Sequence[AnyRow]:
        """Give the rows of the pipeline and currency."""
        chosen = (self.pipeline_id, self.currency)
        return [row for row in self.rows if (row.pipeline_id, row.currency) == chosen]

    def sum(self, fits: Callable[[AnyRow], bool]) -> Sum:
        """Add up what fits."""
        return together(row for row in self.counted if fits(row))

    @cached_property
    def won(self) -> Sum:
        """Give what was won."""
        return self.sum(lambda row: row.outcome == WON)

    @cached_property
    def lost(self) -> Sum:
        """Give what was lost."""
        return self.sum(lambda row: row.outcome == LOST)

    @property
    def win_rate(self) -> Decimal | None:
        """Give how many were won of all that were closed, in percent."""
        return share(self.won.count, self.won.count + self.lost.count)


def together(rows: Iterable[AnyRow]) -> Sum:
    """Add up some rows."""
    return sum((Sum(row.number, row.amount) for row in rows), NOTHING)


def share(part: int, whole: int) -> Decimal | None:
    """Give a share in percent, to a tenth; None of nothing."""
    return round(Decimal(100 * part) / whole, 1) if whole else None


def closed_deals(session: Session, query: ListQuery) -> ClosedDeals:
    """Count the closed deals that a filter of the list of deals finds: in three statements."""
    sums = (
        sa.func.count(Deal.id).label("number"),
        sa.type_coerce(whole_sum(Deal.amount), Money).label("amount"),
    )
    keys = (Deal.pipeline_id, Deal.stage_id, Deal.outcome, Deal.reason_id, Deal.currency)
    seen = sa.and_(visible("deal"), Deal.outcome.is_not(None))
    rows = totals(session, sums, DEALS.spec, query, seen, by=keys)
    pipelines = _pipelines(session, rows)
    first = pipelines[0].id if pipelines else None
    return ClosedDeals(
        rows=rows,
        pipelines=pipelines,
        currencies=_currencies([row for row in rows if row.pipeline_id == first]),
        stages=session.execute(
            sa.select(Stage.id, Stage.name, Stage.percent)
            .where(Stage.pipeline_id == first)
            .order_by(Stage.percent, Stage.id)
        ).all(),
    )


def _pipelines(session: Session, rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    numbers = numbers_of((row.pipeline_id, row.number) for row in rows)
    named = sa.select(Pipeline.id, Pipeline.name, Pipeline.position)
    found = session.execute(named.where(Pipeline.id.in_(numbers))).all()
    return sorted(found, key=lambda one: (-numbers[one.id], one.position, one.id))


def _currencies(rows: Sequence[AnyRow]) -> Sequence[str]:
    numbers, own = numbers_of((row.currency, row.number) for row in rows), company().currency
    return sorted(numbers, key=lambda code: (code != own, -numbers[code], code))


def numbers_of(pairs: Iterable[tuple[Key, int]]) -> Mapping[Key, int]:
    """Add up the numbers of each key."""
    found: dict[Key, int] = {}
    for key, number in pairs:
        found[key] = found.get(key, 0) + number
    return found


def usual_days(session: Session, query: ListQuery, closed: ClosedDeals) -> Mapping[int, int]:
    """Give by stage how many whole days half of the stays of these deals took at most.

    One statement. Stays of which nobody knows how long they took, as those of deals that an
    import closed, do not count.
    """
    counted = sa.and_(
        visible("deal"),
        Deal.outcome.is_not(None),
        Deal.pipeline_id == closed.pipeline_id,
        Deal.currency == closed.currency,
    )
    ids = narrowed_to((Deal.id,), DEALS.spec, query, counted)
    days = (DealMove.seconds // _A_DAY).label("days")
    stays = (
        sa.select(DealMove.from_stage_id, days, sa.func.count().label("number"))
        .where(DealMove.deal_id.in_(ids), ends_a_stay(DealMove))
        .group_by(DealMove.from_stage_id, days)
    )
    lengths: dict[int, list[tuple[int, int]]] = {}
    for row in session.execute(stays):
        lengths.setdefault(row.from_stage_id, []).append((row.days, row.number))
    return {stage_id: median_length(sorted(found)) for stage_id, found in lengths.items()}


def reasons(session: Session, ids: Iterable[int]) -> Mapping[int, str]:
    """Give the names of reasons for which deals were lost."""
    named = sa.select(CloseReason.id, CloseReason.name).where(CloseReason.id.in_(set(ids)))
    return {row.id: row.name for row in session.execute(named)}
