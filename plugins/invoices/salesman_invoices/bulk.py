"""Invoices and payments as lists: what their columns are, for the pages and for files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from salesman_core.toolkit import AnyRow, Column, RecordList
from salesman_invoices import queries
from salesman_invoices.billing import margin_of
from salesman_invoices.lists import INVOICES
from salesman_invoices.payments import queries as payment_queries
from salesman_invoices.payments.advance import left_of as left_of_payment
from salesman_invoices.payments.lists import PAYMENTS
from salesman_invoices.payments.words import DIRECTION_TITLES
from salesman_invoices.payments.words import FIELDS as PAYMENT_FIELDS
from salesman_invoices.permissions import COSTS, EXPORT, SEE_PAYMENTS
from salesman_invoices.service import named
from salesman_invoices.standing import TITLES, left_of
from salesman_invoices.texts import texts
from salesman_invoices.words import FIELDS

_ = texts.lazy

COLUMNS: Final = (
    Column("number", FIELDS["number"].title, "number"),
    Column("client", FIELDS["client_id"].title),
    Column("standing", _("Standing")),
    Column("amount", FIELDS["amount"].title, "amount", numeric=True),
    Column("left", _("Left to pay"), numeric=True),
    Column("issued_on", FIELDS["issued_on"].title, "issued_on"),
    Column("due_on", FIELDS["due_on"].title, "due_on"),
    Column("owner", FIELDS["owner_id"].title, "owner_id"),
    Column("paid", FIELDS["paid"].title, "paid", numeric=True, usual=False),
    Column("paid_on", FIELDS["paid_on"].title, "paid_on", usual=False),
    Column("purpose", FIELDS["purpose"].title, usual=False),
    Column("margin", _("Margin"), numeric=True, usual=False, permission=COSTS),
    Column("currency", FIELDS["currency"].title, "currency", usual=False),
    Column("created_at", _("Made"), "created_at", usual=False),
)
FOR_FILES: Final = (
    Column("net", FIELDS["net"].title, numeric=True),
    Column("vat", FIELDS["vat"].title, numeric=True),
    Column("comment", FIELDS["comment"].title),
)
_AS_READ: Final = (
    *("amount", "issued_on", "due_on", "paid", "paid_on", "purpose", "currency", "created_at"),
    *("net", "vat", "comment"),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some invoices, for files."""
    for row in rows:
        yield {
            **{name: getattr(row, name) for name in _AS_READ},
            "number": named(row),
            "client": row.client_name or "",
            "standing": str(TITLES[row.standing]),
            "left": left_of(row),
            "owner": row.owner_name or "",
            "margin": margin_of(row),
        }


LISTED: Final = RecordList(
    INVOICES,
    "invoices.index",
    _("Invoices"),
    queries.NAMED,
    COLUMNS,
    _cells,
    export=EXPORT,
    for_files=FOR_FILES,
    along=("currency",),
)

PAYMENT_COLUMNS: Final = (
    Column("day", PAYMENT_FIELDS["day"].title, "day"),
    Column("client", PAYMENT_FIELDS["client_id"].title),
    Column("amount", PAYMENT_FIELDS["amount"].title, "amount", numeric=True),
    Column("advance", _("Not allotted"), numeric=True),
    Column("reference", PAYMENT_FIELDS["reference"].title, "reference"),
    Column("direction", PAYMENT_FIELDS["direction"].title, "direction", usual=False),
    Column("owner", PAYMENT_FIELDS["owner_id"].title, "owner_id", usual=False),
    Column("currency", PAYMENT_FIELDS["currency"].title, "currency", usual=False),
    Column("created_at", _("Entered"), "created_at", usual=False),
)


def _payment_cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        yield {
            **{name: getattr(row, name) for name in ("day", "amount", "reference", "currency")},
            "client": row.client_name or "",
            "advance": left_of_payment(row),
            "direction": str(DIRECTION_TITLES[row.direction]),
            "owner": row.owner_name or "",
            "created_at": row.created_at,
        }


PAYMENTS_LISTED: Final = RecordList(
    PAYMENTS,
    "invoices.payments",
    _("Payments"),
    payment_queries.NAMED,
    PAYMENT_COLUMNS,
    _payment_cells,
    export=SEE_PAYMENTS,
    along=("currency",),
)
