"""The pages of a day that is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_analytics.asked import Asked as SharedFilters
from salesman_analytics.declared import seen_report
from salesman_analytics.kept_views import kept_views
from salesman_analytics.own_pages import DAY
from salesman_analytics.past import files
from salesman_analytics.past.asking import Asked, offered_days, read_asked
from salesman_analytics.past.charts import by_month, month_name
from salesman_analytics.past.counting import Past, past
from salesman_analytics.past.rows import NARROWER, NONE, SHOWN, Narrower, rows_of
from salesman_analytics.permissions import VIEW
from salesman_analytics.shown import options
from salesman_analytics.views import blueprint
from salesman_core.toolkit import (
    AMOUNT,
    InvalidError,
    company,
    reading,
    render,
    requires,
    today,
    written,
)
from salesman_hookspecs import Text


@blueprint.get("/as-of", endpoint="as_of")
@requires(VIEW)
def index() -> Markup:
    """Show how the open deals stood at the end of a day, beside how they stand now."""
    asked, unreadable = _asked()
    found = _past(asked)
    here = today(company().tz)
    now = past(reading(), here, found.pipeline_id, found.currency, found.whose)
    asked = replace(asked, pipeline_id=found.pipeline_id, currency=found.currency)
    return render(
        "analytics/as_of.html",
        asked=asked,
        kept=kept_views(seen_report(DAY), asked.parameters),
        unreadable=unreadable,
        past=found,
        now=now,
        chart=by_month(asked, found),
        none_said=NONE,
        days=offered_days(),
        options=options(("team_id", "source"), SharedFilters(source=asked.whose.source)),
        month_name=month_name,
        written=written,
        amount_title=AMOUNT,
    )


@blueprint.get("/as-of/deals", endpoint="as_of_deals")
@requires(VIEW)
def deals() -> Markup:
    """Show the deals behind a figure, as they stood then and as they stand now."""
    asked, unreadable = _asked()
    found = _past(asked)
    asked = replace(asked, pipeline_id=found.pipeline_id, currency=found.currency)
    rows = [] if unreadable else rows_of(reading(), found, _narrower(found), SHOWN + 1)
    return render(
        "analytics/as_of_deals.html",
        asked=asked,
        unreadable=unreadable,
        past=found,
        stages={one.id: one for one in found.stages},
        rows=rows[:SHOWN],
        day_of=date.fromisoformat,
        more=len(rows) > SHOWN,
        narrowed={name: request.args[name] for name in NARROWER if name in request.args},
        amount_title=AMOUNT,
    )


@blueprint.get("/as-of/file/<kind>", endpoint="as_of_file")
@requires(VIEW)
def deals_file(kind: str) -> Response:
    """Give the deals of a day, or those behind a figure, as a file for spreadsheets."""
    found = _past(read_asked(request.args))
    return files.of_deals(kind, found, _narrower(found))


def _asked() -> tuple[Asked, Mapping[str, Text]]:
    """Read the address; where it cannot be read, give the usual day and what was wrong."""
    try:
        return read_asked(request.args), {}
    except InvalidError as error:
        return read_asked({}), error.fields


def _past(asked: Asked) -> Past:
    return past(reading(), asked.day, asked.pipeline_id, asked.currency, asked.whose)


def _narrower(found: Past) -> Narrower:
    """Read which deals are meant: what no deal of the day had finds none."""
    said = request.args
    stages = {str(one.id): one.id for one in found.stages}
    owners = {NONE if one is None else str(one) for one in found.owners}
    months = {one.month or NONE for one in found.counted}
    asked: dict[str, Any] = {}
    if "stage_id" in said:
        asked["stage_id"] = stages.get(said["stage_id"], 0)
    if "owner" in said:
        asked["owner"] = said["owner"] if said["owner"] in owners else "0"
    if "month" in said:
        asked["month"] = said["month"] if said["month"] in months else "0"
    if "frozen" in said:
        asked["frozen"] = said["frozen"] == "true"
    return Narrower(**asked)
