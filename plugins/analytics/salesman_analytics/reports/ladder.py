"""The ladder of relationship: who climbed and who fell, with activity beside it.

What sellers do is judged by the clients who climb (``product.md``, rule 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Protocol

import sqlalchemy as sa

from salesman_analytics.asked import months_before
from salesman_analytics.deals import NOBODY, of_owner
from salesman_analytics.months import key_of_month, month_title, months_of, within_month
from salesman_analytics.texts import texts
from salesman_analytics.with_deals import clients_of_pipeline, clients_of_pipeline_address
from salesman_core.toolkit import (
    Client,
    LadderStep,
    Rung,
    company,
    ladder_moves,
    midnight,
    people_names,
    reading,
    service,
    within_days,
)

_ = texts.lazy

Values = Mapping[str, Any]
Done = Mapping[Any, tuple[int, int]]

WAYS: Final = ("climbed", "bought", "fell")
"""What clients do on the ladder, as the filter of their list calls it."""
_NO_MOVES: Final = dict.fromkeys(WAYS, 0)


class Activities(Protocol):
    """What is used of the service of the calendar."""

    def done_with_clients(self, filters: Mapping[str, str], by: str = "") -> Done | None:
        """Give how many activities were done with clients, and with how many."""
        ...

    def done_address(self, filters: Mapping[str, str]) -> str:
        """Give the address of the list of these activities."""
        ...


def by_rung(asked: Values) -> Iterable[Values]:
    """Count by rung who stands there, came and went: five statements, and two of activity."""
    moves = ladder_moves()
    came, went = (_moves_by(asked, moves, rung) for rung in (moves.c.to_id, moves.c.from_id))
    stands, done = _standing(asked), _done(asked, "rung")
    if not (came or stands or done):
        return []
    ladder = sa.select(Rung.id, Rung.name).order_by(Rung.position, Rung.id)
    rows = [
        {
            "rung": row.name,
            "key": row.id,
            "clients": stands.get(row.id, 0),
            "came": came.get(row.id, _NO_MOVES)["climbed"],
            "went": went.get(row.id, _NO_MOVES)["climbed"],
            "fell": came.get(row.id, _NO_MOVES)["fell"],
            **_beside(done, row.id),
        }
        for row in reading().execute(ladder)
    ]
    every = _all_moves(asked, moves)
    total = {"came": every["climbed"], "fell": every["fell"]}
    return [*rows, {"line": "total", **total, **_beside(_done(asked, ""), None)}]


def by_month(asked: Values) -> Iterable[Values]:
    """Count by month who climbed and fell: three statements, and two of activity."""
    moves = ladder_moves()
    firsts = _months_of_moves(asked, moves)
    found: Mapping[Any, Mapping[str, int]] = {}
    if firsts:
        found = _moves_by(asked, moves, _place_of(moves.c.at, firsts))
    moved = {firsts[place]: counts for place, counts in found.items()}
    done = _done(asked, "month")
    worked = {date(year, month, 1): counts for (year, month), counts in (done or {}).items()}
    if not (moved or worked):
        return []
    rows = [
        {
            "month": month_title(first),
            "key": key_of_month(asked, first),
            "first": first,
            **moved.get(first, _NO_MOVES),
            **_beside(None if done is None else worked, first),
        }
        for first in months_of(asked, (*moved, *worked))
    ]
    return [*rows, _total(asked, moves)]


def by_seller(asked: Values) -> Iterable[Values]:
    """Count by owner whose clients climbed and fell: one statement, and two of activity.

    A client has one owner: what climbed in all is what climbed of each.
    """
    moves = ladder_moves()
    moved = {
        owner_id or NOBODY: counts
        for owner_id, counts in _moves_by(asked, moves, Client.owner_id).items()
    }
    done = _done(asked, "owner")
    worked = {owner_id or NOBODY: counts for owner_id, counts in (done or {}).items()}
    names = people_names()
    rows: list[dict[str, Any]] = [
        {
            "seller": names.get(owner_id, str(_("Nobody"))),
            "key": owner_id,
            **moved.get(owner_id, _NO_MOVES),
            **_beside(None if done is None else worked, owner_id),
        }
        for owner_id in {**moved, **worked}
    ]
    rows.sort(key=lambda one: (-one["climbed"], one["fell"], one["seller"]))
    every = {way: sum(one[way] for one in rows) for way in WAYS}
    return [*rows, {"line": "total", **every, **_beside(_done(asked, ""), None)}] if rows else []


def _moves_by(
    asked: Values, moves: sa.Subquery, by: sa.ColumnElement[Any] | Any
) -> dict[Any, Mapping[str, int]]:
    """Give how many clients did what, each once for each value of *by*."""
    rows = reading().execute(_counting(asked, moves).add_columns(by.label("place")).group_by(by))
    return {row.place: {way: getattr(row, way) for way in WAYS} for row in rows}


def _all_moves(asked: Values, moves: sa.Subquery) -> Mapping[str, int]:
    row = reading().execute(_counting(asked, moves)).one()
    return {way: getattr(row, way) for way in WAYS}


def _counting(asked: Values, moves: sa.Subquery) -> sa.Select[Any]:
    """Give the SQL that counts clients by what they did; one that climbed twice is one."""
    each = sa.distinct(Client.id)
    counts: list[Any] = [sa.func.count(each).filter(moves.c[way]).label(way) for way in WAYS]
    counted: sa.Select[Any] = sa.select(*counts)
    return _of_period(asked, moves, counted)


def _of_period(asked: Values, moves: sa.Subquery, counted: sa.Select[Any]) -> sa.Select[Any]:
    return counted.join_from(moves, Client, Client.id == moves.c.client_id).where(
        *clients_of_pipeline(asked), *within_days(moves.c.at, asked["since"], asked["until"])
    )


def _months_of_moves(asked: Values, moves: sa.Subquery) -> list[date]:
    """Give the first days of the months from the first move to the last one."""
    ends: sa.Select[Any] = sa.select(sa.func.min(moves.c.at), sa.func.max(moves.c.at))
    first, last = reading().execute(_of_period(asked, moves, ends)).one()
    if first is None:
        return []
    month, behind = (one.astimezone(company().tz).date().replace(day=1) for one in (first, last))
    found = []
    while month <= behind:
        found.append(month)
        month = months_before(month, -1)
    return found


def _place_of(moment: sa.ColumnElement[Any], firsts: Sequence[date]) -> sa.ColumnElement[Any]:
    """Give in which of some months, one behind the other, a moment is."""
    ends: Any = (
        (moment < midnight(months_before(first, -1)), sa.literal_column(str(place)))
        for place, first in enumerate(firsts)
    )
    return sa.case(*ends)


def _standing(asked: Values) -> Mapping[int, int]:
    counted = sa.select(Client.rung_id, sa.func.count()).where(*clients_of_pipeline(asked))
    return {row[0]: row[1] for row in reading().execute(counted.group_by(Client.rung_id))}


def _done(asked: Values, by: str) -> Done | None:
    """Give what was done with clients; None where nobody counts that, or not of such clients."""
    calendar: Activities | None = service("calendar")
    some = asked["source"] is not None or asked["pipeline_id"] is not None
    if calendar is None or some:
        return None
    return calendar.done_with_clients(_days_and_whose(asked), by)


def _days_and_whose(asked: Values) -> dict[str, str]:
    """Give what is asked for as the list of activities filters it."""
    given = {
        "day__gte": asked["since"],
        "day__lte": asked["until"],
        "owner_id": asked["owner_id"],
        "team_id": asked["team_id"],
    }
    return {name: str(one) for name, one in given.items() if one is not None}


def _beside(done: Done | None, place: Any) -> dict[str, int]:
    """Give the columns of activity; none where nobody counts it."""
    if done is None:
        return {}
    activities, clients = done.get(place, (0, 0))
    return {"activities": activities, "worked": clients}


def _total(asked: Values, moves: sa.Subquery) -> Values:
    """Give what all of it comes to: a client of two months is one client."""
    return {"line": "total", **_all_moves(asked, moves), **_beside(_done(asked, ""), None)}


def _stands(asked: Values, row: Values) -> str:
    return clients_of_pipeline_address(asked, rung_id=row.get("key"))


def _came(asked: Values, row: Values) -> str:
    return _ladder(asked, "climbed", to_id=row.get("key"))


def _went(asked: Values, row: Values) -> str:
    return _ladder(asked, "climbed", from_id=row.get("key"))


def _fell_to(asked: Values, row: Values) -> str:
    return _ladder(asked, "fell", to_id=row.get("key"))


def _ladder(asked: Values, way: str, **rungs: int | None) -> str:
    step = LadderStep(way, asked["since"], asked["until"], **rungs)
    return clients_of_pipeline_address(asked, ladder=step.value)


def _of_month(way: str) -> Any:
    def address(asked: Values, row: Values) -> str:
        return _ladder(within_month(asked, row), way)

    return address


def _of_owner(way: str) -> Any:
    def address(asked: Values, row: Values) -> str:
        step = LadderStep(way, asked["since"], asked["until"])
        return clients_of_pipeline_address(asked, ladder=step.value, **of_owner(row))

    return address


def _activities_on_rung(asked: Values, row: Values) -> str:
    rung = {"rung": str(row["key"])} if "key" in row else {}
    return _activities({**_days_and_whose(asked), **rung})


def _activities_of_month(asked: Values, row: Values) -> str:
    return _activities(_days_and_whose(within_month(asked, row)))


def _activities_of_owner(asked: Values, row: Values) -> str:
    whose = {name: str(one) for name, one in of_owner(row).items()}
    return _activities({**_days_and_whose(asked), **whose})


def _activities(filters: Mapping[str, str]) -> str:
    calendar: Activities | None = service("calendar")
    return "" if calendar is None else calendar.done_address(filters)


def _number(name: str, title: Any, method: Any, address: Any = None, **more: Any) -> Values:
    """Give a column of clients: one that is in two rows is one in the total, which says so."""
    return {
        "name": name,
        "title": title,
        "kind": "number",
        "method": method,
        "address": address,
        "adds": False,
        **more,
    }


def _beside_columns(address: Any) -> tuple[Values, ...]:
    return (
        _number(
            "activities",
            _("Activities"),
            _(
                "Activities that were done with clients, by their day and by who was responsible."
                " They judge nobody: they stand beside what came of them. With one source or"
                " pipeline alone they are not counted."
            ),
            address,
        ),
        _number(
            "worked",
            _("Clients worked with"),
            _("With how many clients these activities were done."),
        ),
    )


_OF_PIPELINE: Final = _(
    "With one pipeline, those clients count that have a deal in it, whatever became of that."
)
_CLIMBED: Final = _(
    "Clients that came to a higher rung in the period, by evidence or by hand, each once. The"
    " rungs stand in the order that they have today."
)
_BOUGHT: Final = _("Of them those that came to a rung that takes a sale.")
_FELL: Final = _("Clients that came to a lower rung, as after a sale that was undone.")


def _moves_columns(address: Any) -> tuple[Values, ...]:
    return (
        _number("climbed", _("Climbed"), _CLIMBED, address("climbed")),
        _number("bought", _("Of them by buying"), _BOUGHT, address("bought")),
        _number("fell", _("Fell"), _FELL, address("fell")),
    )


_SHARED: Final[Values] = {
    "group": "clients",
    "permission": "core.client.view",
    "filters": ("period", "owner_id", "team_id", "pipeline_id", "source"),
}

REPORTS: Final[Sequence[Values]] = (
    {
        **_SHARED,
        "id": "analytics.rungs",
        "title": _("Clients by rung"),
        "question": _("Where do clients stand on the ladder, and who climbed or fell?"),
        "period": "this_quarter",
        "count": by_rung,
        "columns": (
            {"name": "rung", "title": _("Rung"), "kind": "text", "method": _OF_PIPELINE},
            _number(
                "clients",
                _("Clients"),
                _("Clients that stand on the rung now, whatever the period."),
                _stands,
                adds=True,
                compared=False,
            ),
            _number("came", _("Climbed to it"), _CLIMBED, _came),
            _number(
                "went",
                _("Climbed from it"),
                _("Clients that left the rung for a higher one in the period, each once."),
                _went,
            ),
            _number("fell", _("Fell to it"), _FELL, _fell_to),
            *_beside_columns(_activities_on_rung),
        ),
        "chart": {"kind": "bars", "columns": ("clients", "came", "went")},
        "order": 10,
    },
    {
        **_SHARED,
        "id": "analytics.climbing",
        "title": _("Climbs and falls by month"),
        "question": _("Do more clients climb than before, and what was done for it?"),
        "count": by_month,
        "columns": (
            {
                "name": "month",
                "title": _("Month"),
                "kind": "text",
                "method": _(
                    "A client that climbed in two months stands in both, and once in the total."
                    " With one pipeline, those count that have a deal in it."
                ),
            },
            *_moves_columns(_of_month),
            *_beside_columns(_activities_of_month),
        ),
        "chart": {"kind": "bars", "columns": ("climbed", "bought", "fell")},
        "order": 20,
    },
    {
        **_SHARED,
        "id": "analytics.climbers",
        "title": _("Climbs and falls by seller"),
        "question": _("Whose clients climb, and what do they do for it?"),
        "period": "this_quarter",
        "count": by_seller,
        "columns": (
            {
                "name": "seller",
                "title": _("Seller"),
                "kind": "text",
                "method": _(
                    "Clients count for whoever owns them today. With one pipeline, those count that"
                    " have a deal in it."
                ),
            },
            *_moves_columns(_of_owner),
            *_beside_columns(_activities_of_owner),
        ),
        "chart": {"kind": "bars", "columns": ("climbed", "bought", "fell")},
        "order": 30,
    },
)
