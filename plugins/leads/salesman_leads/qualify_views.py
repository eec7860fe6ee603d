"""The form in which a lead becomes a client, a contact and a deal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    custom_typed,
    handing_on,
    judge,
    money_of,
    read_typed,
    reading,
    records_named,
    render,
    requires,
    toast,
    version_in,
    whole_number,
)
from salesman_hookspecs import Text
from salesman_leads import known, qualifying, queries, typed
from salesman_leads.becoming import BECOMES, came_of, chosen_anew, qualify_form
from salesman_leads.permissions import CREATE, QUALIFY
from salesman_leads.schemas import QualifySchema
from salesman_leads.texts import texts
from salesman_leads.views import Page, blueprint, card_page

_ = texts.lazy

_NUMBERS: Final = ("client_id", "contact_id", "deal_id")
_TEXTS: Final = ("client_name", "contact_name", "deal_name")


@blueprint.post("/<int:record_id>/qualify/at")
@requires(QUALIFY)
def qualify_at(record_id: int) -> Markup:
    """Give the part of the form that goes by the client: who is there, and what is going on."""
    lead = queries.one_lead(reading(), record_id)
    typed_so_far = {name: request.form.get(name, "") for name in (*_NUMBERS, *_TEXTS, "amount")}
    form = chosen_anew(lead, typed_so_far)
    return render("leads/qualify_at.html", **qualify_form(lead, [], form))


@blueprint.get("/choose/client")
@requires(QUALIFY)
def choose_client() -> Response:
    """Give clients by a part of their name, for whoever chooses one."""
    return make_response(records_named("client", request.args.get("q", "")))


@blueprint.post("/known")
@requires(CREATE)
def known_while_typing() -> Markup:
    """Give the clients that whoever is being typed may be."""
    told = typed.lead_values(request.form)
    found = known.known_as(reading(), told)
    recognised = None if found else known.recognised(reading(), told)
    return render("leads/known_form.html", known=found, recognised=recognised)


@blueprint.post("/<int:record_id>/qualify")
@requires(QUALIFY)
def qualify(record_id: int) -> Page:
    """Turn a lead into client, contact and deal, and go where the work goes on."""
    try:
        values = judge(QualifySchema(), _typed_result())
        made = qualifying.qualify_lead(record_id, values, version_in(request.form))
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return card_page(record_id, form, opened="qualify"), error.status
    toast(_told(made))
    return redirect(_where_it_goes_on(record_id, made))


def _told(made: Mapping[str, int | None]) -> Text:
    """Say what a lead has become, and who has it now, where that is somebody else."""
    holder = handing_on.holder_name(made["owner_id"])
    if made["joined"] and holder:
        return _("The lead has joined a known client. It is with %(holder)s now.", holder=holder)
    if not holder:
        return _("The lead has become a client.")
    return _("The lead has become a client. It is with %(holder)s now.", holder=holder)


def _where_it_goes_on(lead_id: int, made: Mapping[str, int | None]) -> str:
    """Give the card of the deal, else of the client; of the lead, where they went to others."""
    seen = came_of(client_id=made["client_id"], deal_id=made["deal_id"])
    for kind, card in (("deal", "deals.card"), ("client", "clients.card")):
        if kind in seen:
            return url_for(card, record_id=seen[kind])
    return url_for("leads.card", record_id=lead_id)


def _typed_result() -> dict[str, Any]:
    said: dict[str, Any] = {name: request.form.get(name, "").strip() for name in _TEXTS}
    said["new_client"] = "new_client" in request.form
    for name in (*_NUMBERS, "owner_id"):
        said[name] = request.form.get(name, type=whole_number)
    for kind in BECOMES:
        said |= custom_typed(kind, request.form, prefix=f"{kind}_")
    if request.form.get("amount", "").strip():
        said |= read_typed(request.form, {"amount": money_of}, "amount")
    return said
