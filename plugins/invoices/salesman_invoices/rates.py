"""The rate of its day that an invoice in another currency keeps.

It is taken once, at issue; where the table knew none then, as soon as it does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from salesman_core.toolkit import Changes, company, differences, rate_on
from salesman_invoices.models import DRAFT, Invoice

RateOn = Callable[[str, str, date], Decimal | None]


def take_rate(invoice: Invoice, known: RateOn = rate_on) -> Changes:
    """Let an issued invoice keep the rate of its day, if there is one; give what that changes.

    :param known: gives what one unit of the second currency was worth in the first on a day.
    """
    own, rate = company().currency, None
    if invoice.currency != own and invoice.issued_on is not None:
        rate = known(own, invoice.currency, invoice.issued_on)
    taken = {"rate": rate, "rate_currency": None if rate is None else own}
    changes = differences(invoice, taken)
    for name, value in taken.items():
        setattr(invoice, name, value)
    return changes


def lacks_rate() -> sa.ColumnElement[bool]:
    """Give the condition of issued invoices whose worth in the company's currency nobody knows."""
    own = company().currency
    other = sa.or_(Invoice.rate.is_(None), Invoice.rate_currency != own)
    return sa.and_(Invoice.currency != own, Invoice.state != DRAFT, other)
