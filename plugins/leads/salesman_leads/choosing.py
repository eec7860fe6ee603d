"""What may be chosen where a lead becomes something: every read of it, through access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, Client, Contact, Deal, visible
from salesman_leads.models import Lead, LeadEmail, LeadPhone

Choices = Sequence[tuple[int, str]]


def people_at(session: Session, client_id: int | None) -> Choices:
    """Give the people at a client; at one that is yet to be made there is nobody."""
    if client_id is None:
        return []
    there = sa.select(Contact.id, Contact.name)
    there = there.where(Contact.client_id == client_id, visible("contact"))
    return [(row.id, row.name) for row in session.execute(there.order_by(Contact.search_name))]


def open_deals_of(session: Session, client_id: int | None) -> Choices:
    """Give the open deals of a client; one that is yet to be made has none."""
    if client_id is None:
        return []
    there = sa.select(Deal.id, Deal.name)
    there = there.where(Deal.client_id == client_id, Deal.outcome.is_(None), visible("deal"))
    return [(row.id, row.name) for row in session.execute(there.order_by(Deal.id.desc()))]


def whom_at(session: Session, client_id: int | None, lead: AnyRow | Lead) -> tuple[int | None, str]:
    """Give whom one talks to at a client: who of its people wrote, and what somebody new is called.

    A private person who wrote themselves needs nobody beside them.

    :param client_id: None for a client that is yet to be made.
    :returns: the id of whoever is there already, else None; a name, an empty string for nobody.
    """
    if client_id is None:
        return None, lead.name if lead.company else ""
    themselves = _is_reached(session, client_id, lead.id)
    return _person_reached(session, client_id, lead.id), "" if themselves else lead.name


def _person_reached(session: Session, client_id: int, lead_id: int) -> int | None:
    """Give who at a client has a phone or email of a lead, whoever was there first."""
    there = sa.select(Contact.id).where(Contact.client_id == client_id, visible("contact"))
    return session.scalar(there.where(_reached(Contact, lead_id)).order_by(Contact.id).limit(1))


def _is_reached(session: Session, client_id: int, lead_id: int) -> bool:
    """Tell whether a client is a private person who has a phone or email of a lead."""
    one = sa.exists().where(Client.id == client_id, Client.kind == "person", visible("client"))
    return bool(session.scalar(sa.select(one.where(_reached(Client, lead_id)))))


def _reached(model: type[Client | Contact], lead_id: int) -> sa.ColumnElement[bool]:
    """Give the condition of what has a phone or email of a lead."""

    def shared(ways: Any, way: type[LeadPhone | LeadEmail]) -> sa.ColumnElement[bool]:
        given = sa.select(way.normalised).where(way.lead_id == lead_id)
        there: sa.ColumnElement[bool] = ways.any(ways.property.mapper.class_.normalised.in_(given))
        return there

    return sa.or_(shared(model.phones, LeadPhone), shared(model.emails, LeadEmail))
