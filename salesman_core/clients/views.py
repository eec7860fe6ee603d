"""The card of a client: its head, fields edited where they stand, and who has a part in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.clients import card as cards
from salesman_core.clients import editing, queries, sharing
from salesman_core.clients.ladder import set_rung
from salesman_core.clients.service import delete_client, restore_client
from salesman_core.clients.similar import double_of_restored
from salesman_core.db import reading
from salesman_core.errors import InvalidError, MissingError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.answers import given_away, gone_to, told
from salesman_core.records.last_change import last_change
from salesman_core.records.meanwhile import acts_on, form_again
from salesman_core.records.panels import files_panel, story_panel
from salesman_core.web.forms import FormState, Remembered, version_in, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast

_ = texts.lazy

blueprint = Blueprint("clients", __name__, url_prefix="/clients")

PARTS: Final = ("head", "details", "participants")
"""The parts of the card that are drawn again when the client changes."""


@blueprint.get("/<int:record_id>")
@requires("core.client.view")
def card(record_id: int) -> ResponseReturnValue:
    """Show a client; the address of one that was merged leads to the one that stayed."""
    try:
        shown = _card(record_id)
    except MissingError:
        kept_id = queries.merged_into(reading(), record_id)
        if kept_id is None:
            raise
        return redirect(url_for("clients.card", record_id=kept_id))
    return render(
        "core/clients/card.html",
        contacts=cards.contacts_shown(record_id),
        story=story_panel("client", record_id, source=request.args.get("source", "")),
        files=files_panel("client", record_id),
        **shown,
    )


@blueprint.get("/<int:record_id>/parts")
@requires("core.client.view")
def parts(record_id: int) -> Markup:
    """Give the parts of the card as they are now, each for its place on the page."""
    return render("core/clients/card/parts.html", parts=PARTS, **_card(record_id))


def _card(client_id: int) -> dict[str, Any]:
    client = cards.shown(client_id)
    return {"client": client, "colleagues": cards.may_take_part(client)}


@blueprint.get("/<int:record_id>/fields/<name>")
@requires("core.client.view")
def field(record_id: int, name: str) -> Markup:
    """Give a field as it is shown; with ``?edit=1`` as it is edited."""
    one = editing.field_of(record_id, name)
    return _edited(one) if request.args.get("edit") else _shown(record_id, name)


@blueprint.post("/<int:record_id>/fields/<name>")
@requires("core.client.edit")
def save_field(record_id: int, name: str) -> ResponseReturnValue:
    """Save a field; where that cannot be, give it back as it was typed, with the reason."""
    try:
        editing.save_field(record_id, name, request.form, version_in(request.form))
    except StaleError as error:
        return make_response(
            _edited(_as_typed(record_id, name, [error.message], conflict=True)), 412
        )
    except InvalidError as error:
        wrong = list(error.fields.values()) or [error.message]
        return make_response(_edited(_as_typed(record_id, name, wrong)), 422)
    away = given_away("client", record_id, url_for("clients.index"))
    if away is not None:
        return away
    if not is_htmx():
        return redirect(url_for("clients.card", record_id=record_id))
    return told("client", record_id, _shown(record_id, name))


def _as_typed(
    client_id: int, name: str, wrong: list[Any], *, conflict: bool = False
) -> editing.Field:
    now = editing.field_of(client_id, name)
    typed = editing.typed_again(name, request.form, several=isinstance(now.seen, list))
    again = editing.Field(name, now.client, typed, now.seen, wrong)
    if not conflict:
        return replace(again, sent=Remembered.sent(request.form))
    before, changed = request.form.get("before", ""), last_change("client", client_id, [name])
    return replace(again, conflict=True, before=before, changed=changed)


def _shown(client_id: int, name: str) -> Markup:
    # What a client does not want holds for its contacts: they are drawn again with it.
    with_contacts = {"contacts": cards.contacts_shown(client_id)} if name == "bans" else {}
    return render(
        "core/clients/card/field.html", name=name, client=cards.shown(client_id), **with_contacts
    )


def _edited(one: editing.Field) -> Markup:
    return render("core/clients/card/field_form.html", field=one)


@blueprint.get("/<int:record_id>/rung")
@requires("core.client.edit")
def rung(record_id: int) -> Markup:
    """Give the form that puts a client on a rung by hand."""
    client = cards.shown(record_id)
    form = FormState({"rung_id": client.row.rung_id, "version": client.row.version})
    return _rung_form(client, form)


@blueprint.post("/<int:record_id>/rung")
@requires("core.client.edit")
def save_rung(record_id: int) -> ResponseReturnValue:
    """Put a client on a rung by hand."""
    version = version_in(request.form)
    rung_id = request.form.get("rung_id", 0, type=whole_number)
    try:
        set_rung(record_id, rung_id, request.form.get("reason", ""), version)
    except (InvalidError, StaleError) as error:
        form = form_again("client", record_id, error)
        return make_response(_rung_form(cards.shown(record_id), form), error.status)
    if not is_htmx():
        return redirect(url_for("clients.card", record_id=record_id))
    return told("client", record_id, closes_dialog=True)


def _rung_form(client: cards.Shown, form: FormState) -> Markup:
    template = "core/clients/rung_form.html" if is_htmx() else "core/clients/rung_page.html"
    return render(template, client=client, form=form, ladder=queries.ladder(reading()))


@blueprint.post("/<int:record_id>/participants")
@requires("core.client.edit")
def add_participant(record_id: int) -> ResponseReturnValue:
    """Give the user of the field ``user_id`` a part in a client."""
    user_id = request.values.get("user_id", 0, type=whole_number)
    sharing.add_participant(record_id, user_id, request.values.get("part", ""))
    return _done(record_id)


@blueprint.post("/<int:record_id>/participants/<int:user_id>/remove")
@requires("core.client.edit")
def remove_participant(record_id: int, user_id: int) -> ResponseReturnValue:
    """Take a user's part in a client away; the notice can undo it."""
    part = sharing.remove_participant(record_id, user_id)
    undo = url_for("clients.add_participant", record_id=record_id, user_id=user_id, part=part)
    toast(_("No longer a participant."), undo=undo)
    return _done(record_id)


def _done(client_id: int) -> ResponseReturnValue:
    away = given_away("client", client_id, url_for("clients.index"))
    if away is not None:
        return away
    if not is_htmx():
        return redirect(url_for("clients.card", record_id=client_id))
    return told("client", client_id)


@blueprint.post("/<int:record_id>/delete")
@requires("core.client.delete")
@acts_on("client")
def delete(record_id: int) -> ResponseReturnValue:
    """Put a client into the bin."""
    name = cards.shown(record_id).row.name
    delete_client(record_id, version_in(request.form))
    undo = url_for("clients.restore", record_id=record_id)
    toast(_("“%(name)s” is in the bin; its deals stay.", name=name), undo=undo)
    return gone_to(url_for("clients.index"))


@blueprint.post("/<int:record_id>/restore")
@requires("core.client.delete")
def restore(record_id: int) -> ResponseReturnValue:
    """Take a client out of the bin."""
    restore_client(record_id)
    toast(_("Taken out of the bin."))
    if (double := double_of_restored(record_id)) is not None:
        toast(double, kind="warning")
    return gone_to(url_for("clients.card", record_id=record_id))
