"""How the history of a lead is told: its fields and their values as people call them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Client,
    Contact,
    Deal,
    FieldWords,
    contact_data,
    names_from,
    user_names,
    visible,
    visible_names,
)
from salesman_leads.lists import RESULT_TITLES, STATUS_TITLES
from salesman_leads.models import FORMER, KIND, UTM, Lead, Result
from salesman_leads.queries import TITLE
from salesman_leads.texts import texts

_ = texts.lazy


def _lead_titles(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give what leads are called that whoever reads sees."""
    named = sa.select(Lead.id, TITLE).where(Lead.id.in_(ids), visible(KIND))
    return {row.id: row.title for row in session.execute(named)}


FIELDS: Final = {
    "name": FieldWords(_("Name")),
    "company": FieldWords(_("Company")),
    "phones": contact_data.PHONES,
    "emails": contact_data.EMAILS,
    "text": FieldWords(_("What they want")),
    "source": FieldWords(_("Source")),
    "channel": FieldWords(_("Channel")),
    **{tag: FieldWords(tag) for tag in UTM},
    "referrer": FieldWords(_("Came from")),
    "page": FieldWords(_("Page")),
    "ip": FieldWords(_("IP address")),
    "region": FieldWords(_("Region")),
    "language": FieldWords(_("Language")),
    "products": FieldWords(_("Interested in")),
    "no_mailing": FieldWords(_("Wants no mailing")),
    "no_calls": FieldWords(_("Wants no calls")),
    "external_ids": FieldWords(_("Keys in other systems")),
    "suspicion": FieldWords(_("Why apart")),
    "owner_id": FieldWords(_("Responsible"), names=user_names),
    "status": FieldWords(_("Status"), choices=STATUS_TITLES),
    "result": FieldWords(_("Result"), choices=RESULT_TITLES),
    "result_id": FieldWords(_("Result"), names=names_from(Result)),
    "comment": FieldWords(_("Comment")),
    "client_id": FieldWords(_("Client"), names=visible_names("client", Client)),
    "contact_id": FieldWords(_("Contact"), names=visible_names("contact", Contact)),
    "deal_id": FieldWords(_("Deal"), names=visible_names("deal", Deal)),
    FORMER: FieldWords(_("Goes on from"), names=_lead_titles),
    "imported": contact_data.IMPORTED,
    "call": FieldWords(_("Call")),
    "attempts": FieldWords(_("Calls"), figure=True),
    "next_call_at": FieldWords(_("Next call")),
}

DECISIONS: Final = _("Who got it and why")

ACTIONS: Final = {
    "taken": _("taken on"),
    "processed": _("interest found"),
    "distributed": _("dealt"),
    "brought_back": _("brought back"),
    "called": _("called"),
    "call_undone": _("call taken back"),
    "put_off": _("put off"),
    "answered": _("wrote again"),
}
