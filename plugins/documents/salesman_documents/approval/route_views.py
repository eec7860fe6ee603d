"""The page on which administrators set up the route of a type of document."""

from __future__ import annotations

from flask import redirect, request, url_for
from markupsafe import Markup

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    MissingError,
    StaleError,
    judge,
    reading,
    render,
    requires,
    toast,
    version_in,
)
from salesman_documents import queries
from salesman_documents.approval import routes, typed
from salesman_documents.approval.schemas import RouteSchema
from salesman_documents.approval.words import LABELS
from salesman_documents.permissions import MANAGE_TYPES
from salesman_documents.texts import texts
from salesman_documents.views import Page, blueprint

_ = texts.lazy


@blueprint.get("/types/<int:type_id>/route")
@requires(MANAGE_TYPES)
def route(type_id: int) -> Markup:
    """Show how documents of a type are approved."""
    return _page(type_id)


def _page(type_id: int, form: FormState | None = None) -> Markup:
    session = reading()
    type_ = next((one for one in queries.types(session) if one.id == type_id), None)
    if type_ is None:
        raise MissingError(_("There is no such type of document."))
    held = routes.route_of(session, type_id)
    steps = routes.steps_of(session, type_id)
    standing = {
        **typed.rows_of(steps),
        "required": held is not None and held.required,
        "version": held.version if held is not None else 0,
    }
    shown = form or FormState(standing)
    return render(
        "documents/approval/route.html",
        type=type_,
        form=shown,
        labels=LABELS,
        route=typed.route_form(shown, steps),
    )


@blueprint.post("/types/<int:type_id>/route")
@requires(MANAGE_TYPES)
def set_route(type_id: int) -> Page:
    """Set the route as it was typed."""
    try:
        said = {
            "required": "required" in request.form,
            "steps": typed.steps_typed(request.form),
        }
        routes.set_route(type_id, judge(RouteSchema(), said), version_in(request.form))
    except (InvalidError, StaleError) as error:
        return _page(type_id, FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("documents.types"))
