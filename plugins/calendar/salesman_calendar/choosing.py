"""What may be chosen in the forms of activities: every read of it, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar.models import KIND, Kind, Result
from salesman_core.toolkit import (
    AnyRow,
    Client,
    Contact,
    Deal,
    kinds_meant,
    record_type,
    visible,
)

_MODELS: Final[Mapping[str, type[Client | Deal]]] = {"client": Client, "deal": Deal}


def may_be_about(kind: str) -> bool:
    """Tell whether activities may be about records of a kind."""
    return kind in _MODELS or kind in kinds_meant(record_type(KIND))


def about(kind: str, record_id: int) -> dict[str, Any]:
    """Give how an activity says that it is about a record."""
    if kind in _MODELS:
        return {f"{kind}_id": record_id}
    return {"about_kind": kind, "about_id": record_id}


def listed_about(kind: str, record_id: int) -> dict[str, Any]:
    """Give how the list of activities asks for those about a record."""
    return {f"{kind}_id": record_id} if kind in _MODELS else {"about": f"{kind}:{record_id}"}


def people_at(session: Session, client_id: int | None) -> Sequence[tuple[int, str]]:
    """Give the people at a client as a choice."""
    there = sa.select(Contact.id, Contact.name).where(
        Contact.client_id == client_id, visible("contact")
    )
    return [(row.id, row.name) for row in session.execute(there.order_by(Contact.name))]


def open_deals_of(session: Session, client_id: int | None) -> Sequence[tuple[int, str]]:
    """Give the open deals of a client as a choice."""
    there = sa.select(Deal.id, Deal.name).where(
        Deal.client_id == client_id, Deal.outcome.is_(None), visible("deal")
    )
    return [(row.id, row.name) for row in session.execute(there.order_by(Deal.name, Deal.id))]


def client_of_deal(session: Session, deal_id: int) -> int | None:
    """Give the client of a deal that the person sees."""
    return session.scalar(sa.select(Deal.client_id).where(Deal.id == deal_id, visible("deal")))


def kinds(session: Session, *, offered: bool = False) -> Sequence[AnyRow]:
    """Give the kinds of activities in their order.

    :param offered: only those that may still be planned.
    """
    every = sa.select(Kind.id, Kind.name, Kind.icon, Kind.base, Kind.active, Kind.version)
    if offered:
        every = every.where(Kind.active)
    return session.execute(every.order_by(Kind.position, Kind.id)).all()


def results(session: Session, kind_id: int | None = None) -> Sequence[AnyRow]:
    """Give the results that kinds have, in their order; of one kind only those still offered."""
    every = sa.select(Result.id, Result.kind_id, Result.name, Result.reached, Result.active)
    if kind_id is not None:
        every = every.where(Result.kind_id == kind_id, Result.active)
    return session.execute(every.order_by(Result.kind_id, Result.position, Result.id)).all()
