"""How an invoice stands: what people read follows from its state, its payments and today.

One SQL expression for lists and figures, and one function for what has been read already.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import company, today
from salesman_invoices.models import CANCELLED, DRAFT, ISSUED, Invoice
from salesman_invoices.texts import texts

_ = texts.lazy

PARTLY: Final = "partly_paid"
PAID: Final = "paid"
OVERDUE: Final = "overdue"

TITLES: Final = {
    DRAFT: _("draft"),
    ISSUED: _("issued"),
    PARTLY: _("partly paid"),
    PAID: _("paid"),
    OVERDUE: _("overdue"),
    CANCELLED: _("cancelled"),
}
"""What people read, in the order in which an invoice goes through it."""

COLOURS: Final = {
    DRAFT: "secondary",
    ISSUED: "secondary",
    PARTLY: "secondary",
    PAID: "green",
    OVERDUE: "red",
    CANCELLED: "secondary",
}
"""Of the badge: green and red only for what is well and what is late."""


def company_day() -> date:
    """Give today, as the company counts its days."""
    return today(company().tz)


TODAY: Final = sa.bindparam("invoices_today", callable_=company_day, type_=sa.Date)
"""Today in SQL that is made once and asked often."""

IS_ISSUED: Final = Invoice.state == ISSUED
IS_PAID: Final = sa.and_(IS_ISSUED, Invoice.paid >= Invoice.amount)
IS_OPEN: Final = sa.and_(IS_ISSUED, Invoice.paid < Invoice.amount)
IS_OVERDUE: Final = sa.and_(IS_OPEN, Invoice.due_on.is_not(None), Invoice.due_on < TODAY)

STANDING: Final = sa.case(
    (Invoice.state != ISSUED, Invoice.state),
    (Invoice.paid >= Invoice.amount, PAID),
    (IS_OVERDUE, OVERDUE),
    (Invoice.paid > 0, PARTLY),
    else_=ISSUED,
)
"""How an invoice stands, as a word."""


def standing_of(row: Any) -> str:
    """Give how an invoice stands, as a word of ``TITLES``.

    One that is partly paid and past its day is overdue. What was paid over its amount is paid.

    :param row: with ``state``, ``paid``, ``amount`` and ``due_on``.
    """
    if row.state != ISSUED:
        return str(row.state)
    if row.paid >= row.amount:
        return PAID
    if row.due_on is not None and row.due_on < company_day():
        return OVERDUE
    return PARTLY if row.paid > 0 else ISSUED


def left_of(row: Any) -> Decimal:
    """Give what is still to be paid of an issued invoice; nought of any other."""
    if row.state != ISSUED:
        return Decimal(0)
    left: Decimal = row.amount - row.paid
    return max(left, Decimal(0))
