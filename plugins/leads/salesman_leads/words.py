"""How the history of a lead is told: its fields and their values as people call them."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import FieldWords, contact_data, user_names
from salesman_leads.lists import RESULT_TITLES, STATUS_TITLES
from salesman_leads.texts import texts

_ = texts.lazy

FIELDS: Final = {
    "name": FieldWords(_("Name")),
    "company": FieldWords(_("Company")),
    "phones": contact_data.PHONES,
    "emails": contact_data.EMAILS,
    "text": FieldWords(_("What they want")),
    "source": FieldWords(_("Source")),
    "owner_id": FieldWords(_("Responsible"), names=user_names),
    "status": FieldWords(_("Status"), choices=STATUS_TITLES),
    "result": FieldWords(_("Result"), choices=RESULT_TITLES),
}
