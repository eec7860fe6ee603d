"""The queue and calls in the JSON API: ``/api/v1/leads/queue``, ``/api/v1/leads/<id>/attempts``."""

from __future__ import annotations

from typing import Any

from salesman_core.toolkit import (
    AnyRow,
    arguments,
    reading,
    requires,
    response,
    versioned,
)
from salesman_leads.api import api, lead_items
from salesman_leads.models import KIND
from salesman_leads.permissions import CALL, VIEW
from salesman_leads.queries import one_lead
from salesman_leads.queue import queries, service
from salesman_leads.queue.schemas import (
    AttemptSchema,
    AttemptsSchema,
    CallResultsSchema,
    NextSchema,
)


@api.get("/call-results")
@requires(VIEW)
@response(CallResultsSchema)
def list_call_results() -> dict[str, Any]:
    """List what may come of a call."""
    names = ("id", "name", "base", "closes_as_id", "active")
    rows = queries.call_results(reading())
    return {"items": [{name: getattr(row, name) for name in names} for row in rows]}


@api.post("/queue/next")
@requires(CALL)
@response(NextSchema)
def take_next() -> dict[str, Any]:
    """Take the lead that is to be called next; it is kept for whoever asks for a while."""
    lead_id = service.take_next()
    session = reading()
    left = queries.progress(session).left
    held = queries.in_hand(session)
    if lead_id is None or held is None:
        return {"lead": None, "until": None, "left": left}
    (lead,) = lead_items([one_lead(session, lead_id)])
    return {"lead": lead, "until": held.until, "left": left}


@api.post("/queue/leave")
@requires(CALL)
@response(None, 204)
def leave_queue() -> None:
    """Put down what one has in hand, so that others may call it."""
    service.leave()


@api.get("/<int:record_id>/attempts")
@requires(VIEW)
@response(AttemptsSchema)
def list_attempts(record_id: int) -> dict[str, Any]:
    """List the last calls to a lead, the latest first."""
    session = reading()
    one_lead(session, record_id)
    return {"items": [_item(row) for row in queries.attempts_of(session, record_id)]}


@api.post("/<int:record_id>/attempts")
@requires(CALL)
@versioned(KIND)
@arguments(AttemptSchema)
@response(AttemptSchema, 201)
def record_attempt(values: dict[str, Any], record_id: int, version: int | None) -> dict[str, Any]:
    """Say what came of a call to a lead."""
    attempt_id = service.record_attempt(record_id, values, version)
    return _item(queries.one_attempt(reading(), attempt_id))


@api.delete("/<int:record_id>/attempts/<int:attempt_id>")
@requires(CALL)
@versioned(KIND)
@response(None, 204)
def undo_attempt(record_id: int, attempt_id: int, version: int | None) -> None:
    """Take back one's own last call to a lead, as long as nothing else was done with it."""
    service.undo_attempt(record_id, attempt_id, version)


def _item(row: AnyRow) -> dict[str, Any]:
    names = ("id", "lead_id", "person_id", "at", "call_result_id", "base", "comment")
    item = {name: getattr(row, name) for name in names}
    return {**item, "call_back_at": row.call_back_at, "phone": queries.readable_phone(row.phone)}
