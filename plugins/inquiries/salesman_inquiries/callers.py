"""Telemarketers, as the plugin of analytics asks for them: calls by person, and what came of them.

They are the figures of :mod:`salesman_inquiries.figures`: a seller's calls are in none of them
(``product.md``, rule 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from salesman_core.toolkit import list_address, reading
from salesman_inquiries import permissions
from salesman_inquiries.figures import FIGURES, Figure, figures, names_of, shown_figures
from salesman_inquiries.texts import texts

_ = texts.lazy

Values = Mapping[str, Any]

_NAMES: Final = tuple(one.name for one in FIGURES)


def reports() -> Iterable[Values]:
    """Give the report."""
    counted = [_column(one) for one in FIGURES]
    return [
        {
            "id": "inquiries.telemarketers",
            "title": _("Telemarketers"),
            "question": _("Who called how much, and how many clients came of it?"),
            "group": "people",
            "permission": permissions.FIGURES,
            "filters": ("period", "owner_id", "team_id", "source"),
            "period": "this_month",
            "count": telemarketers,
            "columns": (
                {
                    "name": "person",
                    "title": _("Who took it"),
                    "kind": "text",
                    "method": _(
                        "Seller and team mean who took the call; the source is that of the inquiry."
                        " A call is in no pipeline, so it cannot be asked for by one."
                    ),
                },
                *counted[:2],
                {
                    "name": "reached",
                    "title": _("Share of conversations"),
                    "kind": "percent",
                    "method": _("The conversations as a share of the calls."),
                },
                *counted[2:],
            ),
            "chart": {"kind": "bars", "columns": ("conversations", "leads", "clients")},
            "order": 40,
            "opens_for": {"telemarketer": 10},
        }
    ]


def _column(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "title": figure.title,
        "kind": "number",
        "method": figure.told,
        "address": _rows_of(figure),
    }


def _rows_of(figure: Figure) -> Callable[[Values, Values], str]:
    def address(asked: Values, row: Values) -> str:
        whose = {"taken_by_id": row["key"]} if "key" in row else {}
        return list_address(
            "inquiries.index", {**_narrower(asked), **whose, **figure.rows, "counted": "true"}
        )

    return address


def _narrower(asked: Values) -> dict[str, Any]:
    """Give what is asked for as the list of inquiries filters it."""
    return {
        "day__gte": asked["since"],
        "day__lte": asked["until"],
        "taken_by_id": asked["owner_id"],
        "taken_by_team_id": asked["team_id"],
        "source": asked["source"],
    }


def telemarketers(asked: Values) -> Iterable[Values]:
    """Count calls and what came of them by who took them: those with the most clients first.

    Two statements: people in whose line everything is nought are left out.
    """
    session = reading()
    narrowed = {name: str(one) for name, one in _narrower(asked).items() if one is not None}
    found = figures(session, narrowed, "taken_by_id")
    names, shown = names_of(session, found), [one.name for one in shown_figures()]
    rows = [
        {
            "person": names.get(one.taken_by_id, ""),
            "key": one.taken_by_id,
            **{name: getattr(one, name) for name in shown},
            "reached": _share(one.conversations, one.calls),
        }
        for one in found
        if any(getattr(one, name) for name in shown)
    ]
    calls, conversations = (sum(one[name] for one in rows) for name in ("calls", "conversations"))
    total = {"line": "total", "reached": _share(conversations, calls)}
    return [*sorted(rows, key=_most_first), total]


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(100 * part) / whole if whole else None


def _most_first(row: Values) -> tuple[Any, ...]:
    """Give the order: by clients, then by what comes before a client, the person's name last."""
    return (*(-row.get(name, 0) for name in reversed(_NAMES)), row["person"])
