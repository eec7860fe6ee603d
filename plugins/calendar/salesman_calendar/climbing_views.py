"""The report of activity by rung, and of who climbed after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import request, url_for
from markupsafe import Markup

from salesman_calendar import climbing
from salesman_calendar.lists import ACTIVITIES
from salesman_calendar.permissions import VIEW
from salesman_calendar.texts import texts
from salesman_calendar.views import blueprint
from salesman_core.toolkit import (
    InvalidError,
    colleagues,
    current_person,
    date_of,
    read_typed,
    reading,
    render,
    requires,
    whole_number,
)
from salesman_hookspecs import Scope, Text

_ = texts.lazy

PERIODS: Final[Mapping[str, Text]] = {
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_quarter": _("This quarter"),
    "last_quarter": _("Last quarter"),
    "this_year": _("This year"),
    "own": _("From – to"),
}


@blueprint.get("/climbing")
@requires(VIEW)
def show_climbing() -> Markup:
    """Show how much was done with clients on each rung, and how many of them climbed after it."""
    session, unreadable = reading(), {}
    rows: dict[int, Any] = {}
    narrowed: dict[str, str] = {}
    try:
        narrowed = _narrowed()
        found = climbing.by_rung(session, ACTIVITIES, narrowed)
        rows = {row.rung_id: row for row in found}
    except InvalidError as error:
        unreadable = error.fields
    wide = current_person().scope(VIEW) > Scope.OWN
    return render(
        "calendar/climbing.html",
        rungs=[(rung, rows[rung.id]) for rung in climbing.rungs(session) if rung.id in rows],
        unreadable=unreadable,
        address=_address(narrowed),
        periods=PERIODS,
        period=_period(),
        asked=request.args,
        people=colleagues() if wide else [],
    )


def _period() -> str:
    asked = request.args.get("period", "")
    return asked if asked in PERIODS else "this_quarter"


def _narrowed() -> dict[str, str]:
    """Give the filters of the list that the address asks for.

    :raises InvalidError: by parameter, for a day that cannot be read.
    """
    person = request.args.get("owner_id", type=whole_number)
    narrowed = {"owner_id": "" if person is None else str(person)}
    if _period() == "own":
        days = dict.fromkeys(("since", "until"), date_of)
        typed = read_typed(request.args, days, *days)
        narrowed["day__gte"] = str(typed.get("since") or "")
        narrowed["day__lte"] = str(typed.get("until") or "")
    else:
        narrowed["day"] = _period()
    return {name: value for name, value in narrowed.items() if value}


def _address(narrowed: Mapping[str, str]) -> Any:
    """Give what makes the address of the list of the activities behind a figure."""

    def address(rung_id: int, **further: str) -> str:
        filters: dict[str, Any] = {**narrowed, "rung": rung_id, "with_client": "true", **further}
        return url_for("calendar.index", **filters)

    return address
