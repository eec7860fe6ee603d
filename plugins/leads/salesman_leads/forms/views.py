"""The pages of a marketer: forms with what they brought, and the builder of a form."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    StaleError,
    company,
    judge,
    link_to,
    reading,
    render,
    requires,
    speaking,
    toast,
    version_in,
)
from salesman_leads.forms import queries, service
from salesman_leads.forms.models import CHOSEN_FROM, FIELDS
from salesman_leads.forms.schemas import LANGUAGES, FormSchema
from salesman_leads.forms.shown import ShownForm
from salesman_leads.permissions import MANAGE_FORMS
from salesman_leads.texts import texts
from salesman_leads.views import Page, Typed, blueprint
from salesman_leads.words import FIELDS as WORDS

_ = texts.lazy

KINDS: Final = {
    "name": WORDS["name"].title,
    "company": WORDS["company"].title,
    "phone": _("Phone"),
    "email": _("Email"),
    "text": _("Message"),
    "products": _("Products"),
    "region": WORDS["region"].title,
}
"""What the builder calls the fields of a form."""

_BEGINS_WITH: Final = {"name": True, "phone": True, "email": False, "text": False}
"""What a new form asks for, and whether that is needed."""
_WRITTEN: Final = (
    "name",
    "language",
    "heading",
    "button",
    "consent",
    "thanks_text",
    "thanks_url",
    "source",
    "channel",
)


@blueprint.get("/forms")
@requires(MANAGE_FORMS)
def forms() -> Markup:
    """Show the forms with what each brought."""
    return render("leads/forms/index.html", rows=queries.forms_with_figures(reading()))


@blueprint.get("/forms/new")
@requires(MANAGE_FORMS)
def new_form() -> Markup:
    """Show the builder of a new form."""
    return _builder(FormState(_beginning()), None)


@blueprint.post("/forms/new")
@requires(MANAGE_FORMS)
def create_form() -> Page:
    """Make the form that was built, and show how to put it on a site."""
    try:
        form_id = service.create_form(judge(FormSchema(), _typed(request.form)))
    except InvalidError as error:
        return _builder(_refused(error), None), error.status
    toast(_("The form is there. Put it on your site."))
    return redirect(url_for("leads.edit_form", form_id=form_id, fresh="true"))


@blueprint.get("/forms/<int:form_id>")
@requires(MANAGE_FORMS)
def edit_form(form_id: int) -> Markup:
    """Show the builder of a form, and how to put it on a site."""
    form = queries.one_form(reading(), form_id)
    return _builder(FormState(_standing(form)), form)


@blueprint.post("/forms/<int:form_id>")
@requires(MANAGE_FORMS)
def change_form(form_id: int) -> Page:
    """Change a form to what was built."""
    try:
        values = judge(FormSchema(), _typed(request.form))
        service.change_form(form_id, values, version_in(request.form))
    except (InvalidError, StaleError) as error:
        return _builder(_refused(error), queries.one_form(reading(), form_id)), error.status
    toast(_("Saved."))
    return redirect(url_for("leads.edit_form", form_id=form_id))


@blueprint.post("/forms/preview")
@requires(MANAGE_FORMS)
def preview_form() -> Markup:
    """Show what is being built as strangers would see it."""
    return render("leads/forms/preview.html", **_preview(_typed(request.form)))


def _builder(form: FormState, built: AnyRow | None) -> Markup:
    return render(
        "leads/forms/builder.html",
        form=form,
        built=built,
        kinds=KINDS,
        chosen_from=CHOSEN_FROM,
        address=link_to(url_for("leads.public_form", key=built.key)) if built else "",
        fresh="fresh" in request.args,
        consents=queries.consents_of_form(reading(), built.id) if built else [],
        **_preview(_typed(Typed(_pairs(form)))),
    )


def _pairs(form: FormState) -> list[tuple[str, str]]:
    """Give the values of a form's fields as a browser would send them."""
    return [(name, str(one)) for name in form.values for one in form.all(name)]


def _preview(typed: dict[str, Any]) -> dict[str, Any]:
    language = typed["language"] if typed["language"] in LANGUAGES else company().language
    with speaking(language):
        shown = ShownForm.of(typed)
    return {"shown": shown, "language": language, "nothing": FormState()}


def _refused(error: InvalidError | StaleError) -> FormState:
    """Give what was typed back; every field stands in its order, asked for or not."""
    form = FormState.refused(request.form, error)
    values = {**form.values, "order": _order(request.form)}
    return FormState(values, form.errors, form.message, status=form.status)


def _order(typed: Typed) -> list[str]:
    """Give all that a form may ask for: first as the builder says, then what it leaves out."""
    said = [kind for kind in typed.getlist("order") if kind in FIELDS]
    return list(dict.fromkeys([*said, *FIELDS]))


def _typed(typed: Typed) -> dict[str, Any]:
    """Give what is typed in the builder as a form's schema takes it."""
    return {
        **{name: typed.get(name, "").strip() for name in _WRITTEN},
        "fields": [_typed_field(typed, kind) for kind in _order(typed) if f"show-{kind}" in typed],
        "sites": _lines(typed.get("sites", "")),
        "letters": "letters" in typed,
        "active": "active" in typed,
    }


def _typed_field(typed: Typed, kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": typed.get(f"label-{kind}", "").strip(),
        "placeholder": typed.get(f"placeholder-{kind}", "").strip(),
        "required": f"required-{kind}" in typed,
        "options": _lines(typed.get(f"options-{kind}", "")),
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _beginning() -> dict[str, Any]:
    """Give what stands in the builder at first: a form that works as it is."""
    shown = {f"show-{kind}": "true" for kind in _BEGINS_WITH}
    needed = {f"required-{kind}": "true" for kind, needed in _BEGINS_WITH.items() if needed}
    language = company().language
    return {"language": language, "active": "true", "order": list(FIELDS), **shown, **needed}


def _standing(form: AnyRow) -> dict[str, Any]:
    """Give what stands in the builder of a form."""
    values: dict[str, Any] = {name: getattr(form, name) for name in _WRITTEN}
    values |= {"sites": "\n".join(form.sites), "version": form.version}
    values |= {name: "true" for name in ("letters", "active") if getattr(form, name)}
    shown = [one["kind"] for one in form.fields]
    values["order"] = [*shown, *(kind for kind in FIELDS if kind not in shown)]
    for one in form.fields:
        values |= _standing_field(one)
    return values


def _standing_field(one: dict[str, Any]) -> dict[str, str]:
    kind = one["kind"]
    needed = {f"required-{kind}": "true"} if one["required"] else {}
    return {
        f"show-{kind}": "true",
        f"label-{kind}": one["label"],
        f"placeholder-{kind}": one["placeholder"],
        f"options-{kind}": "\n".join(one["options"]),
        **needed,
    }
