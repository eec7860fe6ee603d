"""The page that compares percents with what came of them, and changes one by a click."""

from __future__ import annotations

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_analytics import charts
from salesman_analytics.calibrating.counting import ENOUGH, calibration
from salesman_analytics.calibrating.service import weigh
from salesman_analytics.files import as_file, table_of_promises
from salesman_analytics.own_pages import CALIBRATION
from salesman_analytics.permissions import VIEW
from salesman_analytics.report import Report
from salesman_analytics.texts import texts
from salesman_analytics.views import blueprint, show
from salesman_core.toolkit import (
    DEALS,
    InvalidError,
    formats,
    narrowed,
    number_of,
    read_typed,
    reading,
    requires,
    safe_next,
    toast,
)

_ = texts.lazy

MANAGE = "core.pipeline.manage"


@blueprint.get("/calibration", endpoint="calibration")
@requires(VIEW)
def show_calibration() -> Markup:
    """Show what each stage promises, and what really came of it."""
    report = Report(CALIBRATION)
    found = calibration(reading(), report.query, report.closed)
    chart = charts.of_promises(report, found.stages)
    return show("analytics/calibration.html", report, calibration=found, chart=chart, enough=ENOUGH)


@blueprint.get("/calibration/filter")
@requires(VIEW)
def narrow_calibration() -> Response:
    """Lead from the dialog of filters to the report as it asks for it."""
    return narrowed(DEALS.spec, CALIBRATION)


@blueprint.get("/calibration/file/<kind>")
@requires(VIEW)
def calibration_file(kind: str) -> Response:
    """Give the comparison as a file for spreadsheets."""
    report = Report(CALIBRATION)
    found = calibration(reading(), report.query, report.closed)
    return as_file(kind, "calibration", *table_of_promises(found))


@blueprint.post("/calibration/<int:stage_id>")
@requires(MANAGE)
def weigh_stage(stage_id: int) -> Response:
    """Let a stage stand for another percent, and offer to undo it."""
    readers = {"percent": number_of, "was": number_of}
    said = read_typed(request.values, readers, *readers)
    percent, was = said.get("percent"), said.get("was")
    if percent is None or was is None:
        raise InvalidError(_("Say which percent the stage is to stand for."))
    weigh(stage_id, percent, was)
    undo = url_for("analytics.weigh_stage", stage_id=stage_id, percent=was, was=percent)
    toast(_("The stage stands for %(percent)s now.", percent=formats.percent(percent)), undo=undo)
    return redirect(safe_next(request.values.get("next"), url_for(CALIBRATION)))
