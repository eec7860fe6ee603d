"""Answers to htmx that change a record: whatever else on the page shows it asks anew."""

from __future__ import annotations

import json

from flask import Response

from salesman_core.events import position


def told(kind: str, record_id: int, content: str = "", *, closes_dialog: bool = False) -> Response:
    """Answer with *content*, and tell the page that the record has changed.

    The page hears of a change by somebody else in the same way, through the stream of events:
    what is marked ``data-record="client:5"`` gets the browser event ``record-changed``, unless its
    ``data-position`` says that it was drawn behind the change.

    :param closes_dialog: True where the form that was sent stands in the page's dialog.
    """
    response = Response(content, mimetype="text/html")
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
        response.headers["HX-Reswap"] = "none"
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
