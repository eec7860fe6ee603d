"""The administration of roles."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access.explaining import SCOPES
from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.people import queries
from salesman_core.people import roles as role_service
from salesman_core.people.permissions import ROLES
from salesman_core.records.last_change import last_change
from salesman_core.web.forms import FormState, version_in
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_core.web.two_editors import Typed, form_to_edit, save_form
from salesman_hookspecs import Scope

_ = texts.lazy

blueprint = Blueprint("people_roles", __name__, url_prefix="/admin/roles")

_GRANT: Final = "grant:"
_REACHES: Final = [(scope.value, title) for scope, title in SCOPES.items()]


@blueprint.get("")
@requires(ROLES)
def index() -> ResponseReturnValue:
    """List the roles."""
    return render("core/people/roles.html", roles=queries.roles())


@blueprint.get("/<int:record_id>")
@requires(ROLES)
def role(record_id: int) -> ResponseReturnValue:
    """Show a role and its matrix."""
    return _page(record_id, FormState({"name": queries.role(record_id).name}))


def _held(role_id: int) -> FormState:
    """Give the form of what a role grants; of what one may not grant it has no field."""
    lines = [line for group in queries.matrix(role_id) if group.present for line in group.lines]
    granted = {f"{_GRANT}{line.name}": line.scope.value for line in lines if line.most}
    return form_to_edit(granted, role_service.version_of(reading(), role_id))


def _page(role_id: int, form: FormState) -> str:
    groups = queries.matrix(role_id)
    titles = {f"{_GRANT}{line.name}": line.title for group in groups for line in group.lines}
    return render(
        "core/people/role.html",
        role=queries.role(role_id),
        groups=groups,
        scopes=SCOPES.items(),
        form=form,
        granted=form if form.value("seen") else _held(role_id),
        titles=titles,
        reaches=dict.fromkeys(titles, _REACHES),
    )


@blueprint.post("/<int:record_id>")
@requires(ROLES)
def change_grants(record_id: int) -> ResponseReturnValue:
    """Change how far a role holds its permissions."""
    again = save_form(
        request.form,
        lambda: _held(record_id),
        lambda typed, version: role_service.change_grants(record_id, _grants(typed), version),
        partial(last_change, role_service.KIND, record_id),
    )
    if again is not None:
        return _page(record_id, again), again.status
    toast(_("Saved."))
    return redirect(url_for("people_roles.role", record_id=record_id))


def _grants(typed: Typed) -> dict[str, Scope]:
    return {
        name.removeprefix(_GRANT): Scope(int(value))
        for name, value in typed.items()
        if name.startswith(_GRANT) and value in {"0", "1", "2", "3"}
    }


@blueprint.post("/<int:record_id>/copy")
@requires(ROLES)
def copy(record_id: int) -> ResponseReturnValue:
    """Make a role of one's own from another."""
    try:
        made = role_service.copy_role(record_id, request.form.get("name", ""))
    except InvalidError as error:
        return _page(record_id, FormState.refused(request.form, error)), error.status
    return redirect(url_for("people_roles.role", record_id=made))


@blueprint.post("/<int:record_id>/rename")
@requires(ROLES)
def rename(record_id: int) -> ResponseReturnValue:
    """Give a role another name."""
    try:
        role_service.rename_role(record_id, request.form.get("name", ""), version_in(request.form))
    except InvalidError as error:
        return _page(record_id, FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("people_roles.role", record_id=record_id))


@blueprint.post("/<int:record_id>/delete")
@requires(ROLES)
def delete(record_id: int) -> ResponseReturnValue:
    """Delete a role that nobody has."""
    role_service.delete_role(record_id, version_in(request.form))
    toast(_("The role is deleted."))
    return redirect(url_for("people_roles.index"))
