"""The administrator's page of the kinds of activities and of their results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Any, Final

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_calendar import choosing, defaults
from salesman_calendar.kind_service import KINDS
from salesman_calendar.lists import BASE_TITLES
from salesman_calendar.models import ICONS
from salesman_calendar.permissions import MANAGE
from salesman_calendar.texts import texts
from salesman_calendar.views import Page, blueprint
from salesman_core.toolkit import (
    NEW_ROW,
    AnyRow,
    CompanyListPage,
    FormState,
    company,
    order_version,
    reading,
    render,
    requires,
)

_ = texts.lazy


@blueprint.get("/kinds")
@requires(MANAGE)
def kinds() -> Markup:
    """Show the kinds with their results."""
    return _page({})


def _page(refused: Mapping[Hashable, FormState]) -> Markup:
    session = reading()
    results: dict[int, list[AnyRow]] = defaultdict(list)
    for row in choosing.results(session):
        results[row.kind_id].append(row)
    every = choosing.kinds(session)
    return render(
        "calendar/kinds.html",
        kinds=every,
        order=order_version(one.id for one in every),
        results=results,
        refused=refused,
        nothing=FormState(),
        bases=BASE_TITLES,
        icons=ICONS,
        new=NEW_ROW,
    )


PAGE: Final = CompanyListPage(
    "calendar.kinds", _page, added=_("The kind is there. Add its results.")
)


@blueprint.post("/kinds")
@requires(MANAGE)
def add_kind() -> Page:
    """Add the kind that was typed."""
    return PAGE.add(KINDS)


@blueprint.post("/kinds/usual")
@requires(MANAGE)
def make_usual_kinds() -> Response:
    """Make the usual kinds, where there are none."""
    defaults.make_kinds(company().language)
    return PAGE.back()


@blueprint.post("/kinds/<int:kind_id>")
@requires(MANAGE)
def change_kind(kind_id: int) -> Page:
    """Change a kind and its results to what was typed."""
    return PAGE.change(KINDS, kind_id, values=_typed())


def _typed() -> dict[str, Any]:
    """Give what the form of a kind holds: its own fields, its results, and new ones by line."""
    typed = request.form
    known = [
        {
            "id": int(name.removeprefix("result-")),
            "name": typed[name],
            "reached": name.replace("result-", "reached-") in typed,
            "active": name.replace("result-", "active-") in typed,
        }
        for name in typed
        if name.startswith("result-") and name.removeprefix("result-").isdecimal()
    ]
    new = [
        {"id": None, "name": line.strip(), "reached": False, "active": True}
        for line in typed.get("new_results", "").splitlines()
        if line.strip()
    ]
    own = {"name": typed.get("name"), "icon": typed.get("icon"), "active": "active" in typed}
    return {**own, "results": [*known, *new]}


@blueprint.post("/kinds/<int:kind_id>/move")
@requires(MANAGE)
def move_kind(kind_id: int) -> Response:
    """Let a kind change places with its neighbour."""
    return PAGE.move(KINDS, kind_id)
