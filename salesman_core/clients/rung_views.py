"""The administration of the ladder of relationship."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.clients import rungs
from salesman_core.clients.rungs import MANAGE
from salesman_core.errors import ConflictError, InvalidError
from salesman_core.i18n import texts
from salesman_core.web.forms import FormState, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("rungs", __name__, url_prefix="/admin/rungs")


@blueprint.get("")
@requires(MANAGE)
def index() -> Markup:
    """Show the ladder."""
    return _page()


@blueprint.post("")
@requires(MANAGE)
def add() -> ResponseReturnValue:
    """Add a rung above all others."""
    try:
        rungs.add_rung(_values())
    except InvalidError as error:
        return _again(error, 0)
    toast(_("The rung was added."))
    return redirect(url_for("rungs.index"))


@blueprint.post("/<int:rung_id>")
@requires(MANAGE)
def change(rung_id: int) -> ResponseReturnValue:
    """Change a rung."""
    try:
        rungs.change_rung(rung_id, _values())
    except InvalidError as error:
        return _again(error, rung_id)
    toast(_("Saved."))
    return redirect(url_for("rungs.index"))


@blueprint.post("/<int:rung_id>/move")
@requires(MANAGE)
def move(rung_id: int) -> ResponseReturnValue:
    """Move a rung up or down the ladder."""
    rungs.move_rung(rung_id, up=request.form.get("to") == "up")
    return redirect(url_for("rungs.index"))


@blueprint.post("/<int:rung_id>/delete")
@requires(MANAGE)
def delete(rung_id: int) -> ResponseReturnValue:
    """Delete a rung, or say where it is used."""
    try:
        rungs.delete_rung(rung_id)
    except ConflictError as error:
        return _again(error, rung_id)
    toast(_("The rung was deleted."))
    return redirect(url_for("rungs.index"))


def _values() -> dict[str, Any]:
    return {
        "name": request.form.get("name"),
        "colour": request.form.get("colour"),
        "interests": request.form.get("interests", type=whole_number),
        "sales": request.form.get("sales", type=whole_number),
    }


def _again(error: InvalidError | ConflictError, rung_id: int) -> ResponseReturnValue:
    return make_response(_page(FormState.refused(request.form, error), rung_id), error.status)


def _page(form: FormState | None = None, rung_id: int | None = None) -> Markup:
    """Give the page.

    :param form: what was refused, of the rung *rung_id*; 0 is the new one.
    """
    return render(
        "core/clients/rungs.html",
        ladder=rungs.ladder(),
        colours=list(rungs.COLOURS.items()),
        refused=form,
        refused_id=rung_id,
    )
