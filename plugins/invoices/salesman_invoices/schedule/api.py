"""The JSON API of schedules: ``/api/v1/invoices/deals/<deal_id>/schedule``."""

from __future__ import annotations

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
from salesman_invoices.api import api
from salesman_invoices.billing import one_deal
from salesman_invoices.permissions import EDIT_DEAL, SEE_DEAL
from salesman_invoices.schedule import queries, service
from salesman_invoices.schedule.schemas import ScheduleSchema
from salesman_invoices.words import SCHEDULE

_NAMES = ("id", "title", "percent", "amount", "due_on", "worth", "billed", "paid")


def _answer(deal_id: int) -> Response:
    session = reading()
    deal = one_deal(session, deal_id)
    steps = queries.planned_steps(session, deal_id, deal.amount)
    items = [
        {
            **{name: getattr(one, name) for name in _NAMES},
            "open": one.open,
            "overdue": one.overdue,
        }
        for one in steps
    ]
    version = queries.version_of(session, deal_id)
    body = {"steps": items, "version": version}
    return json_response(body, etag=etag_of(SCHEDULE, deal_id, version))


@api.get("/deals/<int:deal_id>/schedule")
@requires(SEE_DEAL)
@response(ScheduleSchema)
def read_schedule(deal_id: int) -> Response:
    """Read the schedule of payments of a deal, with how far each step is."""
    return _answer(deal_id)


@api.put("/deals/<int:deal_id>/schedule")
@requires(EDIT_DEAL)
@versioned(SCHEDULE, argument="deal_id")
@arguments(ScheduleSchema)
@response(ScheduleSchema)
def replace_schedule(values: dict[str, Any], deal_id: int, version: int | None) -> Response:
    """Let a deal have exactly these steps."""
    one_deal(reading(), deal_id)
    service.replace_steps(deal_id, values["steps"], version)
    return _answer(deal_id)
