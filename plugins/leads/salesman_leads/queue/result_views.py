"""The administrator's page of what may come of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    whole_number,
)
from salesman_leads.permissions import MANAGE_CALLS
from salesman_leads.queries import offered_results
from salesman_leads.queue import defaults, queries
from salesman_leads.queue.result_service import BASE_TITLES, RESULTS
from salesman_leads.texts import texts
from salesman_leads.views import Page, blueprint

_ = texts.lazy

NEW = 0
"""Stands for the result that is about to be added, where forms are told by their result."""


@blueprint.get("/call-results")
@requires(MANAGE_CALLS)
def call_results() -> Markup:
    """Show what may come of a call."""
    return _page({})


def _page(refused: Mapping[int, FormState]) -> Markup:
    session = reading()
    every = queries.call_results(session)
    return render(
        "leads/queue/results.html",
        results=every,
        order=order_version(one.id for one in every),
        closings=[(one.id, one.name) for one in offered_results(session)],
        refused=refused,
        nothing=FormState(),
        bases=BASE_TITLES,
        new=NEW,
    )


@blueprint.post("/call-results")
@requires(MANAGE_CALLS)
def add_call_result() -> Page:
    """Add the result that was typed."""
    try:
        RESULTS.add(_typed())
    except InvalidError as error:
        return _page({NEW: FormState.refused(request.form, error)}), error.status
    toast(_("The result is there."))
    return redirect(url_for("leads.call_results"))


@blueprint.post("/call-results/usual")
@requires(MANAGE_CALLS)
def make_usual_call_results() -> Response:
    """Make the usual results, where there are none."""
    defaults.make_call_results(company().language)
    return redirect(url_for("leads.call_results"))


@blueprint.post("/call-results/<int:result_id>")
@requires(MANAGE_CALLS)
def change_call_result(result_id: int) -> Page:
    """Change a result to what was typed."""
    try:
        RESULTS.change(result_id, _typed(), version_in(request.form))
    except (InvalidError, StaleError) as error:
        return _page({result_id: FormState.refused(request.form, error)}), error.status
    toast(_("Saved."))
    return redirect(url_for("leads.call_results"))


def _typed() -> dict[str, Any]:
    return {
        "name": request.form.get("name"),
        "base": request.form.get("base"),
        "active": "active" in request.form,
        "closes_as_id": request.form.get("closes_as_id", type=whole_number),
    }


@blueprint.post("/call-results/<int:result_id>/move")
@requires(MANAGE_CALLS)
def move_call_result(result_id: int) -> Response:
    """Let a result change places with its neighbour."""
    up = request.form.get("to") == "up"
    RESULTS.move(result_id, up=up, version=version_in(request.form))
    return redirect(url_for("leads.call_results"))
