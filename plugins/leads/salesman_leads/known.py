"""Which clients a lead may be: by phone, by email, and by every key that plugins give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Deal,
    User,
    recognising,
    sharing_clients,
    visible,
)
from salesman_hookspecs import Text
from salesman_leads.models import Lead


@dataclass(frozen=True, slots=True)
class Known:
    """A client that a lead may be, as whoever reads may know of it.

    :param reasons: what they share.
    :param deals: its open deals that whoever reads sees, the newest first.
    """

    id: int
    name: str
    owner_name: str | None
    reasons: Sequence[Text]
    deals: Sequence[AnyRow]


def known_as(session: Session, told: Mapping[str, Any]) -> list[Known]:
    """Give the clients that somebody may be, those with the most in common first.

    Nothing is said of clients that the person may not see, not even that there are some: whose
    they are tells :func:`recognised` to those who may know it.

    :param told: of a lead, as the JSON API names it.
    """
    reasons = sharing_clients(session, as_client(told))
    if not reasons:
        return []
    rows = session.execute(
        sa.select(Client.id, Client.name, User.name.label("owner_name"))
        .outerjoin(User, User.id == Client.owner_id)
        .where(Client.id.in_(reasons))
    ).all()
    deals = _open_deals(session, list(reasons))
    ordered = sorted(rows, key=lambda row: (-len(reasons[row.id]), row.id))
    return [
        Known(row.id, row.name, row.owner_name, reasons[row.id], deals.get(row.id, []))
        for row in ordered
    ]


def recognised(session: Session, told: Mapping[str, Any]) -> recognising.Recognised | None:
    """Give the colleague's client that somebody is, where whoever acts may know of it.

    :param told: of a lead, as the JSON API names it.
    """
    reach = {name: told[name] for name in ("phones", "emails") if told.get(name)}
    return recognising.recognised(session, reach) if reach else None


def _open_deals(session: Session, client_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    query = sa.select(Deal.id, Deal.name, Deal.client_id)
    query = query.where(Deal.client_id.in_(client_ids), Deal.outcome.is_(None), visible("deal"))
    found: dict[int, list[AnyRow]] = {}
    for row in session.execute(query.order_by(Deal.id.desc())):
        found.setdefault(row.client_id, []).append(row)
    return found


def told_of(lead: Lead) -> dict[str, Any]:
    """Give what a lead tells of somebody."""
    return {
        "name": lead.name,
        "company": lead.company,
        "phones": [one.typed for one in lead.phones],
        "emails": [one.typed for one in lead.emails],
    }


def as_client(told: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is known of somebody as the fields of the client that they would be."""
    return {
        "name": told.get("company") or told.get("name", ""),
        "kind": "company" if told.get("company") else "person",
        "phones": told.get("phones", []),
        "emails": told.get("emails", []),
    }
