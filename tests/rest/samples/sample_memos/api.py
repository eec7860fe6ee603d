from __future__ import annotations

from typing import Any

from flask import Response

from salesman_core.access.routes import requires, signed_in
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.lists import ListQuery
from salesman_core.rest import (
    ApiBlueprint,
    Choice,
    Date,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    Moment,
    Money,
    Reference,
    Schema,
    Text,
    arguments,
    batch,
    etag_of,
    json_response,
    page_answer,
    page_response,
    response,
    versioned,
)
from sample_memos import records
from sample_memos.models import Memo

api = ApiBlueprint("memos", __name__, title="Memos", description="Notes with an amount.")


class MemoSchema(Schema):
    id = Reference(dump_only=True)
    title = Text(100, blank=False, required=True)
    amount = Money()
    due_on = Date(allow_none=True)
    remind_at = Moment(allow_none=True)
    state = Choice(("open", "done"))
    pinned = Flag()
    pages = Integer(minimum=0, maximum=1000, allow_none=True)
    owner_id = Reference(dump_only=True, allow_none=True)
    external_ids = ExternalIds()
    custom = JsonObject()


class ShareArguments(Schema):
    of = Integer(minimum=1, maximum=100, required=True)
    rounded = Flag(load_default=False)


class ShareSchema(Schema):
    share = Money(required=True)


def shown(memo_id: int) -> tuple[dict[str, Any], str]:
    found = records.memo(memo_id)
    data: dict[str, Any] = MemoSchema().dump(found)
    return data, etag_of("memos.memo", found.id, found.version)


def answered(memo_id: int, status: int = 200) -> Response:
    data, etag = shown(memo_id)
    return json_response(data, status, etag=etag)


@api.get("")
@requires("memos.memo.view")
@list_arguments(records.MEMOS)
@page_response(MemoSchema)
def list_memos(query: ListQuery) -> Response:
    """List memos."""
    page = records.page_of_memos(query)
    return page_answer(page.dicts(records.COLUMNS), page.next_cursor)


@api.post("")
@requires("memos.memo.create")
@arguments(MemoSchema)
@response(MemoSchema, 201)
def create_memo(values: dict[str, Any]) -> Response:
    """Write a memo."""
    return answered(records.create_memo(values), 201)


@api.post("/batch")
@requires("memos.memo.create")
@batch(MemoSchema)
def create_memos(values: dict[str, Any]) -> dict[str, Any]:
    """Write many memos."""
    return shown(records.create_memo(values))[0]


@api.get("/<int:record_id>")
@requires("memos.memo.view")
@response(MemoSchema)
def get_memo(record_id: int) -> Response:
    """Read a memo."""
    return answered(record_id)


@api.patch("/<int:record_id>")
@requires("memos.memo.edit")
@versioned("memos.memo")
@arguments(MemoSchema(partial=True))
@response(MemoSchema)
def change_memo(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a memo."""
    records.change_memo(record_id, values, version)
    return answered(record_id)


@api.post("/<int:record_id>/finish")
@requires("memos.memo.edit")
@versioned("memos.memo")
@response(MemoSchema)
def finish_memo(record_id: int, version: int | None) -> Memo:
    """Finish a memo."""
    records.finish_memo(record_id, version)
    return records.memo(record_id)


@api.delete("/<int:record_id>")
@requires("memos.memo.edit")
@response(None, 204)
def delete_memo(record_id: int) -> None:
    """Delete a memo."""
    records.delete_memo(record_id)


@api.get("/<int:record_id>/share")
@signed_in
@arguments(ShareArguments, "query")
@response(ShareSchema)
def share_of_memo(values: dict[str, Any], record_id: int) -> dict[str, Any]:
    """Give the share of a memo's amount."""
    amount = records.memo(record_id).amount / values["of"]
    return {"share": round(amount, 0 if values["rounded"] else 2)}
