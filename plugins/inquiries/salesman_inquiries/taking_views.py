"""The page of whoever takes inquiries, with a headset on: find, note, and what it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    current_person,
    handing_on,
    judge,
    number_or_none,
    reaches,
    reading,
    render,
    requires,
    service,
    toast,
    typed_values,
    whole_number,
)
from salesman_inquiries import becoming, choosing, forms, panels, queries
from salesman_inquiries.becoming_views import to_what_it_became
from salesman_inquiries.lists import DIRECTION_TITLES, STATUS_TITLES
from salesman_inquiries.models import CLIENT, DEAL, INCOMING, KIND, LEAD
from salesman_inquiries.permissions import ASSIGN, CREATE, DELETE
from salesman_inquiries.products import suggestions
from salesman_inquiries.schemas import ClientSchema, DealSchema, InquirySchema
from salesman_inquiries.texts import texts
from salesman_inquiries.toolkit import InquiryForm
from salesman_inquiries.views import Page, blueprint, needed

_ = texts.lazy

LONGEST_SOUGHT = 200


@blueprint.get("/new")
@requires(CREATE)
def new() -> Markup:
    """Show the form in which an inquiry is noted, of whom the address names, if it does."""
    channels = choosing.channels(reading(), offered=True)
    beginning: dict[str, Any] = {
        "q": request.args.get("q", "")[:LONGEST_SOUGHT],
        "direction": request.args.get("direction") or INCOMING,
        "channel_id": channels[0].id if channels else "",
    }
    for name in ("client_id", "contact_id", "deal_id"):
        beginning[name] = request.args.get(name, type=whole_number)
    return _page(FormState(beginning))


@blueprint.post("/new")
@requires(CREATE)
def create() -> Page:
    """Note what was typed, make of it what was chosen, and go on."""
    try:
        becomes, outcome = forms.outcome_of(request.form)
        values = judge(InquirySchema(), forms.taken_values_of(request.form))
        inquiry_id, made = becoming.take_in(values, becomes, _judged(becomes, outcome))
    except InvalidError as error:
        form = FormState.refused(request.form, forms.at_outcome_fields(error))
        return _page(form), error.status
    if becomes:
        return to_what_it_became(inquiry_id, becomes, made)
    return _on_to_the_next(inquiry_id)


def _judged(becomes: str, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = {CLIENT: ClientSchema, DEAL: DealSchema}.get(becomes)
    return judge(schema(), outcome) if schema is not None else {}


def _on_to_the_next(inquiry_id: int) -> Response:
    """Lead to the card, or where whoever is on the phone wants it to the next inquiry."""
    may_undo = reaches(KIND, inquiry_id, DELETE)
    undo = url_for("inquiries.delete", record_id=inquiry_id) if may_undo else ""
    toast(_("The inquiry is noted."), undo=undo)
    if "again" in request.form:
        return redirect(url_for("inquiries.new"))
    return redirect(url_for("inquiries.card", record_id=inquiry_id))


def _page(form: FormState) -> Markup:
    session = reading()
    return render(
        "inquiries/new.html",
        labels=forms.LABELS,
        suggest_products=suggestions(),
        directions=list(DIRECTION_TITLES.items()),
        channels=[(row.id, row.name) for row in choosing.channels(session, offered=True)],
        results=[(row.id, row.name) for row in choosing.results(session, offered=True)],
        has_calendar=service("calendar") is not None,
        outcomes=_outcomes(),
        holders=handing_on.holders_offered(ASSIGN),
        **_who(form),
        **needed(),
    )


def _outcomes() -> list[tuple[str, str]]:
    """Give what an inquiry may become, for whoever may make it."""
    person = current_person()
    may = {
        LEAD: service("leads") is not None and person.may("leads.lead.create"),
        CLIENT: person.may("core.client.create"),
        DEAL: person.may("core.deal.create"),
    }
    titles = {LEAD: _("A lead"), CLIENT: _("A client"), DEAL: _("A deal")}
    return [(name, str(titles[name])) for name, allowed in may.items() if allowed]


@blueprint.get("/find")
@requires(CREATE)
def find() -> Markup:
    """Give the clients that have what is being typed."""
    typed = request.args.get("q", "").strip()[:LONGEST_SOUGHT]
    known = choosing.known(reading(), typed) if typed else []
    way = forms.way_of(typed) if typed else ""
    return render(
        "inquiries/found.html",
        typed=typed,
        known=known,
        way=way,
        recognised=choosing.recognised(reading(), {way: [typed]}) if not known else None,
    )


@blueprint.post("/who")
@requires(CREATE)
def who() -> Markup:
    """Give who it is, once somebody was found or nobody is; what was typed stays."""
    form = FormState(typed_values(MultiDict(request.values)))
    return render("inquiries/who_and_side.html", labels=forms.LABELS, **_who(form))


def _who(form: FormState) -> dict[str, Any]:
    """Give who it is: a client with its people, deals and last inquiries, or a stranger."""
    session = reading()
    client = choosing.one_client(session, _number(form, "client_id"))
    client_id = None if client is None else client.id
    found = queries.about(session, "client", client_id, panels.SHOWN) if client else []
    people = choosing.people_at(session, client_id) if client else []
    contact_id = _number(form, "contact_id")
    return {
        "form": form,
        "client": client,
        "people": people,
        "deals": choosing.open_deals_of(session, client_id) if client else [],
        "last": found,
        "late_ids": queries.late_among(found),
        "statuses": STATUS_TITLES,
        "side": InquiryForm(client_id, contact_id if contact_id in dict(people) else None),
    }


def _number(form: FormState, name: str) -> int | None:
    return number_or_none(str(form.value(name)))
