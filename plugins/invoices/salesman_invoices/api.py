"""The JSON API of invoices: ``/api/v1/invoices``. Its collection is the invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    arguments,
    batch,
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
from salesman_invoices import queries, service
from salesman_invoices.billing import margin_of
from salesman_invoices.lists import INVOICES
from salesman_invoices.models import KIND
from salesman_invoices.permissions import CANCEL, CREATE, DELETE, EDIT, VIEW
from salesman_invoices.schemas import CancelSchema, InvoiceSchema, IssueSchema

api = ApiBlueprint("invoices", __name__, title="Invoices and acts")

_HIDDEN = frozenset({"rate", "rate_currency", "snapshot"})


def invoice_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give invoices as the API shows them, in a fixed number of statements."""
    hanging = queries.hanging(reading(), [row.id for row in rows])
    shows = queries.sees_costs()
    return [_item(row, hanging, shows_cost=shows) for row in rows]


def _item(row: AnyRow, hanging: queries.Hanging, *, shows_cost: bool) -> dict[str, Any]:
    keys = [column.key for column in queries.INVOICE if column.key not in _HIDDEN]
    return {
        **{key: getattr(row, key) for key in keys},
        "cost": row.cost if shows_cost else None,
        "margin": margin_of(row) if shows_cost else None,
        "lines": [_line(one, shows_cost=shows_cost) for one in hanging.lines[row.id]],
        "external_ids": hanging.external_ids.get(row.id, {}),
    }


def _line(line: AnyRow, *, shows_cost: bool) -> dict[str, Any]:
    hidden = {} if shows_cost else {"cost_amount": None}
    said = {column.key: getattr(line, column.key) for column in queries.LINE}
    del said["invoice_id"]
    return {**said, **hidden}


def _answer(invoice_id: int, status: int = 200) -> Response:
    """Give an invoice; to whoever does not see it any more, its id alone."""
    if not reaches(KIND, invoice_id):
        return json_response({"id": invoice_id}, status)
    row = queries.one_invoice(reading(), invoice_id)
    (item,) = invoice_items([row])
    etag = etag_of(KIND, invoice_id, row.version, row.updated_at)
    return json_response(item, status, etag=etag)


@api.get("")
@requires(VIEW)
@list_arguments(INVOICES)
@page_response(InvoiceSchema)
def list_invoices(query: ListQuery) -> Response:
    """List invoices."""
    page = select_page(reading(), queries.INVOICE, INVOICES, query, visible(KIND))
    return page_answer(invoice_items(page.rows), page.next_cursor)


@api.post("")
@requires(CREATE)
@arguments(InvoiceSchema)
@response(InvoiceSchema, 201)
def make_invoice(values: dict[str, Any]) -> Response:
    """Make a draft of an invoice: of a deal, of a part of it, or of lines of its own."""
    return _answer(service.make_invoice(values), 201)


@api.post("/batch")
@requires(CREATE)
@batch(InvoiceSchema)
def make_invoices(values: dict[str, Any]) -> dict[str, Any]:
    """Make drafts of many invoices, with a result for each."""
    invoice_id = service.make_invoice(values)
    rows = queries.some_invoices(reading(), [invoice_id])
    (item,) = invoice_items(list(rows.values())) or [{"id": invoice_id}]
    return item


@api.get("/<int:record_id>")
@requires(VIEW)
@response(InvoiceSchema)
def read_invoice(record_id: int) -> Response:
    """Read an invoice."""
    row = queries.one_invoice(reading(), record_id)
    (item,) = invoice_items([row])
    return json_response(item, etag=etag_of(KIND, record_id, row.version, row.updated_at))


@api.patch("/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(InvoiceSchema(partial=True, exclude=("deal_id", "step_id", "currency", "share")))
@response(InvoiceSchema)
def change_invoice(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a draft; of an issued invoice its comment, owner and keys."""
    service.change_invoice(record_id, values, version)
    return _answer(record_id)


@api.delete("/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_invoice(record_id: int, version: int | None) -> None:
    """Put a draft into the bin."""
    service.delete_invoice(record_id, version)


@api.post("/<int:record_id>/issue")
@requires(EDIT)
@versioned(KIND)
@arguments(IssueSchema)
@response(InvoiceSchema)
def issue_invoice(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Issue a draft: it gets its number, and nothing that is printed changes any more."""
    service.issue_invoice(record_id, values.get("issued_on"), version)
    return _answer(record_id)


@api.post("/<int:record_id>/cancel")
@requires(CANCEL)
@versioned(KIND)
@arguments(CancelSchema)
@response(InvoiceSchema)
def cancel_invoice(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Cancel an issued invoice on which nothing was paid; its number stays its own."""
    service.cancel_invoice(record_id, values.get("reason", ""), version)
    return _answer(record_id)


@api.post("/<int:record_id>/reopen")
@requires(CANCEL)
@versioned(KIND)
@response(InvoiceSchema)
def reopen_invoice(record_id: int, version: int | None) -> Response:
    """Take the cancelling of an invoice back."""
    service.reopen_invoice(record_id, version)
    return _answer(record_id)
