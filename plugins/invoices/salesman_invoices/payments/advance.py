"""What was paid ahead together with an invoice: it goes back first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import whole_sum
from salesman_invoices.billing import hundredths
from salesman_invoices.models import IN, Allotment, Payment


def advance_on(session: Session, invoice: Any, but: int | None = None) -> Decimal:
    """Give what was paid over an invoice and belongs to none: one statement.

    That is what is not allotted of the payments that stand on it; no more than those who paid it
    have ahead in its currency altogether, for some of that may have gone back already.

    :param invoice: the object, or a row with its ``id`` and ``currency``.
    :param but: a payment that is left out.
    """
    standing = sa.select(Allotment.payment_id).where(Allotment.invoice_id == invoice.id)
    of_it = (Payment.id.in_(standing), Payment.direction == IN, Payment.deleted_at.is_(None))
    payers = sa.select(Payment.client_id).where(*of_it)
    free = Payment.amount - Payment.allotted
    ahead = sa.case((Payment.direction == IN, free), else_=-free)
    over = sa.select(whole_sum(free)).where(*of_it)
    altogether = sa.select(whole_sum(ahead)).where(
        Payment.client_id.in_(payers),
        Payment.currency == invoice.currency,
        Payment.deleted_at.is_(None),
        Payment.id != (but or 0),
    )
    paid_over, ahead_of_all = session.execute(
        sa.select(over.scalar_subquery(), altogether.scalar_subquery())
    ).one()
    most = paid_over if ahead_of_all is None else min(paid_over or 0, ahead_of_all)
    return max(hundredths(most), Decimal(0))
