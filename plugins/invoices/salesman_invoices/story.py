"""Invoices and payments in the stories of clients and deals, and invoices in the search box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, Findable, formats, reading, visible
from salesman_hookspecs import SearchHit, TimelineEntry, TimelineQuery
from salesman_invoices.models import (
    BACK,
    CANCELLED,
    DRAFT,
    KIND,
    Allotment,
    Invoice,
    InvoiceExternalId,
    Payment,
)
from salesman_invoices.service import named
from salesman_invoices.texts import texts

_COLUMNS: Final = {"client": Invoice.client_id, "deal": Invoice.deal_id}


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give what was issued and cancelled for a client or deal."""
    column = _COLUMNS.get(query.kind)
    if column is None:
        return []
    at = sa.func.coalesce(Invoice.cancelled_at, Invoice.created_at).label("at")
    columns = (Invoice.id, Invoice.number, Invoice.state, Invoice.amount, Invoice.currency, at)
    told = sa.select(*columns).where(
        visible(KIND, person=query.person), column == query.record_id, Invoice.state != DRAFT
    )
    if query.before is not None:
        told = told.where(at <= query.before)
    rows = reading().execute(told.order_by(at.desc(), Invoice.id.desc()).limit(query.limit))
    return [_of_invoice(row) for row in rows]


def _of_invoice(row: AnyRow) -> TimelineEntry:
    amount = formats.money(row.amount, row.currency)
    number = named(row)
    text = (
        texts.gettext("Cancelled invoice %(number)s, %(amount)s", number=number, amount=amount)
        if row.state == CANCELLED
        else texts.gettext("Invoice %(number)s, %(amount)s", number=number, amount=amount)
    )
    return _entry(row, text, "file-invoice")


def _entry(row: Any, text: str, icon: str) -> TimelineEntry:
    url = url_for("invoices.card", record_id=row.id)
    return TimelineEntry(
        at=row.at, kind="invoice", text=text, icon=icon, actor="", url=url, id=row.id
    )


def payments(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give what was paid on the invoices of a client or deal that the person sees."""
    column = _COLUMNS.get(query.kind)
    if column is None:
        return []
    columns = (
        Allotment.id.label("allotment_id"),
        Allotment.amount,
        Payment.created_at.label("at"),
        Payment.day,
        Payment.direction,
        Invoice.id,
        Invoice.number,
        Invoice.currency,
    )
    told = (
        sa.select(*columns)
        .join(Payment, Payment.id == Allotment.payment_id)
        .join(Invoice, Invoice.id == Allotment.invoice_id)
        .where(visible(KIND, person=query.person), column == query.record_id)
    )
    if query.before is not None:
        told = told.where(Payment.created_at <= query.before)
    ordered = told.order_by(Payment.created_at.desc(), Allotment.id.desc())
    return [_of_payment(row) for row in reading().execute(ordered.limit(query.limit))]


def _of_payment(row: AnyRow) -> TimelineEntry:
    said = {
        "number": named(row),
        "amount": formats.money(abs(row.amount), row.currency),
        "day": formats.day(row.day),
    }
    text = (
        texts.gettext("%(amount)s went back on invoice %(number)s on %(day)s", **said)
        if row.direction == BACK
        else texts.gettext("%(amount)s was paid on invoice %(number)s on %(day)s", **said)
    )
    return _entry(row, text, "coin")


def _keyed(typed: str) -> sa.Select[Any] | None:
    """Give the invoices of a number, or of a key in another system."""
    key = typed.strip()
    if not key:
        return None
    of_number = sa.select(Invoice.id).where(Invoice.number == key)
    of_key = sa.select(InvoiceExternalId.record_id).where(InvoiceExternalId.key == key)
    either = sa.union(of_number, of_key).subquery()
    return sa.select(either.c[0])


def _found(row: AnyRow, score: float) -> SearchHit:
    url = url_for("invoices.card", record_id=row.id)
    amount = formats.money(row.amount, row.currency)
    return SearchHit(named(row), url, amount, score)


FOUND: Final = Findable(
    kind=KIND,
    id=Invoice.id,
    name=Invoice.search_text,
    read=sa.select(Invoice.id, Invoice.number, Invoice.amount, Invoice.currency),
    hit=_found,
    words=_keyed,
    behind=Invoice.state == CANCELLED,
)
"""How the search box finds invoices, a typo forgiven."""
