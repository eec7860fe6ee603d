"""How the history of payments is told."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import (
    Client,
    FieldWords,
    contact_data,
    formats,
    user_names,
    visible_names,
)
from salesman_invoices.models import BACK, IN
from salesman_invoices.texts import texts

_ = texts.lazy

DIRECTION_TITLES: Final = {IN: _("came in"), BACK: _("went back")}

FIELDS: Final = {
    "reference": FieldWords(_("Number of the payment")),
    "direction": FieldWords(_("Direction"), choices=DIRECTION_TITLES),
    "client_id": FieldWords(_("Client"), names=visible_names("client", Client)),
    "owner_id": FieldWords(_("Owner"), names=user_names),
    "day": FieldWords(_("Day")),
    "amount": FieldWords(_("Sum"), figure=True, written=formats.amount),
    "currency": FieldWords(_("Currency")),
    "comment": FieldWords(_("Comment")),
    "allotments": FieldWords(_("Invoices")),
    "external_ids": FieldWords(_("Keys in other systems")),
    "imported": contact_data.IMPORTED,
}
