"""The page of the line: the picture with its bottleneck, and the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from flask import request, url_for
from markupsafe import Markup

from salesman_conveyor import figures, stations
from salesman_conveyor.permissions import FIGURES
from salesman_conveyor.texts import texts
from salesman_conveyor.views import blueprint
from salesman_core.toolkit import company, people_names, reading, render, requires, today
from salesman_hookspecs import Text

_ = texts.lazy

PERIODS: Final[Mapping[str, tuple[Text, int]]] = {
    "week": (_("the last 7 days"), 7),
    "weeks": (_("the last 4 weeks"), 28),
    "quarter": (_("the last 13 weeks"), 91),
    "year": (_("the last 52 weeks"), 364),
}
"""By whole weeks, so that what goes through in a week can be compared."""
USUAL: Final = "weeks"


@blueprint.get("/line")
@requires(FIGURES)
def line() -> Markup:
    """Show the whole line with what comes in, waits, goes back and goes on."""
    session = reading()
    chosen = request.args.get("period", "")
    chosen = chosen if chosen in PERIODS else USUAL
    period = period_of(chosen)
    picture = figures.picture(session, period)
    people = figures.by_person(session, period)
    names = people_names()
    return render(
        "conveyor/line.html",
        picture=picture,
        people=sorted(
            ((names.get(key or 0, ""), one) for key, one in people.items() if key in names),
            key=lambda one: (-one[1].arrived, one[0]),
        ),
        returns=figures.returns_by_reason(session, period),
        station_names={one.row.id: one.row.name for one, _line in picture.stations},
        reason_names={row.id: row.name for row in stations.reasons(session)},
        period=period,
        chosen=chosen,
        periods={name: title for name, (title, _days) in PERIODS.items()},
        address=_address(period),
        share=lambda minutes: int(100 * (minutes or 0) / picture.longest),
    )


def period_of(name: str) -> figures.Period:
    """Give the days of a period that ends today."""
    last: date = today(company().tz)
    return figures.Period(last - timedelta(days=PERIODS[name][1] - 1), last)


def _address(period: figures.Period) -> Any:
    """Give what makes the address of the list of exactly the handovers that a figure counts."""
    rows = figures.rows_of(period)

    def address(figure: str, **further: Any) -> str:
        filters: dict[str, Any] = {**rows[figure], **further}
        return url_for("conveyor.handovers", **filters)

    return address
