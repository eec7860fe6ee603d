"""The JSON API of clients, contacts and rungs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.clients import ladder, queries, service
from salesman_core.clients.lists import CLIENTS, CONTACTS
from salesman_core.clients.schemas import (
    ChangeContactSchema,
    ClientSchema,
    ContactSchema,
    RungMoveSchema,
    RungSchema,
    SimilarSchema,
)
from salesman_core.clients.similar import Similar, similar_clients
from salesman_core.db import AnyRow, reading
from salesman_core.i18n import CORE
from salesman_core.records.bulk.api import bulk
from salesman_core.records.contact_data import readable_imported
from salesman_core.records.custom.members import in_json_members
from salesman_core.records.custom.values import custom_json
from salesman_core.records.extensions.schemas import extensions_json
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.lists import ListQuery, select_page
from salesman_core.rest import (
    ApiBlueprint,
    arguments,
    batch,
    changed_response,
    etag_of,
    json_response,
    may_leave_sight,
    page_answer,
    page_response,
    response,
    seen_or,
    versioned,
)

clients_api = ApiBlueprint(CORE, __name__, collection="clients")
contacts_api = ApiBlueprint(CORE, __name__, collection="contacts")
rungs_api = ApiBlueprint(CORE, __name__, collection="rungs")


def client_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give clients as the API shows them, in a fixed number of statements."""
    ids = [row.id for row in rows]
    hanging = queries.around_clients(reading(), ids)
    extensions = extensions_json("client", ids)
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "name": row.name,
            "rung_id": row.rung_id,
            "owner_id": row.owner_id,
            "participants": hanging.participants.get(row.id, []),
            **_reach(row.id, hanging),
            "site": row.site,
            "addresses": hanging.addresses.get(row.id, []),
            "source": row.source,
            "tags": hanging.tags.get(row.id, []),
            **_common("client", row, hanging, extensions),
        }
        for row in rows
    ]


def contact_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give contacts as the API shows them."""
    client_of = {row.id: row.client_id for row in rows}
    hanging = queries.around_contacts(reading(), client_of)
    extensions = extensions_json("contact", client_of)
    return [
        {
            "id": row.id,
            "client_id": row.client_id,
            "name": row.name,
            "position": row.position,
            "primary": row.primary,
            **_reach(row.id, hanging),
            **_common("contact", row, hanging, extensions),
        }
        for row in rows
    ]


def _reach(record_id: int, hanging: queries.Around) -> dict[str, Any]:
    phones = hanging.phones.get(record_id, [])
    emails = hanging.emails.get(record_id, [])
    return {
        "phones": [one["typed"] for one in phones],
        "normalised_phones": [one["normalised"] for one in phones],
        "emails": [one["typed"] for one in emails],
        "normalised_emails": [one["normalised"] for one in emails],
    }


def _common(
    kind: str, row: AnyRow, hanging: queries.Around, extensions: Mapping[int, dict[str, Any]]
) -> dict[str, Any]:
    return {
        "bans": hanging.bans.get(row.id, {}),
        "external_ids": hanging.external_ids.get(row.id, {}),
        "custom": custom_json(kind, row.custom),
        "imported": readable_imported(row.imported),
        "extensions": extensions.get(row.id, {}),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "version": row.version,
    }


def client_response(client_id: int, status: int = 200) -> Response:
    """Give one client with its ETag."""
    row = queries.one_client(reading(), client_id)
    (item,) = client_items([row])
    etag = etag_of("client", client_id, row.version, row.updated_at)
    return json_response(item, status, etag=etag)


def contact_response(contact_id: int, status: int = 200) -> Response:
    """Give one contact with its ETag."""
    row = queries.one_contact(reading(), contact_id)
    (item,) = contact_items([row])
    etag = etag_of("contact", contact_id, row.version, row.updated_at)
    return json_response(item, status, etag=etag)


@clients_api.get("")
@requires("core.client.view")
@list_arguments(CLIENTS)
@page_response(ClientSchema)
def list_clients(query: ListQuery) -> Response:
    """List clients."""
    page = select_page(reading(), queries.CLIENT, CLIENTS, query, visible("client"))
    return page_answer(client_items(page.rows), page.next_cursor)


@clients_api.post("")
@requires("core.client.create")
@arguments(ClientSchema)
@response(ClientSchema, 201)
def create_client(values: dict[str, Any]) -> Response:
    """Make a client."""
    made = service.create_client(values)
    return changed_response(
        lambda: client_response(made, 201), {"id": made, "name": values["name"]}
    )


@clients_api.post("/batch")
@requires("core.client.create")
@batch(ClientSchema)
def create_clients(values: dict[str, Any]) -> dict[str, Any]:
    """Make many clients, with a result for each."""
    made = service.create_client(values)
    return seen_or(
        lambda: client_items([queries.one_client(reading(), made)])[0],
        {"id": made, "name": values["name"]},
    )


@clients_api.post("/bulk")
@requires("core.client.view")
@bulk(CLIENTS)
def act_on_clients() -> None:
    """Do one thing with many clients, with a result for each."""


@clients_api.post("/similar")
@requires("core.client.view")
@arguments(ClientSchema(partial=True))
@page_response(SimilarSchema)
def list_similar_clients(values: dict[str, Any]) -> Response:
    """List the clients that may be the one of which this much is known, the likeliest first."""
    found = similar_clients(reading(), values | in_json_members(values))
    return page_answer([similar_item(one) for one in found], None)


def similar_item(one: Similar) -> dict[str, Any]:
    """Give a similar client as the API shows it."""
    return {
        "id": one.id,
        "name": one.name,
        "in_bin": one.in_bin_since is not None,
        "in_bin_since": one.in_bin_since,
        "may_restore": one.may_restore,
        "likeness": round(100 * one.score),
        "reasons": [str(reason) for reason in one.reasons],
    }


@clients_api.get("/<int:record_id>")
@requires("core.client.view")
@response(ClientSchema)
def read_client(record_id: int) -> Response:
    """Read a client."""
    return client_response(record_id)


@clients_api.patch("/<int:record_id>")
@requires("core.client.edit")
@versioned("client")
@arguments(ClientSchema(partial=True))
@may_leave_sight
@response(ClientSchema)
def change_client(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a client."""
    service.change_client(record_id, values, version)
    return changed_response(lambda: client_response(record_id))


