"""Figures over deals: the funnel, and the numbers of the desk (``product.md``, rule 1).

Amounts of different currencies are never added up: each figure is of one currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import unlimited, visible
from salesman_core.deals.counted import Days, Figure, Sum, by_currency, of_all, of_some, together
from salesman_core.deals.flow import StageFlow, stage_flow
from salesman_core.deals.models import CloseReason, Deal, Pipeline
from salesman_core.deals.open_figures import (
    FrozenFigures,
    StageFigures,
    at_stages,
    chosen_currency,
    frozen_at,
    stages_of,
    summed,
)
from salesman_core.deals.standing import in_work
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.owner_team import of_team

if TYPE_CHECKING:
    from salesman_core.deals.worth import FunnelWorth

_ = texts.lazy

_FUNNEL: Final = "core.report.funnel"


@dataclass(frozen=True, slots=True)
class ReasonFigures:
    """Lost deals of one reason."""

    reason_id: int
    name: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Funnel:
    """A pipeline in one currency.

    :param currency: of all amounts in it.
    :param currencies: all that the visible deals of the pipeline have, the commonest first.
    :param stages: as they stand, in the order of progress.
    :param flow: what happened at them in the period, in the same order.
    :param win_rate: won of all closed, in percent, or None where none is closed.
    :param worth: what all currencies come to in the company's; None where nobody has asked.
    """

    pipeline_id: int
    currency: str
    currencies: tuple[str, ...]
    stages: tuple[StageFigures, ...]
    won: Sum
    lost: Sum
    reasons: tuple[ReasonFigures, ...]
    flow: tuple[StageFlow, ...]
    worth: FunnelWorth | None = None

    @property
    def win_rate(self) -> Decimal | None:
        """Won of all closed, in percent."""
        closed = self.won.count + self.lost.count
        return round(Decimal(100 * self.won.count) / closed, 1) if closed else None

    @property
    def count(self) -> int:
        """How many deals are in work."""
        return sum(stage.count for stage in self.stages)

    @property
    def amount(self) -> Decimal:
        """The sum of all deals in work."""
        return sum((stage.amount for stage in self.stages), Decimal(0))

    @property
    def weighted(self) -> Decimal:
        """The forecast of all deals in work."""
        return sum((stage.weighted for stage in self.stages), Decimal(0))

    @property
    def frozen(self) -> FrozenFigures:
        """The frozen deals of all stages: a line of their own."""
        return frozen_at(self.stages)


def first_pipeline(session: Session) -> int:
    """Give the company's first pipeline."""
    found = session.scalar(sa.select(Pipeline.id).order_by(Pipeline.position, Pipeline.id).limit(1))
    if found is None:
        raise MissingError(_("There is no pipeline yet."))
    return found


def funnel(
    session: Session,
    pipeline_id: int,
    *,
    currency: str | None = None,
    since: date | None = None,
    until: date | None = None,
    owner_id: int | None = None,
    team_id: int | None = None,
) -> Funnel:
    """Count a pipeline as the person sees it.

    :param currency: whose deals are counted; the company's, or the commonest, where not given.
    :param since: steps and closings from this day on; open deals count as they stand.
    :param until: steps and closings up to this day.
    :param owner_id: deals of one owner only.
    :param team_id: deals of the people of a team and of those below it only.
    """
    days = Days(since, until)
    narrower = narrowed_to(owner_id, team_id)
    if unlimited("deal", "core.deal.view", _FUNNEL) and not narrower:
        counted = of_all(session, pipeline_id, days)
    else:
        seen = [visible("deal"), visible("deal", _FUNNEL), *narrower]
        counted = of_some(session, pipeline_id, days, seen)
    return _funnel(session, pipeline_id, counted, currency)


def _funnel(
    session: Session, pipeline_id: int, counted: Sequence[Figure], currency: str | None
) -> Funnel:
    currencies = tuple(by_currency(counted))
    currency = currency or chosen_currency(currencies)
    figures = [one for one in counted if one.currency == currency]
    stages = stages_of(session, pipeline_id)
    standing = {
        (one.stage_id, one.rests): Sum(one.number, one.amount)
        for one in figures
        if one.kind == "open"
    }
    return Funnel(
        pipeline_id=pipeline_id,
        currency=currency,
        currencies=currencies,
        stages=at_stages(stages, standing),
        won=together(figures, "won"),
        lost=together(figures, "lost"),
        reasons=_reasons(session, figures),
        flow=stage_flow(stages, figures),
    )


def narrowed_to(owner_id: int | None, team_id: int | None) -> list[sa.ColumnElement[bool]]:
    """Give the conditions of the deals of one owner, of one team, or of both."""
    narrower = [] if owner_id is None else [Deal.owner_id == owner_id]
    return narrower if team_id is None else [*narrower, of_team(Deal.owner_id, team_id)]


def currencies_of(session: Session, conditions: Sequence[Any]) -> tuple[str, ...]:
    """Give the currencies of some deals, the commonest first.

    :param conditions: which deals count, access included.
    """
    return tuple(
        session.scalars(
            sa.select(Deal.currency)
            .where(*conditions)
            .group_by(Deal.currency)
            .order_by(sa.func.count().desc(), Deal.currency)
        )
    )


def open_figures(session: Session, conditions: Sequence[Any]) -> Sum:
    """Count the deals in work among some deals; frozen ones do not count.

    :param conditions: which deals count, access and one currency included.
    """
    counted = sa.select(sa.func.count().label("number"), summed())
    row = session.execute(counted.where(*conditions, in_work())).one()
    return Sum(row.number, row.amount)


def outcomes_of(session: Session, conditions: Sequence[Any]) -> dict[str, Sum]:
    """Count the closed deals among some deals, by outcome.

    :param conditions: which deals count, access and one currency included.
    """
    rows = session.execute(
        sa.select(Deal.outcome, sa.func.count().label("number"), summed())
        .where(*conditions, Deal.outcome.is_not(None))
        .group_by(Deal.outcome)
    )
    return {row.outcome: Sum(row.number, row.amount) for row in rows}


def _reasons(session: Session, figures: Sequence[Figure]) -> tuple[ReasonFigures, ...]:
    by_reason: dict[int, list[Figure]] = {}
    for one in figures:
        if one.kind == "lost":
            by_reason.setdefault(one.reason_id, []).append(one)
    names = sa.select(CloseReason.id, CloseReason.name).where(CloseReason.id.in_(by_reason))
    found = [
        ReasonFigures(row.id, row.name, *astuple(together(by_reason[row.id], "lost")))
        for row in session.execute(names)
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.name)))
