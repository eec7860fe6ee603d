"""The JSON API of mailing: ``/api/v1/mailing`` are the groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    arguments,
    contact_data,
    etag_of,
    json_response,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)
from salesman_mailing.consent import noting
from salesman_mailing.consent.consent import may_write
from salesman_mailing.consent.models import Purpose
from salesman_mailing.consent.purposes import purposes
from salesman_mailing.consent.schemas import NoteSchema, PurposesSchema
from salesman_mailing.groups import queries, service
from salesman_mailing.groups.lists import GROUPS
from salesman_mailing.groups.models import KIND, GroupFilter
from salesman_mailing.groups.schemas import (
    AddedSchema,
    ChangedSchema,
    CountedSchema,
    FilterSchema,
    GroupSchema,
    KeepOutSchema,
    MembersArgumentsSchema,
    MembersSchema,
    NameSchema,
    NewGroupSchema,
    OtherGroupSchema,
    RecordNamedSchema,
)
from salesman_mailing.permissions import CREATE, DELETE, EDIT, RECORD_CONSENT, SEE_CONSENT, VIEW

api = ApiBlueprint("mailing", __name__, title="Mailing")


def group_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give groups as the API shows them, in a fixed number of statements."""
    one = GroupFilter
    ids = [row.id for row in rows]
    found: dict[int, list[dict[str, Any]]] = {}
    query = sa.select(one.group_id, one.id, one.kind, one.whom, one.args).order_by(one.id)
    for row in reading().execute(query.where(one.group_id.in_(ids))):
        told = {"id": row.id, "kind": row.kind, "whom": row.whom, "filter": urlencode(row.args)}
        found.setdefault(row.group_id, []).append(told)
    names = [column.key for column in queries.GROUP]
    return [
        {**{name: getattr(row, name) for name in names}, "filters": found.get(row.id, [])}
        for row in rows
    ]


def _answer(group_id: int, status: int = 200) -> Response:
    row = queries.one_group(reading(), group_id)
    (item,) = group_items([row])
    return json_response(item, status, etag=etag_of(KIND, group_id, row.version, row.updated_at))


@api.get("")
@requires(VIEW)
@list_arguments(GROUPS)
@page_response(GroupSchema)
def list_groups(query: ListQuery) -> Response:
    """List groups."""
    page = select_page(reading(), queries.GROUP, GROUPS, query, visible(KIND))
    return page_answer(group_items(page.rows), page.next_cursor)


@api.post("")
@requires(CREATE)
@arguments(NewGroupSchema)
@response(GroupSchema, 201)
def create_group(values: dict[str, Any]) -> Response:
    """Make a group."""
    return _answer(service.create_group(values), 201)


@api.get("/<int:record_id>")
@requires(VIEW)
@response(GroupSchema)
def read_group(record_id: int) -> Response:
    """Read a group."""
    return _answer(record_id)


@api.patch("/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(GroupSchema(partial=True))
@response(GroupSchema)
def change_group(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change what a group is called and what it is for."""
    service.change_group(record_id, values, version)
    return _answer(record_id)


@api.delete("/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_group(record_id: int, version: int | None) -> None:
    """Put a group into the bin."""
    service.delete_group(record_id, version)


@api.get("/<int:record_id>/count")
@requires(VIEW)
@response(CountedSchema)
def count_members(record_id: int) -> queries.Counted:
    """Count who is in a group at the moment."""
    return queries.counted(reading(), record_id)


@api.get("/<int:record_id>/members")
@requires(VIEW)
@arguments(MembersArgumentsSchema, location="query")
@response(MembersSchema)
def list_members(values: dict[str, Any], record_id: int) -> dict[str, Any]:
    """List the addresses of a group, in their order.

    The order goes by address; ``after`` is the ``next`` of the page before.
    """
    session = reading()
    group = queries.one_group(session, record_id)
    contact_data.demand_contact_data({"emails": None})
    found = queries.members(session, record_id).subquery()
    purpose = session.get_one(Purpose, group.purpose_id)
    allowed = may_write(found.c.address, purpose, record_id).label("allowed")
    limit = values["limit"]
    query = sa.select(found, allowed).order_by(found.c.address).limit(limit + 1)
    if values["after"]:
        query = query.where(found.c.address > values["after"])
    rows = session.execute(query).all()
    items = [
        {
            "about_kind": row.kind,
            "about_id": row.record_id,
            "name": row.name,
            "address": row.address,
            "allowed": bool(row.allowed),
        }
        for row in rows[:limit]
    ]
    return {"items": items, "next": rows[limit - 1].address if len(rows) > limit else None}


@api.post("/<int:record_id>/members")
@requires(EDIT)
@arguments(NameSchema)
@response(AddedSchema)
def add_records(values: dict[str, Any], record_id: int) -> dict[str, int]:
    """Let a group name records."""
    return {"added": service.add_records(record_id, values["about_kind"], values["about_ids"])}


@api.post("/<int:record_id>/members-of")
@requires(EDIT)
@arguments(OtherGroupSchema)
@response(AddedSchema)
def add_members_of(values: dict[str, Any], record_id: int) -> dict[str, int]:
    """Let a group name all who are in another one at the moment."""
    return {"added": service.add_members_of(record_id, values["group_id"])}


def _record(values: dict[str, Any]) -> tuple[str, int]:
    return values["about_kind"], values["about_id"]


@api.post("/<int:record_id>/take-out")
@requires(EDIT)
@arguments(RecordNamedSchema)
@response(ChangedSchema)
def take_out(values: dict[str, Any], record_id: int) -> dict[str, bool]:
    """Let a group name a record no more."""
    return {"changed": service.take_out(record_id, *_record(values))}


@api.post("/<int:record_id>/keep-out")
@requires(EDIT)
@arguments(KeepOutSchema)
@response(ChangedSchema)
def keep_out(values: dict[str, Any], record_id: int) -> dict[str, bool]:
    """Keep a record out of a group, whatever its filters say."""
    return {"changed": service.keep_out(record_id, *_record(values), values["reason"])}


@api.post("/<int:record_id>/let-in")
@requires(EDIT)
@arguments(RecordNamedSchema)
@response(ChangedSchema)
def let_in(values: dict[str, Any], record_id: int) -> dict[str, bool]:
    """Keep a record out of a group no more."""
    return {"changed": service.let_in(record_id, *_record(values))}


@api.post("/<int:record_id>/filters")
@requires(EDIT)
@arguments(FilterSchema)
@response(GroupSchema)
def follow(values: dict[str, Any], record_id: int) -> Response:
    """Let a group follow a filter."""
    service.follow(record_id, values["kind"], values["filter"], values["whom"])
    return _answer(record_id)


@api.delete("/<int:record_id>/filters/<int:filter_id>")
@requires(EDIT)
@response(None, 204)
def stop_following(record_id: int, filter_id: int) -> None:
    """Let a group follow a filter no more."""
    service.stop_following(record_id, filter_id)


@api.get("/purposes")
@requires(SEE_CONSENT)
@response(PurposesSchema)
def list_purposes() -> dict[str, Any]:
    """List what people are written to for."""
    return {"items": [dict(row._mapping) for row in purposes(reading())]}  # noqa: SLF001  # its API


@api.post("/consents")
@requires(RECORD_CONSENT)
@arguments(NoteSchema)
@response(ChangedSchema)
def note_consent(values: dict[str, Any]) -> dict[str, bool]:
    """Note what the owner of an address said about being written to."""
    return {"changed": noting.note_of_address(**values)}
