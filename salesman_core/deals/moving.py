"""The move of a deal as a page: what its new stage asks for is filled in on the way."""

from __future__ import annotations

from typing import Any, Final

from flask import make_response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.access.colleagues import colleagues
from salesman_core.db import reading
from salesman_core.deals import editing, forms, needs, queries
from salesman_core.deals.amount_source import origin_of
from salesman_core.deals.answers import asked_version
from salesman_core.deals.models import Deal, Stage
from salesman_core.deals.schemas import MoveSchema
from salesman_core.errors import ConflictError, InvalidError, StaleError, VetoedError
from salesman_core.records.custom.forms import controls
from salesman_core.records.custom.kinds import is_further
from salesman_core.records.meanwhile import form_again
from salesman_core.web.forms import FormState, number_or_none
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx

REFUSALS: Final = (InvalidError, VetoedError, ConflictError, StaleError)

Refusal = InvalidError | VetoedError | ConflictError | StaleError


def filled_in() -> dict[str, Any]:
    """Give what was filled in of the fields that stages ask for.

    :raises InvalidError: by field, for what cannot be read or cannot be.
    """
    typed = {name: text for name, text in request.form.items() if text.strip()}
    names = (name for name in needs.every_need() if not is_further(name))
    return forms.judged(MoveSchema(partial=True), typed, *names, custom=request.form)


def asked_for(
    deal_id: int, stage_id: int, error: Refusal, *, endpoint: str = "deals.move"
) -> BaseResponse:
    """Ask for what a deal lacks in a stage, and for nothing else.

    :param error: why it could not move; what is wrong is said only of what was filled in.
    :param endpoint: of the act that brings it there.
    :raises Refusal: the same, where filling in helps nothing, or only somebody else may.
    """
    was_asked = "filling" in request.form
    if not was_asked and not (isinstance(error, needs.UnfilledError) and error.askable):
        raise error
    session = reading()
    row, stage = queries.one_deal(session, deal_id), session.get(Stage, stage_id)
    deal = session.get_one(Deal, deal_id, populate_existing=True)
    if was_asked:
        form = form_again("deal", deal_id, error)
    else:
        form = FormState({"version": asked_version() or row.version})
    body = render(
        "core/deals/move_form.html" if is_htmx() else "core/deals/move.html",
        in_dialog=is_htmx(),
        form=form,
        row=row,
        origin=origin_of(row),
        goes=url_for(endpoint, record_id=deal_id),
        stage=stage,
        needs=needs.asked_of_person(needs.lacking(session, deal, stage)) if stage else [],
        **choices(form, row.client_id),
    )
    answer = make_response(body, error.status)
    if is_htmx():
        answer.headers["HX-Retarget"] = "#dialog-content"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def choices(form: FormState, client_id: int | None) -> dict[str, Any]:
    """Give what the fields that stages ask for offer to choose from.

    :param client_id: of the deal, where the form does not name another.
    """
    chosen = number_or_none(str(form.value("client_id") or client_id or ""))
    name = editing.client_name(chosen) if chosen is not None else None
    return {
        "clients": [(chosen, name)] if name else [],
        "contacts": editing.contacts_of_client(chosen) if chosen is not None and name else [],
        "owners": colleagues("core.deal.assign"),
        "controls": {one.name: one for one in controls("deal")},
        "titles": {name: need.title for name, need in needs.every_need().items()},
    }
