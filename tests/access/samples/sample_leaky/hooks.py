"""Every way in which an author may forget about access, and one route that nobody can reach."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request

from salesman_core.toolkit import (
    ApiBlueprint,
    Client,
    ClientCard,
    Deal,
    InvalidError,
    Letter,
    MissingError,
    Reference,
    Schema,
    User,
    batch,
    reading,
    requires,
    send_letter,
    signed_in,
    writing,
)
from salesman_hookspecs import (
    Event,
    EventHandler,
    Person,
    SearchHit,
    SearchSource,
    SlotFill,
    TimelineEntry,
    TimelineQuery,
    TimelineSource,
    hookimpl,
)

log = logging.getLogger(__name__)
pages = Blueprint("leaky", __name__, url_prefix="/leaky")
api = ApiBlueprint("leaky", __name__)


def names(column: Any = Client.name) -> list[str]:
    """Give names without a thought of who asks."""
    return list(reading().scalars(sa.select(column).order_by(Client.id)))


@pages.get("/body")
@signed_in
def body() -> str:
    return "<br>".join(names())


@pages.get("/header")
@signed_in
def header() -> Response:
    return Response("well", headers={"X-First": names()[0]})


@pages.get("/count")
@signed_in
def count() -> str:
    return f"{reading().scalar(sa.select(sa.func.count(Deal.id)))} deals"


@pages.get("/margin")
@signed_in
def margin() -> str:
    return ", ".join(f"{cost:,}" for cost in reading().scalars(sa.select(Deal.cost)))


@pages.get("/export")
@signed_in
def export() -> Response:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("clients.xml", "\n".join(names(Client.site)))
    disposition = f"attachment; filename={names(Client.source)[0]}.xlsx"
    return Response(content.getvalue(), headers={"Content-Disposition": disposition})


@pages.post("/<int:client_id>/rename")
@requires("core.client.edit")
def rename(client_id: int) -> str:
    with writing() as session:
        session.get_one(Client, client_id).name = "Renamed"
    return "done"


@pages.get("/<int:client_id>/site")
@signed_in
def site(client_id: int) -> str:
    client = reading().get(Client, client_id)
    return "" if client is None else str(client.site)


@pages.get("/stream")
@signed_in
def stream() -> Response:
    ids = reading().scalars(sa.select(Client.id))
    frames = "".join(f'data: {{"kind": "client", "id": {id_}}}\n\n' for id_ in ids)
    return Response(frames, mimetype="text/event-stream")


@pages.get("/log")
@signed_in
def log_name() -> str:
    log.warning("the first client is %s", names()[0])
    return "well"


@pages.get("/chatter")
@signed_in
def log_below_the_level() -> str:
    log.debug("the first client is %s", names()[0])
    return "well"


@pages.get("/cookie")
@signed_in
def log_secret() -> str:
    log.warning("somebody came with %s", request.headers.get("Cookie"))
    return "well"


@pages.get("/address")
@signed_in
def log_address() -> str:
    log.warning("hello, %s", reading().scalar(sa.select(User.email).where(User.active)))
    return "well"


@pages.post("/<int:client_id>/spoil")
@requires("core.client.edit")
def spoil(client_id: int) -> str:
    with writing() as session:
        session.get_one(Client, client_id).site = "spoilt"
    abort(409)


class NamingSchema(Schema):
    """What names a client."""

    client_id = Reference(required=True)


@api.post("/batch")
@requires("core.client.edit")
@batch(NamingSchema)
def name_clients(values: dict[str, Any]) -> dict[str, Any]:
    with writing() as session:
        client = session.get(Client, values["client_id"])
        if client is None:
            raise MissingError("There is no such client.")
        if client.owner_id is None:
            raise InvalidError("It is nobody's.")
        client.site = "named"
    return values


@pages.get("/never")
@signed_in
def never() -> str:
    abort(404)


def hits(_typed: str, _person: Person, limit: int) -> Sequence[SearchHit]:
    return [SearchHit(name, "/clients") for name in names(Client.source)[:limit]]


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    deals = reading().scalars(sa.select(Deal).where(Deal.client_id == query.record_id))
    return [TimelineEntry(one.created_at, "leak", one.name, "users", id=one.id) for one in deals]


def panel(card: ClientCard) -> str:
    found = reading().scalars(sa.select(Deal.name).where(Deal.client_id == card.record_id))
    return ", ".join(found)


def tell_everybody(event: Event) -> None:
    with writing():
        for address in reading().scalars(sa.select(User.email).where(User.active)):
            send_letter(Letter(address or "", "News", str(event.payload.get("name"))))
        send_letter(Letter("partner@example.org", "Gossip", str(event.payload.get("name"))))


def broken_panel(_card: ClientCard) -> str:
    raise ValueError(names(Client.name)[0])


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    return [pages]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    return [api]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    return [SearchSource("leaks", "Leaks", "users", "core.user.view", hits)]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    return [TimelineSource("leaks", "Leaks", entries)]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    broken = SlotFill("broken", "client.card.panels", broken_panel, title="Broken")
    return [SlotFill("leaks", "client.card.panels", panel, title="Leaks"), broken]


@hookimpl
def salesman_event_handlers() -> Iterable[EventHandler]:
    return [EventHandler("tell", ("core.deal.created",), tell_everybody)]
