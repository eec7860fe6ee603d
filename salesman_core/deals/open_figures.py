"""Open deals as they stand, by stage and currency: the heads of the board, the funnel, the desk.

Amounts of different currencies are never added up: each figure is of one currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import Money, whole_sum
from salesman_core.deals.counted import Sum
from salesman_core.deals.forecast import forecast
from salesman_core.deals.models import Deal, Stage
from salesman_core.deals.standing import rests_today
from salesman_core.services.company import company

Standing = Mapping[tuple[int, bool], Sum]
"""Open deals by stage, and whether they are frozen."""


@dataclass(frozen=True, slots=True)
class FrozenFigures:
    """Frozen deals, which the forecast leaves out.

    :param weighted: what they would add to it.
    """

    count: int
    amount: Decimal
    weighted: Decimal


@dataclass(frozen=True, slots=True)
class StageFigures:
    """The deals in work of one stage, and apart from them those that are frozen there.

    :param percent: the stage's progress.
    :param amount: the sum of their amounts.
    :param weighted: what they may bring; see :func:`forecast`.
    """

    stage_id: int
    name: str
    percent: int
    count: int
    amount: Decimal
    weighted: Decimal
    frozen: FrozenFigures


def frozen_at(stages: Sequence[StageFigures]) -> FrozenFigures:
    """Give the frozen deals of some stages together."""
    parts = [stage.frozen for stage in stages]
    return FrozenFigures(
        count=sum(part.count for part in parts),
        amount=sum((part.amount for part in parts), Decimal(0)),
        weighted=sum((part.weighted for part in parts), Decimal(0)),
    )


@dataclass(frozen=True, slots=True)
class OpenDeals:
    """The open deals of a pipeline.

    :param stages: of the pipeline, in the order of progress.
    :param by_currency: how they stand, those in work and the frozen ones apart.
    """

    stages: Sequence[Any]
    by_currency: Mapping[str, Standing]

    @property
    def currencies(self) -> tuple[str, ...]:
        """Their currencies, the commonest first."""
        number = {
            currency: sum(found.count for found in standing.values())
            for currency, standing in self.by_currency.items()
        }
        return tuple(sorted(number, key=lambda currency: (-number[currency], currency)))

    def count(self, stage_id: int, *, frozen: bool) -> int:
        """Give how many stand in a stage, in work or frozen, whatever their currency."""
        none = Sum(0, Decimal(0))
        place = (stage_id, frozen)
        return sum(standing.get(place, none).count for standing in self.by_currency.values())

    def figures(self, currency: str) -> tuple[StageFigures, ...]:
        """Give what stands in each stage in one currency, empty stages too."""
        return at_stages(self.stages, self.by_currency.get(currency, {}))


def open_deals(session: Session, pipeline_id: int, conditions: Sequence[Any]) -> OpenDeals:
    """Count the open deals of a pipeline in one statement.

    :param conditions: which of them count, access included.
    """
    rests = rests_today().label("rests")
    keys = (Deal.currency, Deal.stage_id, rests)
    rows = session.execute(
        sa.select(*keys, sa.func.count().label("number"), summed())
        .where(*conditions, Deal.pipeline_id == pipeline_id, Deal.outcome.is_(None))
        .group_by(*keys)
    )
    found: dict[str, dict[tuple[int, bool], Sum]] = {}
    for row in rows:
        place = (row.stage_id, bool(row.rests))
        found.setdefault(row.currency, {})[place] = Sum(row.number, row.amount)
    return OpenDeals(stages_of(session, pipeline_id), found)


def stages_of(session: Session, pipeline_id: int) -> Sequence[Any]:
    """Give the stages of a pipeline in the order of progress."""
    return session.execute(
        sa.select(Stage.id, Stage.name, Stage.percent)
        .where(Stage.pipeline_id == pipeline_id)
        .order_by(Stage.percent, Stage.id)
    ).all()


def chosen_currency(currencies: Sequence[str]) -> str:
    """Give the currency to begin with: the company's where it is among them, or the commonest."""
    own = company().currency
    return own if own in currencies or not currencies else currencies[0]


def at_stages(stages: Sequence[Any], counted: Standing) -> tuple[StageFigures, ...]:
    """Give what stands in each of some stages.

    :param counted: in one currency.
    """
    return tuple(
        _figures(stage, counted.get((stage.id, False)), counted.get((stage.id, True)))
        for stage in stages
    )


def _figures(stage: Any, working: Sum | None, frozen: Sum | None) -> StageFigures:
    count, amount, weighted = _of_stage(stage, working)
    return StageFigures(
        stage_id=stage.id,
        name=stage.name,
        percent=stage.percent,
        count=count,
        amount=amount,
        weighted=weighted,
        frozen=FrozenFigures(*_of_stage(stage, frozen)),
    )


def _of_stage(stage: Any, found: Sum | None) -> tuple[int, Decimal, Decimal]:
    count, amount = (found.count, found.amount) if found else (0, Decimal(0))
    return count, amount, forecast(amount, stage.percent)


def summed() -> sa.ColumnElement[Decimal]:
    """Sum amounts as the whole numbers that they are in the table."""
    total = sa.func.coalesce(whole_sum(Deal.amount), 0)
    return sa.type_coerce(total, Money).label("amount")
