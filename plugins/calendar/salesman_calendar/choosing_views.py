"""What a form of an activity asks while somebody types the name of a client or deal."""

from __future__ import annotations

from flask import make_response, request
from werkzeug.wrappers import Response

from salesman_calendar import choosing
from salesman_calendar.permissions import CREATE
from salesman_calendar.views import blueprint
from salesman_core.toolkit import reading, requires


@blueprint.get("/choose/client")
@requires(CREATE)
def choose_client() -> Response:
    """Give clients by a part of their name, for whoever chooses one."""
    return _found("client")


@blueprint.get("/choose/deal")
@requires(CREATE)
def choose_deal() -> Response:
    """Give open deals by a part of their name, for whoever chooses one."""
    return _found("deal")


def _found(kind: str) -> Response:
    typed = request.args.get("q", "").strip()[:200]
    found = choosing.found(reading(), kind, typed) if typed else []
    return make_response([{"value": row.id, "text": row.name} for row in found])
