"""The JSON API of analytics: ``/api/v1/analytics``."""

from __future__ import annotations

from typing import Any

from salesman_analytics.closed import ClosedDeals, closed_deals
from salesman_analytics.funnel import Passage, passages
from salesman_analytics.losses import losses
from salesman_analytics.permissions import VIEW
from salesman_analytics.schemas import FunnelSchema, LossesSchema
from salesman_core.toolkit import (
    DEALS,
    ApiBlueprint,
    ListQuery,
    list_arguments,
    reading,
    requires,
    response,
)

api = ApiBlueprint("analytics", __name__, title="Analytics")


@api.get("/funnel")
@requires(VIEW)
@list_arguments(DEALS.spec)
@response(FunnelSchema)
def read_funnel(query: ListQuery) -> dict[str, Any]:
    """Tell how far the closed deals came that a filter of the list of deals finds."""
    closed = closed_deals(reading(), query)
    return {
        **_closed(closed),
        "stages": [_passage(one) for one in passages(reading(), query, closed)],
    }


@api.get("/losses")
@requires(VIEW)
@list_arguments(DEALS.spec)
@response(LossesSchema)
def read_losses(query: ListQuery) -> dict[str, Any]:
    """Tell where and why the deals were lost that a filter of the list of deals finds."""
    closed = closed_deals(reading(), query)
    found = losses(reading(), closed)
    items = [
        {
            "stage_id": stage_id,
            "reason_id": reason_id,
            "reason": found.reasons[reason_id],
            "count": lost.count,
            "amount": lost.amount,
        }
        for (stage_id, reason_id), lost in found.cells.items()
    ]
    return {**_closed(closed), "items": items}


def _closed(closed: ClosedDeals) -> dict[str, Any]:
    return {
        "pipeline_id": closed.pipeline_id,
        "currency": closed.currency,
        "currencies": closed.currencies,
        "won": closed.won.count,
        "won_amount": closed.won.amount,
        "lost": closed.lost.count,
        "lost_amount": closed.lost.amount,
        "win_rate": closed.win_rate,
    }


def _passage(one: Passage) -> dict[str, Any]:
    return {
        "stage_id": one.stage.id,
        "name": one.stage.name,
        "progress": one.stage.percent,
        "reached": one.reached.count,
        "reached_amount": one.reached.amount,
        "lost": one.lost.count,
        "lost_amount": one.lost.amount,
        "went_on": one.went_on,
        "winning": one.winning,
        "median_days": one.days,
    }
