"""Who is worth how much: ABC of clients, RFM of clients, and the clients themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, reduce
from operator import add
from typing import Any, Final

from flask import url_for

from salesman_analytics.buyers import (
    EVERY_GRADE,
    LETTERS,
    Grade,
    Group,
    amounts_of,
    as_of,
    bought_address,
    box_of,
    buyers,
    by_class,
    by_grade,
    everybody,
    hundredths,
    purchases_address,
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
    found = by_class(asked)
    every = list(found.values())
    passed, rows = Decimal(0), []
    for letter in (one for one in LETTERS if one in found):
        group = found[letter]
        passed += group.amount
        row = {"class": letter, "key": letter, **_sums(group, every)}
        row |= {"passed": share_of(passed, _turnover(every))}
        rows.append(row | {"boxes": [amounts_of(asked, group)]})
    return _with_total(rows)


def by_segment(asked: Values) -> Iterable[Values]:
    """Count clients by how recently, how often and for how much they bought: one statement."""
    found, day = by_grade(asked), as_of(asked)
    every = [group for _grade, group in found]
    rows = []
    for (recency, value), title in SEGMENTS.items():
        mine = [one for one in found if (one[0].recency, one[0].value) == (recency, value)]
        if not mine:
            continue
        cells = [group for _grade, group in mine]
        days = [((day - last).days, number) for one in cells for last, number in one.lasts]
        rows.append(
            {
                "segment": str(title),
                "key": f"{recency}{value}",
                "who": f"{_WHEN[recency]}, {_WORTH[value]}",
                **_sums(reduce(add, cells), every),
                "days": median_length(sorted(days)),
                "boxes": [box_of(asked, cell) for cell in cells],
            }
        )
    return _with_total(rows)


def _with_total(rows: Sequence[Values]) -> Sequence[Values]:
    return [*rows, {"line": "total", "lacking": sum(one["lacking"] for one in rows)}]


def by_client(asked: Values) -> Iterable[Values]:
    """Give the clients who bought with their class and grades: one statement."""
    found, day, passed = buyers(asked), as_of(asked), 0
    whole, written_day = Decimal(sum(row[4] for row in found)), cache(formats.day)
    segments = {one: str(SEGMENTS[one.recency, one.value]) for one in EVERY_GRADE}
    rows = []
    for client_id, name, deals, lacking, amount, last, letter, *grade in found:
        passed += amount
        rows.append(
            {
                "client": name,
                "key": client_id,
                "class": letter,
                "segment": segments[Grade(*grade)],
                "deals": deals,
                "turnover": hundredths(amount),
                "share": share_of(Decimal(amount), whole),
                "passed": share_of(Decimal(passed), whole),
                "last": written_day(last),
                "days": (day - last).days,
                "lacking": lacking,
            }
        )
    return _with_total(rows)


def _sums(group: Group, every: Sequence[Group]) -> dict[str, Any]:
    return {
        "clients": group.clients,
        "clients_share": Decimal(100 * group.clients) / sum(one.clients for one in every),
        "deals": group.deals,
        "turnover": group.amount,
        "share": share_of(group.amount, _turnover(every)),
        "lacking": group.lacking,
    }


def _turnover(every: Sequence[Group]) -> Decimal:
    return sum((one.amount for one in every), Decimal(0))


def _clients(asked: Values, row: Values) -> str:
    """Give the address of the clients of a row; of all who bought for the total."""
    return bought_address(asked, row.get("boxes", [everybody(asked)]))


def _purchases(asked: Values, row: Values) -> str:
    """Give the address of the deals of the clients of a row; of all who bought for the total."""
    return purchases_address(asked, row.get("boxes", [everybody(asked)]))


def _purchases_worth(asked: Values, row: Values) -> str:
    boxes = row.get("boxes", [everybody(asked)])
    return purchases_address(asked, boxes, **known_worth(row["lacking"]))


def _card(_asked: Values, row: Values) -> str:
    return url_for("clients.card", record_id=row["key"]) if "key" in row else ""


def _deals(asked: Values, row: Values, *, known: bool = False) -> str:
    worth = known_worth(row["lacking"]) if known else {}
    if "key" not in row:
        return purchases_address(asked, [everybody(asked)], **worth)
    which = {"client_id": row["key"], "pipeline_id": asked["pipeline_id"], "state": "won"}
    return list_address("deals.index", {**which, **period_filters(asked), **worth})


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
        _(
            "Clients with a deal that was closed as won in the period; with one pipeline, a deal of"
            " that. Seller, team and source are those of the client."
        ),
        address=_clients,
    ),
    _column("clients_share", _("Share of clients"), "percent"),
    _column("deals", _("Deals won"), "number", address=_purchases),
    {**_TURNOVER, "address": _purchases_worth},
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
    "filters": ("period", "owner_id", "team_id", "pipeline_id", "source"),
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
                _(
                    "Deals that were closed as won in the period, whoever their owner is; with one"
                    " pipeline those of that."
                ),
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