@clients_api.delete("/<int:record_id>")
@requires("core.client.delete")
@versioned("client")
@response(None, 204)
def delete_client(record_id: int, version: int | None) -> None:
    """Put a client into the bin."""
    service.delete_client(record_id, version)


@clients_api.post("/<int:record_id>/rung")
@requires("core.client.edit")
@versioned("client")
@arguments(RungMoveSchema)
@response(ClientSchema)
def set_rung(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Put a client on a rung of the ladder by hand, with a reason."""
    ladder.set_rung(record_id, values["rung_id"], values["reason"], version)
    return client_response(record_id)


@contacts_api.get("")
@requires("core.client.view")
@list_arguments(CONTACTS)
@page_response(ContactSchema)
def list_contacts(query: ListQuery) -> Response:
    """List contacts."""
    page = select_page(reading(), queries.CONTACT, CONTACTS, query, visible("contact"))
    return page_answer(contact_items(page.rows), page.next_cursor)


@contacts_api.post("")
@requires("core.client.edit")
@arguments(ContactSchema)
@response(ContactSchema, 201)
def create_contact(values: dict[str, Any]) -> Response:
    """Make a contact of a client."""
    made = service.create_contact(values)
    return changed_response(
        lambda: contact_response(made, 201), {"id": made, "name": values["name"]}
    )


@contacts_api.get("/<int:record_id>")
@requires("core.client.view")
@response(ContactSchema)
def read_contact(record_id: int) -> Response:
    """Read a contact."""
    return contact_response(record_id)


@contacts_api.patch("/<int:record_id>")
@requires("core.client.edit")
@versioned("contact")
@arguments(ChangeContactSchema(partial=True))
@response(ContactSchema)
def change_contact(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a contact."""
    service.change_contact(record_id, values, version)
    return contact_response(record_id)


@contacts_api.delete("/<int:record_id>")
@requires("core.client.edit")
@versioned("contact")
@response(None, 204)
def delete_contact(record_id: int, version: int | None) -> None:
    """Put a contact into the bin."""
    service.delete_contact(record_id, version)


@rungs_api.get("")
@requires("core.client.view")
@page_response(RungSchema)
def list_rungs() -> Response:
    """List the rungs of the ladder of relationship."""
    items = [dict(row._mapping) for row in queries.ladder(reading())]  # noqa: SLF001  # its API
    return page_answer(items, None)
