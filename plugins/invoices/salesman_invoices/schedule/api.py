"""The JSON API of schedules: ``/api/v1/invoices/deals/<deal_id>/schedule``."""

from __future__ import annotations

from typing import Any

from flask import Response

from salesman_core.toolkit import arguments, json_response, reading, requires, response
from salesman_invoices.api import api
from salesman_invoices.billing import one_deal
from salesman_invoices.permissions import EDIT_DEAL, SEE_DEAL
from salesman_invoices.schedule import queries, service
from salesman_invoices.schedule.schemas import ScheduleSchema

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
    return json_response({"steps": items, "version": queries.version_of(session, deal_id)})


@api.get("/deals/<int:deal_id>/schedule")
@requires(SEE_DEAL)
@response(ScheduleSchema)
def read_schedule(deal_id: int) -> Response:
    """Read the schedule of payments of a deal, with how far each step is."""
    return _answer(deal_id)


@api.put("/deals/<int:deal_id>/schedule")
@requires(EDIT_DEAL)
@arguments(ScheduleSchema)
@response(ScheduleSchema)
def replace_schedule(values: dict[str, Any], deal_id: int) -> Response:
    """Let a deal have exactly these steps. With ``version`` only where nobody changed it since."""
    service.replace_steps(deal_id, values["steps"], values.get("version"))
    return _answer(deal_id)
