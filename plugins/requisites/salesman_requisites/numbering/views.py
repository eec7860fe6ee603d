"""The administrator's page of numbers."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup

from salesman_core.toolkit import (
    FormState,
    company,
    form_to_edit,
    judge,
    number_of,
    read_typed,
    reading,
    render,
    requires,
    save_form,
    toast,
    today,
)
from salesman_requisites.companies.offered import company_choices
from salesman_requisites.companies.views import Page, Typed, blueprint
from salesman_requisites.numbering import queries, service
from salesman_requisites.numbering.patterns import (
    PLACES,
    PatternError,
    judged_pattern,
    repeats,
    written,
)
from salesman_requisites.numbering.schemas import CounterSchema
from salesman_requisites.numbering.service import STARTS
from salesman_requisites.permissions import MANAGE_NUMBERS
from salesman_requisites.texts import texts

_ = texts.lazy

LABELS = {
    "pattern": _("Pattern"),
    "starts": _("Begins anew with 1"),
    "next": _("Next number"),
    "again": _("Give numbers out again that were given out already"),
}


@blueprint.get("/numbering")
@requires(MANAGE_NUMBERS)
def numbering() -> Markup:
    """Show how papers are numbered."""
    session = reading()
    return render(
        "requisites/numbering.html",
        counters=queries.counters(session),
        starts=STARTS,
        has_companies=bool(company_choices(session)),
    )


@blueprint.get("/numbering/<int:company_id>/<paper>")
@requires(MANAGE_NUMBERS)
def counter(company_id: int, paper: str) -> Markup:
    """Show the form of a counter as it stands."""
    return _page(company_id, paper, _held(company_id, paper))


def _held(company_id: int, paper: str) -> FormState:
    state = queries.one_counter(reading(), company_id, paper)
    held = {"pattern": state.pattern, "starts": state.starts, "next": state.next}
    return form_to_edit({**held, "again": False}, state.version)


def _page(company_id: int, paper: str, form: FormState) -> Markup:
    state = queries.one_counter(reading(), company_id, paper)
    return render(
        "requisites/counter.html",
        counter=state,
        form=form,
        labels=LABELS,
        starts=list(STARTS.items()),
        places=PLACES,
        shown=_preview(form, state.code),
    )


def _preview(form: FormState, code: str) -> dict[str, Any]:
    """Give what a number would look like by what stands in a form."""
    try:
        pattern = judged_pattern(str(form.value("pattern")))
        number = int(str(form.value("next")))
    except (PatternError, ValueError):
        return {"preview": "", "repeats": False}
    starts = str(form.value("starts"))
    return {
        "preview": written(pattern, number, today(company().tz), code),
        "repeats": starts in STARTS and repeats(pattern, starts),
    }


@blueprint.post("/numbering/preview")
@requires(MANAGE_NUMBERS)
def preview_number() -> Markup:
    """Show what numbers would look like by what has been typed so far."""
    form = FormState({name: request.form.get(name, "") for name in ("pattern", "starts", "next")})
    code = request.form.get("code", "")[:10]
    return render("requisites/preview.html", shown=_preview(form, code))


@blueprint.post("/numbering/<int:company_id>/<paper>")
@requires(MANAGE_NUMBERS)
def change_counter(company_id: int, paper: str) -> Page:
    """Change a counter to what was typed."""
    again = save_form(
        request.form,
        lambda: _held(company_id, paper),
        lambda typed, version: service.change_counter(company_id, paper, _judged(typed), version),
    )
    if again is not None:
        return _page(company_id, paper, again), again.status
    toast(_("Saved."))
    return redirect(url_for("requisites.numbering"))


def _judged(typed: Typed) -> dict[str, Any]:
    said: dict[str, Any] = {name: typed.get(name, "") for name in ("pattern", "starts")}
    said |= read_typed(typed, {"next": number_of}, "next")
    if said.get("next") is None:
        said.pop("next", None)
    judged: dict[str, Any] = judge(CounterSchema(), said | {"again": "again" in typed})
    return judged
