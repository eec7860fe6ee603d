"""The administration of the ladder of relationship."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.clients import rungs
from salesman_core.clients.rungs import MANAGE
from salesman_core.db import AnyRow
from salesman_core.errors import ConflictError, InvalidError, SalesmanError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.last_change import last_change
from salesman_core.records.ordering import order_version
from salesman_core.web.forms import FormState, version_in, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_core.web.two_editors import Typed, form_to_edit, save_form

_ = texts.lazy

blueprint = Blueprint("rungs", __name__, url_prefix="/admin/rungs")

_NEW: Final = 0
"""What stands for the number of the rung that is not there yet."""

_BLANK: Final = FormState({"colour": "azure", "interests": 0, "sales": 0})


@blueprint.get("")
@requires(MANAGE)
def index() -> Markup:
    """Show the ladder."""
    return _page({})


@blueprint.post("")
@requires(MANAGE)
def add() -> ResponseReturnValue:
    """Add a rung above all others."""
    try:
        rungs.add_rung(_values(request.form))
    except InvalidError as error:
        return _again(_NEW, FormState.refused(request.form, error))
    toast(_("The rung was added."))
    return redirect(url_for("rungs.index"))


@blueprint.post("/<int:rung_id>")
@requires(MANAGE)
def change(rung_id: int) -> ResponseReturnValue:
    """Change a rung."""
    again = save_form(
        request.form,
        lambda: _held(rungs.one_rung(rung_id)),
        lambda typed, version: rungs.change_rung(rung_id, _values(typed), version),
        partial(last_change, "rung", rung_id),
    )
    if again is not None:
        return _again(rung_id, again)
    toast(_("Saved."))
    return redirect(url_for("rungs.index"))


@blueprint.post("/<int:rung_id>/move")
@requires(MANAGE)
def move(rung_id: int) -> ResponseReturnValue:
    """Move a rung up or down the ladder."""
    up, version = request.form.get("to") == "up", version_in(request.form)
    try:
        rungs.move_rung(rung_id, up=up, version=version)
    except StaleError as error:
        return _kept(error, rung_id)
    return redirect(url_for("rungs.index"))


@blueprint.post("/<int:rung_id>/delete")
@requires(MANAGE)
def delete(rung_id: int) -> ResponseReturnValue:
    """Delete a rung, or say where it is used."""
    try:
        rungs.delete_rung(rung_id)
    except ConflictError as error:
        return _kept(error, rung_id)
    toast(_("The rung was deleted."))
    return redirect(url_for("rungs.index"))


def _kept(error: SalesmanError, rung_id: int) -> ResponseReturnValue:
    """Say at a rung why it stays where it is."""
    held = _held(rungs.one_rung(rung_id))
    return _again(rung_id, replace(held, message=error.message, status=error.status))


def _values(typed: Typed) -> dict[str, Any]:
    return {
        "name": typed.get("name"),
        "colour": typed.get("colour"),
        "interests": typed.get("interests", type=whole_number),
        "sales": typed.get("sales", type=whole_number),
    }


def _held(rung: AnyRow) -> FormState:
    """Give the form of a rung as it stands."""
    values = {name: getattr(rung, name) for name in ("name", "colour", "interests", "sales")}
    return form_to_edit(values, rungs.version_of(rung))


def _again(rung_id: int, form: FormState) -> ResponseReturnValue:
    return make_response(_page({rung_id: form}), form.status)


def _page(refused: Mapping[int, FormState]) -> Markup:
    """Give the page.

    :param refused: the form that could not be saved, by its rung; 0 is the new one.
    """
    ladder = rungs.ladder()
    held = {rung.id: _held(rung) for rung, _use in ladder}
    return render(
        "core/clients/rungs.html",
        ladder=ladder,
        order=order_version(rung.id for rung, _use in ladder),
        colours=list(rungs.COLOURS.items()),
        edited={_NEW: _BLANK, **held, **refused},
    )
