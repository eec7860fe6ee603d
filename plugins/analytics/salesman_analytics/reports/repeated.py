"""Repeat sales: clients who buy again, what that makes of the turnover, and after how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    purchases,
    reading,
    worth_columns,
    worth_of,
)

_ = texts.lazy

Values = Mapping[str, Any]
Stays = dict[int, int]
"""How many purchases came so many days after the one before."""

FIRST, FURTHER = 1, 5
"""From the fifth on, purchases are not told apart."""
_TITLES: Final = (
    _("First purchase"),
    _("Second purchase"),
    _("Third purchase"),
    _("Fourth purchase"),
    _("Fifth and further ones"),
)
_NOTHING: Final = Worth()


@dataclass(frozen=True, slots=True)
class Bought:
    """Won deals that are purchases of one kind.

    :param clients: how many clients they are of.
    """

    worth: Worth = _NOTHING
    clients: int = 0


def by_number(asked: Values) -> Iterable[Values]:
    """Count purchases by which of its client each is: four statements."""
    every = purchases()
    number = sa.case((every.c.number >= FURTHER, FURTHER), else_=every.c.number)
    found = {place: bought for (place,), bought in _bought(asked, every, number).items()}
    lone = _without_client(asked)
    if not found and not lone.count:
        return []
    days = {place: stays for (place,), stays in _days(asked, every, number).items()}
    turnover = sum((one.worth.amount for one in found.values()), Decimal(0))
    rows = [_row_of_number(place, found.get(place, Bought()), turnover) for place in _PLACES]
    for row in rows:
        row["days"] = median_of([days.get(row["key"], {})])
    clients = _bought(asked, every)
    total = {
        "line": "total",
        "clients": sum(one.clients for one in clients.values()),
        "lacking": sum(row["lacking"] for row in rows),
        "days": median_of(days.values()),
    }
    return [*rows, total, *([_row_apart(lone)] if lone.count else [])]


_PLACES: Final = range(FIRST, FURTHER + 1)


def _row_of_number(place: int, bought: Bought, turnover: Decimal) -> dict[str, Any]:
    return {
        "purchase": str(_TITLES[place - 1]),
        "key": place,
        "clients": bought.clients,
        "deals": bought.worth.count,
        "turnover": bought.worth.amount,
        "share": share_of(bought.worth.amount, turnover),
        "lacking": bought.worth.lacking,
    }


def _row_apart(lone: Worth) -> Values:
    return {
        "line": "apart",
        "purchase": str(_("Without a client, apart from that")),
        "key": "lone",
        "deals": lone.count,
        "turnover": lone.amount,
        "lacking": lone.lacking,
    }


def by_month(asked: Values) -> Iterable[Values]:
    """Count by month what those bought who had bought before: two statements."""
    every = purchases()
    again = sa.case((every.c.number > FIRST, 1), else_=0)
    found = _bought(asked, every, month_of(Deal.closed_on), again)
    days = _days(asked, every, month_of(Deal.closed_on))
    if not found:
        return []
    months = months_of(asked, {month for month, _again in found})
    rows = [_row_of_month(asked, first, found, days) for first in months]
    names = ("first_turnover", "again_turnover", "first_lacking", "again_lacking")
    sums: dict[str, Any] = {name: sum(row[name] for row in rows) for name in names}
    bought = sums["first_turnover"] + sums["again_turnover"]
    total = {"share": share_of(sums["again_turnover"], bought), "days": median_of(days.values())}
    return [*rows, {"line": "total", **sums, **total}]


def _row_of_month(
    asked: Values,
    first: date,
    found: Mapping[tuple[Any, ...], Bought],
    days: Mapping[tuple[Any, ...], Stays],
) -> dict[str, Any]:
    new, again = (found.get((first, place), Bought()) for place in (0, 1))
    return {
        "month": month_title(first),
        "key": key_of_month(asked, first),
        "first": first,
        "first_deals": new.worth.count,
        "again_deals": again.worth.count,
        "first_turnover": new.worth.amount,
        "again_turnover": again.worth.amount,
        "first_lacking": new.worth.lacking,
        "again_lacking": again.worth.lacking,
        "share": share_of(again.worth.amount, new.worth.amount + again.worth.amount),
        "days": median_of([days.get((first,), {})]),
    }


def _counted(asked: Values, every: sa.Subquery, counted: sa.Select[Any]) -> sa.Select[Any]:
    return counted.join_from(Deal, every, every.c.deal_id == Deal.id).where(
        *counted_deals(asked), *closed_within(asked)
    )


def _bought(
    asked: Values, every: sa.Subquery, *by: sa.ColumnElement[Any]
) -> dict[tuple[Any, ...], Bought]:
    """Give what was bought; by nothing, of how many clients all of it is."""
    clients = sa.func.count(sa.distinct(Deal.client_id)).label("clients")
    counted: sa.Select[Any] = sa.select(*by, clients, *worth_columns())
    rows = reading().execute(_counted(asked, every, counted).group_by(*by))
    return {tuple(row[: len(by)]): Bought(worth_of(row), row.clients) for row in rows}


def _days(
    asked: Values, every: sa.Subquery, by: sa.ColumnElement[Any]
) -> dict[tuple[Any, ...], Stays]:
    """Give how many purchases came how many days after the one before them."""
    days = days_between(every.c.before, Deal.closed_on)
    counted: sa.Select[Any] = sa.select(by, days, sa.func.count())
    rows = reading().execute(
        _counted(asked, every, counted).where(every.c.before.is_not(None)).group_by(by, days)
    )
    found: dict[tuple[Any, ...], Stays] = {}
    for place, length, number in rows:
        found.setdefault((place,), {})[length] = number
    return found


def _without_client(asked: Values) -> Worth:
    counted: sa.Select[Any] = sa.select(*worth_columns()).where(
        *counted_deals(asked),
        *closed_within(asked),
        Deal.outcome == "won",
        Deal.client_id.is_(None),
    )
    return worth_of(reading().execute(counted).one())


def _numbered(asked: Values, row: Values, *, known: bool = False) -> str:
    """Give the address of the purchases of a row; those of all clients for the total."""
    place = row.get("key")
    which: dict[str, Any] = {"purchase": place}
    if place == "lone":
        which = {"state": "won", "client_id__isnull": "true"}
    elif place in {None, FURTHER}:
        which = {"purchase__gte": FURTHER if place else FIRST}
    worth = known_worth(row["lacking"]) if known else {}
    return deals_address(asked, **which, **period_filters(asked), **worth)


def _numbered_worth(asked: Values, row: Values) -> str:
    return _numbered(asked, row, known=True)


def _of_month(name: str, which: Values, *, known: bool = False) -> Callable[[Values, Values], str]:
    """Give what gives the address of first or of further purchases of a month."""

    def address(asked: Values, row: Values) -> str:
        days = period_filters(within_month(asked, row))
        worth = known_worth(row[f"{name}_lacking"]) if known else {}
        return deals_address(asked, **which, **days, **worth)

    return address


_NEW: Final[Values] = {"purchase": FIRST}
_AGAIN: Final[Values] = {"purchase__gte": FIRST + 1}
_DAYS: Final[Values] = {
    "name": "days",
    "title": _("Days since the one before"),
    "kind": "days",
    "method": _(
        "Half of the purchases that have one before them came at most so many days after it."
    ),
}
_WHICH: Final = _(
    "Won deals of a client are numbered by the day on which they were closed, all that you see of"
    " all times and sellers; then the filter says which of them count."
)
_SHARED: Final[Values] = {
    "group": "clients",
    "permission": "core.deal.view",
    "filters": ("period", "owner_id", "team_id", "pipeline_id", "source"),
}
_MONEY: Final = _(
    "The amounts of these deals, each at the rate that it keeps. One without a rate is not in it."
)

REPORTS: Final[Sequence[Values]] = (
    {
        **_SHARED,
        "id": "analytics.repeated",
        "title": _("Repeat sales"),
        "question": _("How many clients bought a second and a third time, and after how long?"),
        "count": by_number,
        "columns": (
            {"name": "purchase", "title": _("Purchase"), "kind": "text", "method": _WHICH},
            {
                "name": "clients",
                "title": _("Clients"),
                "kind": "number",
                "adds": False,
                "method": _("Of how many clients the deals are; in the total each once."),
            },
            {
                "name": "deals",
                "title": _("Deals won"),
                "kind": "number",
                "address": _numbered,
                "method": _(
                    "Won deals that were closed in the period. Those without a client stand apart."
                ),
            },
            {
                "name": "turnover",
                "title": _("Turnover"),
                "kind": "money",
                "address": _numbered_worth,
                "method": _MONEY,
            },
            {
                "name": "share",
                "title": _("Share of turnover"),
                "kind": "percent",
                "method": _("Of the turnover of all deals that have a client."),
            },
            _DAYS,
        ),
        "chart": {"kind": "bars", "columns": ("turnover",)},
        "order": 40,
        "opens_for": {"service": 10},
    },
    {
        **_SHARED,
        "id": "analytics.repeated_months",
        "title": _("New and repeat sales by month"),
        "question": _("How much of the turnover comes from those who had bought before?"),
        "count": by_month,
        "columns": (
            {"name": "month", "title": _("Month"), "kind": "text", "method": _WHICH},
            {
                "name": "first_deals",
                "title": _("First purchases"),
                "kind": "number",
                "address": _of_month("first", _NEW),
                "method": _("Won deals of clients who had bought nothing before."),
            },
            {
                "name": "again_deals",
                "title": _("Repeat purchases"),
                "kind": "number",
                "address": _of_month("again", _AGAIN),
                "method": _("Won deals of clients who had bought before."),
            },
            {
                "name": "first_turnover",
                "title": _("Turnover of new clients"),
                "kind": "money",
                "address": _of_month("first", _NEW, known=True),
                "method": _MONEY,
            },
            {
                "name": "again_turnover",
                "title": _("Turnover of those who buy again"),
                "kind": "money",
                "address": _of_month("again", _AGAIN, known=True),
                "method": _MONEY,
            },
            {
                "name": "share",
                "title": _("Share of repeat sales"),
                "kind": "percent",
                "method": _(
                    "The turnover of those who had bought before, of the turnover of all deals"
                    " that have a client."
                ),
            },
            _DAYS,
        ),
        "chart": {"kind": "stacked", "columns": ("again_turnover", "first_turnover")},
        "order": 50,
        "opens_for": {"service": 20},
    },
)
