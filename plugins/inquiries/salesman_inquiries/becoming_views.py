"""What is made of an inquiry on its card: a lead, a client, a deal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    demand,
    handing_on,
    judge,
    reaches,
    requires,
    toast,
    version_in,
)
from salesman_hookspecs import Text
from salesman_inquiries import becoming, forms
from salesman_inquiries.models import CLIENT, DEAL, KIND, LEAD
from salesman_inquiries.permissions import EDIT
from salesman_inquiries.schemas import ClientSchema, DealSchema
from salesman_inquiries.texts import texts
from salesman_inquiries.views import Page, blueprint, card_page, to_card

_ = texts.lazy


@blueprint.post("/<int:record_id>/lead")
@requires(EDIT)
def make_lead(record_id: int) -> Page:
    """Make a lead of an inquiry."""
    return _make(record_id, LEAD, partial(becoming.make_lead, record_id))


@blueprint.post("/<int:record_id>/client")
@requires(EDIT)
def make_client(record_id: int) -> Page:
    """Make a client of a stranger who got in touch."""

    def make(version: int | None) -> becoming.Became:
        values = judge(ClientSchema(), forms.outcome_values_of(request.form, CLIENT))
        return becoming.make_client(record_id, values, version)

    return _make(record_id, CLIENT, make)


@blueprint.post("/<int:record_id>/deal")
@requires(EDIT)
def make_deal(record_id: int) -> Page:
    """Open a deal about what was asked for, and go where the work goes on."""

    def make(version: int | None) -> becoming.Became:
        values = judge(DealSchema(), forms.outcome_values_of(request.form, DEAL))
        return becoming.make_deal(record_id, values, version)

    return _make(record_id, DEAL, make)


def _make(record_id: int, becomes: str, make: Callable[[int | None], becoming.Became]) -> Page:
    demand(KIND, record_id, EDIT)
    try:
        made = make(version_in(request.form))
    except InvalidError as error:
        form = FormState.refused(request.form, forms.at_outcome_fields(error))
        return card_page(record_id, form, opened=becomes), error.status
    return to_what_it_became(record_id, becomes, made)


SAID: Final[Mapping[str, Text]] = {
    LEAD: _("The inquiry has become a lead."),
    CLIENT: _("The inquiry has become a client."),
    DEAL: _("The inquiry has become a deal."),
}


def to_what_it_became(record_id: int, becomes: str, made: becoming.Became) -> Response:
    """Say what an inquiry became, and lead there: to the work that goes on."""
    toast(_told(becomes, made))
    deal_id, client_id = made["deal_id"], made["client_id"]
    if deal_id is not None and reaches("deal", deal_id):
        return redirect(url_for("deals.card", record_id=deal_id))
    if client_id is not None and reaches("client", client_id):
        return redirect(url_for("clients.card", record_id=client_id))
    return to_card(record_id)


def _told(becomes: str, made: becoming.Became) -> Text:
    """Say what an inquiry has become, and who has it now, where that is somebody else."""
    holder = handing_on.holder_name(made["owner_id"])
    if made["joined"] and holder:
        joined = _("It has joined a known client, and is with %(holder)s now.", holder=holder)
        return joined if becomes == CLIENT else f"{SAID[becomes]} {joined}"
    if not holder:
        return SAID[becomes]
    now = _("It is with %(holder)s now.", holder=holder)
    return f"{SAID[becomes]} {now}"
