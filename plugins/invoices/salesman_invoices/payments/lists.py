"""What the list of payments can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import Client, FieldKind, ListField, ListFilter, ListSpec, User
from salesman_invoices.lists import of_seen, seen_name
from salesman_invoices.models import PAYMENT, Payment
from salesman_invoices.payments.advance import LEFT
from salesman_invoices.payments.words import DIRECTION_TITLES, FIELDS
from salesman_invoices.texts import texts

_ = texts.lazy

SOURCE: Final = sa.outerjoin(Payment, Client, Client.id == Payment.client_id).outerjoin(
    User, User.id == Payment.owner_id
)
"""Payments beside their clients and owners."""


def _advance(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return LEFT > 0 if value else LEFT <= 0


PAYMENTS: Final = ListSpec(
    kind=PAYMENT,
    id=Payment.id,
    source=SOURCE,
    search=Payment.search_text,
    default_sort="-day",
    fields=(
        ListField("reference", FIELDS["reference"].title, Payment.reference, FieldKind.TEXT),
        ListField("day", FIELDS["day"].title, Payment.day, FieldKind.DATE),
        ListField("amount", FIELDS["amount"].title, Payment.amount, FieldKind.MONEY),
        ListField("currency", FIELDS["currency"].title, Payment.currency, FieldKind.TEXT),
        ListField(
            "direction",
            FIELDS["direction"].title,
            Payment.direction,
            FieldKind.CHOICE,
            choices=DIRECTION_TITLES,
        ),
        ListField(
            "owner_id",
            FIELDS["owner_id"].title,
            Payment.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("created_at", _("Entered"), Payment.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Payment.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter("advance", _("With an advance"), FieldKind.FLAG, _advance, ("eq",)),
        ListFilter(
            "client_id",
            FIELDS["client_id"].title,
            FieldKind.REF,
            of_seen(Payment.client_id, "client", Client),
            ("eq", "in", "isnull"),
            show=seen_name("client", Client),
        ),
    ),
)
