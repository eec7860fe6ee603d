"""The pages of promises."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    files_panel,
    judge,
    reading,
    render,
    requires,
    story_panel,
)
from salesman_sample import queries, service
from salesman_sample.panels import PromiseCard
from salesman_sample.permissions import MAKE, VIEW
from salesman_sample.queries import KIND
from salesman_sample.schemas import PromiseSchema

blueprint = Blueprint("sample", __name__, url_prefix="/sample")


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the promises."""
    rows = reading().execute(queries.promises().limit(100)).all()
    return render("sample/index.html", promises=rows)


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show a promise."""
    row = queries.one_promise(reading(), record_id)
    return render(
        "sample/card.html",
        promise=row,
        context=PromiseCard(row.id, row.text),
        story=story_panel(KIND, record_id),
        files=files_panel(KIND, record_id),
    )


@blueprint.get("/new")
@requires(MAKE)
def new() -> Markup:
    """Show the form."""
    return render("sample/new.html", form=FormState())


@blueprint.post("/new")
@requires(MAKE)
def make() -> Response | tuple[Markup, int]:
    """Promise what was typed."""
    typed = {"text": request.form["text"], "client_id": request.form.get("client_id", type=int)}
    try:
        promise_id = service.make_promise(judge(PromiseSchema(), typed))
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return render("sample/new.html", form=form), error.status
    return redirect(url_for("sample.card", record_id=promise_id))


@blueprint.post("/<int:record_id>/keep")
@requires(MAKE)
def keep(record_id: int) -> Response:
    """Note that a promise was kept."""
    service.keep_promise(record_id)
    return redirect(url_for("sample.card", record_id=record_id))
