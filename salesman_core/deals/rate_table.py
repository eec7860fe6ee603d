"""Every change and the list of the table of rates, as an administrator keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import demand_permission
from salesman_core.db import AnyRow, WritingSession, reading, writing
from salesman_core.deals.permissions import RATES
from salesman_core.errors import ConflictError, InvalidError, MissingError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.changes import announce, audit, touch_records
from salesman_core.services.company import company, is_currency
from salesman_core.services.models import CurrencyRate
from salesman_core.services.rates import drop_rate, held_rate, put_rate
from salesman_hookspecs import Text

_ = texts.lazy

KIND: Final = "rate"
SHOWN: Final = 200
"""So many rates are listed, the latest first."""

_MOST: Final = Decimal(10**9)
_DIGITS: Final = 8
_PRECISE: Final = 40


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


def for_one(rate: Decimal, per: int) -> Decimal:
    """Give what one unit is worth, where a rate is told per hundred or ten thousand of them.

    What does not come out even keeps all its digits, so that it is refused and not rounded.
    """
    with localcontext(prec=_PRECISE):
        return rate / per


def enter_rates(rates: Iterable[DatedRate]) -> int:
    """Put rates into the table, all or none; give how many are new or other than before.

    What lacks its rate gets it in the background; what has one keeps it.
    """
    demand_permission(RATES)
    with writing() as session:
        entered = [(one.currency, enter_rate(session, one)) for one in rates]
        told = [(currency, made) for currency, made in entered if made.action != "unchanged"]
        tell_of_rates(session, {currency: made.rate_id for currency, made in told})
    return len(told)


class Entered(NamedTuple):
    """What became of a rate: ``created``, ``changed`` or ``unchanged``, and under which id."""

    action: str
    rate_id: int


def enter_rate(session: Session, one: DatedRate) -> Entered:
    """Put a rate into the table in the transaction of the caller, who has judged it."""
    held, before = put_rate(session, company().currency, *one)
    if before == one.rate:
        return Entered("unchanged", held.id)
    action = "created" if before is None else "changed"
    touch_records(CurrencyRate, [held.id])
    audit(session, KIND, held.id, _label(one), action, {"rate": (before, one.rate)})
    return Entered(action, held.id)


def tell_of_rates(session: WritingSession, entered: Mapping[str, int]) -> None:
    """Let what is in some currencies and lacks its rate get it in the background.

    :param entered: a rate that was entered, by currency: one event tells of all of a currency.
    """
    for currency, rate_id in sorted(entered.items()):
        announce(session, "core.rate.entered", KIND, rate_id, {"currency": currency})


def add_rate(one: DatedRate) -> int:
    """Put a rate into the table for a day that has none; give its id.

    :raises ConflictError: where the day has one.
    """
    demand_permission(RATES)
    with writing() as session:
        if held_rate(session, company().currency, one.currency, one.day) is not None:
            message = _("There is a rate of %(label)s already: change it.", label=_label(one))
            raise ConflictError(message)
        made = enter_rate(session, one)
        tell_of_rates(session, {one.currency: made.rate_id})
    return made.rate_id


def correct_rate(rate_id: int, rate: Decimal, version: int | None = None) -> None:
    """Put another rate in the place of one. Deals that took that keep it.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises StaleError: where somebody corrected it since.
    """
    demand_permission(RATES)
    with writing() as session:
        held = _held(session, rate_id, version)
        enter_rate(session, judged_rate(held.currency, held.day, rate))
        tell_of_rates(session, {held.currency: rate_id})


def delete_rate(rate_id: int, version: int | None = None) -> DatedRate:
    """Take a rate out of the table; give it. Deals that took it keep it.

    :raises MissingError: where there is none.
    :raises StaleError: where somebody corrected it since *version*.
    """
    demand_permission(RATES)
    with writing() as session:
        held = _held(session, rate_id, version)
        gone = DatedRate(held.currency, held.day, held.rate)
        drop_rate(session, held)
        audit(session, KIND, rate_id, _label(gone), "deleted", {"rate": (gone.rate, None)})
    return gone


def version_of(rate: Decimal) -> int:
    """Give what tells a rate from what it is corrected to: its hundred-millionths."""
    return int(rate.scaleb(_DIGITS))


def _held(session: Session, rate_id: int, version: int | None) -> CurrencyRate:
    held = session.get(CurrencyRate, rate_id, with_for_update=True)
    if held is None or held.base != company().currency:
        raise MissingError(_("There is no such rate any more."))
    if version is not None and version_of(held.rate) != version:
        raise StaleError(_("Somebody corrected this rate meanwhile. Read it again."))
    return held


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
