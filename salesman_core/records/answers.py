"""Answers to htmx that change a record: whatever else on the page shows it asks anew."""

from __future__ import annotations

import json

from flask import Response, redirect
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.access.records import reaches
from salesman_core.events import position
from salesman_core.i18n import texts
from salesman_core.web.toasts import is_htmx, toast

_ = texts.lazy


def told(kind: str, record_id: int, content: str = "", *, closes_dialog: bool = False) -> Response:
    """Answer with *content*, and tell the page that the record has changed.

    The page hears of a change by somebody else in the same way, through the stream of events:
    what is marked ``data-record="client:5"`` gets the browser event ``record-changed``, unless its
    ``data-position`` says that it was drawn behind the change.

    :param closes_dialog: True where the form that was sent stands in the page's dialog.
    """
    response = Response(content, mimetype="text/html")
    tell(response, kind, record_id, closes_dialog=closes_dialog)
    if closes_dialog:
        response.headers["HX-Reswap"] = "none"
    return response


def tell(response: Response, kind: str, record_id: int, *, closes_dialog: bool = False) -> None:
    """Let an answer to htmx tell the page that a record has changed; see :func:`told`."""
    events: dict[str, object] = {
        "salesman:change": {
            "target": "body",
            "kind": kind,
            "record_id": record_id,
            "event": position(),
        }
    }
    if closes_dialog:
        events["salesman:close-dialog"] = {"target": "body"}
    response.headers["HX-Trigger"] = json.dumps(events)


def gone_to(address: str) -> BaseResponse:
    """Lead to another page, in either way of asking."""
    return Response(headers={"HX-Redirect": address}) if is_htmx() else redirect(address)


def given_away(kind: str, record_id: int, address: str) -> BaseResponse | None:
    """Lead to the list of *address* where a change took its record out of its person's sight.

    Whoever hands a record over, or leaves its participants, has done so; a page that says that
    there is no such record would frighten them.
    """
    if reaches(kind, record_id):
        return None
    toast(_("Done. You do not see this record any more."))
    return gone_to(address)
