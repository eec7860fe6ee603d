"""The pages of single deals: the card, its parts, and a new one."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify, make_response, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.colleagues import colleagues
from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.deals import card as cards
from salesman_core.deals import editing, forms, moving, needs, queries
from salesman_core.deals.answers import asked_number, asked_version
from salesman_core.deals.models import Stage
from salesman_core.deals.schemas import DealSchema
from salesman_core.deals.service import create_deal
from salesman_core.errors import InvalidError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.answers import given_away, gone_to, told
from salesman_core.records.custom.definitions import FieldType
from salesman_core.records.custom.forms import controls, field_named, labels
from salesman_core.records.custom.kinds import is_further
from salesman_core.records.last_change import last_change
from salesman_core.records.named import records_named
from salesman_core.records.panels import files_panel, story_panel
from salesman_core.services.company import company
from salesman_core.web.forms import FormState, Remembered, number_or_none
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast

_ = texts.lazy

blueprint = Blueprint("deals", __name__, url_prefix="/deals")

_USUAL: Final = frozenset({"client_id", "amount", "expected_on"})
"""What the form of a new deal asks for anyway, of what stages may ask for."""

PARTS: Final = ("head", "contacts", "panels", "participants")
"""The parts of the card that are drawn again when the deal changes."""


@blueprint.get("/<int:record_id>")
@requires("core.deal.view")
def card(record_id: int) -> Markup:
    """Show a deal."""
    return render(
        "core/deals/card.html",
        story=story_panel("deal", record_id),
        files=files_panel("deal", record_id),
        **_card(record_id),
    )


@blueprint.get("/<int:record_id>/parts")
@requires("core.deal.view")
def parts(record_id: int) -> Markup:
    """Give the parts of the card as they are now, each for its place on the page."""
    return render("core/deals/card/parts.html", parts=PARTS, **_card(record_id))


def _card(deal_id: int) -> dict[str, object]:
    session = reading()
    shown = cards.shown(deal_id)
    around = queries.around(session, [deal_id])
    return {
        "deal": shown,
        "fields": editing.FIELDS,
        "participants": around.participants.get(deal_id, []),
        "external_ids": around.external_ids.get(deal_id, {}),
        "contacts": cards.contacts_named(deal_id),
        "colleagues": colleagues() if shown.may_edit else [],
        "contacts_to_name": editing.contacts_to_name(shown.row) if shown.may_edit else [],
    }


@blueprint.get("/<int:record_id>/fields/<name>")
@requires("core.deal.view")
def field(record_id: int, name: str) -> Markup:
    """Give a field as it is shown; with ``?edit=1`` as it is edited."""
    one = editing.field_of(record_id, name)
    return _edited(one) if request.args.get("edit") else _shown(one)


@blueprint.post("/<int:record_id>/fields/<name>")
@requires("core.deal.edit")
def save_field(record_id: int, name: str) -> ResponseReturnValue:
    """Save a field; where that cannot be, give it back as it was typed, with the reason."""
    typed, seen = _typed(name), request.form.get("seen", "")
    try:
        editing.save_field(record_id, name, typed, seen=seen, version=asked_version())
    except StaleError as error:
        now = editing.field_of(record_id, name)
        before, changed = request.form.get("before", ""), last_change("deal", record_id, [name])
        again = editing.Field(
            name, now.row, typed, error.message, conflict=True, before=before, changed=changed
        )
        return make_response(_edited(again), 412)
    except InvalidError as error:
        now = editing.field_of(record_id, name)
        wrong = next(iter(error.fields.values()), error.message)
        again = editing.Field(name, now.row, typed, wrong, Remembered.sent(request.form))
        return make_response(_edited(again), 422)
    away = given_away("deal", record_id, url_for("deals.index"))
    return away or told("deal", record_id, _shown(editing.field_of(record_id, name)))


def _typed(name: str) -> str | list[str]:
    """Give what was typed; of a custom field that may be several."""
    if not is_further(name):
        return request.form["value"]  # without it, 400: nothing typed is no empty field
    if field_named("deal", name).type is FieldType.CHOICES:
        return [one for one in request.form.getlist(name) if one]
    return request.form.get(name, "")


def _shown(one: editing.Field) -> Markup:
    return render("core/deals/card/field.html", field=one, deal=cards.shown(one.row.id))


def _edited(one: editing.Field) -> Markup:
    held = [one.row.owner_id]
    people = colleagues("core.deal.assign", also=held) if one.name == "owner_id" else []
    return render("core/deals/card/field_form.html", field=one, colleagues=people)


@blueprint.get("/new")
@requires("core.deal.create")
def new() -> Markup:
    """Show the form of a new deal, of a client where the address names one."""
    return _form(FormState(_beginning()))


@blueprint.post("/new")
@requires("core.deal.create")
def create() -> ResponseReturnValue:
    """Open a deal."""
    asked = (name for name in needs.every_need() if not is_further(name))
    names = ("name", "currency", "stage_id", *asked)
    try:
        deal_id = create_deal(forms.judged(DealSchema(), _filled(), *names, custom=request.form))
    except InvalidError as error:
        return make_response(_form(FormState.refused(request.form, error)), 422)
    toast(_("The deal was opened."))
    return gone_to(url_for("deals.card", record_id=deal_id))


def _filled() -> dict[str, str]:
    """Give what was typed; a field left empty is not asked for, but a deal needs its name."""
    typed = request.form.to_dict()
    return {name: value for name, value in typed.items() if value.strip() or name == "name"}


def _beginning() -> dict[str, object]:
    """Give what is known before anything was typed; nothing that might be untrue."""
    pipelines = queries.pipelines(reading())
    wanted = asked_number("pipeline_id")
    stages = [
        stage["id"]
        for pipeline in pipelines
        if wanted in (None, pipeline["id"])
        for stage in pipeline["stages"]
    ]
    stage_id = asked_number("stage_id") or (stages[0] if stages else "")
    client_id = asked_number("client_id")
    return {"client_id": client_id, "stage_id": stage_id, "currency": company().currency}


def _form(form: FormState) -> Markup:
    in_dialog = is_htmx()
    asked = _further_needs(str(form.value("stage_id")))
    return render(
        "core/deals/new_form.html" if in_dialog else "core/deals/new.html",
        in_dialog=in_dialog,
        form=form,
        pipelines=queries.pipelines(reading()),
        currencies=_currencies(),
        needs=asked,
        **moving.choices(form, None),
        custom=[one for one in controls("deal") if one.name not in {need.name for need in asked}],
        custom_labels=labels("deal"),
    )


def _further_needs(stage_id: str) -> list[needs.Need]:
    """Give what the chosen stage asks for that the form does not ask for anyway."""
    chosen = number_or_none(stage_id)
    stage = reading().get(Stage, chosen) if chosen is not None else None
    required = needs.known(stage.required) if stage is not None else []
    return [need for need in needs.asked_of_person(required) if need.name not in _USUAL]


def _currencies() -> list[str]:
    own = company().currency
    return [own, *(code for code in ("RUB", "EUR", "USD", "CNY", "KZT", "BYN") if code != own)]


@blueprint.get("/choose/clients")
@requires("core.client.view")
def choose_client() -> Response:
    """Give clients by a part of their name, for whoever chooses one for a deal."""
    return jsonify(records_named("client", request.args.get("q", "")))
