"""The JSON API of payments: ``/api/v1/invoices/payments``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
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
from salesman_invoices.api import api
from salesman_invoices.models import BACK, PAYMENT
from salesman_invoices.payments import queries, service
from salesman_invoices.payments.lists import PAYMENTS
from salesman_invoices.payments.schemas import AllotSchema, PaymentSchema
from salesman_invoices.permissions import CHANGE_PAYMENTS, SEE_PAYMENTS
from salesman_invoices.queries import sees_costs


def payment_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give payments as the API shows them, in a fixed number of statements.

    What belongs to invoices that the person may not see is left out.
    """
    hanging = queries.hanging(reading(), [row.id for row in rows])
    shows = sees_costs()
    return [
        {
            **{column.key: getattr(row, column.key) for column in queries.COLUMNS},
            "allotments": [
                {
                    "invoice_id": one.invoice_id,
                    "amount": abs(one.amount),
                    "margin": one.margin if shows else None,
                }
                for one in hanging.allotments[row.id]
                if one.invoice_id is not None
            ],
            "advances": [
                {"payment_id": one.payment_id, "amount": one.amount}
                for one in hanging.drawn[row.id]
                if one.payment_id is not None and row.direction == BACK
            ],
            "external_ids": hanging.external_ids.get(row.id, {}),
        }
        for row in rows
    ]


def _answer(payment_id: int, status: int = 200) -> Response:
    """Give a payment; to whoever does not see it any more, its id alone."""
    if not reaches(PAYMENT, payment_id):
        return json_response({"id": payment_id}, status)
    row = queries.one_payment(reading(), payment_id)
    (item,) = payment_items([row])
    etag = etag_of(PAYMENT, payment_id, row.version, row.updated_at)
    return json_response(item, status, etag=etag)


@api.get("/payments")
@requires(SEE_PAYMENTS)
@list_arguments(PAYMENTS)
@page_response(PaymentSchema)
def list_payments(query: ListQuery) -> Response:
    """List payments."""
    page = select_page(reading(), queries.COLUMNS, PAYMENTS, query, visible(PAYMENT))
    return page_answer(payment_items(page.rows), page.next_cursor)


@api.post("/payments")
@requires(CHANGE_PAYMENTS)
@arguments(PaymentSchema)
@response(PaymentSchema, 201)
def enter_payment(values: dict[str, Any]) -> Response:
    """Note that money came in from a client, or went back."""
    return _answer(service.enter_payment(values), 201)


@api.post("/payments/batch")
@requires(CHANGE_PAYMENTS)
@batch(PaymentSchema)
def enter_payments(values: dict[str, Any]) -> dict[str, Any]:
    """Note many payments, with a result for each."""
    payment_id = service.enter_payment(values)
    if not reaches(PAYMENT, payment_id):
        return {"id": payment_id}
    (item,) = payment_items([queries.one_payment(reading(), payment_id)])
    return item


@api.get("/payments/<int:record_id>")
@requires(SEE_PAYMENTS)
@response(PaymentSchema)
def read_payment(record_id: int) -> Response:
    """Read a payment."""
    row = queries.one_payment(reading(), record_id)
    (item,) = payment_items([row])
    return json_response(item, etag=etag_of(PAYMENT, record_id, row.version, row.updated_at))


@api.patch("/payments/<int:record_id>")
@requires(CHANGE_PAYMENTS)
@versioned(PAYMENT)
@arguments(PaymentSchema(partial=True, exclude=("currency", "invoice_id")))
@response(PaymentSchema)
def change_payment(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a payment; its invoices are counted anew."""
    service.change_payment(record_id, values, version)
    return _answer(record_id)


@api.put("/payments/<int:record_id>/allotments")
@requires(CHANGE_PAYMENTS)
@versioned(PAYMENT)
@arguments(AllotSchema)
@response(PaymentSchema)
def allot_payment(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Say to which invoices a payment belongs: exactly these; the rest is an advance."""
    service.allot_payment(record_id, values["allotments"], version)
    return _answer(record_id)


@api.delete("/payments/<int:record_id>")
@requires(CHANGE_PAYMENTS)
@versioned(PAYMENT)
@response(None, 204)
def delete_payment(record_id: int, version: int | None) -> None:
    """Take a payment back: it lies in the bin, its invoices are as they were without it."""
    service.delete_payment(record_id, version)
