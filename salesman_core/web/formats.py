"""Amounts, dates and names as people read them: the filters of the templates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_compact_currency, format_currency, format_decimal
from babel.units import format_unit
from flask_babel import get_locale

from salesman_core import clock
from salesman_core.i18n import texts
from salesman_core.services.company import company

_WIDE_GAP: Final = re.compile(r"(?<=\d)\xa0(?=\d)")
_TOUCHING: Final = re.compile(r"(?<=[A-Z])(?=\d)")
_THIN_GAP: Final = "\u202f"
_NAMES: Final = 2
_SIZES: Final = ("byte", "kilobyte", "megabyte", "gigabyte")


def money(amount: Decimal | int | None, currency: str, *, whole: bool = False) -> str:
    """Give an amount with its currency: ``1 234 567,50 ₽``.

    :param amount: in units of the currency; None gives an empty string.
    :param currency: ISO 4217.
    :param whole: True to leave hundredths out. A card says the exact amount; boards, tiles, charts
        and forecasts say whole ones, because nobody steers by hundredths; a column of a list
        does as :func:`all_whole` says.
    """
    if amount is None:
        return ""
    locale = _locale()
    if not whole:
        return _spaced(format_currency(amount, currency, locale=locale))
    pattern = re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
    return _spaced(format_currency(amount, currency, pattern, locale, currency_digits=False))


def all_whole(amounts: Iterable[Decimal | None]) -> bool:
    """Tell whether a column of amounts can do without hundredths, because none of them has any.

    A column shows hundredths everywhere or nowhere: with ``1 250`` above ``1 250,50`` the points
    do not stand below each other, and the shorter number looks like the smaller one.
    """
    return all(amount is None or amount % 1 == 0 for amount in amounts)


def money_short(amount: Decimal | int | None, currency: str) -> str:
    """Give an amount as a tile or a chart shows it: ``1,2 млн ₽``."""
    if amount is None:
        return ""
    text = format_compact_currency(amount, currency, locale=_locale(), fraction_digits=1)
    return _spaced(text)


def number(value: Decimal | float | None, *, digits: int | None = None) -> str:
    """Give a number with thin spaces in its thousands.

    :param digits: exactly so many after the point; as many as there are, up to three, if not given.
    """
    if value is None:
        return ""
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return _thin(format_decimal(value, pattern, locale=_locale()))


def amount(value: Decimal) -> str:
    """Give an amount whose currency is said elsewhere: with both its hundredths, or none."""
    return number(value, digits=0 if value % 1 == 0 else 2)


def rate(value: Decimal | None) -> str:
    """Give what one unit of a currency is worth, with as many digits as it has, two at least."""
    return "" if value is None else _thin(format_decimal(value, "#,##0.00######", _locale()))


def percent(value: Decimal | float | None, *, digits: int = 0) -> str:
    """Give a share: 40 is ``40 %`` in Russian and ``40%`` in English."""
    if value is None:
        return ""
    gap = _THIN_GAP if _locale().language == "ru" else ""
    return f"{number(value, digits=digits)}{gap}%"


def size(octets: int) -> str:
    """Give how large a file is, in units of 1024: ``1,2 МБ``."""
    power = min(max(octets.bit_length() - 1, 0) // 10, len(_SIZES) - 1)
    value = round(Decimal(octets) / 1024**power, 1) if power else octets
    length: Literal["long", "short"] = "short" if power else "long"
    return _thin(format_unit(value, f"digital-{_SIZES[power]}", length, locale=_locale()))


def day(value: date | datetime | None, *, style: str = "medium") -> str:
    """Give a date; of a moment, the date that it is in the company's zone.

    :param style: ``short``, ``medium``, ``long`` or ``full``.
    """
    if value is None:
        return ""
    return format_date(_local_date(value), style, locale=_locale())


def moment(value: datetime | None, *, style: str = "medium") -> str:
    """Give a date and a time in the company's zone."""
    if value is None:
        return ""
    zone = company().tz
    pattern = {"short": "short", "medium": "medium", "long": "long"}[style]
    if style == "medium":  # seconds are noise
        text = format_date(value.astimezone(zone), "medium", locale=_locale())
        return f"{text}, {hour(value)}"
    return format_datetime(value, pattern, tzinfo=zone, locale=_locale())


def hour(value: datetime | None) -> str:
    """Give the time of day in the company's zone, without seconds."""
    if value is None:
        return ""
    return format_time(value, "short", tzinfo=company().tz, locale=_locale())


def days_from_now(value: date | datetime | None) -> str:
    """Give how far away a day is: ``today``, ``in 3 days``, ``2 weeks ago``."""
    if value is None:
        return ""
    far = (_local_date(value) - clock.today(company().tz)).days
    near = {0: texts.gettext("today"), 1: texts.gettext("tomorrow"), -1: texts.gettext("yesterday")}
    if far in near:
        return near[far]
    return format_timedelta(
        far * 86_400, granularity="day", threshold=2, add_direction=True, locale=_locale()
    )


def initials(name: str) -> str:
    """Give the first letters of a person's first two names, for an avatar."""
    letters = [word[0] for word in re.findall(r"\w+", name)[:_NAMES]]
    return "".join(letters).upper() or "?"


FILTERS: Final = {
    "money": money,
    "rate": rate,
    "money_short": money_short,
    "number": number,
    "percent": percent,
    "size": size,
    "date": day,
    "moment": moment,
    "hour": hour,
    "days_from_now": days_from_now,
    "initials": initials,
}
"""The filters by the names that templates use."""


def _locale() -> Locale:
    return get_locale() or Locale("en")


def _thin(text: str) -> str:
    return _WIDE_GAP.sub(_THIN_GAP, text)


def _spaced(text: str) -> str:
    """Part a currency's letters from its number, which Babel forgets in English."""
    return _thin(_TOUCHING.sub("\xa0", text.replace("RUB", "₽")))


def _local_date(value: date | datetime) -> date:
    return value.astimezone(company().tz).date() if isinstance(value, datetime) else value
