"""Repeat sales: clients who buy again, what that makes of the turnover, and after how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
from salesman_analytics.with_deals import asking
from salesman_core.toolkit import (
    WORTH,
    AnyRow,
    Client,
    Deal,
    Worth,
    days_between,
    list_address,
    month_of,
    purchases,
    reading,
    visible,
    worth_columns,
    worth_of,
)

_ = texts.lazy

Values = Mapping[str, Any]

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

    :param known: how many of them are of clients that the person sees, where that was asked.
    :param stays: how many of them came so many days after the one before.
    """

    worth: Worth = _NOTHING
    known: int = 0
    stays: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[AnyRow]) -> Bought:
        """Give what rows of one place come to, one for each number of days."""
        days, known, number, lacking, own, other = zip(*(row[-6:] for row in rows), strict=True)
        amount = Decimal(int(sum(own))).scaleb(-2) + sum(filter(None, other), Decimal(0))
        worth = Worth(sum(number), sum(lacking), amount)
        stays = {one: many for one, many in zip(days, number, strict=True) if one is not None}
        return cls(worth, sum(known), stays)


_NONE: Final = Bought()


def by_number(asked: Values) -> Iterable[Values]:
    """Count purchases by which of its client each is: two statements."""
    every = _purchases(asked, clients=True)
    number = sa.case((every.c.number >= FURTHER, FURTHER), else_=every.c.number)
    found = {place: bought for (place,), bought in _bought(every, number, apart=_CLIENTS).items()}
    clients = found.pop(_CLIENTS)
    lone = _without_client(asked)
    if not found and not lone.count:
        return []
    turnover = sum((one.worth.amount for one in found.values()), Decimal(0))
    rows = [_row_of_number(place, found.get(place, _NONE), turnover) for place in _PLACES]
    rows[-1]["clients"] = clients.worth.count
    total = {
        "line": "total",
        "clients": clients.known,
        "lacking": sum(row["lacking"] for row in rows),
        "days": median_of(one.stays for one in found.values()),
    }
    return [*rows, total, *([_row_apart(lone)] if lone.count else [])]


_CLIENTS: Final = 0
"""The place of the row that counts clients and not purchases."""
_PLACES: Final = range(FIRST, FURTHER + 1)


def _row_of_number(place: int, bought: Bought, turnover: Decimal) -> dict[str, Any]:
    """Give a row; of each client that is in it there is one deal, but for the last row."""
    return {
        "purchase": str(_TITLES[place - 1]),
        "key": place,
        "clients": bought.known,
        "deals": bought.worth.count,
        "turnover": bought.worth.amount,
        "share": share_of(bought.worth.amount, turnover),
        "lacking": bought.worth.lacking,
        "days": median_of([bought.stays]),
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
    """Count by month what those bought who had bought before: one statement."""
    every = _purchases(asked)
    again = sa.case((every.c.number > FIRST, 1), else_=0)
    found = _bought(every, month_of(every.c.closed_on), again)
    if not found:
        return []
    months = months_of(asked, {month for month, _again in found})
    rows = [_row_of_month(asked, first, found) for first in months]
    names = ("first_turnover", "again_turnover", "first_lacking", "again_lacking")
    sums: dict[str, Any] = {name: sum(row[name] for row in rows) for name in names}
    bought = sums["first_turnover"] + sums["again_turnover"]
    days = median_of(one.stays for one in found.values())
    total = {"share": share_of(sums["again_turnover"], bought), "days": days}
    return [*rows, {"line": "total", **sums, **total}]


def _row_of_month(
    asked: Values, first: date, found: Mapping[tuple[Any, ...], Bought]
) -> dict[str, Any]:
    both = [found.get((first, place), _NONE) for place in (0, 1)]
    new, again = (one.worth for one in both)
    return {
        "month": month_title(first),
        "key": key_of_month(asked, first),
        "first": first,
        "first_deals": new.count,
        "again_deals": again.count,
        "first_turnover": new.amount,
        "again_turnover": again.amount,
        "first_lacking": new.lacking,
        "again_lacking": again.lacking,
        "share": share_of(again.amount, new.amount + again.amount),
        "days": median_of(one.stays for one in both),
    }


def _purchases(asked: Values, *, clients: bool = False) -> sa.CTE:
    """Give the SQL of the purchases that count.

    All are numbered first: what is asked for leaves out some, and renumbers none.

    :param clients: whether ``known`` is to tell if one sees the client.
    """
    counts = sa.and_(*counted_deals(asked), *closed_within(asked)).label("counts")
    known = Deal.client_id.in_(sa.select(Client.id).where(visible("client"))).label("known")
    more = (known,) if clients else ()
    every = purchases(*WORTH, Deal.client_id, Deal.closed_on, counts, *more)
    return sa.select(every).where(every.c.counts).cte("counted")


def _bought(
    every: sa.CTE, *by: sa.ColumnElement[Any], apart: int | None = None
) -> dict[tuple[Any, ...], Bought]:
    """Give what was bought: one statement.

    :param apart: where to put how many clients there are, as ``known``, and how many of them
        bought further ones, as the count of their worth.
    """
    days, known = days_between(every.c.before, every.c.closed_on), every.c.get("known")
    clients = sa.literal(0) if known is None else sa.func.count(every.c.id).filter(known)
    counts = (clients.label("known"), *worth_columns(of=every.c))
    counted: Any = sa.select(*by, days.label("days"), *counts).group_by(*by, days)
    if apart is not None:
        counted = counted.union_all(_clients(every, apart))
    found: dict[tuple[Any, ...], list[AnyRow]] = {}
    for row in reading().execute(counted):
        found.setdefault(tuple(row[: len(by)]), []).append(row)
    return {place: Bought.of(rows) for place, rows in found.items()}


def _clients(every: sa.CTE, place: int) -> sa.Select[Any]:
    """Give the SQL of the row that counts clients."""
    each = sa.func.count(sa.distinct(every.c.client_id))
    further = each.filter(sa.and_(every.c.known, every.c.number >= FURTHER))
    none = (sa.literal(0), sa.literal(0), sa.null())
    columns: Any = (sa.literal(place), sa.null(), each.filter(every.c.known), further, *none)
    return sa.select(*columns)


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
    which = _which(place)
    if place == "lone":
        which = {"state": "won", "client_id__isnull": "true"}
    worth = known_worth(row["lacking"]) if known else {}
    return deals_address(asked, **which, **period_filters(asked), **worth)


def _which(place: Any) -> dict[str, Any]:
    """Give the filter of the list of deals for the purchases of a place; None stands for all."""
    if place in {None, FURTHER}:
        return {"purchase__gte": FURTHER if place else FIRST}
    return {"purchase": place}


def _buyers(asked: Values, row: Values) -> str:
    """Give the address of the clients of the purchases of a row."""
    whose = {name: asked[name] for name in ("owner_id", "team_id", "pipeline_id")}
    deals = asking({**_which(row.get("key")), **whose, **period_filters(asked)})
    return list_address("clients.index", {**deals, "source": asked["source"]})


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
                "address": _buyers,
                "method": _(
                    "Of how many clients the deals are, of those that you see; in the total each"
                    " once. Seller and team are those of the deals."
                ),
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
