"""The administrator's page of what may come of a call."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    NEW_ROW,
    CompanyListPage,
    FormState,
    company,
    order_version,
    reading,
    render,
    requires,
    whole_number,
)
from salesman_leads.permissions import MANAGE_CALLS
from salesman_leads.queries import offered_results
from salesman_leads.queue import defaults, queries
from salesman_leads.queue.result_service import BASE_TITLES, RESULTS
from salesman_leads.texts import texts
from salesman_leads.views import Page, blueprint

_ = texts.lazy


@blueprint.get("/call-results")
@requires(MANAGE_CALLS)
def call_results() -> Markup:
    """Show what may come of a call."""
    return _page({})


def _page(refused: Mapping[Hashable, FormState]) -> Markup:
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
        new=NEW_ROW,
    )


PAGE: Final = CompanyListPage("leads.call_results", _page)


@blueprint.post("/call-results")
@requires(MANAGE_CALLS)
def add_call_result() -> Page:
    """Add the result that was typed."""
    return PAGE.add(RESULTS, values=_typed())


@blueprint.post("/call-results/usual")
@requires(MANAGE_CALLS)
def make_usual_call_results() -> Response:
    """Make the usual results, where there are none."""
    defaults.make_call_results(company().language)
    return PAGE.back()


@blueprint.post("/call-results/<int:result_id>")
@requires(MANAGE_CALLS)
def change_call_result(result_id: int) -> Page:
    """Change a result to what was typed."""
    return PAGE.change(RESULTS, result_id, values=_typed())


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
    return PAGE.move(RESULTS, result_id)
