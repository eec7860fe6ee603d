"""What is done with kept views of reports: keeping, mailing, forgetting."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from salesman_analytics import kept_views
from salesman_analytics.asked import read_asked
from salesman_analytics.declared import report_named
from salesman_analytics.permissions import VIEW
from salesman_analytics.texts import texts
from salesman_analytics.views import blueprint
from salesman_core.toolkit import gone_to, requires, toast

_ = texts.lazy


@blueprint.post("/reports/<name>/views")
@requires(VIEW)
def keep_view(name: str) -> Response:
    """Keep what a form asks the report for under the name of the form."""
    report = report_named(name)
    asked = read_asked(request.form, report.filters, report.period)
    kept_views.keep(name, request.form.get("view_name", ""), asked, request.form.get("mailed", ""))
    toast(_("The view is kept: it stands above the report."))
    args: dict[str, Any] = {**asked.parameters, "name": name}
    return gone_to(url_for("analytics.report", **args))


@blueprint.post("/views/<int:view_id>/mail")
@requires(VIEW)
def mail_view(view_id: int) -> Response:
    """Let a view be mailed as the form says."""
    report = kept_views.mail(view_id, request.form.get("mailed", ""))
    toast(_("Saved."))
    return gone_to(url_for("analytics.report", name=report))


@blueprint.post("/views/<int:view_id>/delete")
@requires(VIEW)
def delete_view(view_id: int) -> Response:
    """Keep a view no longer."""
    report = kept_views.forget(view_id)
    toast(_("The view is deleted."))
    return gone_to(url_for("analytics.report", name=report))
