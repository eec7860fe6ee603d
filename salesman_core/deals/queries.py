"""Every read of deals, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.clients.models import Client, Contact
from salesman_core.db import AnyRow
from salesman_core.deals.figures import StageFigures, stage_figures
from salesman_core.deals.models import (
    CloseReason,
    Deal,
    DealContact,
    DealExternalId,
    DealMove,
    DealParticipant,
    Pipeline,
    Stage,
)
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.external_ids import external_ids_of
from salesman_core.records.participants import participants_of

_ = texts.lazy

DEAL: Final = (
    Deal.id,
    Deal.name,
    Deal.client_id,
    Deal.pipeline_id,
    Deal.stage_id,
    Stage.percent.label("progress"),
    Deal.outcome,
    Deal.reason_id,
    Deal.amount,
    Deal.cost,
    Deal.currency,
    Deal.owner_id,
    Deal.opened_on,
    Deal.expected_on,
    Deal.closed_on,
    Deal.stage_since,
    Deal.created_at,
    Deal.updated_at,
    Deal.version,
    Deal.custom,
    Deal.imported,
)
"""What a deal is, in the JSON API."""

NAMES: Final = (
    Client.name.label("client_name"),
    Stage.name.label("stage_name"),
    Stage.planned_days,
    User.name.label("owner_name"),
    CloseReason.name.label("reason_name"),
)
"""What a page shows beside it. A deal's client is named to everybody who sees the deal."""

BOARD_CARDS: Final = 50
"""So many cards of a column are drawn at once."""


