"""Won and lost by month: how many, which share was won, for how much, and after how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_analytics.deals import (
    closed_within,
    counted_deals,
    deals_address,
    known_worth,
    period_filters,
)
from salesman_analytics.measures import median_of, share_of
from salesman_analytics.months import key_of_month, month_title, months_of, within_month
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Deal,
    Worth,
    days_between,
    month_of,
    reading,
    worth_columns,
    worth_of,
)

_ = texts.lazy

Values = Mapping[str, Any]
Lengths = Mapping[tuple[date, str], Mapping[int, int]]

WON, LOST = OUTCOMES = ("won", "lost")
_NOTHING: Final = Worth()


def by_month(asked: Values) -> Iterable[Values]:
    """Count the deals that were closed by month, outcome and length: one statement."""
    found, lengths = _closed(asked)
    if not found:
        return []
    months = months_of(asked, {first for first, _outcome in found})
    told = [_row(asked, first, found, lengths) for first in months]
    won, lost, lacking = (sum(row[name] for row in told) for name in (WON, LOST, "lacking"))
    total = {"rate": _rate(won, lost), "lacking": lacking, **_medians(lengths, months)}
    return [*told, {"line": "total", **total}]


def _row(
    asked: Values, first: date, found: Mapping[tuple[date, str], Worth], lengths: Lengths
) -> dict[str, Any]:
    won, lost = (found.get((first, outcome), _NOTHING) for outcome in OUTCOMES)
    return {
        "month": month_title(first),
        "key": key_of_month(asked, first),
        "first": first,
        WON: won.count,
        LOST: lost.count,
        "rate": _rate(won.count, lost.count),
        "turnover": won.amount,
        "lacking": won.lacking,
        **_medians(lengths, [first]),
    }


def _rate(won: int, lost: int) -> Decimal | None:
    return share_of(Decimal(won), Decimal(won + lost))


def _closed(asked: Values) -> tuple[Mapping[tuple[date, str], Worth], Lengths]:
    """Give what was closed by month and outcome, and how many took so many days."""
    month, days = month_of(Deal.closed_on), days_between(Deal.opened_on, Deal.closed_on)
    counted: Any = sa.select(month, Deal.outcome, days, *worth_columns())
    closed = [*counted_deals(asked), *closed_within(asked)]
    found: dict[tuple[date, str], Worth] = {}
    lengths: dict[tuple[date, str], dict[int, int]] = {}
    rows = reading().execute(counted.where(*closed).group_by(month, Deal.outcome, days))
    for row in rows:
        first, outcome, length = row[:3]
        place = (first, outcome)
        found[place] = found.get(place, _NOTHING) + worth_of(row)
        lengths.setdefault(place, {})[length] = row.number
    return found, lengths


def _medians(lengths: Lengths, months: Sequence[date]) -> dict[str, int | None]:
    return {
        f"{outcome}_days": median_of(lengths.get((first, outcome), {}) for first in months)
        for outcome in OUTCOMES
    }


def _of(outcome: str, *, known: bool = False) -> Callable[[Values, Values], str]:
    """Give what gives the address of the deals of a month with an outcome."""

    def address(asked: Values, row: Values) -> str:
        days = period_filters(within_month(asked, row))
        worth = known_worth(row["lacking"]) if known else {}
        return deals_address(asked, state=outcome, **days, **worth)

    return address


def _days(name: str, title: Any) -> Values:
    return {
        "name": name,
        "title": title,
        "kind": "days",
        "method": _(
            "Half of these deals were closed at most so many days after the day on which they"
            " were opened."
        ),
    }


REPORTS: Final[Sequence[Values]] = (
    {
        "id": "analytics.closed_months",
        "title": _("Won and lost by month"),
        "question": _("How many deals are won and lost, for how much, and after how long?"),
        "group": "sales",
        "permission": "core.deal.view",
        "filters": ("period", "owner_id", "team_id", "pipeline_id", "source"),
        "count": by_month,
        "columns": (
            {"name": "month", "title": _("Closed in"), "kind": "text"},
            {
                "name": WON,
                "title": _("Won"),
                "kind": "number",
                "address": _of(WON),
                "method": _("Deals that were closed as won, by the day of closing."),
            },
            {
                "name": LOST,
                "title": _("Lost"),
                "kind": "number",
                "address": _of(LOST),
                "method": _("Deals that were closed as lost, by the day of closing."),
            },
            {
                "name": "rate",
                "title": _("Win rate"),
                "kind": "percent",
                "method": _("The deals won, of those that were won or lost."),
            },
            {
                "name": "turnover",
                "title": _("Turnover"),
                "kind": "money",
                "address": _of(WON, known=True),
                "method": _(
                    "The amounts of the deals won, each at the rate that it keeps. One without a"
                    " rate is not in it."
                ),
            },
            _days("won_days", _("Days until won")),
            _days("lost_days", _("Days until lost")),
        ),
        "chart": {"kind": "bars", "columns": (WON, LOST)},
        "order": 60,
        "opens_for": {"everything": 20, "head": 40, "seller": 30},
    },
)
