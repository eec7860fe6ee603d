"""By stage and owner: how many of the closed deals that came so far were won."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_analytics.closed import WON, ClosedDeals, numbers_of, share
from salesman_core.toolkit import DEALS, AnyRow, Deal, ListQuery, User, totals, visible

ENOUGH: Final = 20
"""Of fewer deals no percent is suggested: chance would say it."""
SELLERS: Final = 6
"""So many owners stand beside each other: those who closed the most deals."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Closed deals that came as far as a stage.

    :param reached: how many of them.
    :param won: how many of those were won.
    """

    reached: int
    won: int

    @property
    def winning(self) -> Decimal | None:
        """Give the share of those that were won, in percent."""
        return share(self.won, self.reached)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A stage with what really became of its deals.

    :param stage: with ``id``, ``name`` and ``percent``.
    :param of_sellers: by owner.
    :param suggestion: the percent that it might stand for; None where its own fits, where too few
        deals say otherwise, and where it would pass a neighbour or an end of the funnel.
    """

    stage: AnyRow
    all: Tally
    of_sellers: Mapping[int, Tally]
    suggestion: int | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """The stages in the order of progress, and the owners beside each other: name by id."""

    stages: Sequence[Calibrated]
    sellers: Mapping[int, str]


def calibration(session: Session, query: ListQuery, closed: ClosedDeals) -> Calibration:
    """Tell what became of the closed deals of a filter: in two further statements."""
    rows = _by_owner(session, query, closed)
    percents = {one.id: one.percent for one in closed.stages}
    sellers = _sellers(session, rows)

    def tally(stage: AnyRow, owner_id: int | None = None) -> Tally:
        of = [
            row
            for row in rows
            if owner_id in {None, row.owner_id}
            and (row.outcome == WON or percents[row.stage_id] >= stage.percent)
        ]
        won = sum(row.number for row in of if row.outcome == WON)
        return Tally(sum(row.number for row in of), won)

    tallies = [tally(stage) for stage in closed.stages]
    return Calibration(
        stages=[
            Calibrated(
                stage=stage,
                all=tallies[place],
                of_sellers={id_: tally(stage, id_) for id_ in sellers},
                suggestion=_suggestion(closed.stages, place, tallies[place]),
            )
            for place, stage in enumerate(closed.stages)
        ],
        sellers=sellers,
    )


def _by_owner(session: Session, query: ListQuery, closed: ClosedDeals) -> Sequence[AnyRow]:
    number = sa.func.count(Deal.id).label("number")
    counted = sa.and_(
        visible("deal"),
        Deal.outcome.is_not(None),
        Deal.pipeline_id == closed.pipeline_id,
        Deal.currency == closed.currency,
    )
    keys = (Deal.owner_id, Deal.stage_id, Deal.outcome)
    return totals(session, (number,), DEALS.spec, query, counted, by=keys)


def _sellers(session: Session, rows: Sequence[AnyRow]) -> Mapping[int, str]:
    numbers = numbers_of((row.owner_id, row.number) for row in rows if row.owner_id is not None)
    most = sorted(numbers, key=lambda id_: (-numbers[id_], id_))[:SELLERS]
    named = sa.select(User.id, User.name).where(User.id.in_(most))
    names = {row.id: row.name for row in session.execute(named)}
    return {id_: names[id_] for id_ in most}


def _suggestion(stages: Sequence[AnyRow], place: int, tally: Tally) -> int | None:
    """Give a whole percent between those of the neighbours; the first and the last stage stay."""
    if tally.reached < ENOUGH or not 0 < place < len(stages) - 1:
        return None
    exact = Decimal(100 * tally.won) / tally.reached
    percent = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    between = stages[place - 1].percent < percent < stages[place + 1].percent
    return percent if between and percent != stages[place].percent else None
