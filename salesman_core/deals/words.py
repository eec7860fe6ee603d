"""How the story and the history of deals are told: fields and values as people call them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import visible
from salesman_core.clients.models import Client, Contact
from salesman_core.deals.amount_source import SourceTitles
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.lists import OUTCOMES
from salesman_core.deals.models import CloseReason, Deal, DealContact, Pipeline, Stage
from salesman_core.deals.permissions import MARGIN
from salesman_core.deals.schemas import ChangeDealSchema
from salesman_core.deals.service import change_deal
from salesman_core.deals.story import moves
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import (
    PARTICIPANTS,
    USERS,
    FieldWords,
    describe_fields,
    describe_kind,
    names_from,
)
from salesman_core.records.contact_data import IMPORTED
from salesman_core.records.restoring import Restoring, let_restore
from salesman_core.web import formats
from salesman_hookspecs import TimelineSource

_ = texts.lazy

STORY: Final = TimelineSource("moves", _("Steps of deals"), moves)


def client_names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give the names of clients that the person sees, or sees a deal of."""
    of_deals = sa.select(Deal.client_id).where(Deal.client_id.in_(ids), visible("deal"))
    seen = sa.or_(visible("client"), Client.id.in_(of_deals))
    rows = session.execute(sa.select(Client.id, Client.name).where(Client.id.in_(ids), seen))
    return {row.id: row.name for row in rows}


def contact_names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give the names of contacts that the person sees, or that a deal they see names."""
    named = (
        sa.select(DealContact.contact_id)
        .join(Deal, Deal.id == DealContact.deal_id)
        .where(DealContact.contact_id.in_(ids), visible("deal"))
    )
    seen = sa.or_(visible("contact"), Contact.id.in_(named))
    rows = session.execute(sa.select(Contact.id, Contact.name).where(Contact.id.in_(ids), seen))
    return {row.id: row.name for row in rows}


describe_fields(
    "deal",
    {
        "name": FieldWords(_("Name")),
        "client_id": FieldWords(_("Client"), names=client_names),
        "contact_ids": FieldWords(
            _("Contacts"),
            names=contact_names,
            added=_("Contact added"),
            removed=_("Contact removed"),
        ),
        "pipeline_id": FieldWords(_("Pipeline"), names=names_from(Pipeline)),
        "stage_id": FieldWords(_("Stage"), names=names_from(Stage)),
        "outcome": FieldWords(_("Outcome"), choices=OUTCOMES),
        "reason_id": FieldWords(_("Reason"), names=names_from(CloseReason)),
        "amount": FieldWords(AMOUNT, figure=True, written=formats.amount),
        "cost": FieldWords(_("Cost"), figure=True, written=formats.amount, permission=MARGIN),
        "currency": FieldWords(_("Currency")),
        "amount_source": FieldWords(_("Where the amount comes from"), choices=SourceTitles()),
        "rate": FieldWords(_("Rate"), figure=True, written=formats.rate),
        "rate_currency": FieldWords(_("Currency of the rate")),
        "owner_id": FieldWords(_("Owner"), names=USERS),
        "participants": PARTICIPANTS,
        "opened_on": FieldWords(_("Opened on")),
        "expected_on": FieldWords(_("Expected on")),
        "external_ids": FieldWords(_("Keys in other systems")),
        "frozen_until": FieldWords(_("Frozen until")),
        "freeze_reason": FieldWords(_("Why it is frozen")),
        "imported": IMPORTED,
        "custom": FieldWords(_("Further fields")),
    },
    told_otherwise={"created"},
)
describe_kind("pipeline", _("Pipeline"), {"name": FieldWords(_("Name"))})
describe_kind(
    "stage",
    _("Stage"),
    {
        "name": FieldWords(_("Name")),
        "percent": FieldWords(_("Progress")),
        "planned_days": FieldWords(_("Planned days")),
        "into_id": FieldWords(_("Deals moved to"), names=names_from(Stage)),
        "deals": FieldWords(_("Deals"), figure=True),
    },
)
describe_kind("rate", _("Rate"), {"rate": FieldWords(_("Rate"), figure=True, written=formats.rate)})
describe_kind(
    "reason",
    _("Reason"),
    {"name": FieldWords(_("Name")), "active": FieldWords(_("May be chosen"))},
)
let_restore(
    "deal",
    Restoring(
        "core.deal.edit",
        {
            *("name", "client_id", "contact_ids", "owner_id", "amount", "cost", "currency"),
            *("opened_on", "expected_on", "external_ids"),
        },
        lambda: ChangeDealSchema(partial=True),
        change_deal,
    ),
)
