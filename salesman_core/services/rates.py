"""The dated table of currency rates: what one unit of a currency was worth on a day.

A rate holds until the next one of its currency, yet at most for :data:`MOST_DAYS`: what was entered
long ago says nothing about today. There is no other guess; where no rate is known there is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import reading
from salesman_core.db.revisions import bump, kept
from salesman_core.services.models import CurrencyRate

SUBJECT: Final = "rates"
MOST_DAYS: Final = 31
"""For so many days a rate holds where no later one was entered."""


class Dated(NamedTuple):
    """The rates of a currency, the earliest day first."""

    days: Sequence[date]
    rates: Sequence[Decimal]


def rate_on(base: str, currency: str, day: date) -> Decimal | None:
    """Give what one unit of a currency was worth on a day, or None where nobody knows.

    :param base: the currency that it was worth that much of.
    """
    known = _known(base, currency)
    place = bisect_right(known.days, day) - 1
    if place < 0 or day - known.days[place] >= timedelta(days=MOST_DAYS):
        return None
    return known.rates[place]


def _known(base: str, currency: str) -> Dated:
    """Give the rates of a currency, kept in memory until one changes."""
    tables = kept(SUBJECT)
    if (base, currency) not in tables:
        tables[base, currency] = _read(base, currency)
    found: Dated = tables[base, currency]
    return found


def _read(base: str, currency: str) -> Dated:
    rows = reading().execute(
        sa.select(CurrencyRate.day, CurrencyRate.rate)
        .where(CurrencyRate.base == base, CurrencyRate.currency == currency)
        .order_by(CurrencyRate.day)
    )
    pairs = [(row.day, row.rate) for row in rows]
    return Dated([day for day, _rate in pairs], [rate for _day, rate in pairs])


def held_rate(session: Session, base: str, currency: str, day: date) -> CurrencyRate | None:
    """Give what stands in the table for a day, or None."""
    known = sa.select(CurrencyRate).where(
        CurrencyRate.base == base, CurrencyRate.currency == currency, CurrencyRate.day == day
    )
    return session.scalars(known).one_or_none()


def put_rate(
    session: Session, base: str, currency: str, day: date, rate: Decimal
) -> tuple[CurrencyRate, Decimal | None]:
    """Write a rate into the table; give it, and what stood there for that day."""
    held = held_rate(session, base, currency, day)
    before = None if held is None else held.rate
    if held is None:
        held = CurrencyRate(base=base, currency=currency, day=day, rate=rate)
        session.add(held)
    held.rate = rate
    session.flush()
    bump(session, SUBJECT)
    return held, before


def drop_rate(session: Session, held: CurrencyRate) -> None:
    """Take a rate out of the table."""
    session.delete(held)
    bump(session, SUBJECT)
