"""How the history of payments is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Client,
    FieldWords,
    contact_data,
    formats,
    user_names,
    visible,
    visible_names,
)
from salesman_invoices.models import BACK, IN, KIND, PAYMENT, Invoice, Payment
from salesman_invoices.texts import texts

_ = texts.lazy

DIRECTION_TITLES: Final = {IN: _("came in"), BACK: _("went back")}


def invoice_numbers(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give what invoices are called, as far as whoever reads may see them."""
    named = sa.select(Invoice.id, Invoice.label).where(Invoice.id.in_(ids), visible(KIND))
    return {row.id: row.label for row in session.execute(named)}


def payment_names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give what payments are called, likewise."""
    named = sa.select(Payment.id, Payment.label).where(Payment.id.in_(ids), visible(PAYMENT))
    return {row.id: row.label for row in session.execute(named)}


FIELDS: Final = {
    "reference": FieldWords(_("Number of the payment")),
    "direction": FieldWords(_("Direction"), choices=DIRECTION_TITLES),
    "client_id": FieldWords(_("Client"), names=visible_names("client", Client)),
    "owner_id": FieldWords(_("Owner"), names=user_names),
    "day": FieldWords(_("Day")),
    "amount": FieldWords(_("Sum"), figure=True, written=formats.amount),
    "currency": FieldWords(_("Currency")),
    "comment": FieldWords(_("Comment")),
    "allotments": FieldWords(
        _("Invoices"), names=invoice_numbers, figure=True, written=formats.amount
    ),
    "advances": FieldWords(_("Advances"), names=payment_names, figure=True, written=formats.amount),
    "external_ids": FieldWords(_("Keys in other systems")),
    "imported": contact_data.IMPORTED,
}
