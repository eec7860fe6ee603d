"""Where and why deals are lost: by the stage at which they stood and the reason that was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from salesman_analytics.closed import LOST, NOTHING, ClosedDeals, Sum, reasons
from salesman_core.toolkit import AnyRow


@dataclass(frozen=True, slots=True)
class Losses:
    """Lost deals by stage and reason.

    :param stages: of the pipeline, in the order of progress.
    :param reasons: that occur, by id: that with the most deals first.
    :param cells: by stage and reason; what is not there is nothing.
    """

    stages: Sequence[AnyRow]
    reasons: Mapping[int, str]
    cells: Mapping[tuple[int, int], Sum]

    def at(self, stage_id: int | None = None, reason_id: int | None = None) -> Sum:
        """Give what was lost at a stage, for a reason, at a stage for a reason, or in all."""
        return sum(
            (
                found
                for (stage, reason), found in self.cells.items()
                if stage_id in {None, stage} and reason_id in {None, reason}
            ),
            NOTHING,
        )

    @property
    def worst_stage(self) -> AnyRow | None:
        """Give the stage at which the most deals are lost."""
        return max(self.stages, key=lambda one: self.at(one.id).count, default=None)

    @property
    def worst_reason(self) -> tuple[int, str] | None:
        """Give the reason for which the most deals are lost."""
        return next(iter(self.reasons.items()), None)


def losses(session: Session, closed: ClosedDeals) -> Losses:
    """Tell where and why the closed deals of a filter were lost; one further statement."""
    cells = {
        (row.stage_id, row.reason_id): Sum(row.number, row.amount)
        for row in closed.counted
        if row.outcome == LOST
    }
    names = reasons(session, (reason_id for _stage_id, reason_id in cells))
    found = Losses(closed.stages, names, cells)
    order = sorted(names, key=lambda one: (-found.at(reason_id=one).count, names[one], one))
    return Losses(closed.stages, {one: names[one] for one in order}, cells)
