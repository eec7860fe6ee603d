"""How the history of acts is told."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import Client, Deal, FieldWords, formats, user_names, visible_names
from salesman_invoices.models import CANCELLED, DELIVERY, DRAFT, ISSUED, SERVICE
from salesman_invoices.texts import texts

_ = texts.lazy

KIND_TITLES: Final = {
    SERVICE: _("act of services done"),
    DELIVERY: _("act of delivery"),
}
STATE_TITLES: Final = {DRAFT: _("draft"), ISSUED: _("issued"), CANCELLED: _("cancelled")}

FIELDS: Final = {
    "number": FieldWords(_("Number")),
    "kind": FieldWords(_("Kind of act"), choices=KIND_TITLES),
    "day": FieldWords(_("Day of the act")),
    "invoice_id": FieldWords(_("Invoice")),
    "client_id": FieldWords(_("Client"), names=visible_names("client", Client)),
    "deal_id": FieldWords(_("Deal"), names=visible_names("deal", Deal)),
    "owner_id": FieldWords(_("Owner"), names=user_names),
    "company_id": FieldWords(_("Own company")),
    "signer_id": FieldWords(_("Signer")),
    "currency": FieldWords(_("Currency")),
    "amount": FieldWords(_("Sum"), figure=True, written=formats.amount),
    "language": FieldWords(_("Language")),
    "comment": FieldWords(_("Comment")),
    "cancel_reason": FieldWords(_("Reason")),
    "lines": FieldWords(_("Lines")),
}
ACTIONS: Final = {
    "issued": _("issued it"),
    "cancelled": _("cancelled it"),
    "reopened": _("took the cancelling back"),
}
