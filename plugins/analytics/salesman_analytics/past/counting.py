"""The open deals of a day in figures: by stage, by month and by owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_analytics.closed import Key, Sum, numbers_of
from salesman_analytics.past.standing import EVERYBODYS, StageThen, Whose, open_then, stages_then
from salesman_core.toolkit import AnyRow, Money, Pipeline, User, company, forecast, whole_sum

MONTH: Final = 7
"""So many characters of a day name its month."""


class Piece(NamedTuple):
    """Open deals that stood alike on the day.

    :param month: in which they were expected, as ``2026-04``; None where nobody had said.
    """

    pipeline_id: int
    stage: StageThen
    frozen: bool
    currency: str
    owner_id: int | None
    month: str | None
    sum: Sum


@dataclass(frozen=True, slots=True)
class Standing:
    """Some open deals of the day.

    :param work: those in work; frozen ones stand apart.
    :param forecast: what those in work might have brought: amount × progress.
    """

    work: Sum
    frozen: Sum
    forecast: Decimal


@dataclass(frozen=True)
class Past:
    """How the open deals of one pipeline and currency stood at the end of a day.

    :param pieces: of all pipelines and currencies.
    :param pipelines: with open deals then, the one with the most first.
    :param currencies: of the pipeline's, the company's first, then the commonest.
    """

    day: date
    pieces: Sequence[Piece]
    pipelines: Sequence[tuple[int, str]]
    currencies: Sequence[str]
    people: Mapping[int, str]
    whose: Whose = EVERYBODYS

    @property
    def pipeline_id(self) -> int | None:
        """Give the pipeline that is counted; None where none had an open deal."""
        return self.pipelines[0][0] if self.pipelines else None

    @property
    def currency(self) -> str:
        """Give the currency that is counted."""
        return self.currencies[0] if self.currencies else company().currency

    @cached_property
    def counted(self) -> Sequence[Piece]:
        """Give the pieces of the pipeline and currency."""
        chosen = (self.pipeline_id, self.currency)
        return [one for one in self.pieces if (one.pipeline_id, one.currency) == chosen]

    @cached_property
    def all(self) -> Standing:
        """Give all of them together."""
        return _standing(self.counted)

    @cached_property
    def stages(self) -> Sequence[StageThen]:
        """Give the stages at which deals stood, in the order of progress then."""
        found = {one.stage for one in self.counted}
        return sorted(found, key=lambda one: (one.percent, one.id))

    @cached_property
    def months(self) -> Sequence[str | None]:
        """Give the months in which deals in work were expected; last those without one."""
        found = {one.month for one in self.counted if not one.frozen}
        return sorted(found, key=lambda month: (month is None, month or ""))

    @cached_property
    def owners(self) -> Sequence[int | None]:
        """Give whose they were: the one with the largest forecast first."""
        found = {one.owner_id for one in self.counted}
        return sorted(found, key=lambda id_: (-self.of_owner(id_).forecast, id_ or 0))

    def at(self, stage_id: int) -> Standing:
        """Give those that stood at a stage."""
        return self._of(lambda one: one.stage.id == stage_id)

    def of_month(self, month: str | None) -> Standing:
        """Give those that were expected in a month, or in none."""
        return self._of(lambda one: one.month == month)

    def of_owner(self, owner_id: int | None) -> Standing:
        """Give those of an owner, or of nobody."""
        return self._of(lambda one: one.owner_id == owner_id)

    def _of(self, fits: Callable[[Piece], bool]) -> Standing:
        return _standing(one for one in self.counted if fits(one))


def _standing(pieces: Iterable[Piece]) -> Standing:
    """Add up, by the one rule of rounding: the sum of each stage is weighted."""
    work, frozen = Sum(), Sum()
    by_stage: dict[StageThen, Decimal] = {}
    for one in pieces:
        if one.frozen:
            frozen += one.sum
        else:
            work += one.sum
            by_stage[one.stage] = by_stage.get(one.stage, Decimal(0)) + one.sum.amount
    weighted = (forecast(amount, stage.percent) for stage, amount in by_stage.items())
    return Standing(work, frozen, sum(weighted, Decimal(0)))


def past(
    session: Session,
    day: date,
    pipeline_id: int | None = None,
    currency: str | None = None,
    whose: Whose = EVERYBODYS,
) -> Past:
    """Count the open deals of a day: in four statements.

    :param pipeline_id: None for the one with the most of them.
    :param currency: None for the company's, or the commonest.
    :param whose: of whom and from where they are.
    """
    pieces = _pieces(session, day, whose)
    pipelines = _pipelines(session, pieces, pipeline_id)
    chosen = pipelines[0][0] if pipelines else None
    currencies = _most((one.currency, one.sum.count) for one in pieces if one.pipeline_id == chosen)
    own = company().currency
    currencies.sort(key=lambda code: (code != currency, code != own))
    named = sa.select(User.id, User.name).where(User.id.in_({one.owner_id for one in pieces}))
    return Past(
        day=day,
        pieces=pieces,
        pipelines=pipelines,
        currencies=currencies,
        people={row.id: row.name for row in session.execute(named)},
        whose=whose,
    )


def _pieces(session: Session, day: date, whose: Whose) -> Sequence[Piece]:
    then = open_then(day, whose)
    month = sa.func.substr(then.c.expected_on, 1, MONTH).label("month")
    keys = (then.c.pipeline_id, then.c.stage_id, then.c.frozen, then.c.currency, then.c.owner_id)
    counted = sa.select(
        *keys,
        month,
        sa.func.count().label("number"),
        sa.type_coerce(whole_sum(then.c.amount), Money).label("amount"),
    ).group_by(*keys, month)
    stages = stages_then(session, day)
    return [_piece(row, stages[row.stage_id]) for row in session.execute(counted)]


def _piece(row: AnyRow, stage: StageThen) -> Piece:
    return Piece(
        pipeline_id=row.pipeline_id,
        stage=stage,
        frozen=bool(row.frozen),
        currency=row.currency,
        owner_id=row.owner_id,
        month=row.month,
        sum=Sum(row.number, row.amount),
    )


def _pipelines(
    session: Session, pieces: Sequence[Piece], chosen: int | None
) -> Sequence[tuple[int, str]]:
    ids = _most((one.pipeline_id, one.sum.count) for one in pieces)
    named = sa.select(Pipeline.id, Pipeline.name).where(Pipeline.id.in_(ids))
    names = {row.id: row.name for row in session.execute(named)}
    return [(id_, names[id_]) for id_ in sorted(ids, key=lambda id_: id_ != chosen)]


def _most(pairs: Iterable[tuple[Key, int]]) -> list[Key]:
    """Give each key once, that with the most first."""
    numbers = numbers_of(pairs)
    return sorted(numbers, key=lambda key: -numbers[key])
