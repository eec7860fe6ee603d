"""Looking at the CRM as somebody else: begun from their page, ended from everywhere."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access.looking import LOOK_AS
from salesman_core.access.routes import requires, signed_in
from salesman_core.people import entering
from salesman_core.web.addresses import LOOK_END

blueprint = Blueprint("people_look", __name__)


@blueprint.post("/admin/users/<int:record_id>/look")
@requires(LOOK_AS)
def begin(record_id: int) -> ResponseReturnValue:
    """See what somebody else sees, from now on."""
    entering.begin_look(record_id)
    return redirect("/")


@blueprint.post(LOOK_END)
@signed_in
def end() -> ResponseReturnValue:
    """See with one's own eyes again."""
    entering.end_look()
    return redirect(url_for("people.users"))
