"""Who is worth how much: ABC of clients, RFM of clients, and the clients themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from flask import url_for

from salesman_analytics.bought import Bought
from salesman_analytics.buyers import (
    LETTERS,
    Buyer,
    Grade,
    amounts_of,
    as_of,
    bought_address,
    box_of,
    buyers,
    grades,
    letters,
)
from salesman_analytics.deals import known_worth, period_filters
from salesman_analytics.measures import share_of
from salesman_analytics.texts import texts
from salesman_core.toolkit import formats, list_address, median_length
from salesman_hookspecs import Text

_ = texts.lazy

Values = Mapping[str, Any]

_WHEN: Final = {1: _("long ago"), 2: _("some time ago"), 3: _("lately")}
_WORTH: Final = {1: _("seldom and little"), 2: _("middling"), 3: _("often or much")}
SEGMENTS: Final[Mapping[tuple[int, int], Text]] = {
    (3, 3): _("Best"),
    (2, 3): _("To be kept"),
    (1, 3): _("To be won back"),
    (3, 2): _("Growing"),
    (2, 2): _("Steady"),
    (1, 2): _("Fallen asleep"),
    (3, 1): _("Beginners"),
    (2, 1): _("Occasional"),
    (1, 1): _("Gone"),
}
"""What clients are called: by the grade of their last purchase, and of what they are worth."""


def by_letter(asked: Values) -> Iterable[Values]:
    """Count clients by class: one statement."""
    found = buyers(asked)
    groups: dict[str, list[Buyer]] = {}
    for one, letter in zip(found, letters(found), strict=True):
        groups.setdefault(letter, []).append(one)
    passed, rows = Decimal(0), []
    for letter in (one for one in LETTERS if one in groups):
        group = groups[letter]
        row = {"class": letter, "key": letter, **_sums(group, found)}
        passed += row["turnover"]
        row |= {"passed": share_of(passed, _turnover(found))}
        rows.append(row | {"boxes": [amounts_of(asked, group)]})
    return rows


def by_segment(asked: Values) -> Iterable[Values]:
    """Count clients by how recently, how often and for how much they bought: one statement."""
    found, day = buyers(asked), as_of(asked)
    cells: dict[Grade, list[Buyer]] = {}
    for one, grade in zip(found, grades(found), strict=True):
        cells.setdefault(grade, []).append(one)
    rows = []
    for (recency, value), title in SEGMENTS.items():
        mine = [
            group
            for grade, group in cells.items()
            if (grade.recency, grade.value) == (recency, value)
        ]
        if mine:
            group = [one for cell in mine for one in cell]
            rows.append(
                {
                    "segment": str(title),
                    "key": f"{recency}{value}",
                    "who": f"{_WHEN[recency]}, {_WORTH[value]}",
                    **_sums(group, found),
                    "days": _median([(day - one.last).days for one in group]),
                    "boxes": [box_of(asked, cell) for cell in mine],
                }
            )
    return rows


def by_client(asked: Values) -> Iterable[Values]:
    """Give the clients who bought with their class and grades: one statement."""
    found, day, passed = buyers(asked), as_of(asked), Decimal(0)
    whole, rows = _turnover(found), []
    for one, letter, grade in zip(found, letters(found), grades(found), strict=True):
        passed += one.amount
        rows.append(
            {
                "client": one.name,
                "key": one.client_id,
                "class": letter,
                "segment": str(SEGMENTS[grade.recency, grade.value]),
                "deals": one.deals,
                "turnover": one.amount,
                "share": share_of(one.amount, whole),
                "passed": share_of(passed, whole),
                "last": formats.day(one.last),
                "days": (day - one.last).days,
                "lacking": one.lacking,
            }
        )
    return rows


def _sums(group: Sequence[Buyer], found: Sequence[Buyer]) -> dict[str, Any]:
    turnover = _turnover(group)
    return {
        "clients": len(group),
        "clients_share": Decimal(100 * len(group)) / len(found),
        "deals": sum(one.deals for one in group),
        "turnover": turnover,
        "share": share_of(turnover, _turnover(found)),
    }


def _turnover(group: Sequence[Buyer]) -> Decimal:
    return sum((one.amount for one in group), Decimal(0))


def _median(days: Sequence[int]) -> int:
    return median_length([(one, 1) for one in sorted(days)])


def _clients(asked: Values, row: Values) -> str:
    """Give the address of the clients of a row; of all who bought for the total."""
    everybody = [Bought(asked["since"], asked["until"])]
    return bought_address(asked, row.get("boxes", everybody))


def _card(_asked: Values, row: Values) -> str:
    return url_for("clients.card", record_id=row["key"]) if "key" in row else ""


def _deals(asked: Values, row: Values, *, known: bool = False) -> str:
    if "key" not in row:
        return ""
    worth = known_worth(row["lacking"]) if known else {}
    won = {"client_id": row["key"], "state": "won", **period_filters(asked), **worth}
    return list_address("deals.index", won)


def _deals_worth(asked: Values, row: Values) -> str:
    return _deals(asked, row, known=True)


def _column(name: str, title: Any, kind: str, method: Any = "", **more: Any) -> Values:
    return {"name": name, "title": title, "kind": kind, "method": method, **more}


_TURNOVER: Final = _column(
    "turnover",
    _("Turnover"),
    "money",
    _(
        "The amounts of the deals that were closed as won in the period, each at the rate that it"
        " keeps. One without a rate is not in it."
    ),
)
_COUNTS: Final = (
    _column(
        "clients",
        _("Clients"),
        "number",
        _("Clients with a deal that was closed as won in the period."),
        address=_clients,
    ),
    _column("clients_share", _("Share of clients"), "percent"),
    _column("deals", _("Deals won"), "number"),
    _TURNOVER,
    _column("share", _("Share of turnover"), "percent"),
)
_CLASS: Final = _column(
    "class",
    _("Class"),
    "text",
    _(
        "Clients stand in the order of their turnover, the largest first. A are those who together"
        " bring the first 80 % of it, B the next 15 %, C the rest; whoever crosses a limit is"
        " still above it, and equal amounts are of one class."
    ),
)
_SEGMENT: Final = _column(
    "segment",
    _("Clients"),
    "text",
    _(
        "All who bought in the period are put into thirds three times: by the day of the last"
        " purchase, by the number of deals, and by turnover; equals stay together. Thirds, because"
        " most companies have too few clients for fifths. Number and turnover together say what"
        " a client is worth, the day of the last purchase how fresh that is."
    ),
)
_PASSED: Final = _column(
    "passed",
    _("Together with those above"),
    "percent",
    _("The share of the turnover of this row and all rows above it."),
)
_SINCE: Final = _column(
    "days",
    _("Days since the last purchase"),
    "days",
    _("Until today, or until the end of the period; of several clients the median."),
    compared=False,
)
_SHARED: Final[Values] = {
    "group": "clients",
    "permission": "core.deal.view",
    "filters": ("period", "owner_id", "team_id", "source"),
}

REPORTS: Final[Sequence[Values]] = (
    {
        **_SHARED,
        "id": "analytics.abc",
        "title": _("ABC of clients"),
        "question": _("Which clients bring most of the turnover?"),
        "count": by_letter,
        "columns": (_CLASS, *_COUNTS, _PASSED),
        "chart": {"kind": "bars", "columns": ("clients_share", "share")},
        "order": 60,
    },
    {
        **_SHARED,
        "id": "analytics.rfm",
        "title": _("RFM of clients"),
        "question": _("Who buys often and much, and who has not bought for long?"),
        "period": "all",
        "count": by_segment,
        "columns": (_SEGMENT, _column("who", _("Bought"), "text"), *_COUNTS, _SINCE),
        "chart": {"kind": "bars", "columns": ("clients_share", "share")},
        "order": 70,
    },
    {
        **_SHARED,
        "id": "analytics.buyers",
        "title": _("Clients who bought"),
        "question": _("Who bought how much, and of which class and kind is each of them?"),
        "count": by_client,
        "columns": (
            _column("client", _("Client"), "text", address=_card),
            _CLASS,
            {**_SEGMENT, "title": _("Kind")},
            _column(
                "deals",
                _("Deals won"),
                "number",
                _("Deals that were closed as won in the period, whoever their owner is."),
                address=_deals,
            ),
            {**_TURNOVER, "address": _deals_worth},
            _column("share", _("Share of turnover"), "percent"),
            _PASSED,
            _column("last", _("Last purchase"), "text"),
            _SINCE,
        ),
        "chart": {"kind": "bars", "columns": ("turnover",)},
        "order": 80,
    },
)
