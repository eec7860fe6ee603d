"""The administrator's page of the results with which leads are closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    StaleError,
    company,
    order_version,
    reading,
    render,
    requires,
    toast,
    version_in,
)
from salesman_leads import defaults, queries
from salesman_leads.lists import RESULT_TITLES
from salesman_leads.models import REJECTIONS
from salesman_leads.permissions import MANAGE_RESULTS
from salesman_leads.result_service import RESULTS
from salesman_leads.texts import texts
from salesman_leads.views import Page, blueprint

_ = texts.lazy

NEW: Final = 0
"""Stands for the result that is about to be added, where forms are told by their result."""


@blueprint.get("/results")
@requires(MANAGE_RESULTS)
def results() -> Markup:
    """Show the results in their order."""
    return _page({})


def _page(refused: Mapping[int, FormState]) -> Markup:
    every = queries.all_results(reading())
    return render(
        "leads/results.html",
        results=every,
        order=order_version(one.id for one in every),
        refused=refused,
        nothing=FormState(),
        bases={base: RESULT_TITLES[base] for base in REJECTIONS},
        new=NEW,
    )


@blueprint.post("/results")
@requires(MANAGE_RESULTS)
def add_result() -> Page:
    """Add the result that was typed."""
    try:
        RESULTS.add(_typed())
    except InvalidError as error:
        return _page({NEW: FormState.refused(request.form, error)}), error.status
    toast(_("Added."))
    return redirect(url_for("leads.results"))


@blueprint.post("/results/usual")
@requires(MANAGE_RESULTS)
def make_usual_results() -> Response:
    """Make the usual results, where there are none."""
    defaults.make_results(company().language)
    return redirect(url_for("leads.results"))


@blueprint.post("/results/<int:result_id>")
@requires(MANAGE_RESULTS)
def change_result(result_id: int) -> Page:
    """Change a result to what was typed."""
    try:
        RESULTS.change(result_id, _typed(), version_in(request.form))
    except (InvalidError, StaleError) as error:
        return _page({result_id: FormState.refused(request.form, error)}), error.status
    toast(_("Saved."))
    return redirect(url_for("leads.results"))


def _typed() -> dict[str, Any]:
    form = request.form
    flags = {name: name in form for name in ("needs_comment", "active")}
    return {"name": form.get("name"), "base": form.get("base"), **flags}


@blueprint.post("/results/<int:result_id>/move")
@requires(MANAGE_RESULTS)
def move_result(result_id: int) -> Response:
    """Let a result change places with its neighbour."""
    up = request.form.get("to") == "up"
    RESULTS.move(result_id, up=up, version=version_in(request.form))
    return redirect(url_for("leads.results"))
