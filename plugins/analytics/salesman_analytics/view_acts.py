"""What is done with kept views of reports: keeping, mailing, forgetting."""

from __future__ import annotations

from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response

from salesman_analytics import kept_views
from salesman_analytics.declared import seen_report
from salesman_analytics.permissions import VIEW
from salesman_analytics.telling import path_of, report_with_views, told
from salesman_analytics.texts import texts
from salesman_analytics.views import blueprint
from salesman_core.toolkit import MissingError, gone_to, requires, toast

_ = texts.lazy

_OF_THE_FORM: Final = frozenset({"csrf_token", "view_name", "mailed"})


@blueprint.post("/reports/<name>/views")
@requires(VIEW)
def keep_view(name: str) -> Response:
    """Keep what a form asks the report for under the name of the form."""
    report = report_with_views(name)
    form = request.form
    args = {one: text for one, text in form.items() if one not in _OF_THE_FORM}
    kept_views.keep(name, form.get("view_name", ""), args, form.get("mailed", ""))
    toast(_("The view is kept: it stands above the report."))
    return gone_to(told(report, args).path)


@blueprint.post("/views/<int:view_id>/mail")
@requires(VIEW)
def mail_view(view_id: int) -> Response:
    """Let a view be mailed as the form says."""
    report = kept_views.change(view_id, mailed=request.form.get("mailed", ""))
    toast(_("Saved."))
    return gone_to(_page_of(report))


@blueprint.post("/views/<int:view_id>/delete")
@requires(VIEW)
def delete_view(view_id: int) -> Response:
    """Keep a view no longer."""
    report = kept_views.forget(view_id)
    toast(_("The view is deleted."))
    return gone_to(_page_of(report))


def _page_of(report_id: str) -> str:
    """Give the page of a report; of one that whoever acts does not see any more, all reports."""
    try:
        return path_of(seen_report(report_id), {})
    except MissingError:
        return url_for("analytics.index")
