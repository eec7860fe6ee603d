"""The JSON API of analytics: ``/api/v1/analytics``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from salesman_analytics import pins
from salesman_analytics.asked import AskedSchema, asked_of
from salesman_analytics.closed import ClosedDeals, closed_deals
from salesman_analytics.counted import Counted, counted, exact
from salesman_analytics.declared import Values, report_named, reports
from salesman_analytics.funnel import Passage, passages
from salesman_analytics.losses import losses
from salesman_analytics.permissions import VIEW
from salesman_analytics.schemas import (
    CountedSchema,
    FunnelSchema,
    LossesSchema,
    ReportsSchema,
)
from salesman_core.toolkit import (
    DEALS,
    ApiBlueprint,
    ListQuery,
    arguments,
    list_arguments,
    reading,
    requires,
    response,
)

api = ApiBlueprint("analytics", __name__, title="Analytics")

MOST_ROWS: Final = 1000


@api.get("/reports")
@requires(VIEW)
@response(ReportsSchema)
def list_reports() -> dict[str, Any]:
    """Give the reports that one may see."""
    ids = pins.pinned()
    return {
        "items": [
            {
                "id": one.id,
                "title": str(one.title),
                "question": str(one.question),
                "group": one.group,
                "pinned": one.id in ids,
                "counted": one.count is not None,
                "filters": one.filters,
            }
            for one in reports()
        ]
    }


@api.get("/reports/<name>")
@requires(VIEW)
@arguments(AskedSchema, location="query")
@response(CountedSchema)
def read_report(values: dict[str, Any], name: str) -> dict[str, Any]:
    """Count a report as its page does."""
    declared = report_named(name)
    found = counted(declared, asked_of(values, declared.filters, declared.period))
    former = found.compared_with
    return {
        "id": declared.id,
        "title": str(declared.title),
        "currency": found.asked.currency,
        "since": found.asked.since,
        "until": found.asked.until,
        "former_since": None if former is None else former.since,
        "former_until": None if former is None else former.until,
        "columns": [
            {
                "name": one.name,
                "title": str(one.title),
                "kind": one.kind,
                "method": str(one.method),
            }
            for one in found.columns
        ],
        "number": len(found.rows),
        "rows": [_row(found, one) for one in found.rows[:MOST_ROWS]],
        "total": None if found.total is None else _row(found, found.total),
        "apart": [_row(found, one) for one in found.apart],
    }


def _row(found: Counted, row: Values) -> dict[str, Any]:
    before = found.before(row)
    return {
        "values": _values(found, row),
        "former": None if before is None else _values(found, before),
    }


def _values(found: Counted, row: Values) -> Mapping[str, Any]:
    """Give what stands in the columns that one may see, and nothing else of a row."""
    return {one.name: _plain(exact(one, row[one.name])) for one in found.columns if one.name in row}


def _plain(value: Any) -> Any:
    """Give a value as JSON has it: exact numbers as texts."""
    return str(round(value, 2)) if isinstance(value, Decimal) else value


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
