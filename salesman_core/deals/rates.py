"""The rate that a deal keeps of its day, and what its amount is worth by it.

The day of a deal is that on which it was closed, and while it is open that on which it was opened.
Once a deal has the rate of its day, later changes of the table do not touch it.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import days_before
from salesman_core.deals.models import Deal
from salesman_core.records.changes import Changes, differences
from salesman_core.services.company import company
from salesman_core.services.models import CurrencyRate
from salesman_core.services.rates import MOST_DAYS, rate_on

_HUNDREDTH: Final = Decimal("0.01")
_DIGITS: Final = 60
"""More than any product of an amount and a rate has: nothing is rounded but the result."""

Deciding = tuple[str, date]


def day_of(row: Any) -> date:
    """Give the day whose rate counts for a deal."""
    day: date = row.closed_on or row.opened_on
    return day


def decided_by(deal: Deal) -> Deciding:
    """Give what decides which rate a deal keeps."""
    return deal.currency, day_of(deal)


def take_rate(deal: Deal) -> Changes:
    """Let a deal keep the rate that the table now has for its day; give what that changes."""
    own = company().currency
    rate = None if deal.currency == own else rate_on(own, deal.currency, day_of(deal))
    return hold_rate(deal, rate, None if rate is None else own)


def follow(deal: Deal, before: Deciding) -> Changes:
    """Let a deal keep another rate where its currency or its day is another; give the changes.

    :param before: what decided until now.
    """
    return {} if decided_by(deal) == before else take_rate(deal)


def hold_rate(deal: Deal, rate: Decimal | None, rate_currency: str | None) -> Changes:
    """Let a deal hold a rate to a currency, or none; give what that changes."""
    if deal.rate == rate and deal.rate_currency == rate_currency:
        return {}
    changes = differences(deal, {"rate": rate, "rate_currency": rate_currency})
    deal.rate, deal.rate_currency = rate, rate_currency
    return changes


def lacks_rate(of: Any = Deal) -> sa.ColumnElement[bool]:
    """Give the condition of deals whose worth in the company's currency nobody knows.

    :param of: the deals, or the columns of a query of them.
    """
    own = company().currency
    other = sa.or_(of.rate.is_(None), of.rate_currency.is_(None), of.rate_currency != own)
    return sa.and_(of.currency != own, other)


def holds_another() -> sa.ColumnElement[bool]:
    """Give the condition of deals that keep another rate than the table has for their day.

    They took one that was wrong. What the table no longer has anything to say about is not told.
    """
    own, day = company().currency, sa.func.coalesce(Deal.closed_on, Deal.opened_on)
    in_table = (
        sa.select(CurrencyRate.rate)
        .where(
            CurrencyRate.base == own,
            CurrencyRate.currency == Deal.currency,
            CurrencyRate.day <= day,
            CurrencyRate.day > days_before(day, MOST_DAYS),
        )
        .order_by(CurrencyRate.day.desc())
        .limit(1)
        .correlate(Deal)
        .scalar_subquery()
    )
    other = sa.and_(Deal.rate_currency == own, Deal.currency != own, Deal.rate != in_table)
    return sa.func.coalesce(other, sa.false())


def kept_rate(row: Any) -> Decimal | None:
    """Give the rate of a deal to the company's currency, or None where it has none."""
    rate: Decimal | None = row.rate if row.rate_currency == company().currency else None
    return rate


def company_amount(row: Any) -> Decimal | None:
    """Give a deal's amount in the company's currency, or None where its rate is missing."""
    amount: Decimal = row.amount
    if row.currency == company().currency:
        return amount
    rate = kept_rate(row)
    return None if rate is None else converted(amount, rate)


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """Give an amount at a rate, rounded once, to the hundredth."""
    with localcontext(prec=_DIGITS):
        return (amount * rate).quantize(_HUNDREDTH, ROUND_HALF_UP)
