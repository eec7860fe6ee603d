"""What metrics and plans are called, and how their figures are read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date
from flask_babel import get_locale

from salesman_core.toolkit import company, formats
from salesman_hookspecs import Text
from salesman_plans.models import DEALS, MARGIN, MONEY, TURNOVER, UNITS
from salesman_plans.months import MONTHS_OF_YEAR, Period
from salesman_plans.texts import texts

_ = texts.lazy

METRIC_TITLES: Final[dict[str, Text]] = {
    TURNOVER: _("Turnover"),
    MARGIN: _("Margin"),
    UNITS: _("Units"),
    DEALS: _("Deals won"),
}


def figure(value: Decimal | None, metric: str, *, whole: bool = False) -> str:
    """Give a figure as people read it.

    :param whole: True to leave hundredths of money out.
    """
    if value is None:
        return "—"
    if metric in MONEY:
        return formats.money(value, company().currency, whole=whole)
    return formats.number(plain(value, metric))


def plain(value: Decimal, metric: str) -> Decimal:
    """Give a figure with the digits after the point that it is written with."""
    if metric in MONEY:
        return value.quantize(Decimal("0.01"))
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def short(value: Decimal | None, metric: str) -> str:
    """Give a figure as a tile shows it, as ``1,2 млн ₽``."""
    if value is None:
        return "—"
    if metric in MONEY:
        return formats.money_short(value, company().currency)
    return figure(value, metric)


def month_title(first: date, *, brief: bool = False) -> str:
    """Give a month as people read it, as ``March 2026`` or ``Mar``."""
    return format_date(first, "LLL" if brief else "LLLL y", locale=get_locale())


def period_title(period: Period) -> str:
    """Give a period as people read it."""
    if period.months == 1:
        return month_title(period.first)
    if period.months == MONTHS_OF_YEAR:
        return str(period.first.year)
    return format_date(period.first, "QQQ y", locale=get_locale())
