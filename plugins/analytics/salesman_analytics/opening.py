"""What stands open on the page of reports: what a person pinned, or what matters to their role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from salesman_analytics import shown
from salesman_analytics.asked import period_titles, read_asked
from salesman_analytics.counted import counted
from salesman_analytics.declared import EVERYTHING, DeclaredReport
from salesman_core.toolkit import current_person, foreign_html, render

MOST_OPENED: Final = 6
"""So many reports a role opens with; a person may pin more."""
MOST_DRAWN: Final = 12
"""So many rows are drawn there: the months of a year."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A report as it is seen at a glance.

    :param chart: what is drawn, as the script of charts takes it.
    :param tiles: what all rows come to, of what is drawn.
    :param period: what is counted, in words; empty where the report knows no period.
    :param left: how many rows are not drawn.
    """

    chart: dict[str, Any] | None
    tiles: Sequence[shown.Figure] = field(default=())
    period: str = ""
    left: int = 0


def opened_for_role(every: Sequence[DeclaredReport]) -> list[DeclaredReport]:
    """Give those of some reports that whoever acts opens with, by their places.

    Whose roles are none of the presets gets what any of them opens with.
    """
    person = current_person()
    roles = {EVERYTHING} if person.everything else person.presets
    by_place = _by_place(every, roles) or _by_place(every, None)
    return by_place[:MOST_OPENED]


def _by_place(
    every: Sequence[DeclaredReport], roles: frozenset[str] | set[str] | None
) -> list[DeclaredReport]:
    places = {
        one.id: min(
            place for role, place in one.opens_for.items() if roles is None or role in roles
        )
        for one in every
        if one.opens_for and (roles is None or not roles.isdisjoint(one.opens_for))
    }
    return sorted((one for one in every if one.id in places), key=lambda one: places[one.id])


def seen_at_a_glance(report: DeclaredReport) -> Markup:
    """Count a report as it opens, and draw it; where that fails give a notice that says so."""
    place = f"salesman_analytics_reports/{report.id}"
    content = foreign_html(report.owner, place, lambda: _drawn(report), alone=True)
    return render("analytics/glance.html", report=report, content=content)


def _drawn(report: DeclaredReport) -> Markup:
    return render("analytics/glance_drawn.html", glance=glance_of(report))


def glance_of(report: DeclaredReport) -> Glance:
    """Count a report as it opens."""
    if report.draw is not None:
        drawn = report.draw({})
        return Glance(None if drawn is None else dict(drawn))
    asked = read_asked({}, report.filters, report.period)
    found = counted(report, asked)
    drawn_names = () if report.chart is None else report.chart.columns
    tiles = shown.tiles(found)
    chart = _telling(shown.chart(found, MOST_DRAWN))
    return Glance(
        chart,
        [one for one in tiles if not drawn_names or one.column.name in drawn_names],
        period_titles()[asked.period] if asked.period else "",
        0 if chart is None else max(len(found.rows) - MOST_DRAWN, 0),
    )


def _telling(chart: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give a chart that has anything to show; None of one that is all noughts."""
    if chart is None or not any(any(one["values"]) for one in chart["series"]):
        return None
    return chart
