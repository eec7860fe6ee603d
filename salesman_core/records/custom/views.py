"""The administration of custom fields."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.custom import service
from salesman_core.records.custom.definitions import TITLES, DefinedField, all_fields
from salesman_core.records.custom.kinds import Customised, customised_kind, customised_kinds
from salesman_core.records.custom.queries import records_holding
from salesman_core.records.custom.service import MANAGE
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("custom_fields", __name__, url_prefix="/admin/fields")


@blueprint.get("")
@requires(MANAGE)
def index() -> Markup:
    """Show the fields of a kind of record; those of the first kind where none is asked for."""
    one = _asked_kind()
    fields = all_fields(one.kind)
    return render(
        "core/records/custom/index.html",
        one=one,
        kinds=list(customised_kinds().values()),
        in_use=[field for field in fields if not field.retired],
        retired=[field for field in fields if field.retired],
        titles=TITLES,
    )


@blueprint.get("/new")
@requires(MANAGE)
def new() -> Markup:
    """Show the form of a new field."""
    return _form(_asked_kind().kind, None, FormState({"type": "text"}))


@blueprint.post("/new")
@requires(MANAGE)
def add() -> ResponseReturnValue:
    """Define a field."""
    kind = _asked_kind().kind
    try:
        service.define_field(kind, _values())
    except InvalidError as error:
        return make_response(_form(kind, None, _refused(error)), error.status)
    toast(_("The field was added."))
    return _to_list(kind)


@blueprint.get("/<int:field_id>")
@requires(MANAGE)
def edit(field_id: int) -> Markup:
    """Show the form of a field."""
    field = service.one_field(field_id)
    held = {name: getattr(field, name) for name in ("label", "help", "required", "searched")}
    return _form(field.kind, field, FormState(held))


@blueprint.post("/<int:field_id>")
@requires(MANAGE)
def change(field_id: int) -> ResponseReturnValue:
    """Change a field."""
    field = service.one_field(field_id)
    try:
        service.change_field(field_id, _values())
    except InvalidError as error:
        return make_response(_form(field.kind, field, _refused(error)), error.status)
    toast(_("Saved."))
    return _to_list(field.kind)


@blueprint.post("/<int:field_id>/move")
@requires(MANAGE)
def move(field_id: int) -> ResponseReturnValue:
    """Move a field up or down."""
    service.move_field(field_id, up=request.form.get("to") == "up")
    return _to_list(service.one_field(field_id).kind)


@blueprint.post("/<int:field_id>/retire")
@requires(MANAGE)
def retire(field_id: int) -> ResponseReturnValue:
    """Take a field out of use."""
    field = service.one_field(field_id)
    service.retire_field(field_id)
    undo = url_for("custom_fields.restore", field_id=field_id)
    toast(_("“%(name)s” is out of use; its values stay.", name=field.label), undo=undo)
    return _to_list(field.kind)


@blueprint.post("/<int:field_id>/restore")
@requires(MANAGE)
def restore(field_id: int) -> ResponseReturnValue:
    """Take a retired field into use again."""
    service.restore_field(field_id)
    return _to_list(service.one_field(field_id).kind)


@blueprint.get("/<int:field_id>/delete")
@requires(MANAGE)
def confirm_delete(field_id: int) -> Markup:
    """Say what would be lost with a field."""
    field = service.one_field(field_id)
    return render(
        "core/records/custom/delete.html",
        field=field,
        one=customised_kind(field.kind),
        holding=records_holding(reading(), field),
    )


@blueprint.post("/<int:field_id>/delete")
@requires(MANAGE)
def delete(field_id: int) -> ResponseReturnValue:
    """Delete a retired field with its values."""
    field = service.one_field(field_id)
    service.delete_field(field_id)
    toast(_("“%(name)s” was deleted.", name=field.label))
    return _to_list(field.kind)


def _asked_kind() -> Customised:
    """Give the kind of record that the address names; the first one where it names none."""
    return customised_kind(request.args.get("kind") or next(iter(customised_kinds())))


def _to_list(kind: str) -> ResponseReturnValue:
    return redirect(url_for("custom_fields.index", kind=kind))


def _values() -> dict[str, Any]:
    typed = request.form
    return {
        **{name: typed.get(name, "") for name in ("label", "key", "type", "help")},
        **{name: name in typed for name in ("required", "searched")},
        "options": _options(),
    }


def _options() -> list[dict[str, Any]]:
    """Give the options that the form holds: those that there were, then new ones, one a line."""
    keys, titles = request.form.getlist("option_key"), request.form.getlist("option_title")
    offered = set(request.form.getlist("option_offered"))
    held = [
        {"key": key, "title": title, "offered": key in offered}
        for key, title in zip(keys, titles, strict=False)
    ]
    new = request.form.get("new_options", "").splitlines()
    return [*held, *({"key": "", "title": line} for line in new)]


def _refused(error: InvalidError) -> FormState:
    return FormState.refused(request.form, error)


def _form(kind: str, field: DefinedField | None, form: FormState) -> Markup:
    return render(
        "core/records/custom/form.html",
        field=field,
        one=customised_kind(kind),
        form=form,
        options=_options() if form.errors else _held_options(field),
        types=list(TITLES.items()),
        titles=TITLES,
    )


def _held_options(field: DefinedField | None) -> list[dict[str, Any]]:
    if field is None:
        return []
    return [{"key": one.key, "title": one.title, "offered": one.offered} for one in field.options]
