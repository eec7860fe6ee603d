"""Every read of leads, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    ListQuery,
    MissingError,
    User,
    clients_reached_by,
    contact_data,
    current_person,
    totals,
    visible,
)
from salesman_hookspecs import Person
from salesman_leads.lists import LEADS
from salesman_leads.models import CLOSED, KIND, OPEN, Lead, LeadEmail, LeadPhone
from salesman_leads.texts import texts

_ = texts.lazy


def _first(model: type[LeadPhone | LeadEmail]) -> sa.ScalarSelect[str]:
    ways = sa.select(model.typed).where(model.lead_id == Lead.id)
    return ways.order_by(model.position).limit(1).scalar_subquery()


TITLE: Final = sa.case(
    (
        sa.and_(
            sa.bindparam("sees", callable_=contact_data.sees_contact_data, type_=sa.Boolean),
            Lead.name == "",
            Lead.company == "",
        ),
        sa.func.coalesce(_first(LeadPhone), _first(LeadEmail), Lead.title),
    ),
    else_=Lead.title,
).label("title")
"""What a lead is called, for whoever reads it: where nothing but a phone or email is known, that
way whole or masked. Who reads is asked when the statement runs, so lists may hold it for good."""

LEAD: Final = (
    Lead.id,
    TITLE,
    Lead.name,
    Lead.company,
    Lead.text,
    Lead.source,
    Lead.status,
    Lead.result,
    Lead.comment,
    Lead.owner_id,
    Lead.client_id,
    Lead.contact_id,
    Lead.deal_id,
    Lead.created_at,
    Lead.updated_at,
    Lead.version,
)
"""What a lead is, in the JSON API."""

NAMED: Final = (*LEAD, User.name.label("owner_name"))
"""The same with what a page shows beside it."""


def leads(columns: Sequence[Any] = NAMED) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the leads that the person reaches."""
    return (
        sa.select(*columns)
        .select_from(Lead)
        .outerjoin(User, User.id == Lead.owner_id)
        .where(visible(KIND))
    )


def one_lead(session: Session, lead_id: int) -> AnyRow:
    """Give a lead.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(leads().where(Lead.id == lead_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such lead, or you may not see it."))
    return row


@dataclass(frozen=True, slots=True)
class Way:
    """A phone or email of a lead, masked for those who may not read it.

    :param normalised: what it means, or None where it does not validate or is masked.
    """

    typed: str
    normalised: str | None
    masked: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """Phones and emails of some leads, by lead."""

    phones: Mapping[int, list[Way]]
    emails: Mapping[int, list[Way]]


def reached(session: Session, lead_ids: Sequence[int]) -> Reached:
    """Give how some leads can be reached, in two statements however many they are."""
    return Reached(
        phones=_rows(session, LeadPhone, lead_ids), emails=_rows(session, LeadEmail, lead_ids)
    )


def _rows(
    session: Session, model: type[LeadPhone | LeadEmail], lead_ids: Sequence[int]
) -> dict[int, list[Way]]:
    found: dict[int, list[Way]] = {}
    for row in session.execute(
        sa.select(model.lead_id, model.typed, model.normalised)
        .where(model.lead_id.in_(lead_ids))
        .order_by(model.lead_id, model.position)
    ):
        way = contact_data.readable({"typed": row.typed, "normalised": row.normalised})
        found.setdefault(row.lead_id, []).append(Way(**way))
    return found


def known_clients(session: Session, lead_id: int) -> Sequence[AnyRow]:
    """Give the clients that the person may see and that have one of the lead's phones or emails."""
    hanging = reached(session, [lead_id])
    ways = [*hanging.phones.get(lead_id, []), *hanging.emails.get(lead_id, [])]
    keys = [row.normalised for row in ways if row.normalised]
    if not keys:
        return []
    matching = sa.or_(*(Client.id.in_(clients_reached_by(key)) for key in keys))
    return session.execute(
        sa.select(Client.id, Client.name, User.name.label("owner_name"))
        .outerjoin(User, User.id == Client.owner_id)
        .where(visible("client"), matching)
        .order_by(Client.search_name)
    ).all()


def count_by_status(session: Session, query: ListQuery) -> dict[str, int]:
    """Count the leads of all pages of a list by their status."""
    counted = sa.func.count(Lead.id).label("leads")
    rows = totals(session, [counted], LEADS, query, visible(KIND), by=[Lead.status])
    return {row.status: row.leads for row in rows}


def sources(session: Session) -> list[tuple[str, str]]:
    """Give the sources of the leads that the person reaches, as a choice."""
    named = sa.select(Lead.source).where(visible(KIND), Lead.source != "")
    return [(source, source) for source in session.scalars(named.distinct().order_by(Lead.source))]


def waiting_count(session: Session, person: Person | None = None) -> int:
    """Count the leads that nobody has begun to work on, among those that the person reaches."""
    condition = sa.and_(visible(KIND, person=person), Lead.status == OPEN)
    return session.scalar(sa.select(sa.func.count(Lead.id)).where(condition)) or 0


def leads_of_client(session: Session, client_id: int) -> Sequence[AnyRow]:
    """Give the leads from which a client came, the newest first."""
    return session.execute(
        leads().where(Lead.client_id == client_id).order_by(Lead.created_at.desc())
    ).all()


def own_unfinished(session: Session, limit: int) -> Sequence[AnyRow]:
    """Give one's own leads and those of nobody, the oldest first."""
    mine = sa.or_(Lead.owner_id == current_person().id, Lead.owner_id.is_(None))
    return session.execute(
        leads().where(mine, Lead.status != CLOSED).order_by(Lead.created_at).limit(limit)
    ).all()


def untouched_since(moment: datetime) -> sa.ColumnElement[bool]:
    """Give the condition of open leads with which nothing was done since *moment*.

    Their owners can be written to, and have not been since something was done with the lead.
    """
    reachable = sa.select(User.id).where(User.active, User.email != "")
    return sa.and_(
        visible(KIND),
        Lead.status == OPEN,
        Lead.updated_at < moment,
        sa.or_(Lead.reminded_at.is_(None), Lead.reminded_at <= Lead.updated_at),
        Lead.owner_id.in_(reachable),
    )


def owners_of(session: Session, leads: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Give who is responsible for some leads: id, email and locale of each, by id."""
    owner_ids = {lead.owner_id for lead in leads}
    return session.execute(
        sa.select(User.id, User.email, User.locale).where(User.id.in_(owner_ids)).order_by(User.id)
    ).all()
