"""The page of addresses that were struck off, and of reports that name no letter of ours."""

from __future__ import annotations

from typing import Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    number_or_none,
    plugin_settings,
    reading,
    render,
    requires,
    toast,
)
from salesman_mailing.bounces import queries, service
from salesman_mailing.bounces.judging import Kind
from salesman_mailing.campaigns.permissions import MEND
from salesman_mailing.texts import texts
from salesman_mailing.views import blueprint

_ = texts.lazy

KINDS: Final = {
    Kind.HARD: _("there is no such address"),
    Kind.SOFT: _("could not be delivered"),
    Kind.DELAYED: _("is still tried"),
    Kind.COMPLAINT: _("called it spam"),
    Kind.CHALLENGE: _("asks who the sender is"),
    Kind.AUTOMATIC: _("a program answered"),
}
_MOST_PAGES: Final = 10_000


@blueprint.get("/campaigns/struck-off")
@requires(MEND)
def struck_off() -> Markup:
    """Show the addresses to which letters came back, and say that one works again."""
    page = _page()
    settings = plugin_settings("mailing")
    return render(
        "mailing/struck_off.html",
        found=queries.struck_off(reading(), page),
        page=page,
        is_read=bool(settings["returns_url"]),
    )


@blueprint.get("/campaigns/struck-off/reports")
@requires(MEND)
def reports_about_none() -> Markup:
    """Show the reports that name no letter of ours."""
    page = _page()
    found = queries.reports_about_none(reading(), page)
    return render("mailing/reports.html", found=found, page=page, kinds=KINDS)


@blueprint.post("/campaigns/struck-off/mend")
@requires(MEND)
def mend_struck_off() -> Response:
    """Say that an address works again."""
    service.mend_address(request.form.get("address", ""))
    toast(_("It is written to again."))
    return redirect(url_for("mailing.struck_off"), 303)


def _page() -> int:
    return min(max(number_or_none(request.args.get("page", "")) or 1, 1), _MOST_PAGES)
