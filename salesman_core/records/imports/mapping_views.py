"""Keeping mappings for files to come: on the page of an import, and on pages of their own."""

from __future__ import annotations

from flask import Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import signed_in
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.imports import keeping, reuse, saved
from salesman_core.records.imports.errors import MappingError
from salesman_core.records.imports.mapping import ColumnMapping, mapping_from
from salesman_core.records.imports.mapping_words import column_words, further_words
from salesman_core.records.imports.recognition import reading_words
from salesman_core.records.imports.service import import_type
from salesman_core.records.imports.views import blueprint
from salesman_core.records.sharing import PRIVATE, sharings
from salesman_core.web.addresses import go_to
from salesman_core.web.forms import FormState, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy


@blueprint.get("/<int:import_id>/mapping")
@signed_in
def name_mapping(import_id: int) -> Markup:
    """Show the form that keeps the mapping of an import."""
    return _naming(import_id, FormState({"sharing": PRIVATE}))


@blueprint.post("/<int:import_id>/mapping")
@signed_in
def keep_mapping(import_id: int) -> ResponseReturnValue:
    """Keep the mapping of an import under a name."""
    try:
        reuse.keep_from(import_id, _typed())
    except InvalidError as error:
        return make_response(
            _naming(import_id, FormState.refused(request.form, error)), error.status
        )
    toast(_("The mapping is kept: it is offered for files with these headings."))
    return go_to(url_for("imports.one", import_id=import_id))


def _naming(import_id: int, form: FormState) -> Markup:
    kept = keeping.own_import(import_id)
    fields = import_type(kept.record).fields
    mapping = mapping_from(kept.mapping, fields)
    return render(
        "core/records/import/mapping_new.html",
        form=form,
        kept=kept,
        sharings=list(sharings().items()),
        columns=column_words(mapping, fields),
        further=[*further_words(mapping, fields), *reading_words(mapping.options)],
    )


@blueprint.post("/<int:import_id>/use")
@signed_in
def use_mapping(import_id: int) -> ResponseReturnValue:
    """Let an import go by the kept mapping of the field ``mapping``."""
    one = reuse.use(import_id, request.form.get("mapping", 0, type=whole_number))
    toast(_("The columns go by “%(name)s” now.", name=one.name))
    return go_to(url_for("imports.one", import_id=import_id))


@blueprint.get("/mappings/<int:mapping_id>")
@signed_in
def mapping(mapping_id: int) -> Markup:
    """Show what a kept mapping says, and to its owner what may be changed of it."""
    one = saved.usable_mapping(mapping_id)
    return _mapping_page(mapping_id, FormState({"name": one.name, "sharing": one.sharing}))


@blueprint.post("/mappings/<int:mapping_id>")
@signed_in
def change_mapping(mapping_id: int) -> ResponseReturnValue:
    """Rename or share a mapping."""
    try:
        saved.change_mapping(mapping_id, _typed())
    except InvalidError as error:
        return make_response(
            _mapping_page(mapping_id, FormState.refused(request.form, error)), error.status
        )
    toast(_("Saved."))
    return go_to(url_for("imports.index"))


def _mapping_page(mapping_id: int, form: FormState) -> Markup:
    one = saved.usable_mapping(mapping_id)
    type_ = import_type(one.record)
    outdated, says = None, ColumnMapping()
    try:
        says = mapping_from(one.mapping, type_.fields)
    except MappingError as error:
        outdated = error.message
    return render(
        "core/records/import/mapping.html",
        form=form,
        one=one,
        type=type_,
        is_own=saved.is_own(one),
        sharings=list(sharings().items()),
        outdated=outdated,
        columns=column_words(says, type_.fields),
        further=[*further_words(says, type_.fields), *reading_words(says.options)],
    )


@blueprint.post("/mappings/<int:mapping_id>/delete")
@signed_in
def delete_mapping(mapping_id: int) -> ResponseReturnValue:
    """Take a mapping away; the notice can undo it."""
    one = saved.own_mapping(mapping_id)
    saved.delete_mapping(mapping_id)
    undo = url_for("imports.restore_mapping", mapping_id=mapping_id)
    toast(_("The mapping “%(name)s” is deleted.", name=one.name), undo=undo)
    return go_to(url_for("imports.index"))


@blueprint.post("/mappings/<int:mapping_id>/restore")
@signed_in
def restore_mapping(mapping_id: int) -> ResponseReturnValue:
    """Bring a mapping back."""
    saved.restore_mapping(mapping_id)
    return go_to(url_for("imports.mapping", mapping_id=mapping_id))


@blueprint.get("/mappings/<int:mapping_id>.toml")
@signed_in
def mapping_file(mapping_id: int) -> Response:
    """Hand out a mapping as a file, for the command line and other companies."""
    one = saved.usable_mapping(mapping_id)
    import_type(one.record)
    answer = Response(saved.mapping_toml(one), mimetype="application/toml")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{one.name}.toml")
    return answer


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in ("name", "sharing")}
