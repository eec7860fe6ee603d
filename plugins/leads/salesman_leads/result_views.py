"""The administrator's page of the results with which leads are closed."""

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
)
from salesman_leads import defaults, queries
from salesman_leads.lists import RESULT_TITLES
from salesman_leads.models import REJECTIONS
from salesman_leads.permissions import MANAGE_RESULTS
from salesman_leads.result_service import RESULTS
from salesman_leads.texts import texts
from salesman_leads.views import Page, blueprint

_ = texts.lazy


@blueprint.get("/results")
@requires(MANAGE_RESULTS)
def results() -> Markup:
    """Show the results in their order."""
    return _page({})


def _page(refused: Mapping[Hashable, FormState]) -> Markup:
    every = queries.all_results(reading())
    return render(
        "leads/results.html",
        results=every,
        order=order_version(one.id for one in every),
        refused=refused,
        nothing=FormState(),
        bases={base: RESULT_TITLES[base] for base in REJECTIONS},
        new=NEW_ROW,
    )


PAGE: Final = CompanyListPage("leads.results", _page)


@blueprint.post("/results")
@requires(MANAGE_RESULTS)
def add_result() -> Page:
    """Add the result that was typed."""
    return PAGE.add(RESULTS, values=_typed())


@blueprint.post("/results/usual")
@requires(MANAGE_RESULTS)
def make_usual_results() -> Response:
    """Make the usual results, where there are none."""
    defaults.make_results(company().language)
    return PAGE.back()


@blueprint.post("/results/<int:result_id>")
@requires(MANAGE_RESULTS)
def change_result(result_id: int) -> Page:
    """Change a result to what was typed."""
    return PAGE.change(RESULTS, result_id, values=_typed())


def _typed() -> dict[str, Any]:
    form = request.form
    flags = {name: name in form for name in ("needs_comment", "active")}
    return {"name": form.get("name"), "base": form.get("base"), **flags}


@blueprint.post("/results/<int:result_id>/move")
@requires(MANAGE_RESULTS)
def move_result(result_id: int) -> Response:
    """Let a result change places with its neighbour."""
    return PAGE.move(RESULTS, result_id)
