"""Approvals in the JSON API."""

from __future__ import annotations

from typing import Any

from salesman_core.toolkit import arguments, reading, requires, response, versioned
from salesman_documents import queries
from salesman_documents.api import api
from salesman_documents.approval import panels, routes, service
from salesman_documents.approval.schemas import (
    BeginSchema,
    DecideSchema,
    RouteSchema,
    StandingSchema,
)
from salesman_documents.models import KIND
from salesman_documents.permissions import EDIT, MANAGE_TYPES, VIEW


def _standing(record_id: int) -> dict[str, Any]:
    session = reading()
    held = panels.shown(session, queries.one_document(session, record_id))
    stands = held["stands"]
    newest = stands.approval.id if stands.approval is not None else None
    return {
        "required": stands.required,
        "state": stands.state or None,
        "may_leave": stands.may_leave,
        "approvals": [
            {
                **row._mapping,  # noqa: SLF001  # the public name of a row's columns
                "state": stands.state if row.id == newest else row.state,
                "changed": held["changed"][row.id],
                "steps": held["steps"][row.id],
            }
            for row in held["approvals"]
        ],
    }


@api.get("/<int:record_id>/approval")
@requires(VIEW)
@response(StandingSchema)
def read_approval(record_id: int) -> dict[str, Any]:
    """Read how a document is approved, with all that was decided, the newest approval first."""
    return _standing(record_id)


@api.post("/<int:record_id>/approval")
@requires(EDIT)
@versioned(KIND)
@arguments(BeginSchema)
@response(StandingSchema, 201)
def begin_approval(values: dict[str, Any], record_id: int, version: int | None) -> dict[str, Any]:
    """Ask for the approval of a document's newest version."""
    service.begin(record_id, values, version)
    return _standing(record_id)


@api.post("/<int:record_id>/approval/steps/<int:step_id>/decide")
@requires(VIEW)
@arguments(DecideSchema)
@response(StandingSchema)
def decide_approval(values: dict[str, Any], record_id: int, step_id: int) -> dict[str, Any]:
    """Decide in a step, as somebody who was asked; 409 where what was read has changed."""
    service.decide(record_id, step_id, values)
    return _standing(record_id)


@api.post("/<int:record_id>/approval/withdraw")
@requires(EDIT)
@versioned(KIND)
@response(StandingSchema)
def withdraw_approval(record_id: int, version: int | None) -> dict[str, Any]:
    """End an approval that is under way."""
    service.withdraw(record_id, version)
    return _standing(record_id)


@api.get("/types/<int:type_id>/route")
@requires(VIEW)
@response(RouteSchema)
def read_route(type_id: int) -> dict[str, Any]:
    """Read how documents of a type are approved."""
    return _route(type_id)


@api.put("/types/<int:type_id>/route")
@requires(MANAGE_TYPES)
@arguments(RouteSchema)
@response(RouteSchema)
def set_route(values: dict[str, Any], type_id: int) -> dict[str, Any]:
    """Set how documents of a type are approved."""
    routes.set_route(type_id, values)
    return _route(type_id)


def _route(type_id: int) -> dict[str, Any]:
    session = reading()
    return {
        "required": routes.is_required(session, type_id),
        "steps": routes.steps_of(session, type_id),
    }
