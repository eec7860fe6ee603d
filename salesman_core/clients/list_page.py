"""The list of clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.clients import card as cards
from salesman_core.clients import queries
from salesman_core.clients.lists import CLIENTS, KINDS
from salesman_core.clients.models import Client, Rung
from salesman_core.clients.views import blueprint
from salesman_core.db import AnyRow, reading
from salesman_core.i18n import texts
from salesman_core.records.lists import (
    Chip,
    ListQuery,
    Page,
    describe,
    parse_list_query,
    select_page,
    totals,
)
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_hookspecs import Scope

_ = texts.lazy

COLUMNS: Final = (*queries.CLIENT, *queries.NAMES)


@dataclass(frozen=True, slots=True)
class View:
    """A tab above the list."""

    title: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class RungTotal:
    """How many clients of the whole filter stand on a rung."""

    id: int
    name: str
    colour: str
    clients: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list with all that stands around it.

    :param around: what hangs on the clients of the page.
    :param chips: what filters, each with the address of the list without it.
    :param totals: over the whole filter, not the page.
    """

    query: ListQuery
    page: Page
    around: queries.Around
    chips: Sequence[tuple[Chip, str]]
    totals: Sequence[RungTotal]
    views: Sequence[View]

    @property
    def count(self) -> int:
        """How many clients the whole filter finds."""
        return sum(one.clients for one in self.totals)

    @property
    def next(self) -> str:
        """The address of the next page, or an empty string."""
        cursor = self.page.next_cursor
        return _address(self.query.at(cursor)) if cursor else ""

    def sort(self, name: str) -> str:
        """Give the address of the list sorted by a column, the other way where it is already."""
        down = any(one.name == name and not one.descending for one in self.query.sort)
        return _address(self.query.sorted_by(f"-{name}" if down else name))

    def sorted(self, name: str) -> str:
        """Give ``asc`` or ``desc`` where the list is sorted by a column, else an empty string."""
        first = self.query.sort[0]
        return ("desc" if first.descending else "asc") if first.name == name else ""


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
    query = parse_list_query(asked, CLIENTS)
    ladder = queries.ladder(reading())
    people = cards.colleagues()
    return render(
        "core/clients/index.html",
        listed=_listed(query, ladder, people),
        rungs=[(rung.id, rung.name) for rung in ladder],
        people=people,
        kinds=list(KINDS.items()),
        form=FormState({name.removesuffix("__in"): _split(asked[name]) for name in asked}),
        own_only=current_person().scope("core.client.view") is Scope.OWN,
    )


def _split(values: Sequence[str]) -> Any:
    """Give the values of a parameter for the form of filters; several stand with commas too."""
    parts = [part for value in values for part in value.split(",")]
    return parts[0] if len(parts) == 1 else parts


def _listed(
    query: ListQuery, ladder: Sequence[AnyRow], people: Sequence[tuple[int, str]]
) -> Listed:
    session = reading()
    page = select_page(session, COLUMNS, CLIENTS, query, visible("client"))
    return Listed(
        query=query,
        page=page,
        around=queries.around_clients(session, [row.id for row in page.rows]),
        chips=_chips(query, ladder, people),
        totals=_totals(query),
        views=_views(query, ladder),
    )


def _totals(query: ListQuery) -> list[RungTotal]:
    by = (Rung.position, Rung.id, Rung.name, Rung.colour)
    counted = sa.func.count(Client.id).label("clients")
    rows = totals(reading(), [counted], CLIENTS, query, visible("client"), by=by)
    return [RungTotal(row.id, row.name, row.colour, row.clients) for row in rows]


def _chips(
    query: ListQuery, ladder: Sequence[AnyRow], people: Sequence[tuple[int, str]]
) -> list[tuple[Chip, str]]:
    names = {
        "rung_id": {rung.id: rung.name for rung in ladder},
        "owner_id": dict(people),
        "participant_id": dict(people),
    }
    values = {one.parameter: (one.name, one.value) for one in query.filters}
    chips = [
        _named(chip, *values.get(chip.parameter, ("", None)), names)
        for chip in describe(query, CLIENTS)
    ]
    return [(chip, _address(query.without(chip.parameter))) for chip in chips]


def _named(chip: Chip, name: str, value: Any, names: dict[str, dict[int, str]]) -> Chip:
    """Give a chip with names where the filter holds ids."""
    if name not in names or isinstance(value, bool):
        return chip
    ids = value if isinstance(value, tuple) else (value,)
    known = names[name]
    return replace(chip, value=", ".join(known.get(id_, f"№ {id_}") for id_ in ids))


def _views(query: ListQuery, ladder: Sequence[AnyRow]) -> list[View]:
    """Give the tabs: everybody, one's own, and each rung of the ladder."""
    only = {one.parameter: one.text for one in query.filters}
    plain = not query.q
    tabs: list[tuple[str, dict[str, Any]]] = [
        (str(_("All")), {}),
        (str(_("Mine")), {"mine": "true"}),
        *((rung.name, {"rung_id": str(rung.id)}) for rung in ladder),
    ]
    return [
        View(title, url_for("clients.index", **args), plain and only == args)
        for title, args in tabs
    ]


def _address(query: ListQuery) -> str:
    args: dict[str, Any] = dict(query.args())
    if args.get("sort") == CLIENTS.default_sort:
        del args["sort"]
    return url_for("clients.index", **args)
