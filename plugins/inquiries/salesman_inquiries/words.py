"""How the history of an inquiry is told: its fields and their values as people call them."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import (
    Client,
    Contact,
    Deal,
    FieldWords,
    contact_data,
    names_from,
    user_names,
    visible_names,
)
from salesman_inquiries.lists import BECAME_TITLES, DIRECTION_TITLES, STATUS_TITLES
from salesman_inquiries.models import Channel, Result
from salesman_inquiries.texts import texts

_ = texts.lazy

FIELDS: Final = {
    "direction": FieldWords(_("Direction"), choices=DIRECTION_TITLES),
    "channel_id": FieldWords(_("Channel"), names=names_from(Channel)),
    "happened_at": FieldWords(_("When")),
    "subject": FieldWords(_("Subject")),
    "text": FieldWords(_("What was said")),
    "source": FieldWords(_("Source")),
    "taken_by_id": FieldWords(_("Who took it"), names=user_names),
    "owner_id": FieldWords(_("Responsible"), names=user_names),
    "client_id": FieldWords(_("Client"), names=visible_names("client", Client)),
    "contact_id": FieldWords(_("Contact"), names=visible_names("contact", Contact)),
    "deal_id": FieldWords(_("Deal"), names=visible_names("deal", Deal)),
    "name": FieldWords(_("Name")),
    "company": FieldWords(_("Company")),
    "phones": contact_data.PHONES,
    "emails": contact_data.EMAILS,
    "products": FieldWords(_("Asked about")),
    "result_id": FieldWords(_("Result"), names=names_from(Result)),
    "next_step": FieldWords(_("What is next")),
    "deadline_at": FieldWords(_("Until")),
    "status": FieldWords(_("Status"), choices=STATUS_TITLES),
    "became_kind": FieldWords(_("Became"), choices=BECAME_TITLES),
}

ACTIONS: Final = {
    "processed": _("processed"),
    "cancelled": _("cancelled"),
    "became": _("passed on"),
}
