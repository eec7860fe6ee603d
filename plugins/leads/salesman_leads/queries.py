"""Every read of leads, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    ListQuery,
    MissingError,
    User,
    ban_reasons,
    bans,
    contact_data,
    current_person,
    external_ids_of,
    one_of,
    recognising,
    totals,
    visible,
)
from salesman_hookspecs import Person
from salesman_leads import known
from salesman_leads.distribution.queries import waits_for_its_time
from salesman_leads.lists import KEPT_APART, LEADS
from salesman_leads.models import (
    CLOSED,
    KIND,
    OPEN,
    UTM,
    Lead,
    LeadEmail,
    LeadExternalId,
    LeadPhone,
    LeadProduct,
    Result,
)
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
    Lead.channel,
    *(getattr(Lead, tag) for tag in UTM),
    Lead.referrer,
    Lead.page,
    Lead.ip,
    Lead.region,
    Lead.language,
    Lead.no_mailing,
    Lead.no_calls,
    Lead.status,
    Lead.result,
    Lead.result_id,
    Lead.comment,
    Lead.closed_at,
    Lead.closed_by_id,
    Lead.suspicion,
    Lead.owner_id,
    Lead.client_id,
    Lead.contact_id,
    Lead.deal_id,
    Lead.imported,
    Lead.attempts,
    Lead.next_call_at,
    Lead.created_at,
    Lead.updated_at,
    Lead.version,
)
"""What a lead is, in the JSON API."""

NAMED: Final = (*LEAD, User.name.label("owner_name"), Result.name.label("result_name"))
"""The same with what a page shows beside it."""


def genuine() -> sa.ColumnElement[bool]:
    """Give the condition of the leads that count: not those that are kept apart as suspects."""
    return sa.not_(KEPT_APART)


def leads(columns: Sequence[Any] = NAMED) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the leads that the person reaches."""
    return (
        sa.select(*columns)
        .select_from(Lead)
        .outerjoin(User, User.id == Lead.owner_id)
        .outerjoin(Result, Result.id == Lead.result_id)
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


def some_leads(session: Session, lead_ids: Sequence[int]) -> Sequence[AnyRow]:
    """Give those of some leads that the person sees."""
    return session.execute(leads(LEAD).where(one_of(Lead.id, lead_ids))).all()


@dataclass(frozen=True, slots=True)
class Way:
    """A phone or email of a lead, masked for those who may not read it.

    :param normalised: what it means, or None where it does not validate or is masked.
    :param banned: why it may not be called or written to, or None where it may.
    """

    typed: str
    normalised: str | None
    masked: bool
    banned: str | None = None


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on some leads, by lead."""

    phones: Mapping[int, list[Way]]
    emails: Mapping[int, list[Way]]
    products: Mapping[int, list[str]]
    external_ids: Mapping[int, dict[str, str]]


def hanging(session: Session, lead_ids: Sequence[int]) -> Hanging:
    """Give what hangs on some leads, in four statements however many they are."""
    return Hanging(
        phones=_rows(session, LeadPhone, lead_ids),
        emails=_rows(session, LeadEmail, lead_ids),
        products=_product_names(session, lead_ids),
        external_ids=external_ids_of(session, LeadExternalId, lead_ids),
    )


def _product_names(session: Session, lead_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in session.execute(
        sa.select(LeadProduct.lead_id, LeadProduct.name)
        .where(one_of(LeadProduct.lead_id, lead_ids))
        .order_by(LeadProduct.lead_id, LeadProduct.position)
    ):
        found.setdefault(row.lead_id, []).append(row.name)
    return found


def all_results(session: Session) -> Sequence[AnyRow]:
    """Give all results in the company's order, those included that are offered no more.

    ``used`` tells whether a lead has it.
    """
    columns = (Result.id, Result.name, Result.base, Result.needs_comment, Result.active)
    used = sa.exists().where(Lead.result_id == Result.id).label("used")
    every = sa.select(*columns, Result.version, used)
    return session.execute(every.order_by(Result.position, Result.id)).all()


def offered_results(session: Session) -> Sequence[AnyRow]:
    """Give the results that a lead may be closed with, in the company's order."""
    columns = (Result.id, Result.name, Result.base, Result.needs_comment)
    offered = sa.select(*columns).where(Result.active)
    return session.execute(offered.order_by(Result.position, Result.id)).all()


def _rows(
    session: Session, model: type[LeadPhone | LeadEmail], lead_ids: Sequence[int]
) -> dict[int, list[Way]]:
    found: dict[int, list[Way]] = {}
    for row in session.execute(
        sa.select(model.lead_id, model.typed, model.normalised)
        .where(one_of(model.lead_id, lead_ids))
        .order_by(model.lead_id, model.position)
    ):
        way = contact_data.readable({"typed": row.typed, "normalised": row.normalised})
        found.setdefault(row.lead_id, []).append(Way(**way))
    return found


def known_clients(session: Session, lead: AnyRow, hanging: Hanging) -> Sequence[known.Known]:
    """Give the clients that a lead may be, as far as the person sees them and may read how."""
    return known.known_as(session, _told(lead, hanging))


def recognised(session: Session, lead: AnyRow, hanging: Hanging) -> recognising.Recognised | None:
    """Give the colleague's client that an unfinished lead is, where the person may know of it."""
    if lead.status == CLOSED:
        return None
    return known.recognised(session, _told(lead, hanging))


def _told(lead: AnyRow, hanging: Hanging) -> dict[str, Any]:
    return {
        "name": lead.name,
        "company": lead.company,
        "phones": [one.typed for one in hanging.phones.get(lead.id, [])],
        "emails": [one.typed for one in hanging.emails.get(lead.id, [])],
    }


def count_by_status(session: Session, query: ListQuery) -> dict[str, int]:
    """Count the leads of all pages of a list by their status."""
    counted = sa.func.count(Lead.id).label("leads")
    rows = totals(session, [counted], LEADS, query, visible(KIND), by=[Lead.status])
    return {row.status: row.leads for row in rows}


def with_bans(session: Session, lead: AnyRow, hanging: Hanging) -> Hanging:
    """Say at each phone and email of a lead why it may not be used, be it the lead that said so."""

    def marked(ways: list[Way], way: str, *, flag: bool) -> list[Way]:
        held = ban_reasons(session, way, {one.normalised for one in ways if one.normalised})
        found = [held.get(one.normalised or "") for one in ways]
        told = [reason if reason is not None or not flag else "" for reason in found]
        return [replace(one, banned=reason) for one, reason in zip(ways, told, strict=True)]

    phones, emails = hanging.phones.get(lead.id, []), hanging.emails.get(lead.id, [])
    return replace(
        hanging,
        phones={lead.id: marked(phones, bans.CALLS, flag=lead.no_calls)},
        emails={lead.id: marked(emails, bans.MAILING, flag=lead.no_mailing)},
    )


def sources(session: Session) -> list[tuple[str, str]]:
    """Give the sources of the leads that the person reaches, as a choice."""
    named = sa.select(Lead.source).where(visible(KIND), genuine(), Lead.source != "")
    return [(source, source) for source in session.scalars(named.distinct().order_by(Lead.source))]


def waiting_count(session: Session, person: Person | None = None) -> int:
    """Count the leads that nobody has begun to work on, among those that the person reaches."""
    condition = sa.and_(visible(KIND, person=person), genuine(), Lead.status == OPEN)
    return session.scalar(sa.select(sa.func.count(Lead.id)).where(condition)) or 0


def leads_of(session: Session, kind: str, record_id: int) -> Sequence[AnyRow]:
    """Give the leads from which a client or deal came, the newest first."""
    column = {"client": Lead.client_id, "deal": Lead.deal_id}[kind]
    return session.execute(
        leads().where(column == record_id).order_by(Lead.created_at.desc())
    ).all()


def own_unfinished(session: Session, limit: int) -> Sequence[AnyRow]:
    """Give one's own leads and those of nobody, the oldest first."""
    mine = sa.or_(Lead.owner_id == current_person().id, Lead.owner_id.is_(None))
    return session.execute(
        leads().where(mine, genuine(), Lead.status != CLOSED).order_by(Lead.created_at).limit(limit)
    ).all()


def untouched_since(moment: datetime) -> sa.ColumnElement[bool]:
    """Give the condition of open leads with which nothing was done since *moment*.

    Their owners can be written to, and have not been since something was done with the lead. What
    is dealt again when its time is over needs no reminder.
    """
    reachable = sa.select(User.id).where(User.active, User.email != "")
    return sa.and_(
        visible(KIND),
        genuine(),
        Lead.status == OPEN,
        Lead.updated_at < moment,
        sa.or_(Lead.reminded_at.is_(None), Lead.reminded_at <= Lead.updated_at),
        Lead.owner_id.in_(reachable),
        sa.not_(waits_for_its_time()),
    )


def owners_of(session: Session, leads: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Give who is responsible for some leads: id, email and locale of each, by id."""
    owner_ids = {lead.owner_id for lead in leads}
    return session.execute(
        sa.select(User.id, User.email, User.locale).where(User.id.in_(owner_ids)).order_by(User.id)
    ).all()
