"""The administration of roles."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access.explaining import SCOPES
from salesman_core.access.routes import requires
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.people import queries
from salesman_core.people import roles as role_service
from salesman_core.people.permissions import ROLES
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_hookspecs import Scope

_ = texts.lazy

blueprint = Blueprint("people_roles", __name__, url_prefix="/admin/roles")

_GRANT = "grant:"


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


def _page(role_id: int, form: FormState) -> str:
    return render(
        "core/people/role.html",
        role=queries.role(role_id),
        groups=queries.matrix(role_id),
        scopes=SCOPES.items(),
        form=form,
    )


@blueprint.post("/<int:record_id>")
@requires(ROLES)
def change_grants(record_id: int) -> ResponseReturnValue:
    """Change how far a role holds its permissions."""
    grants = {
        name.removeprefix(_GRANT): Scope(int(value))
        for name, value in request.form.items()
        if name.startswith(_GRANT) and value in {"0", "1", "2", "3"}
    }
    try:
        role_service.change_grants(record_id, grants)
    except InvalidError as error:
        return _page(record_id, FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("people_roles.role", record_id=record_id))


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
        role_service.rename_role(record_id, request.form.get("name", ""))
    except InvalidError as error:
        return _page(record_id, FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("people_roles.role", record_id=record_id))


@blueprint.post("/<int:record_id>/delete")
@requires(ROLES)
def delete(record_id: int) -> ResponseReturnValue:
    """Delete a role that nobody has."""
    role_service.delete_role(record_id)
    toast(_("The role is deleted."))
    return redirect(url_for("people_roles.index"))
