"""The deals of a stage that is deleted: they go to another one, each with its step and its audit.

The story of deals goes on naming the stage: as long as it does, the stage stays without a pipeline,
and with that out of every list, choice and figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.clock import now
from salesman_core.db import AnyRow
from salesman_core.deals import standing
from salesman_core.deals.models import Deal, DealMove, Stage
from salesman_core.deals.steps import step_row
from salesman_core.records.changes import announce, audit_row, sign
from salesman_core.records.models import Audit
from salesman_core.records.saving import write_rows

_MOVED: Final = (
    Deal.id,
    Deal.name,
    Deal.stage_id,
    Deal.stage_since,
    Deal.frozen_until,
    Deal.outcome,
    Deal.deleted_at,
)


def hold_deals(session: Session, stage_id: int) -> None:
    """Let nobody else change the deals that stand in a stage until the commit.

    Before the stage itself is locked: whoever moves a deal locks the deal first.
    """
    standing_there = sa.select(Deal.id).where(Deal.stage_id == stage_id).order_by(Deal.id)
    session.execute(standing_there.with_for_update()).all()


def move_all(session: Session, stage: Stage, into: Stage) -> int:
    """Move all deals of a stage into another one of its pipeline; give how many it were.

    Closed ones and those in the bin go along: nobody is to find them again in a stage that there is
    not. Plugins are not asked, and no field is: it is the stage that goes.
    """
    rows = session.execute(
        sa.select(*_MOVED).where(Deal.stage_id == stage.id).order_by(Deal.id).with_for_update()
    ).all()
    _log(session, rows, stage, into)
    for until in {row.frozen_until for row in rows}:
        plan_since = None if until is None else standing.thaws_at(until)
        session.execute(
            sa.update(Deal)
            .where(Deal.stage_id == stage.id, Deal.frozen_until.is_not_distinct_from(until))
            .values(
                stage_id=into.id,
                stage_since=now(),
                plan_since=plan_since,
                version=Deal.version + 1,
                updated_at=now(),
            )
        )
    return len(rows)


def _log(session: Session, rows: Sequence[AnyRow], stage: Stage, into: Stage) -> None:
    signed = sign()
    steps: list[dict[str, Any]] = []
    audits: list[dict[str, Any]] = []
    for row in rows:
        stood = signed.at - row.stage_since if _in_work(row) else timedelta()
        step = step_row(row, "move", stage.id, signed.at, signed) | {
            "to_stage_id": into.id,
            "forward": _in_work(row) and into.percent > stage.percent,
            "seconds": int(stood.total_seconds()),
        }
        steps.append(step)
        changes = {"stage_id": (stage.id, into.id)}
        audits.append(audit_row("deal", row.id, row.name, "moved", changes, signed))
        announce(session, "core.deal.moved", "deal", row.id, {"stage_id": into.id}, signed)
    write_rows(session, DealMove, steps)
    write_rows(session, Audit, audits)


def _in_work(row: AnyRow) -> bool:
    """Tell whether a deal has stood there as one that somebody works on."""
    return row.outcome is None and row.deleted_at is None


def retire(session: Session, *conditions: sa.ColumnElement[bool]) -> None:
    """Take some stages out of their pipelines, for those steps of deals that name them."""
    told = sa.or_(
        sa.exists().where(DealMove.from_stage_id == Stage.id),
        sa.exists().where(DealMove.to_stage_id == Stage.id),
    )
    session.execute(sa.update(Stage).where(*conditions, told).values(pipeline_id=None))
