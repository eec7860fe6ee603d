"""The page of a document's approval, and what is done on it."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.toolkit import (
    ConflictError,
    FormState,
    InvalidError,
    current_person,
    demand,
    judge,
    reaches,
    reading,
    render,
    requires,
    safe_next,
    toast,
    version_in,
    whole_number,
)
from salesman_documents import queries
from salesman_documents.approval import panels, service, typed
from salesman_documents.approval.gate import NotApprovedError
from salesman_documents.approval.routes import steps_of
from salesman_documents.approval.schemas import BeginSchema, DecideSchema
from salesman_documents.approval.words import LABELS
from salesman_documents.models import KIND
from salesman_documents.permissions import EDIT, REROUTE, VIEW
from salesman_documents.texts import texts
from salesman_documents.views import Page, blueprint, card_with_trouble

_ = texts.lazy


@blueprint.get("/<int:record_id>/approval")
@requires(VIEW)
def approval(record_id: int) -> Markup:
    """Show how a document is approved: whose turn it is, and what was decided."""
    return _page(record_id)


def _page(record_id: int, form: FormState | None = None, *, trouble: Any = "") -> Markup:
    session = reading()
    document = queries.one_document(session, record_id)
    usual = steps_of(session, document.type_id)
    may_reroute = current_person().may(REROUTE)
    asked = form or FormState(typed.rows_of(usual))
    return render(
        "documents/approval/page.html",
        document=document,
        form=form or FormState(),
        trouble=trouble,
        may_edit=reaches(KIND, record_id, EDIT),
        may_reroute=may_reroute,
        usual=usual,
        route=typed.route_form(asked, usual) if may_reroute else None,
        labels=LABELS,
        **panels.shown(session, document),
    )


@blueprint.post("/<int:record_id>/approval")
@requires(EDIT)
def begin_approval(record_id: int) -> Page:
    """Ask those of the route to approve the newest version."""
    demand(KIND, record_id, EDIT)
    try:
        said: dict[str, Any] = {"note": request.form.get("note", "")}
        if "step_who" in request.form:
            said["steps"] = typed.steps_typed(request.form)
        service.begin(record_id, judge(BeginSchema(), said), version_in(request.form))
    except (InvalidError, ConflictError) as error:
        return _page(record_id, FormState.refused(request.form, error)), error.status
    toast(_("Those whose turn it is are asked."))
    return _to_page(record_id)


@blueprint.post("/<int:record_id>/approval/decide")
@requires(VIEW)
def decide_approval(record_id: int) -> Page:
    """Decide, as somebody who was asked."""
    demand(KIND, record_id, VIEW)
    said = {name: request.form.get(name, "") for name in ("verdict", "comment", "hash")}
    step_id = request.form.get("step_id", type=whole_number) or 0
    try:
        service.decide(record_id, step_id, judge(DecideSchema(), said))
    except (InvalidError, ConflictError) as error:
        return _page(record_id, FormState.refused(request.form, error)), error.status
    toast(_("Your decision is kept."))
    back = request.form.get("next")
    return redirect(safe_next(back)) if back else _to_page(record_id)


@blueprint.post("/<int:record_id>/approval/withdraw")
@requires(EDIT)
def withdraw_approval(record_id: int) -> Page:
    """End an approval that is under way."""
    demand(KIND, record_id, EDIT)
    try:
        service.withdraw(record_id, version_in(request.form))
    except ConflictError as error:
        return _page(record_id, trouble=error.message), error.status
    toast(_("Nobody needs to decide any more."))
    return _to_page(record_id)


@blueprint.get("/waiting")
@requires(VIEW)
def waiting() -> Markup:
    """Give the documents that wait for a decision of the person, as the desk shows them."""
    return panels.on_desk()


@blueprint.errorhandler(NotApprovedError)
def not_approved(error: NotApprovedError) -> tuple[Markup, int]:
    """Show the card of a document with the reason why it may not leave the house."""
    record_id = int((request.view_args or {})["record_id"])
    return card_with_trouble(record_id, error.message), error.status


def _to_page(record_id: int) -> BaseResponse:
    return redirect(url_for("documents.approval", record_id=record_id))
