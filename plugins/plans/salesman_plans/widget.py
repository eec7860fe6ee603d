"""The rings of plan fulfilment: on the desk, and wherever else they are drawn."""

from __future__ import annotations

from typing import Any, Final

from flask import url_for
from markupsafe import Markup

from salesman_core.toolkit import (
    ForbiddenError,
    company,
    current_person,
    now,
    reading,
    render,
    today,
)
from salesman_plans.choosing import at_hand
from salesman_plans.fulfilment import fulfilment
from salesman_plans.months import month_of, quarter_of, year_of
from salesman_plans.permissions import EDIT
from salesman_plans.sources import bases
from salesman_plans.titles import METRIC_TITLES, figure, period_title, short
from salesman_plans.whose import Whose, whose_named

LENGTHS: Final = {"month": month_of, "quarter": quarter_of}
CIRCUMFERENCE: Final = 100
"""Of a ring: a percent is a hundredth of it."""


def fulfilment_panel(asked: str | None = None, length: str | None = None) -> Markup | None:
    """Give how far a plan is; None for whoever has none that concerns them.

    :param asked: whose, of those that concern the person or that they may see.
    :param length: ``month``, ``quarter`` or ``year``.
    """
    session = reading()
    choices = at_hand(session)
    whose = next((one for one in choices if one.key == asked), None)
    if whose is None:
        whose = whose_named(session, asked) if asked else _usual(choices)
    if whose is None:
        return None
    day = today(company().tz)
    period = LENGTHS[length](day) if length in LENGTHS else month_of(day)
    if length == "year":
        period = year_of(day.year)
    try:
        found = fulfilment(session, whose, period)
    except ForbiddenError as error:
        return render("plans/hidden.html", message=error.message)
    counted = {one.basis for one in found.spans}
    known = [basis for id_, basis in bases().items() if id_ in counted]
    return render(
        "plans/widget.html",
        found=found,
        choices=choices,
        length=length or "month",
        may_set=current_person().may(EDIT),
        basis_titles=[one.title for one in known],
        kinds=sorted({"deal"}.union(*({one.kind for one in basis.sources} for basis in known))),
        metric_titles=METRIC_TITLES,
        figure=figure,
        short=short,
        period_title=period_title,
        ring=ring,
        set_address=url_for("plans.index"),
        as_of=now(),
    )


def _usual(choices: list[Whose]) -> Whose | None:
    """Give whose plan is shown first: one's own, if one has any; else the widest."""
    if not choices:
        return None
    person = current_person()
    own = choices[0]
    if own.id == person.id and (own.has_plan or len(choices) == 1):
        return own
    return choices[-1]


def ring(value: Any, plan: Any) -> float:
    """Give how much of a ring is drawn for a value, in percent: never more than all of it."""
    if not plan or value is None or value <= 0:
        return 0.0
    return min(round(float(value) * CIRCUMFERENCE / float(plan), 1), float(CIRCUMFERENCE))
