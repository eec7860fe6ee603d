"""The pages of declared reports: read what is asked, count, show, or give as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_analytics import files, kept_views, shown
from salesman_analytics.asked import FILTERS, OWN, Asked, period_titles, read_asked, unread
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import DeclaredReport, report_named
from salesman_analytics.permissions import VIEW
from salesman_analytics.views import blueprint
from salesman_core.toolkit import InvalidError, render, requires, written
from salesman_hookspecs import Text


@blueprint.get("/reports/<name>", endpoint="report")
@requires(VIEW)
def show_report(name: str) -> Markup:
    """Show a report; of a filter that cannot be read it says so, and shows no figures."""
    declared = report_named(name)
    try:
        asked = _asked(declared)
    except InvalidError as error:
        usual = read_asked({}, declared.filters, declared.period)
        return _page(declared, usual, unreadable=unread(error))
    return _page(declared, asked, counted(declared, asked))


@blueprint.get("/reports/<name>/file/<kind>")
@requires(VIEW)
def report_file(name: str, kind: str) -> Response:
    """Give a report as a file for spreadsheets."""
    declared = report_named(name)
    found = counted(declared, _asked(declared))
    return files.as_file(kind, declared.id, *files.table_of_counted(found))


def _asked(declared: DeclaredReport) -> Asked:
    return read_asked(request.args, declared.filters, declared.period)


def _page(
    declared: DeclaredReport,
    asked: Asked,
    found: Counted | None = None,
    unreadable: Sequence[Text] = (),
) -> Markup:
    def as_file(kind: str) -> str:
        args: dict[str, Any] = {**asked.parameters, "name": declared.id, "kind": kind}
        return url_for("analytics.report_file", **args)

    return render(
        "analytics/declared.html",
        declared=declared,
        asked=asked,
        unreadable=unreadable,
        counted=found,
        lines=shown.lines(found) if found else [],
        tiles=shown.tiles(found) if found else [],
        chart=shown.chart(found) if found else None,
        most=shown.MOST_SHOWN,
        kept=kept_views.kept_views(declared, asked.parameters),
        filters={name: FILTERS[name] for name in declared.filters if name != "period"},
        options=shown.options(declared.filters, asked),
        periods=period_titles(),
        own_period=OWN,
        here=url_for("analytics.report", name=declared.id),
        as_file=as_file,
        written=written,
    )
