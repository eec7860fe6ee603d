"""Issued invoices get the rate of their day once the table of rates knows it."""

from __future__ import annotations

import sqlalchemy as sa

from salesman_core.toolkit import reading
from salesman_hookspecs import Event
from salesman_invoices.models import Invoice
from salesman_invoices.rates import lacks_rate
from salesman_invoices.service import keep_rate


def complete_rates(event: Event) -> None:
    """Complete the invoices in the currency that a rate was entered of, each by itself."""
    lacking = sa.select(Invoice.id).where(
        Invoice.currency == event.payload["currency"], lacks_rate()
    )
    for invoice_id in reading().scalars(lacking.order_by(Invoice.id)).all():
        keep_rate(invoice_id)
