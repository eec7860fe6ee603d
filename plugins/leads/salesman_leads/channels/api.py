"""What channels bring, in the JSON API: ``/api/v1/leads/channels``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from salesman_core.toolkit import arguments, company, reading, requires, response
from salesman_leads.api import api
from salesman_leads.channels import report
from salesman_leads.channels.schemas import ChannelReportSchema, ChannelsAskedSchema
from salesman_leads.permissions import REPORT

__all__ = ["api"]


@api.get("/channels")
@requires(REPORT)
@arguments(ChannelsAskedSchema, location="query")
@response(ChannelReportSchema)
def channel_report(values: dict[str, Any]) -> dict[str, Any]:
    """Count the leads that came in on some days, and what came of them, by channel."""
    period = report.Period(values["since"], values["until"])
    brought = report.brought(reading(), period, values["source"])
    return {"currency": company().currency, "items": [_item(one) for one in brought]}


def _item(one: report.Brought) -> dict[str, Any]:
    """Give a channel's figures; the margin only to whoever may see it."""
    item = asdict(one)
    if one.margin is None:
        del item["margin"]
    return item
