"""The page of the rules against junk."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    StaleError,
    judge,
    reading,
    render,
    requires,
    toast,
    version_in,
)
from salesman_leads.junk import queries, service
from salesman_leads.junk.schemas import JunkRulesSchema
from salesman_leads.permissions import MANAGE_FORMS
from salesman_leads.texts import texts
from salesman_leads.views import Page, blueprint

_ = texts.lazy


@blueprint.get("/forms/junk")
@requires(MANAGE_FORMS)
def junk_rules() -> Markup:
    """Show what is taken for junk."""
    return _page(FormState(asdict(queries.junk_rules(reading()))))


@blueprint.post("/forms/junk")
@requires(MANAGE_FORMS)
def change_junk_rules() -> Page:
    """Change what is taken for junk from now on."""
    try:
        values = judge(JunkRulesSchema(from_text=True), _typed())
        service.change_rules(values, version_in(request.form))
    except (InvalidError, StaleError) as error:
        return _page(FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("leads.junk_rules"))


def _typed() -> dict[str, Any]:
    return {
        name: request.form[name].strip()
        for name in JunkRulesSchema().fields
        if name in request.form
    }


def _page(form: FormState) -> Markup:
    return render("leads/forms/rules.html", form=form)
