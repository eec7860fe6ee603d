"""What a form of an activity asks while somebody types the name of a client or deal."""

from __future__ import annotations

from flask import make_response, request
from werkzeug.wrappers import Response

from salesman_calendar.permissions import CREATE
from salesman_calendar.views import blueprint
from salesman_core.toolkit import Deal, records_named, requires


@blueprint.get("/choose/client")
@requires(CREATE)
def choose_client() -> Response:
    """Give clients by a part of their name, for whoever chooses one."""
    return make_response(records_named("client", request.args.get("q", "")))


@blueprint.get("/choose/deal")
@requires(CREATE)
def choose_deal() -> Response:
    """Give open deals by a part of their name, for whoever chooses one."""
    still_open = Deal.outcome.is_(None)
    return make_response(records_named("deal", request.args.get("q", ""), still_open))
