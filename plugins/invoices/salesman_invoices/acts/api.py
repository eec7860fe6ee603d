"""The JSON API of acts: ``/api/v1/invoices/acts``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ListQuery,
    arguments,
    etag_of,
    json_response,
    list_arguments,
    page_answer,
    page_response,
    reaches,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)
from salesman_invoices.acts import queries, service
from salesman_invoices.acts.lists import ACT_COLUMNS, ACTS
from salesman_invoices.acts.remaining import lines_left
from salesman_invoices.acts.schemas import ActSchema, CancelActSchema, LeftSchema
from salesman_invoices.api import api
from salesman_invoices.models import ACT
from salesman_invoices.permissions import CHANGE_ACTS, SEE_ACTS, VIEW
from salesman_invoices.queries import one_invoice


def act_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give acts as the API shows them, in a fixed number of statements."""
    lines = queries.lines_of(reading(), [row.id for row in rows])
    return [
        {
            **{column.key: getattr(row, column.key) for column in ACT_COLUMNS},
            "lines": [_line(one) for one in lines[row.id]],
        }
        for row in rows
    ]


def _line(line: AnyRow) -> dict[str, Any]:
    said = {column.key: getattr(line, column.key) for column in queries.LINE}
    del said["act_id"]
    return said


def _answer(act_id: int, status: int = 200) -> Response:
    """Give an act; to whoever does not see it, its id alone."""
    if not reaches(ACT, act_id):
        return json_response({"id": act_id}, status)
    row = queries.one_act(reading(), act_id)
    (item,) = act_items([row])
    return json_response(item, status, etag=etag_of(ACT, act_id, row.version, row.updated_at))


@api.get("/acts")
@requires(SEE_ACTS)
@list_arguments(ACTS)
@page_response(ActSchema)
def list_acts(query: ListQuery) -> Response:
    """List acts."""
    page = select_page(reading(), ACT_COLUMNS, ACTS, query, visible(ACT))
    return page_answer(act_items(page.rows), page.next_cursor)


@api.post("/acts")
@requires(CHANGE_ACTS)
@arguments(ActSchema)
@response(ActSchema, 201)
def make_act(values: dict[str, Any]) -> Response:
    """Make a draft of an act: of all that is left of an invoice, or of a part of it."""
    return _answer(service.make_act(values), 201)


@api.get("/acts/<int:record_id>")
@requires(SEE_ACTS)
@response(ActSchema)
def read_act(record_id: int) -> Response:
    """Read an act."""
    row = queries.one_act(reading(), record_id)
    (item,) = act_items([row])
    return json_response(item, etag=etag_of(ACT, record_id, row.version, row.updated_at))


@api.patch("/acts/<int:record_id>")
@requires(CHANGE_ACTS)
@versioned(ACT)
@arguments(ActSchema(partial=True, exclude=("invoice_id",)))
@response(ActSchema)
def change_act(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a draft; of an issued act its comment alone."""
    service.change_act(record_id, values, version)
    return _answer(record_id)


@api.delete("/acts/<int:record_id>")
@requires(CHANGE_ACTS)
@versioned(ACT)
@response(None, 204)
def delete_act(record_id: int, version: int | None) -> None:
    """Put a draft into the bin."""
    service.delete_act(record_id, version)


@api.post("/acts/<int:record_id>/issue")
@requires(CHANGE_ACTS)
@versioned(ACT)
@response(ActSchema)
def issue_act(record_id: int, version: int | None) -> Response:
    """Issue a draft: it gets its number, and nothing that is printed changes any more."""
    service.issue_act(record_id, version)
    return _answer(record_id)


@api.post("/acts/<int:record_id>/cancel")
@requires(CHANGE_ACTS)
@versioned(ACT)
@arguments(CancelActSchema)
@response(ActSchema)
def cancel_act(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Cancel an issued act: its number stays its own, its part is left to confirm again."""
    service.cancel_act(record_id, values.get("reason", ""), version)
    return _answer(record_id)


@api.post("/acts/<int:record_id>/reopen")
@requires(CHANGE_ACTS)
@versioned(ACT)
@response(ActSchema)
def reopen_act(record_id: int, version: int | None) -> Response:
    """Take the cancelling of an act back."""
    service.reopen_act(record_id, version)
    return _answer(record_id)


@api.get("/<int:record_id>/left")
@requires(VIEW)
@response(LeftSchema)
def read_left(record_id: int) -> dict[str, Any]:
    """Tell what of an invoice no act confirms."""
    session = reading()
    one_invoice(session, record_id)
    return {
        "items": [
            {
                "invoice_line_id": one.line.id,
                "name": one.line.name,
                "unit": one.line.unit,
                "quantity": one.left.quantity,
                "net": one.left.net,
                "vat": one.left.vat,
                "amount": one.left.amount,
            }
            for one in lines_left(session, record_id)
        ]
    }
