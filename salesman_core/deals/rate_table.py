"""Every change and the list of the table of rates, as an administrator keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

import sqlalchemy as sa

from salesman_core.access.records import demand_permission
from salesman_core.db import AnyRow, reading, writing
from salesman_core.deals.permissions import RATES
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.jobs import enqueue
from salesman_core.records.changes import audit
from salesman_core.services.company import company, is_currency
from salesman_core.services.models import CurrencyRate
from salesman_core.services.rates import drop_rate, put_rate
from salesman_hookspecs import Text

_ = texts.lazy

KIND: Final = "rate"
KEEP_RATES: Final = "core.keep_rates"
SHOWN: Final = 200
"""So many rates are listed, the latest first."""

_MOST: Final = Decimal(10**9)
_DIGITS: Final = 8


class DatedRate(NamedTuple):
    """What one unit of a currency was worth in the company's on a day."""

    currency: str
    day: date
    rate: Decimal


def judged_rate(currency: str, day: date | None, rate: Decimal | None) -> DatedRate:
    """Give a rate that may stand in the table.

    :raises InvalidError: by field.
    """
    wrong: dict[str, Text] = {}
    if not is_currency(currency):
        wrong["currency"] = _("There is no currency %(code)s.", code=currency)
    elif currency == company().currency:
        wrong["currency"] = _("This is the company's own currency: it needs no rate.")
    if day is None:
        wrong["day"] = _("Give the day of the rate.")
    if rate is None or not 0 < rate < _MOST or round(rate, _DIGITS) != rate:
        wrong["rate"] = _("Give a rate above zero, with at most eight digits after the point.")
    if wrong or day is None or rate is None:
        raise InvalidError(_("This rate cannot be."), wrong)
    return DatedRate(currency, day, rate)


def enter_rates(rates: Iterable[DatedRate]) -> int:
    """Put rates into the table, all or none; give how many are new or other than before.

    Deals that lack theirs get it in the background; those that have one keep it.
    """
    demand_permission(RATES)
    changed: set[str] = set()
    number = 0
    with writing() as session:
        for one in rates:
            held, before = put_rate(session, company().currency, *one)
            if before != one.rate:
                label, action = _label(one), "created" if before is None else "changed"
                audit(session, KIND, held.id, label, action, {"rate": (before, one.rate)})
                changed.add(one.currency)
                number += 1
        for currency in sorted(changed):
            enqueue(session, KEEP_RATES, {"currency": currency})
    return number


def delete_rate(rate_id: int) -> DatedRate:
    """Take a rate out of the table; give it. Deals that took it keep it.

    :raises MissingError: where there is none.
    """
    demand_permission(RATES)
    with writing() as session:
        held = session.get(CurrencyRate, rate_id)
        if held is None:
            raise MissingError(_("There is no such rate any more."))
        gone = DatedRate(held.currency, held.day, held.rate)
        drop_rate(session, held)
        audit(session, KIND, rate_id, _label(gone), "deleted", {"rate": (gone.rate, None)})
    return gone


def _label(one: DatedRate) -> str:
    return f"{one.currency} {one.day.isoformat()}"


def latest_rates(currency: str | None = None) -> Sequence[AnyRow]:
    """Give the latest rates to the company's currency, of all currencies or of one."""
    wanted = [CurrencyRate.base == company().currency]
    if currency:
        wanted.append(CurrencyRate.currency == currency)
    return (
        reading()
        .execute(
            sa.select(CurrencyRate.id, CurrencyRate.currency, CurrencyRate.day, CurrencyRate.rate)
            .where(*wanted)
            .order_by(CurrencyRate.day.desc(), CurrencyRate.currency)
            .limit(SHOWN)
        )
        .all()
    )


def currencies_with_rates() -> Sequence[str]:
    """Give the currencies that have a rate to the company's."""
    own = CurrencyRate.base == company().currency
    named = sa.select(CurrencyRate.currency).where(own).distinct()
    return reading().scalars(named.order_by(CurrencyRate.currency)).all()
