"""Whether this process lives, and whether it may be sent requests."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, current_app

from salesman_core.access.routes import public
from salesman_core.db import reading
from salesman_core.i18n import CORE
from salesman_core.plugins import migrations

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """Say that the process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Say whether the database answers and has the tables that this version needs."""
    owners = [one for one in current_app.extensions["salesman_owners"] if one.id == CORE]
    try:
        late = migrations.behind(reading().connection(), owners)
    except sa.exc.SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    if late:
        return Response(
            "the database waits for `salesman db upgrade`\n", 503, mimetype="text/plain"
        )
    return Response("ready\n", mimetype="text/plain")
