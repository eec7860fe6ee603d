"""The pages of the catalogue of channels and of tagged links."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    form_to_edit,
    judge,
    last_change,
    money_of,
    read_typed,
    reading,
    render,
    requires,
    save_form,
    toast,
    written,
)
from salesman_leads.channels import queries, service
from salesman_leads.channels.schemas import ChannelSchema, LinkSchema
from salesman_leads.models import UTM
from salesman_leads.permissions import MANAGE_CHANNELS
from salesman_leads.texts import texts
from salesman_leads.views import Page, Typed, blueprint

_ = texts.lazy


@blueprint.get("/channels/catalogue")
@requires(MANAGE_CHANNELS)
def catalogue() -> Markup:
    """Show the channels and by which tags their leads are known."""
    return render("leads/channels/catalogue.html", channels=queries.channels(reading()), tags=UTM)


@blueprint.get("/channels/new")
@requires(MANAGE_CHANNELS)
def new_channel() -> Markup:
    """Show the form for a channel."""
    return _new_page(FormState({"active": True}))


@blueprint.post("/channels/new")
@requires(MANAGE_CHANNELS)
def create_channel() -> Page:
    """Add the channel that was typed."""
    try:
        service.add_channel(_judged(request.form))
    except InvalidError as error:
        return _new_page(FormState.refused(request.form, error)), error.status
    toast(_("The channel is there. It takes the leads that come from now on."))
    return redirect(url_for("leads.catalogue"))


def _new_page(form: FormState) -> Markup:
    return render("leads/channels/channel.html", form=form, channel=None, tags=UTM)


def _judged(typed: Typed) -> dict[str, Any]:
    values: dict[str, Any] = {name: typed.get(name, "").strip() for name in ("name", *UTM)}
    values["active"] = "active" in typed
    if typed.get("monthly_cost", "").strip():
        values |= read_typed(typed, {"monthly_cost": money_of}, "monthly_cost")
    return judge(ChannelSchema(), values)


@blueprint.get("/channels/<int:channel_id>")
@requires(MANAGE_CHANNELS)
def channel(channel_id: int) -> Markup:
    """Show a channel to change it."""
    return _card_page(channel_id, _held(channel_id))


def _held(channel_id: int) -> FormState:
    row = queries.one_channel(reading(), channel_id)
    values = {name: getattr(row, name) for name in service.FIELDS}
    return form_to_edit({**values, "monthly_cost": written(row.monthly_cost)}, row.version)


def _card_page(channel_id: int, form: FormState) -> Markup:
    row = queries.one_channel(reading(), channel_id)
    return render("leads/channels/channel.html", form=form, channel=row, tags=UTM)


@blueprint.post("/channels/<int:channel_id>")
@requires(MANAGE_CHANNELS)
def change_channel(channel_id: int) -> Page:
    """Change a channel to what was typed."""
    again = save_form(
        request.form,
        lambda: _held(channel_id),
        lambda typed, version: service.change_channel(channel_id, _judged(typed), version),
        partial(last_change, service.KIND, channel_id),
    )
    if again is not None:
        return _card_page(channel_id, again), again.status
    toast(_("Saved."))
    return redirect(url_for("leads.catalogue"))


@blueprint.get("/channels/links")
@requires(MANAGE_CHANNELS)
def links() -> Markup:
    """Show the tagged links, and the form that makes one."""
    return _links_page(FormState())


def _links_page(form: FormState) -> Markup:
    return render("leads/channels/links.html", form=form, links=queries.links(reading()), tags=UTM)


@blueprint.post("/channels/links")
@requires(MANAGE_CHANNELS)
def make_link() -> Page:
    """Keep the link that was put together."""
    try:
        typed = {name: request.form.get(name, "") for name in ("title", "address", *UTM)}
        service.make_link(judge(LinkSchema(), typed))
    except InvalidError as error:
        return _links_page(FormState.refused(request.form, error)), error.status
    toast(_("The link is ready: copy it from the list."))
    return redirect(url_for("leads.links"))


@blueprint.post("/channels/links/<int:link_id>/delete")
@requires(MANAGE_CHANNELS)
def delete_link(link_id: int) -> Response:
    """Take a link out of the list."""
    service.delete_link(link_id)
    toast(_("The link is out of the list. Wherever it stands, it goes on working."))
    return redirect(url_for("leads.links"))
