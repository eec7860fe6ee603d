"""Contacts on the card of their client, and a new client with its first contact."""

from __future__ import annotations

from functools import partial

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.person import current_person
from salesman_core.access.routes import requires
from salesman_core.clients import card as cards
from salesman_core.clients import forms
from salesman_core.clients.bans import WAYS
from salesman_core.clients.opening import create_with_contact
from salesman_core.clients.service import (
    change_contact,
    create_contact,
    delete_contact,
    restore_contact,
)
from salesman_core.clients.similar import similar_clients
from salesman_core.clients.views import blueprint
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.answers import told
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.custom.forms import (
    all_as_typed,
    controls,
    labels,
    needed_controls,
    options_of,
)
from salesman_core.records.custom.further import held_by
from salesman_core.records.last_change import last_change
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast
from salesman_core.web.two_editors import form_to_edit, save_form

_ = texts.lazy


@blueprint.get("/new")
@requires("core.client.create")
def new() -> Markup:
    """Show the form of a new client with its first contact."""
    return _new_form(FormState({"kind": "company", "name": request.args.get("name", "")}))


@blueprint.post("/new")
@requires("core.client.create")
def create() -> ResponseReturnValue:
    """Make a client and its first contact."""
    try:
        client, contact = forms.new_client(request.form)
        client_id = create_with_contact(client, contact)
    except InvalidError as error:
        return make_response(_new_form(FormState.refused(request.form, error)), error.status)
    address = url_for("clients.card", record_id=client_id)
    return Response(headers={"HX-Redirect": address}) if is_htmx() else redirect(address)


def _new_form(form: FormState) -> Markup:
    return render(
        "core/clients/new_form.html" if is_htmx() else "core/clients/new.html",
        form=form,
        with_contact=current_person().may("core.client.edit"),
        custom=controls("client"),
        contact_custom=needed_controls("contact"),
        custom_labels=labels("client") | labels("contact", prefix=forms.CONTACT_PREFIX),
    )


@blueprint.post("/similar")
@requires("core.client.create")
def similar() -> Markup:
    """Give the clients that may be the one that is being typed."""
    found = similar_clients(reading(), forms.typed_so_far(request.form))
    return render("core/clients/similar.html", similar=found)


@blueprint.get("/contacts/<int:record_id>")
@requires("core.client.view")
def contact(record_id: int) -> ResponseReturnValue:
    """Lead to a contact on the card of its client."""
    client_id = cards.client_of_contact(record_id)
    return redirect(url_for("clients.card", record_id=client_id, _anchor=f"contact-{record_id}"))


@blueprint.get("/<int:record_id>/contacts/new")
@requires("core.client.edit")
def new_contact(record_id: int) -> Markup:
    """Give the form of a new contact."""
    client = cards.shown(record_id)
    return _contact_form(client.row.id, None, FormState())


@blueprint.post("/<int:record_id>/contacts")
@requires("core.client.edit")
def add_contact(record_id: int) -> ResponseReturnValue:
    """Make a contact of a client."""
    try:
        values = forms.contact_values(request.form)
        create_contact({**values, "client_id": record_id})
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return make_response(_contact_form(record_id, None, form), error.status)
    return _contacts(record_id)


@blueprint.get("/contacts/<int:contact_id>/edit")
@requires("core.client.edit")
def edit_contact(contact_id: int) -> Markup:
    """Give the form of a contact, which takes its place on the card."""
    one = cards.contact_shown(contact_id)
    return _contact_form(one.row.client_id, contact_id, _held(contact_id))


def _held(contact_id: int) -> FormState:
    """Give the form of a contact as it stands."""
    one = cards.contact_shown(contact_id)
    reached = {
        "phones": [phone["typed"] for phone in one.phones],
        "emails": [email["typed"] for email in one.emails],
    }
    hidden = () if sees_contact_data() else tuple(reached)
    values = {"name": one.row.name, "position": one.row.position, "primary": one.row.primary}
    custom = all_as_typed("contact", held_by("contact", [one.row])[contact_id])
    bans = {"bans": list(one.bans), **{f"bans_{way}": one.bans.get(way, "") for way in WAYS}}
    unshown = (*hidden, "primary") if one.row.primary else hidden
    return form_to_edit({**values, **reached, **bans, **custom}, one.row.version, unshown=unshown)


@blueprint.post("/contacts/<int:contact_id>")
@requires("core.client.edit")
def save_contact(contact_id: int) -> ResponseReturnValue:
    """Change a contact."""
    held = cards.contact_shown(contact_id).row

    def save(typed: forms.Typed, version: int | None) -> None:
        further = held_by("contact", [held])[contact_id]
        change_contact(contact_id, forms.contact_values(typed, further), version)

    last = partial(last_change, "contact", contact_id)
    again = save_form(request.form, lambda: _held(contact_id), save, last)
    if again is not None:
        return make_response(_contact_form(held.client_id, contact_id, again), again.status)
    return _contacts(held.client_id)


@blueprint.post("/contacts/<int:contact_id>/delete")
@requires("core.client.edit")
def remove_contact(contact_id: int) -> ResponseReturnValue:
    """Put a contact into the bin."""
    one = cards.contact_shown(contact_id)
    delete_contact(contact_id)
    undo = url_for("clients.return_contact", contact_id=contact_id)
    toast(_("“%(name)s” is in the bin.", name=one.row.name), undo=undo)
    return _contacts(one.row.client_id)


@blueprint.post("/contacts/<int:contact_id>/restore")
@requires("core.client.edit")
def return_contact(contact_id: int) -> ResponseReturnValue:
    """Take a contact out of the bin."""
    restore_contact(contact_id)
    return _contacts(cards.client_of_contact(contact_id))


@blueprint.get("/<int:record_id>/contacts")
@requires("core.client.view")
def contacts(record_id: int) -> Markup:
    """Give the panel with a client's contacts."""
    return _panel(record_id)


def _contacts(client_id: int) -> ResponseReturnValue:
    if not is_htmx():
        return redirect(url_for("clients.card", record_id=client_id, _anchor="contacts"))
    return told("client", client_id, _panel(client_id))


def _panel(client_id: int) -> Markup:
    return render(
        "core/clients/card/contacts.html",
        client=cards.shown(client_id),
        contacts=cards.contacts_shown(client_id),
    )


def _contact_form(client_id: int, contact_id: int | None, form: FormState) -> Markup:
    return render(
        "core/clients/card/contact_form.html",
        client_id=client_id,
        contact_id=contact_id,
        form=form,
        custom=controls("contact"),
        custom_labels=labels("contact"),
        custom_options=options_of("contact"),
        ways=WAYS,
    )
