"""The administration of custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.errors import InvalidError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.custom import service
from salesman_core.records.custom.definitions import TITLES, DefinedField, all_fields
from salesman_core.records.custom.kinds import Customised, customised_kind, customised_kinds
from salesman_core.records.custom.queries import records_holding
from salesman_core.records.custom.service import MANAGE
from salesman_core.records.last_change import last_change
from salesman_core.records.ordering import order_version
from salesman_core.web.forms import FormState, version_in
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_core.web.two_editors import Typed, form_to_edit, save_form
from salesman_hookspecs import Text

_ = texts.lazy

_TITLE: Final = "option_title:"
_OFFERED: Final = "option_offered:"

blueprint = Blueprint("custom_fields", __name__, url_prefix="/admin/fields")


@blueprint.get("")
@requires(MANAGE)
def index() -> Markup:
    """Show the fields of a kind of record; those of the first kind where none is asked for."""
    return _list(_asked_kind().kind)


def _list(kind: str, refused: Text = "") -> Markup:
    """Give the page of a kind's fields, which may say why something was not done."""
    fields, kinds = all_fields(kind), customised_kinds()
    in_use = [field for field in fields if not field.retired]
    return render(
        "core/records/custom/index.html",
        one=kinds[kind],
        kinds=list(kinds.values()),
        refused=refused,
        in_use=in_use,
        order=order_version(field.id for field in in_use),
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
        service.define_field(kind, _values(request.form))
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return make_response(_form(kind, None, refused), error.status)
    toast(_("The field was added."))
    return _to_list(kind)


@blueprint.get("/<int:field_id>")
@requires(MANAGE)
def edit(field_id: int) -> Markup:
    """Show the form of a field."""
    return _form(service.one_field(field_id).kind, field_id, _held(field_id))


def _held(field_id: int) -> FormState:
    """Give the form of a field as it stands."""
    field = service.one_field(field_id)
    held = {name: getattr(field, name) for name in ("label", "help", "required", "searched")}
    for one in field.options:
        held |= {f"{_TITLE}{one.key}": one.title, f"{_OFFERED}{one.key}": one.offered}
    return form_to_edit(held, field.version)


@blueprint.post("/<int:field_id>")
@requires(MANAGE)
def change(field_id: int) -> ResponseReturnValue:
    """Change a field."""
    kind = service.one_field(field_id).kind
    again = save_form(
        request.form,
        lambda: _held(field_id),
        lambda typed, version: service.change_field(field_id, _values(typed), version),
        partial(last_change, service.AUDITED, field_id),
    )
    if again is not None:
        return make_response(_form(kind, field_id, again), again.status)
    toast(_("Saved."))
    return _to_list(kind)


@blueprint.post("/<int:field_id>/move")
@requires(MANAGE)
def move(field_id: int) -> ResponseReturnValue:
    """Move a field up or down."""
    kind, version = service.one_field(field_id).kind, version_in(request.form)
    try:
        service.move_field(field_id, up=request.form.get("to") == "up", version=version)
    except StaleError as error:
        return make_response(_list(kind, error.message), error.status)
    return _to_list(kind)


@blueprint.post("/<int:field_id>/retire")
@requires(MANAGE)
def retire(field_id: int) -> ResponseReturnValue:
    """Take a field out of use."""
    field = service.one_field(field_id)
    service.retire_field(field_id)
    undo = url_for("custom_fields.restore", field_id=field_id)
    toast(_out_of_use(field), undo=undo)
    return _to_list(field.kind)


def _out_of_use(field: DefinedField) -> Text:
    """Say what a field leaves behind that was taken out of use."""
    used = [word for _title, words in service.used_by(reading(), field) for word in words]
    if not used:
        return _("“%(name)s” is out of use; its values stay.", name=field.label)
    return _(
        "“%(name)s” is out of use; its values stay. Meanwhile it is not asked for at: %(used)s.",
        name=field.label,
        used=", ".join(used),
    )


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
        used_by=service.used_by(reading(), field),
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


def _values(typed: Typed) -> dict[str, Any]:
    new = typed.get("new_options", "").splitlines()
    return {
        **{name: typed.get(name, "") for name in ("label", "key", "type", "help")},
        **{name: name in typed for name in ("required", "searched")},
        "options": [*_options(typed), *({"key": "", "title": line} for line in new)],
    }


def _options(held: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the options that there were, as the form holds them."""
    return [
        {
            "key": (key := name.removeprefix(_TITLE)),
            "title": title,
            "offered": bool(held.get(f"{_OFFERED}{key}")),
        }
        for name, title in held.items()
        if name.startswith(_TITLE)
    ]


def _form(kind: str, field_id: int | None, form: FormState) -> Markup:
    field = None if field_id is None else service.one_field(field_id)
    return render(
        "core/records/custom/form.html",
        field=field,
        one=customised_kind(kind),
        form=form,
        options=_options(form.values),
        option_labels=_option_labels(field),
        types=list(TITLES.items()),
        titles=TITLES,
    )


def _option_labels(field: DefinedField | None) -> dict[str, Text]:
    """Give what the fields of the options are called, where two people changed one at once."""
    found: dict[str, Text] = {}
    for one in field.options if field is not None else ():
        found[f"{_TITLE}{one.key}"] = _("Value “%(title)s”", title=one.title)
        found[f"{_OFFERED}{one.key}"] = _("“%(title)s” is offered", title=one.title)
    return found