def deals(
    columns: Sequence[Any] = DEAL, permission: str | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the deals that the person reaches, not yet filtered or sorted."""
    return (
        sa.select(*columns)
        .select_from(Deal)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(visible("deal", permission))
    )


def named_deals(columns: Sequence[Any] = (*DEAL, *NAMES)) -> sa.Select[*tuple[Any, ...]]:
    """Give the same with the names of what they refer to."""
    return (
        deals(columns)
        .outerjoin(Client, Client.id == Deal.client_id)
        .outerjoin(User, User.id == Deal.owner_id)
        .outerjoin(CloseReason, CloseReason.id == Deal.reason_id)
    )


def one_deal(session: Session, deal_id: int) -> AnyRow:
    """Give a deal with names.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(named_deals().where(Deal.id == deal_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such deal, or you may not see it."))
    return row


@dataclass(frozen=True, slots=True)
class Around:
    """What hangs on some deals, each by deal id."""

    participants: Mapping[int, list[dict[str, Any]]]
    external_ids: Mapping[int, dict[str, str]]
    contact_ids: Mapping[int, list[int]]


def around(session: Session, deal_ids: Sequence[int]) -> Around:
    """Give what hangs on some deals, in as many statements for one as for two hundred."""
    contacts: dict[int, list[int]] = {}
    for row in session.execute(
        sa.select(DealContact.deal_id, DealContact.contact_id)
        .where(DealContact.deal_id.in_(deal_ids))
        .order_by(DealContact.deal_id, DealContact.contact_id)
    ):
        contacts.setdefault(row.deal_id, []).append(row.contact_id)
    return Around(
        participants=participants_of(session, DealParticipant, deal_ids),
        external_ids=external_ids_of(session, DealExternalId, deal_ids),
        contact_ids=contacts,
    )


def contacts_of(session: Session, deal_id: int) -> Sequence[AnyRow]:
    """Give the contacts named in a deal: whoever sees the deal sees them."""
    return session.execute(
        sa.select(Contact.id, Contact.name, Contact.position, Contact.client_id)
        .join(DealContact, DealContact.contact_id == Contact.id)
        .where(DealContact.deal_id == deal_id, Contact.deleted_at.is_(None))
        .order_by(Contact.search_name)
    ).all()


def moves_of(session: Session, deal_id: int) -> Sequence[AnyRow]:
    """Give the steps of a deal, the newest first."""
    before, after = sa.orm.aliased(Stage), sa.orm.aliased(Stage)
    return session.execute(
        sa.select(
            DealMove.id,
            DealMove.action,
            DealMove.at,
            DealMove.actor_name,
            DealMove.seconds,
            DealMove.outcome,
            before.name.label("from_stage"),
            after.name.label("to_stage"),
            after.percent,
            CloseReason.name.label("reason"),
        )
        .outerjoin(before, before.id == DealMove.from_stage_id)
        .join(after, after.id == DealMove.to_stage_id)
        .outerjoin(CloseReason, CloseReason.id == DealMove.reason_id)
        .where(DealMove.deal_id == deal_id)
        .order_by(DealMove.at.desc(), DealMove.id.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A stage on the board.

    :param figures: of the currency that the board adds up.
    :param count: all open deals of the stage, whatever their currency.
    :param cards: the first of them, the latest come first.
    """

    figures: StageFigures
    count: int
    cards: tuple[AnyRow, ...]


def board(
    session: Session, pipeline_id: int, currency: str, conditions: Sequence[Any] = ()
) -> list[BoardColumn]:
    """Give the open deals of a pipeline by stage.

    :param currency: whose amounts the heads of the columns add up.
    :param conditions: the filter of the page.
    """
    seen = [
        visible("deal"),
        Deal.pipeline_id == pipeline_id,
        Deal.outcome.is_(None),
        *conditions,
    ]
    figures = stage_figures(session, pipeline_id, [*seen, Deal.currency == currency])
    counts = _counts(session, seen)
    cards = _cards(session, seen)
    return [
        BoardColumn(one, counts.get(one.stage_id, 0), tuple(cards.get(one.stage_id, ())))
        for one in figures
    ]


def _counts(session: Session, conditions: Sequence[Any]) -> dict[int, int]:
    rows = session.execute(
        sa.select(Deal.stage_id, sa.func.count()).where(*conditions).group_by(Deal.stage_id)
    )
    return dict(rows.all())


def _cards(session: Session, conditions: Sequence[Any]) -> dict[int, list[AnyRow]]:
    """Give the first cards of every column in one statement."""
    latest = Deal.stage_since.desc(), Deal.id.desc()
    place = sa.func.row_number().over(partition_by=Deal.stage_id, order_by=latest)
    ranked = sa.select(Deal.id, place.label("place")).where(*conditions).subquery()
    rows = session.execute(
        named_deals()
        .join(ranked, ranked.c.id == Deal.id)
        .where(ranked.c.place <= BOARD_CARDS)
        .order_by(ranked.c.place)
    )
    found: dict[int, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.stage_id, []).append(row)
    return found


def pipelines(session: Session) -> list[dict[str, Any]]:
    """Give the pipelines with their stages in the order of progress."""
    stages: dict[int, list[dict[str, Any]]] = {}
    for stage in session.execute(
        sa.select(
            Stage.id, Stage.pipeline_id, Stage.name, Stage.percent, Stage.planned_days
        ).order_by(Stage.percent, Stage.id)
    ):
        stages.setdefault(stage.pipeline_id, []).append(
            {
                "id": stage.id,
                "name": stage.name,
                "percent": stage.percent,
                "planned_days": stage.planned_days,
            }
        )
    rows = session.execute(
        sa.select(Pipeline.id, Pipeline.name).order_by(Pipeline.position, Pipeline.id)
    )
    return [{"id": row.id, "name": row.name, "stages": stages.get(row.id, [])} for row in rows]


def close_reasons(session: Session) -> Sequence[AnyRow]:
    """Give the reasons from which a person may choose."""
    return session.execute(
        sa.select(CloseReason.id, CloseReason.name)
        .where(CloseReason.active, CloseReason.system.is_(None))
        .order_by(CloseReason.position, CloseReason.id)
    ).all()


def margin_of(row: AnyRow) -> Decimal:
    """Give what is left of a deal's amount after its cost (glossary: margin)."""
    left: Decimal = row.amount - row.cost
    return left
