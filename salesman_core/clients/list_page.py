"""The list of clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.clients import queries
from salesman_core.clients.lists import CLIENTS, KINDS
from salesman_core.clients.models import Client, Rung
from salesman_core.clients.views import blueprint
from salesman_core.db import reading
from salesman_core.i18n import texts
from salesman_core.people.colleagues import colleagues
from salesman_core.records.list_page import ListPage
from salesman_core.records.lists import ListQuery, totals
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_hookspecs import Scope, Text

_ = texts.lazy

COLUMNS: Final = (*queries.CLIENT, *queries.NAMES)


@dataclass(frozen=True, slots=True)
class RungTotal:
    """How many clients of the whole filter stand on a rung."""

    id: int
    name: str
    colour: str
    clients: int


@blueprint.get("")
@requires("core.client.view")
def index() -> ResponseReturnValue:
    """Show the list of clients."""
    asked: dict[str, Any] = {
        name: filled
        for name, values in request.args.to_dict(flat=False).items()
        if (filled := [value for value in values if value])
    }
    if len(asked) < len(request.args):  # a form sends the fields, too, that nobody filled in
        return redirect(url_for("clients.index", **asked))
    rungs = [(rung.id, rung.name) for rung in queries.ladder(reading())]
    listed = ListPage(CLIENTS, "clients.index", COLUMNS, views=_views(rungs))
    counted = rung_totals(listed.query)
    return render(
        "core/clients/index.html",
        listed=listed,
        around=queries.around_clients(reading(), [row.id for row in listed.rows]),
        totals=counted,
        count=sum(one.clients for one in counted),
        rungs=rungs,
        people=colleagues(),
        kinds=list(KINDS.items()),
        form=FormState({name.removesuffix("__in"): _split(asked[name]) for name in asked}),
        own_only=current_person().scope("core.client.view") is Scope.OWN,
    )


def _split(values: Sequence[str]) -> Any:
    """Give the values of a parameter for the form of filters; several stand with commas too."""
    parts = [part for value in values for part in value.split(",")]
    return parts[0] if len(parts) == 1 else parts


def rung_totals(query: ListQuery) -> list[RungTotal]:
    """Count the clients of the whole filter, not of the page, by rung."""
    by = (Rung.position, Rung.id, Rung.name, Rung.colour)
    counted = sa.func.count(Client.id).label("clients")
    rows = totals(reading(), [counted], CLIENTS, query, visible("client"), by=by)
    return [RungTotal(row.id, row.name, row.colour, row.clients) for row in rows]


def _views(rungs: Sequence[tuple[int, str]]) -> list[tuple[Text, dict[str, str]]]:
    """Give the tabs: everybody, one's own, and each rung of the ladder."""
    return [
        (_("All"), {}),
        (_("Mine"), {"mine": "true"}),
        *((name, {"rung_id": str(id_)}) for id_, name in rungs),
    ]
