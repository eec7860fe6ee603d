"""The page of figures: calls and what came of them, each figure leading to its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from flask import request, url_for
from markupsafe import Markup

from salesman_core.toolkit import (
    AnyRow,
    InvalidError,
    User,
    colleagues,
    date_of,
    formats,
    holders,
    read_typed,
    reading,
    render,
    requires,
    whole_number,
)
from salesman_hookspecs import Text
from salesman_inquiries import figures, queries
from salesman_inquiries.lists import sees_others_figures, whose_figures
from salesman_inquiries.permissions import COUNTED, FIGURES
from salesman_inquiries.texts import texts
from salesman_inquiries.views import blueprint

_ = texts.lazy

PERIODS: Final[Mapping[str, Text]] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "this_week": _("This week"),
    "last_week": _("Last week"),
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_quarter": _("This quarter"),
    "this_year": _("This year"),
    "own": _("From – to"),
}
TABLES: Final[Mapping[str, Text]] = {
    "day": _("By day"),
    "taken_by_id": _("By person"),
    "source": _("By source"),
}


@blueprint.get("/figures")
@requires(FIGURES)
def show_figures() -> Markup:
    """Show calls, conversations, interests and what came of them in a period."""
    session = reading()
    try:
        narrowed, unreadable = _narrowed(), {}
        (total,) = figures.figures(session, narrowed)
    except InvalidError as error:
        narrowed, unreadable, total = {}, error.fields, None
    tables = {} if unreadable else _tables(narrowed)
    return render(
        "inquiries/figures.html",
        total=total,
        tables=tables,
        unreadable=unreadable,
        figures=figures.shown_figures(),
        rows=_rows(narrowed),
        periods=PERIODS,
        titles=TABLES,
        period=_period(),
        asked=request.args,
        people=_people(),
        sources=queries.sources(session),
    )


def _period() -> str:
    asked = request.args.get("period", "")
    return asked if asked in PERIODS else "this_month"


def _narrowed() -> dict[str, str]:
    """Give the filters of the list that the address asks for.

    :raises InvalidError: by parameter, for a day that cannot be read.
    """
    days = dict.fromkeys(("since", "until"), date_of)
    typed = read_typed(request.args, days, *days)
    narrowed = {"source": request.args.get("source", "")[:100]}
    person = request.args.get("taken_by_id", type=whole_number)
    narrowed["taken_by_id"] = "" if person is None else str(person)
    if _period() == "own":
        narrowed["day__gte"] = str(typed.get("since") or "")
        narrowed["day__lte"] = str(typed.get("until") or "")
    else:
        narrowed["day"] = _period()
    return {name: value for name, value in narrowed.items() if value}


def _rows(narrowed: Mapping[str, str]) -> Any:
    """Give what makes the address of the list of exactly the rows that a figure is made of."""

    def address(figure: figures.Figure, **further: str) -> str:
        filters: dict[str, Any] = {**narrowed, **further, **figure.rows, "counted": "true"}
        return url_for("inquiries.index", **filters)

    return address


def _tables(narrowed: Mapping[str, str]) -> dict[str, list[tuple[str, dict[str, str], AnyRow]]]:
    """Give the figures by day, person and source: what each line is called, and its filter.

    A line of noughts says nothing and is left out.
    """
    session = reading()
    shown = [by for by in TABLES if by != "taken_by_id" or sees_others_figures()]
    found = {by: figures.figures(session, narrowed, by) for by in shown}
    names = figures.names_of(session, found.get("taken_by_id", []))
    return {
        by: [_line(by, row, names) for row in rows if _says_anything(row)]
        for by, rows in found.items()
    }


def _says_anything(row: AnyRow) -> bool:
    return any(getattr(row, figure.name) for figure in figures.shown_figures())


def _line(by: str, row: AnyRow, names: Mapping[int, str]) -> tuple[str, dict[str, str], AnyRow]:
    value = getattr(row, by)
    if by == "day":
        return formats.day(value), {"day__gte": str(value), "day__lte": str(value)}, row
    if by == "source":
        return value or str(_("not said")), {"source": value}, row
    return names.get(value, ""), {by: str(value)}, row


def _people() -> list[tuple[int, str]]:
    """Give those whose calls are counted, as a choice for whoever may see their figures."""
    if not sees_others_figures():
        return []
    seen = sa.select(User.id).where(User.id.in_(holders(COUNTED)), whose_figures(User.id))
    counted = set(reading().scalars(seen))
    return [(id_, name) for id_, name in colleagues() if id_ in counted]
