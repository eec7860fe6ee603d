"""Clients and contacts in the search box: by name, phone in any notation, or email."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.clients.custom import CLIENT, CONTACT
from salesman_core.clients.models import (
    Client,
    ClientEmail,
    ClientPhone,
    Contact,
    ContactEmail,
    ContactPhone,
    Rung,
)
from salesman_core.db import AnyRow
from salesman_core.i18n import texts
from salesman_core.records.custom.list_fields import words_finder
from salesman_core.records.finding import Findable, found_rows, search_source
from salesman_hookspecs import SearchHit

_ = texts.lazy


def _client(row: AnyRow, score: float) -> SearchHit:
    return SearchHit(
        title=row.name,
        url=url_for("clients.card", record_id=row.id),
        detail=" · ".join(part for part in (row.rung, row.owner) if part),
        score=score,
    )


def _contact(row: AnyRow, score: float) -> SearchHit:
    return SearchHit(
        title=row.name,
        url=url_for("clients.card", record_id=row.client_id, _anchor=f"contact-{row.id}"),
        detail=" · ".join(part for part in (row.client, row.position) if part),
        score=score,
    )


CLIENTS: Final = Findable(
    kind="client",
    id=Client.id,
    name=Client.search_name,
    read=sa.select(Client.id, Client.name, Rung.name.label("rung"), User.name.label("owner"))
    .join(Rung, Rung.id == Client.rung_id)
    .outerjoin(User, User.id == Client.owner_id),
    hit=_client,
    phones=ClientPhone.client_id,
    emails=ClientEmail.client_id,
    words=words_finder(CLIENT),
)

CONTACTS: Final = Findable(
    kind="contact",
    id=Contact.id,
    name=Contact.search_name,
    read=sa.select(Contact.id, Contact.name, Contact.position, Contact.client_id)
    .add_columns(Client.name.label("client"))
    .join(Client, Client.id == Contact.client_id),
    hit=_contact,
    phones=ContactPhone.contact_id,
    emails=ContactEmail.contact_id,
    words=words_finder(CONTACT),
)

SOURCES: Final = (
    search_source("clients", _("Clients"), "building", "core.client.view", CLIENTS),
    search_source("contacts", _("Contacts"), "user", "core.client.view", CONTACTS),
)


@dataclass(frozen=True, slots=True)
class FoundClient:
    """A client that somebody may mean.

    :param contact_id: the person there by whom it was found, or None.
    """

    client_id: int
    contact_id: int | None = None


def found_clients(typed: str, limit: int) -> list[FoundClient]:
    """Give the clients that have what was typed, themselves or a person there, the best first.

    :param typed: a part of a name, an address, or a telephone number in any notation.
    """
    person = current_person()
    clients = found_rows(CLIENTS, typed, person, limit)
    people = found_rows(CONTACTS, typed, person, limit)
    scored = [(row.score, FoundClient(row.client_id, row.id)) for row in people]
    scored += [(row.score, FoundClient(row.id)) for row in clients]
    best: dict[int, FoundClient] = {}
    for _score, one in sorted(scored, key=lambda pair: -pair[0]):
        best.setdefault(one.client_id, one)
    return list(best.values())[:limit]
