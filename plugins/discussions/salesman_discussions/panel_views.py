"""Parts of other pages that are drawn again when a discussion changes."""

from __future__ import annotations

from flask import abort, make_response, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import demand, reading, record_type, requires
from salesman_discussions import panels, ties
from salesman_discussions.permissions import EDIT, VIEW
from salesman_discussions.views import blueprint


@blueprint.get("/of/<kind>/<int:record_id>")
@requires(VIEW)
def of_record(kind: str, record_id: int) -> Markup:
    """Give the panel of the threads about a record."""
    if not ties.may_be_about(kind):
        abort(404)
    demand(kind, record_id, record_type(kind).view_permission)
    return panels.record_panel(kind, record_id)


@blueprint.get("/mine")
@requires(VIEW)
def mine() -> Markup:
    """Give the threads in which something is new to the person."""
    return panels.on_desk()


@blueprint.get("/choose")
@requires(EDIT)
def choose_record() -> Response:
    """Give records by a part of their name, for whoever ties a discussion to one."""
    typed = request.args.get("q", "").strip()[:200]
    found = ties.named_like(reading(), typed) if typed else []
    return make_response(
        [
            {"value": ties.written_record(record), "text": f"{seen.kind_title}: {seen.name}"}
            for record, seen in found
        ]
    )
