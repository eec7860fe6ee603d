"""How the history of invoices and payments is told."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import (
    Client,
    Deal,
    FieldWords,
    contact_data,
    formats,
    user_names,
    visible_names,
)
from salesman_invoices.permissions import COSTS
from salesman_invoices.texts import texts

_ = texts.lazy

LANGUAGE_TITLES: Final = {"ru": _("Russian"), "en": _("English")}

FIELDS: Final = {
    "number": FieldWords(_("Number")),
    "client_id": FieldWords(_("Client"), names=visible_names("client", Client)),
    "deal_id": FieldWords(_("Deal"), names=visible_names("deal", Deal)),
    "owner_id": FieldWords(_("Owner"), names=user_names),
    "company_id": FieldWords(_("Own company")),
    "account_id": FieldWords(_("Bank account")),
    "signer_id": FieldWords(_("Signer")),
    "currency": FieldWords(_("Currency")),
    "amount": FieldWords(_("Sum"), figure=True, written=formats.amount),
    "net": FieldWords(_("Without VAT"), figure=True, written=formats.amount),
    "vat": FieldWords(_("VAT"), figure=True, written=formats.amount),
    "cost": FieldWords(_("Cost"), figure=True, written=formats.amount, permission=COSTS),
    "paid": FieldWords(_("Paid"), figure=True, written=formats.amount),
    "paid_on": FieldWords(_("Wholly paid on")),
    "issued_on": FieldWords(_("Day of issue")),
    "due_on": FieldWords(_("To be paid by")),
    "purpose": FieldWords(_("What for")),
    "language": FieldWords(_("Language"), choices=LANGUAGE_TITLES),
    "comment": FieldWords(_("Comment")),
    "cancel_reason": FieldWords(_("Reason")),
    "lines": FieldWords(_("Lines")),
    "rate": FieldWords(_("Rate"), figure=True, written=formats.rate),
    "rate_currency": FieldWords(_("Currency of the rate")),
    "external_ids": FieldWords(_("Keys in other systems")),
    "imported": contact_data.IMPORTED,
}
ACTIONS: Final = {
    "issued": _("issued it"),
    "cancelled": _("cancelled it"),
    "reopened": _("took the cancelling back"),
}

SCHEDULE: Final = "invoices.schedule"
"""Under this name the history of a deal tells of its schedule of payments."""
OF_DEALS: Final = {SCHEDULE: FieldWords(_("Schedule of payments"))}
