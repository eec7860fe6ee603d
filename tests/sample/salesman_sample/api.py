"""The JSON API of promises: ``/api/v1/sample``."""

from __future__ import annotations

from typing import Any

from flask import Response

from salesman_core.toolkit import (
    ApiBlueprint,
    ListQuery,
    arguments,
    bulk,
    etag_of,
    json_response,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    visible,
)
from salesman_sample import queries, service
from salesman_sample.permissions import MAKE, VIEW
from salesman_sample.schemas import PromiseSchema

api = ApiBlueprint("sample", __name__, title="Promises")


def _answer(promise_id: int, status: int = 200) -> Response:
    row = queries.one_promise(reading(), promise_id)
    return json_response(row._asdict(), status, etag=etag_of(queries.KIND, row.id, row.version))


@api.get("")
@requires(VIEW)
@list_arguments(queries.PROMISES)
@page_response(PromiseSchema)
def list_promises(query: ListQuery) -> Response:
    """List promises."""
    reached = visible(queries.KIND)
    page = select_page(reading(), queries.COLUMNS, queries.PROMISES, query, reached)
    return page_answer([row._asdict() for row in page.rows], page.next_cursor)


@api.post("")
@requires(MAKE)
@arguments(PromiseSchema)
@response(PromiseSchema, 201)
def make_promise(values: dict[str, Any]) -> Response:
    """Promise something."""
    return _answer(service.make_promise(values), 201)


@api.post("/bulk")
@requires(VIEW)
@bulk(queries.PROMISES)
def act_on_promises() -> None:
    """Do one thing with many promises, with a result for each."""


@api.get("/<int:record_id>")
@requires(VIEW)
@response(PromiseSchema)
def read_promise(record_id: int) -> Response:
    """Read a promise."""
    return _answer(record_id)
