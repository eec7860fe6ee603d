"""The JSON API of links: ``/api/v1/mailing/<group>/links`` and ``/api/v1/mailing/links/<id>``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ForbiddenError,
    arguments,
    contact_data,
    etag_of,
    json_response,
    reading,
    requires,
    response,
    versioned,
)
from salesman_mailing.api import api
from salesman_mailing.groups.queries import one_group
from salesman_mailing.permissions import MANAGE_LINKS
from salesman_mailing.services import linking, queries
from salesman_mailing.services.further import offered
from salesman_mailing.services.known import services
from salesman_mailing.services.models import KIND
from salesman_mailing.services.schemas import (
    AutomaticSchema,
    ChangesArgumentsSchema,
    ChangesSchema,
    FurtherFieldsSchema,
    LinkSchema,
    LinksSchema,
    OfferedFieldsSchema,
    ServicesSchema,
)
from salesman_mailing.texts import texts

__all__ = ["api"]

_ = texts.lazy

_SHOWN: Final = (
    *("id", "group_id", "service", "list_id", "list_title", "automatic", "state", "problem"),
    *("same", "others", "compared_at", "carried_at", "further"),
)


def _item(row: AnyRow, counted: Mapping[str, queries.Counts]) -> dict[str, Any]:
    changes = [
        {"what": what, "whole": one.whole, "done": one.done, "refused": one.refused}
        for what, one in sorted(counted.items())
    ]
    return {**{name: getattr(row, name) for name in _SHOWN}, "changes": changes}


def _answer(link_id: int, status: int = 200) -> Response:
    session = reading()
    row = queries.one_link(session, link_id)
    item = _item(row, queries.counts(session, link_id))
    return json_response(item, status, etag=etag_of(KIND, link_id, row.version))


@api.get("/services")
@requires(MANAGE_LINKS)
@response(ServicesSchema)
def list_services() -> dict[str, Any]:
    """List the mailing services to which groups can be linked."""
    return {"items": [{"id": one.id, "title": str(one.title)} for one in services()]}


@api.get("/<int:record_id>/links")
@requires(MANAGE_LINKS)
@response(LinksSchema)
def list_links(record_id: int) -> dict[str, Any]:
    """List the lists of mailing services that have the members of a group."""
    session = reading()
    one_group(session, record_id)
    rows = queries.links_of(session, record_id)
    counted = queries.counts_of(session, [row.id for row in rows])
    return {"items": [_item(row, counted[row.id]) for row in rows]}


@api.post("/<int:record_id>/links")
@requires(MANAGE_LINKS)
@arguments(LinkSchema)
@response(LinkSchema, 201)
def link_group(values: dict[str, Any], record_id: int) -> Response:
    """Let a list of a mailing service have the members of a group.

    Without ``list_id`` a new list is made, called ``list_title`` or as the group. Nothing goes out
    before it was compared and carried out.
    """
    told = (values["service"], values["list_id"], values["list_title"])
    return _answer(linking.link_group(record_id, *told), 201)


@api.get("/links/<int:link_id>")
@requires(MANAGE_LINKS)
@response(LinkSchema)
def read_link(link_id: int) -> Response:
    """Read a link, and how far its work has come."""
    return _answer(link_id)


@api.patch("/links/<int:link_id>")
@requires(MANAGE_LINKS)
@versioned(KIND, argument="link_id")
@arguments(AutomaticSchema)
@response(LinkSchema)
def change_link(values: dict[str, Any], link_id: int, version: int | None) -> Response:
    """Say whether what is to change goes out by the clock."""
    linking.change_link(link_id, values["automatic"], version)
    return _answer(link_id)


@api.get("/links/<int:link_id>/fields")
@requires(MANAGE_LINKS)
@response(OfferedFieldsSchema)
def list_fields(link_id: int) -> dict[str, Any]:
    """List the fields that can go to a list, and those of the service to which they can go."""
    ours = [{"kind": one.key[0], "name": one.name, "title": str(one.title)} for one in offered()]
    return {"ours": ours, "theirs": linking.fields_of(link_id)}


@api.put("/links/<int:link_id>/fields")
@requires(MANAGE_LINKS)
@versioned(KIND, argument="link_id")
@arguments(FurtherFieldsSchema)
@response(LinkSchema)
def choose_fields(values: dict[str, Any], link_id: int, version: int | None) -> Response:
    """Say which fields go to a list beside the usual ones; nothing goes out by this alone."""
    linking.choose_fields(link_id, [linking.Choice(**one) for one in values["items"]], version)
    return _answer(link_id)


@api.delete("/links/<int:link_id>")
@requires(MANAGE_LINKS)
@versioned(KIND, argument="link_id")
@response(None, 204)
def unlink(link_id: int, version: int | None) -> None:
    """Let a group and a list go their own ways; the list stays as it is."""
    linking.unlink(link_id, version)


@api.get("/links/<int:link_id>/changes")
@requires(MANAGE_LINKS)
@arguments(ChangesArgumentsSchema, location="query")
@response(ChangesSchema)
def list_changes(values: dict[str, Any], link_id: int) -> dict[str, Any]:
    """List what is to change, address by address."""
    session = reading()
    link = queries.one_link(session, link_id)
    contact_data.demand_contact_data({"emails": None})
    if not queries.reads_addresses(link):
        words = _("Compare it in your own name to read the addresses.")
        raise ForbiddenError(words, MANAGE_LINKS)
    limit = values["limit"]
    rows = queries.changes(session, link_id, values["what"], values["after"], limit + 1)
    names = ("id", "what", "address", "done_at", "refused")
    items = [{name: getattr(row, name) for name in names} for row in rows[:limit]]
    return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}


@api.post("/links/<int:link_id>/compare")
@requires(MANAGE_LINKS)
@response(LinkSchema, 202)
def compare(link_id: int) -> Response:
    """Let it be looked up what would change."""
    linking.compare(link_id)
    return _answer(link_id, 202)


@api.post("/links/<int:link_id>/carry-out")
@requires(MANAGE_LINKS)
@versioned(KIND, argument="link_id")
@response(LinkSchema, 202)
def carry_out(link_id: int, version: int | None) -> Response:
    """Let be done what was found to change, in the version in which it was read."""
    linking.carry_out(link_id, version)
    return _answer(link_id, 202)


@api.post("/links/<int:link_id>/stop")
@requires(MANAGE_LINKS)
@response(LinkSchema)
def stop(link_id: int) -> Response:
    """Let the work on a link stop."""
    linking.stop(link_id)
    return _answer(link_id)
