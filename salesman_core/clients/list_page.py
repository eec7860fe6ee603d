"""The list of clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import Response
from markupsafe import Markup

from salesman_core.access.colleagues import colleagues, known_teams
from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.clients import queries
from salesman_core.clients.addresses import addresses_in_files
from salesman_core.clients.lists import CLIENTS, KINDS
from salesman_core.clients.models import Client, Rung
from salesman_core.clients.views import blueprint
from salesman_core.db import AnyRow, reading
from salesman_core.i18n import texts
from salesman_core.records.contact_data import CONTACT_DATA
from salesman_core.records.list_narrowing import Options, narrowed
from salesman_core.records.list_page import ListPage
from salesman_core.records.listing import on_one_line
from salesman_core.records.lists import ListQuery, totals
from salesman_core.records.participants import with_parts
from salesman_core.records.record_list import Column, RecordList
from salesman_core.web.templating import render
from salesman_hookspecs import Scope, Text

_ = texts.lazy

COLUMNS: Final = (
    Column("name", _("Name"), "name"),
    Column("rung", _("Relationship"), "rung_id"),
    Column("reach", _("Phone, email"), unmasked=CONTACT_DATA, in_files=("phones", "emails")),
    Column("tags", _("Tags")),
    Column("owner", _("Owner"), "owner_id"),
    Column("team", _("Team"), usual=False),
    Column("updated_at", _("Changed"), "updated_at"),
    Column("kind", _("Kind"), "kind", usual=False, in_files=("company_or_person",)),
    Column("source", _("Source"), "source", usual=False),
    Column("site", _("Site"), usual=False),
    Column("addresses", _("Addresses"), usual=False),
    Column("created_at", _("Created"), "created_at", usual=False),
)

FOR_FILES: Final = (
    Column("phones", _("Phones"), permission=CONTACT_DATA),
    Column("emails", _("Email addresses"), permission=CONTACT_DATA),
    Column("participants", _("Participants")),
    Column("company_or_person", _("Company or person")),
)

READ: Final = (*queries.CLIENT, *queries.NAMES)


def _cells(rows: Sequence[AnyRow]) -> Iterator[Mapping[str, Any]]:
    """Give what stands in the columns of some clients, for files."""
    around = queries.around_clients(reading(), [row.id for row in rows])
    for row in rows:
        yield {
            **row._mapping,  # noqa: SLF001  # its API
            "rung": row.rung_name,
            "phones": on_one_line(one["typed"] for one in around.phones.get(row.id, [])),
            "emails": on_one_line(one["typed"] for one in around.emails.get(row.id, [])),
            "addresses": addresses_in_files(around.addresses.get(row.id, [])),
            "participants": with_parts(around.participants.get(row.id, [])),
            "tags": on_one_line(around.tags.get(row.id, [])),
            "owner": row.owner_name,
            "team": row.team_name,
            "company_or_person": str(KINDS[row.kind]),
        }


ASKS: Final = (
    "rung_id",
    "owner_id",
    "team_id",
    "participant_id",
    "kind",
    "tag",
    "source",
    "phone",
    "address",
    "created_at",
)


def _rungs() -> list[tuple[int, str]]:
    return [(rung.id, rung.name) for rung in queries.ladder(reading())]


def _options(rungs: Sequence[tuple[int, str]]) -> dict[str, Options]:
    """Give what the dialog of filters offers to choose from."""
    people = colleagues()
    return {
        "rung_id": rungs,
        "owner_id": people,
        "team_id": known_teams(),
        "participant_id": people,
    }


LISTED: Final = RecordList(
    CLIENTS,
    "clients.index",
    _("Clients"),
    READ,
    COLUMNS,
    _cells,
    export="core.client.export",
    imported="clients",
    asks=ASKS,
    options=lambda: _options(_rungs()),
    for_files=FOR_FILES,
)


@dataclass(frozen=True, slots=True)
class RungTotal:
    """How many clients of the whole filter stand on a rung."""

    id: int
    name: str
    colour: str
    clients: int


@blueprint.get("")
@requires("core.client.view")
def index() -> Markup:
    """Show the list of clients."""
    listed = _listed()
    counted = rung_totals(listed.query)
    return render(
        "core/clients/index.html",
        listed=listed,
        around=queries.around_clients(reading(), [row.id for row in listed.rows]),
        totals=counted,
        count=sum(one.clients for one in counted),
        kinds=KINDS,
        own_only=current_person().scope("core.client.view") is Scope.OWN,
    )


def _listed() -> ListPage:
    rungs = _rungs()
    return ListPage.of(LISTED, views=_views(rungs), options=lambda: _options(rungs))


@blueprint.get("/filter")
@requires("core.client.view")
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(CLIENTS, "clients.index")


@blueprint.post("/columns")
@requires("core.client.view")
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order; none for the usual ones."""
    return _listed().columns_chosen()


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
