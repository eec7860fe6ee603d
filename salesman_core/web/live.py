"""The stream of changes that pages follow: who may not see a record does not hear of it either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify, request

from salesman_core.access.person import current_person
from salesman_core.access.records import record_type, visible
from salesman_core.access.routes import signed_in
from salesman_core.db import db, reading
from salesman_core.errors import MissingError
from salesman_core.events import LiveChange, LiveFeed, TooManySubscribersError, note_position
from salesman_core.plugins.switches import follower
from salesman_core.services.notices import count_unread
from salesman_core.web.forms import whole_number
from salesman_core.web.nav import menu_numbers
from salesman_core.web.notices import NUMBER
from salesman_hookspecs import Person

blueprint = Blueprint("live", __name__)

SUBSCRIBERS = 40
"""Streams of one process: each holds one of the server's threads."""


blueprint.before_app_request(note_position)


@blueprint.get("/live")
@signed_in
def stream() -> Response:
    """Follow what changes behind the event ``after``, as server-sent events.

    Without it, what changes from now on; a browser that comes back says itself where it stood.
    """
    feed: LiveFeed = current_app.extensions["salesman_live"]
    after = request.args.get("after", type=whole_number)
    last = request.headers.get("Last-Event-ID", after, type=whole_number)
    try:
        frames = feed.subscribe(last, accept_for(current_person()))
    except TooManySubscribersError:
        return Response(status=503, headers={"Retry-After": "5"})
    db.session.remove()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(frames, mimetype="text/event-stream", headers=headers)


@blueprint.get("/live/numbers")
@signed_in
def numbers() -> Response:
    """Give the numbers in the menu and at the bell as they are now, by the ids of their places."""
    response = jsonify(menu_numbers() | {NUMBER: str(count_unread() or "")})
    response.headers["Cache-Control"] = "no-store"
    return response


def accept_for(person: Person) -> Callable[[Sequence[LiveChange]], list[LiveChange]]:
    """Give a function that keeps the changes of records that *person* may see."""

    def accept(changes: Sequence[LiveChange]) -> list[LiveChange]:
        follower().follow_by_time()
        ids: dict[str, set[int]] = defaultdict(set)
        for change in changes:
            ids[change.kind].add(change.record_id)
        seen = {kind: _seen(kind, wanted, person) for kind, wanted in ids.items()}
        return [change for change in changes if change.record_id in seen[change.kind]]

    return accept


def _seen(kind: str, ids: set[int], person: Person) -> set[int]:
    try:
        model = record_type(kind).model
    except MissingError:
        return set()
    reached = sa.select(model.id).where(model.id.in_(ids), visible(kind, person=person))
    return set(reading().scalars(reached))
