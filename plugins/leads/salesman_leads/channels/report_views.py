"""The report from channel to margin, and the leads behind each of its figures."""

from __future__ import annotations

from typing import Any, Final

from flask import request, url_for
from markupsafe import Markup

from salesman_core.toolkit import (
    InvalidError,
    MissingError,
    company,
    formats,
    reading,
    render,
    requires,
    whole_number,
    written,
)
from salesman_hookspecs import Text
from salesman_leads import queries as leads
from salesman_leads.channels import queries, report
from salesman_leads.channels.asked import PERIODS, Asked, read_asked
from salesman_leads.channels.report import Brought
from salesman_leads.permissions import REPORT
from salesman_leads.texts import texts
from salesman_leads.views import blueprint

_ = texts.lazy

TITLES: Final[dict[str, Text]] = {
    "leads": _("Leads"),
    "clients": _("Clients"),
    "deals": _("Deals"),
    "won": _("Won"),
}
_DRAWN: Final = 15


@blueprint.get("/channels")
@requires(REPORT)
def channels() -> Markup:
    """Show what channels bring; of a filter that cannot be read it says so, and no figures."""
    asked, unreadable = _asked()
    session = reading()
    brought = [] if unreadable else report.brought(session, asked.period, asked.source)
    return render(
        "leads/channels/report.html",
        asked=asked,
        unreadable=unreadable,
        brought=brought,
        total=report.in_all(brought),
        chart=_chart(asked, brought),
        own=company().currency,
        periods=PERIODS,
        sources=leads.sources(session),
        any_channels=bool(queries.channels(session)),
        written=written,
    )


def _asked() -> tuple[Asked, list[Text]]:
    try:
        return read_asked(request.args), []
    except InvalidError as error:
        return read_asked({}), list(error.fields.values())


def _chart(asked: Asked, brought: list[Brought]) -> dict[str, Any]:
    """Give what ``chart.js`` draws: leads, clients and won deals of the largest channels."""
    drawn = brought[:_DRAWN]
    return {
        "label": str(_("Leads, clients and won deals by channel")),
        "names": [one.channel or str(_("no channel")) for one in drawn],
        "series": [
            {
                "name": str(TITLES[figure]),
                "values": [getattr(one, figure) for one in drawn],
                "texts": [formats.number(getattr(one, figure)) for one in drawn],
                "links": [asked.rows(figure, one.channel) for one in drawn],
            }
            for figure in ("leads", "clients", "won")
        ],
    }


@blueprint.get("/channels/rows/<figure>")
@requires(REPORT)
def channel_rows(figure: str) -> Markup:
    """Show the leads that a figure is made of."""
    if figure not in report.FIGURES:
        raise MissingError(_("There is no such figure."))
    asked, unreadable = _asked()
    channel = request.args.get("channel")
    before = request.args.get("before", type=whole_number)
    found = report.rows(reading(), asked.period, asked.source, figure, channel, before)
    shown = found[: report.SHOWN]
    further = {**asked.asks(), **({} if channel is None else {"channel": channel})}
    return render(
        "leads/channels/rows.html",
        asked=asked,
        unreadable=unreadable,
        rows=[] if unreadable else shown,
        figure=TITLES[figure],
        channel=channel,
        periods=PERIODS,
        older=(
            url_for("leads.channel_rows", figure=figure, before=shown[-1].id, **further)
            if len(found) > report.SHOWN
            else ""
        ),
    )
