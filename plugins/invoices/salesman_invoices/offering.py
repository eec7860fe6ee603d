"""The offer to move a deal on once its invoices are paid."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    ConflictError,
    Deal,
    Stage,
    demand,
    move_deal,
    plugin_settings,
    reaches,
    reading,
    visible,
)
from salesman_invoices.models import Invoice
from salesman_invoices.permissions import EDIT_DEAL
from salesman_invoices.standing import IS_ISSUED, IS_OPEN
from salesman_invoices.texts import texts

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Offer:
    """A stage that a paid deal may move to."""

    deal_id: int
    stage_id: int
    stage: str


def offer_of(session: Session, deal_id: int | None) -> Offer | None:
    """Give where a deal is to go whose issued invoices are all paid; None where nowhere.

    The stage has the progress that the setting ``paid_stage_percent`` says; where none of the
    deal's pipeline has it, it is the next one above.
    """
    if deal_id is None or not reaches("deal", deal_id, EDIT_DEAL):
        return None
    issued = sa.exists().where(Invoice.deal_id == deal_id, IS_ISSUED, Invoice.deleted_at.is_(None))
    still = sa.exists().where(Invoice.deal_id == deal_id, IS_OPEN, Invoice.deleted_at.is_(None))
    own = sa.alias(Stage.__table__, "own")
    goal = plugin_settings("invoices")["paid_stage_percent"]
    row = session.execute(
        sa.select(Stage.id, Stage.name)
        .join(Deal, Deal.pipeline_id == Stage.pipeline_id)
        .join(own, own.c.id == Deal.stage_id)
        .where(Deal.id == deal_id, visible("deal"), Deal.outcome.is_(None), issued, sa.not_(still))
        .where(Stage.percent >= goal, own.c.percent < goal)
        .order_by(Stage.percent, Stage.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else Offer(deal_id, row.id, row.name)


def accept_offer(deal_id: int) -> str:
    """Move a paid deal on; give the name of the stage where it stands then.

    :raises ConflictError: where nothing is offered any more.
    :raises VetoedError: where a plugin refuses, with its reason; and what else a move may raise.
    """
    demand("deal", deal_id, EDIT_DEAL)
    offer = offer_of(reading(), deal_id)
    if offer is None:
        raise ConflictError(
            _("Not all invoices of this deal are paid, or it stands there already.")
        )
    move_deal(deal_id, offer.stage_id)
    return offer.stage
