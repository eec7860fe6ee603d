"""The pages of types of document and of templates, with the reference of what they may say."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    MissingError,
    StaleError,
    colleagues,
    company,
    held_file,
    known_roles,
    reading,
    render,
    requires,
    toast,
    version_in,
    whole_number,
)
from salesman_documents import (
    defaults,
    findings,
    forms,
    queries,
    reference,
    templates_service,
    types_service,
)
from salesman_documents.approval.queries import routes_shown
from salesman_documents.lists import BASE_TITLES
from salesman_documents.permissions import MANAGE_TEMPLATES, MANAGE_TYPES
from salesman_documents.templates_service import FaultyTemplateError
from salesman_documents.texts import texts
from salesman_documents.views import Page, blueprint
from salesman_documents.words import LABELS, TYPE

_ = texts.lazy

STARTS = (("never", _("never")), ("yearly", _("each year")), ("monthly", _("each month")))
LANGUAGES = (("ru", _("Russian")), ("en", _("English")))
MORE_STATUSES = 3
TYPE_LABELS = {name: words.title for name, words in TYPE.items()} | {
    "role_ids": _("Roles that may make them"),
    "user_ids": _("People who may make them"),
}


@blueprint.get("/types")
@requires(MANAGE_TYPES)
def types() -> Markup:
    """Show the types of document."""
    session = reading()
    return render(
        "documents/types.html",
        types=queries.types(session),
        statuses=queries.statuses(session),
        makers=queries.makers(session),
        routes=routes_shown(session),
        starts=dict(STARTS),
    )


@blueprint.get("/types/new")
@requires(MANAGE_TYPES)
def new_type() -> Markup:
    """Show the form for a type of document."""
    return _type_page(FormState({"pattern": "{number}", "starts": "yearly", "active": True}))


@blueprint.post("/types/new")
@requires(MANAGE_TYPES)
def create_type() -> Page:
    """Add the type that was typed."""
    try:
        types_service.add_type(forms.type_values(request.form))
    except InvalidError as error:
        return _type_page(FormState.refused(request.form, error)), error.status
    toast(_("Added."))
    return redirect(url_for("documents.types"))


@blueprint.get("/types/<int:type_id>")
@requires(MANAGE_TYPES)
def edit_type(type_id: int) -> Markup:
    """Show the form of a type as it stands."""
    return _type_page(_held_type(type_id), type_id)


@blueprint.post("/types/<int:type_id>")
@requires(MANAGE_TYPES)
def change_type(type_id: int) -> Page:
    """Change a type to what was typed."""
    try:
        values, version = forms.type_values(request.form), version_in(request.form)
        types_service.change_type(type_id, values, version)
    except (InvalidError, StaleError) as error:
        return _type_page(FormState.refused(request.form, error), type_id), error.status
    toast(_("Saved."))
    return redirect(url_for("documents.types"))


def _held_type(type_id: int) -> FormState:
    session = reading()
    row = next((one for one in queries.types(session) if one.id == type_id), None)
    if row is None:
        raise MissingError(_("There is no such type of document."))
    makers = queries.makers(session).get(type_id, [])
    statuses = [one for one in queries.statuses(session).get(type_id, []) if one.active]
    return FormState(
        {
            **{name: getattr(row, name) for name in ("name", "pattern", "starts", "active")},
            "version": row.version,
            "role_ids": [one.role_id for one in makers if one.role_id],
            "user_ids": [one.user_id for one in makers if one.user_id],
            "status_id": [one.id for one in statuses],
            "status_name": [one.name for one in statuses],
            "status_base": [one.base for one in statuses],
        }
    )


def _type_page(form: FormState, type_id: int | None = None) -> Markup:
    names = ("status_id", "status_name", "status_base")
    rows = list(zip(*(form.all(name) for name in names), strict=False))
    return render(
        "documents/type.html",
        form=form,
        type_id=type_id,
        rows=[*rows, *([("", "", "in_work")] * MORE_STATUSES)],
        labels=TYPE_LABELS,
        bases=list(BASE_TITLES.items()),
        starts=STARTS,
        roles=known_roles(),
        people=colleagues(),
    )


@blueprint.get("/templates")
@requires(MANAGE_TEMPLATES)
def templates() -> Markup:
    """Show the templates."""
    return render(
        "documents/templates.html",
        templates=queries.templates(reading()),
        languages=dict(LANGUAGES),
    )


@blueprint.post("/templates/usual")
@requires(MANAGE_TEMPLATES)
def make_usual_templates() -> BaseResponse:
    """Take over the templates that we bring along, where there are none at all."""
    defaults.make_templates(company().language)
    return redirect(url_for("documents.templates"))


@blueprint.get("/templates/new")
@requires(MANAGE_TEMPLATES)
def new_template() -> Markup:
    """Show the form for a template."""
    return _new_template_page(FormState({"language": "ru"}))


@blueprint.post("/templates/new")
@requires(MANAGE_TEMPLATES)
def create_template() -> Page:
    """Keep the template that was uploaded, if documents can be made of it."""
    try:
        values = forms.template_values(request.form)
        template_id = templates_service.add_template(values, *forms.uploaded())
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return _new_template_page(refused, _said(error)), error.status
    toast(_("The template is kept."))
    return redirect(url_for("documents.template", template_id=template_id))


def _said(error: InvalidError) -> list[dict[str, Any]]:
    return error.findings if isinstance(error, FaultyTemplateError) else []


def _new_template_page(form: FormState, found: list[dict[str, Any]] | None = None) -> Markup:
    return render(
        "documents/new_template.html",
        form=form,
        findings=found or [],
        labels=LABELS,
        types=[(row.id, row.name) for row in queries.types(reading(), active=True)],
        languages=LANGUAGES,
        sections=reference.sections_shown(None),
    )


@blueprint.get("/templates/<int:template_id>")
@requires(MANAGE_TEMPLATES)
def template(template_id: int) -> Markup:
    """Show a template: its versions, what the linter says, and the reference (``?deal_id=``)."""
    return _template_page(template_id)


def _template_page(
    template_id: int,
    form: FormState | None = None,
    *,
    uploading: FormState | None = None,
    found: list[dict[str, Any]] | None = None,
) -> Markup:
    session = reading()
    row = queries.one_template(session, template_id)
    versions = queries.template_versions(session, template_id)
    last = queries.last_template_version(session, template_id)
    deal_id = request.args.get("deal_id", type=whole_number)
    names = ("name", "type_id", "language", "active", "version")
    return render(
        "documents/template.html",
        shown=row,
        uploading=uploading or FormState(),
        versions=versions,
        said=findings.worded(last.findings) if last is not None else [],
        findings=found or [],
        form=form or FormState({name: getattr(row, name) for name in names}),
        labels=LABELS,
        types=[(one.id, one.name) for one in queries.types(session)],
        languages=LANGUAGES,
        sections=reference.sections_shown(deal_id),
        filters=reference.FILTERS,
        deal_id=deal_id,
        deals=reference.deals_to_choose(deal_id),
    )


@blueprint.post("/templates/<int:template_id>")
@requires(MANAGE_TEMPLATES)
def change_template(template_id: int) -> Page:
    """Change what a template is called, and whether it is offered."""
    try:
        values = forms.template_values(request.form)
        templates_service.change_template(template_id, values, version_in(request.form))
    except (InvalidError, StaleError) as error:
        refused = FormState.refused(request.form, error)
        return _template_page(template_id, refused), error.status
    toast(_("Saved."))
    return redirect(url_for("documents.template", template_id=template_id))


@blueprint.post("/templates/<int:template_id>/upload")
@requires(MANAGE_TEMPLATES)
def upload_template(template_id: int) -> Page:
    """Keep what was uploaded as the next version of a template."""
    try:
        templates_service.upload_version(template_id, *forms.uploaded())
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return _template_page(template_id, uploading=refused, found=_said(error)), error.status
    toast(_("The new version is kept: documents are made from it."))
    return redirect(url_for("documents.template", template_id=template_id))


@blueprint.get("/templates/<int:template_id>/versions/<int:number>")
@requires(MANAGE_TEMPLATES)
def template_file(template_id: int, number: int) -> Response:
    """Hand the file of a version of a template out."""
    row = queries.one_template_version(reading(), template_id, number)
    return forms.answer_with(held_file(reading(), row.file_id, row.name))
