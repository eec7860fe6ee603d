"""The pages of reports over closed deals: read what is asked, count, show."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_analytics import charts, files
from salesman_analytics.declared import seen_report
from salesman_analytics.funnel import passages
from salesman_analytics.kept_views import kept_views
from salesman_analytics.losses import losses
from salesman_analytics.own_pages import FUNNEL, LOSSES
from salesman_analytics.permissions import VIEW
from salesman_analytics.report import Report
from salesman_core.toolkit import AMOUNT, DEALS, narrowed, reading, render, requires

blueprint = Blueprint("analytics", __name__, url_prefix="/analytics")


@blueprint.get("/funnel")
@requires(VIEW)
def funnel() -> Markup:
    """Show how far the deals came that were closed."""
    report = Report(FUNNEL)
    stages = passages(reading(), report.query, report.closed)
    chart = charts.of_passages(report, stages)
    return show("analytics/funnel.html", report, stages=stages, chart=chart)


@blueprint.get("/losses", endpoint="losses")
@requires(VIEW)
def show_losses() -> Markup:
    """Show where and why deals were lost."""
    report = Report(LOSSES)
    found = losses(reading(), report.closed)
    chart = charts.of_losses(report, found)
    return show("analytics/losses.html", report, losses=found, chart=chart)


@blueprint.get("/funnel/filter")
@requires(VIEW)
def narrow_funnel() -> Response:
    """Lead from the dialog of filters to the funnel as it asks for it."""
    return narrowed(DEALS.spec, FUNNEL)


@blueprint.get("/losses/filter")
@requires(VIEW)
def narrow_losses() -> Response:
    """Lead from the dialog of filters to the losses as it asks for them."""
    return narrowed(DEALS.spec, LOSSES)


@blueprint.get("/funnel/file/<kind>")
@requires(VIEW)
def funnel_file(kind: str) -> Response:
    """Give the funnel as a file for spreadsheets."""
    report = Report(FUNNEL)
    stages = passages(reading(), report.query, report.closed)
    return files.as_file(kind, "funnel", *files.table_of_passages(report.closed, stages))


@blueprint.get("/losses/file/<kind>")
@requires(VIEW)
def losses_file(kind: str) -> Response:
    """Give the losses as a file for spreadsheets."""
    report = Report(LOSSES)
    found = losses(reading(), report.closed)
    return files.as_file(kind, "losses", *files.table_of_losses(report.closed, found))


def show(template: str, report: Report, **context: Any) -> Markup:
    """Show a report over closed deals: what every one of them has, and what is its own."""
    kept = kept_views(seen_report(report.endpoint), report.asked)
    shown = {"report": report, "closed": report.closed, "kept": kept, "amount_title": AMOUNT}
    return render(template, **shown, **context)
