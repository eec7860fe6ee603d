"""The JSON API of counters: ``/api/v1/requisites/counters``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from salesman_core.toolkit import (
    arguments,
    etag_of,
    json_response,
    reading,
    requires,
    response,
    versioned,
)
from salesman_requisites.companies.api import api
from salesman_requisites.numbering import queries, service
from salesman_requisites.numbering.queries import CounterState
from salesman_requisites.numbering.schemas import CounterSchema, CountersSchema
from salesman_requisites.permissions import MANAGE_NUMBERS

__all__ = ["api"]


def _item(state: CounterState) -> dict[str, Any]:
    return {**asdict(state), "title": str(state.title)}


def _answer(company_id: int, paper: str) -> Response:
    state = queries.one_counter(reading(), company_id, paper)
    return json_response(_item(state), etag=etag_of(service.KIND, company_id, state.version))


@api.get("/counters")
@requires(MANAGE_NUMBERS)
@response(CountersSchema)
def list_counters() -> dict[str, Any]:
    """List how the papers of each own company are numbered, and what comes next."""
    return {"items": [_item(one) for one in queries.counters(reading())]}


@api.get("/counters/<int:company_id>/<paper>")
@requires(MANAGE_NUMBERS)
@response(CounterSchema)
def read_counter(company_id: int, paper: str) -> Response:
    """Read how papers of a kind are numbered for an own company."""
    return _answer(company_id, paper)


@api.patch("/counters/<int:company_id>/<paper>")
@requires(MANAGE_NUMBERS)
@versioned(service.KIND, argument="company_id")
@arguments(CounterSchema(partial=True))
@response(CounterSchema)
def change_counter(
    values: dict[str, Any], company_id: int, paper: str, version: int | None
) -> Response:
    """Change the pattern, when it begins anew, or the number that comes next."""
    service.change_counter(company_id, paper, values, version)
    return _answer(company_id, paper)
