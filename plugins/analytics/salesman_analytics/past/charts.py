"""What is drawn of a day: what its open deals might have brought, by month."""

from __future__ import annotations

from datetime import date
from typing import Any

from salesman_analytics.months import month_title
from salesman_analytics.past.asking import Asked
from salesman_analytics.past.counting import Past
from salesman_analytics.past.rows import NONE
from salesman_analytics.texts import texts
from salesman_core.toolkit import formats

_ = texts.lazy


def by_month(asked: Asked, past: Past) -> dict[str, Any]:
    """Give the forecast of each month as it was."""
    values = [past.of_month(month).forecast for month in past.months]
    series = {
        "name": str(_("Forecast")),
        "values": [float(one) for one in values],
        "texts": [formats.money_short(one, past.currency) for one in values],
        "links": [asked.deals(month=month or NONE, frozen="false") for month in past.months],
    }
    return {
        "label": str(_("Forecast by month as it was")),
        "names": [month_name(month) for month in past.months],
        "series": [series],
    }


def month_name(month: str | None) -> str:
    """Give a month, as ``2026-04``, in words; what nobody expected in any has none."""
    if month is None:
        return str(_("No date"))
    return month_title(date.fromisoformat(f"{month}-01"))
