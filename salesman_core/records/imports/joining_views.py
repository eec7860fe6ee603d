"""What the values of a file's columns are called here: a page of an import."""

from __future__ import annotations

from flask import Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import signed_in
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.imports import joining, keeping
from salesman_core.records.imports.mapping import ANYTHING_ELSE
from salesman_core.records.imports.views import blueprint
from salesman_core.web.addresses import go_to
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy


@blueprint.get("/<int:import_id>/values/<field>")
@signed_in
def values(import_id: int, field: str) -> Markup:
    """Show what stands in the columns that fill a field, and what each value means here."""
    return _page(import_id, field, FormState())


@blueprint.post("/<int:import_id>/values/<field>")
@signed_in
def say_values(import_id: int, field: str) -> ResponseReturnValue:
    """Keep what the values mean."""
    try:
        joining.say_values(import_id, field, request.form)
    except InvalidError as error:
        return _refused(import_id, field, error)
    toast(_("Noted: the values are read like this."))
    return go_to(url_for("imports.one", import_id=import_id))


def _refused(import_id: int, field: str, error: InvalidError) -> Response:
    page = _page(import_id, field, FormState.refused(request.form, error))
    return make_response(page, error.status)


def _page(import_id: int, field: str, form: FormState) -> Markup:
    kept = keeping.own_import(import_id)
    found = joining.values_of(kept, field)
    return render(
        "core/records/import/values.html",
        form=form,
        kept=kept,
        found=found,
        anything_else=ANYTHING_ELSE,
        nothing=joining.NOTHING,
        meant=joining.MEANT,
        labels={each.name: each.text for each in found.values},
    )
