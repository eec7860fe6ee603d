"""Clients and contacts in the search box: by name, phone in any notation, or email."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.access.models import User
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
from salesman_core.records.finding import Findable, search_source
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
