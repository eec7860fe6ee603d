"""How deals that are decided went through the stages: how far they came, and how many went on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from salesman_analytics.closed import LOST, WON, ClosedDeals, Sum, share, usual_days
from salesman_core.toolkit import AnyRow, ListQuery


@dataclass(frozen=True, slots=True)
class Passage:
    """What came of the closed deals that got as far as a stage.

    :param stage: with ``id``, ``name`` and ``percent``.
    :param reached: what was won, or lost at this stage or one of more progress.
    :param lost: what was lost here.
    :param won: what was won in the end.
    :param days: half of the stays here took at most so many whole days; None where nobody knows.
    """

    stage: AnyRow
    reached: Sum
    lost: Sum
    won: Sum
    days: int | None

    @property
    def went_on(self) -> Decimal | None:
        """Give how many of those that came so far were not lost here, in percent."""
        return share(self.reached.count - self.lost.count, self.reached.count)

    @property
    def winning(self) -> Decimal | None:
        """Give how many of those that came so far were won, in percent."""
        return share(self.won.count, self.reached.count)


def passages(session: Session, query: ListQuery, closed: ClosedDeals) -> Sequence[Passage]:
    """Tell stage by stage how far the closed deals of a filter came."""
    days, percents = (
        usual_days(session, query, closed),
        {one.id: one.percent for one in closed.stages},
    )

    def passage(stage: AnyRow) -> Passage:
        return Passage(
            stage=stage,
            reached=closed.sum(
                lambda row: row.outcome == WON or percents[row.stage_id] >= stage.percent
            ),
            lost=closed.sum(lambda row: row.outcome == LOST and row.stage_id == stage.id),
            won=closed.won,
            days=days.get(stage.id),
        )

    return [passage(stage) for stage in closed.stages]
