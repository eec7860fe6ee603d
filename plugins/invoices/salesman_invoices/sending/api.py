"""Sending papers in the JSON API."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from salesman_core.toolkit import (
    ListOf,
    Schema,
    arguments,
    reading,
    requires,
    response,
)
from salesman_invoices.api import api
from salesman_invoices.models import ACT, KIND
from salesman_invoices.permissions import SEE_ACTS, SEND, VIEW
from salesman_invoices.sending import queries, service
from salesman_invoices.sending.schemas import SendSchema, SentSchema


class LettersSchema(Schema):
    """The letters with a paper, the newest first."""

    items = ListOf(fields.Nested(SentSchema), most=100)


def _letters(kind: str, record_id: int) -> dict[str, Any]:
    queries.demand_seen(kind, record_id)
    return {"items": [_item(one) for one in queries.sent_with(reading(), kind, record_id, 100)]}


def _item(one: queries.Sent) -> dict[str, Any]:
    row, fate = one.row, one.fate
    return {
        "id": row.id,
        "to": row.to,
        "at": row.at,
        "by": row.by_name,
        "reminder": row.reminder,
        "state": "forgotten" if fate is None else fate.state,
        "error": "" if fate is None else fate.error,
    }


def _send(kind: str, record_id: int, values: dict[str, Any]) -> dict[str, Any]:
    proposed = service.proposal(reading(), kind, record_id).wording
    said = {"subject": proposed.subject, "text": proposed.text, **values}
    said["along"] = [(one["kind"], one["id"]) for one in values.get("along") or ()]
    service.send_paper(kind, record_id, said)
    return _letters(kind, record_id)


@api.get("/<int:record_id>/letters")
@requires(VIEW)
@response(LettersSchema)
def list_invoice_letters(record_id: int) -> dict[str, Any]:
    """List the letters with an invoice, reminders among them."""
    return _letters(KIND, record_id)


@api.post("/<int:record_id>/send")
@requires(SEND)
@arguments(SendSchema)
@response(LettersSchema)
def send_invoice(values: dict[str, Any], record_id: int) -> dict[str, Any]:
    """Send an issued invoice by email, as PDF."""
    return _send(KIND, record_id, values)


@api.get("/acts/<int:record_id>/letters")
@requires(SEE_ACTS)
@response(LettersSchema)
def list_act_letters(record_id: int) -> dict[str, Any]:
    """List the letters with an act."""
    return _letters(ACT, record_id)


@api.post("/acts/<int:record_id>/send")
@requires(SEND)
@arguments(SendSchema)
@response(LettersSchema)
def send_act(values: dict[str, Any], record_id: int) -> dict[str, Any]:
    """Send an issued act by email, as PDF."""
    return _send(ACT, record_id, values)
