"""A new client with its first contact, in one go; and who is known already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import visible
from salesman_core.clients.models import (
    Client,
    ClientEmail,
    ClientPhone,
    Contact,
    ContactEmail,
    ContactPhone,
)
from salesman_core.clients.service import create_client, create_contact
from salesman_core.db import writing
from salesman_core.records import reach
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.services.company import company


def create_with_contact(client: Mapping[str, Any], contact: Mapping[str, Any] | None) -> int:
    """Make a client and, where one is given, its first contact: both or neither.

    :returns: the client's id.
    """
    with writing():
        client_id = create_client(client)
        if contact is not None:
            create_contact({**contact, "client_id": client_id})
        return client_id


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is reached in the same way.

    :param contact: the name of the client's contact whose phone or email it is, or empty.
    :param through: the phone or email, as it was typed there.
    """

    client_id: int
    client: str
    contact: str
    through: str


def known_already(
    session: Session, phones: Iterable[str], emails: Iterable[str], *, limit: int = 5
) -> list[Known]:
    """Give whom the person sees that has one of these phones or emails, in whatever notation.

    What does not validate as a phone or email finds nobody, and nobody is found for those who may
    not read phones and emails.
    """
    if not sees_contact_data():
        return []
    region = company().region
    numbers = _meant(reach.phone(one, region) for one in phones)
    addresses = _meant(reach.email(one) for one in emails)
    found: list[Known] = []
    for own, of_contact, wanted in (
        (ClientPhone, ContactPhone, numbers),
        (ClientEmail, ContactEmail, addresses),
    ):
        if wanted:
            found += _clients_with(session, own, wanted, limit)
            found += _contacts_with(session, of_contact, wanted, limit)
    return found[:limit]


def _meant(typed: Iterable[reach.Reached]) -> list[str]:
    return [one.normalised for one in typed if one.normalised]


def _clients_with(
    session: Session, way: type[ClientPhone | ClientEmail], wanted: Sequence[str], limit: int
) -> list[Known]:
    rows = session.execute(
        sa.select(Client.id, Client.name, way.typed)
        .join(way, way.client_id == Client.id)
        .where(way.normalised.in_(wanted), visible("client"))
        .order_by(Client.id)
        .limit(limit)
    )
    return [Known(row.id, row.name, "", row.typed) for row in rows]


def _contacts_with(
    session: Session, way: type[ContactPhone | ContactEmail], wanted: Sequence[str], limit: int
) -> list[Known]:
    rows = session.execute(
        sa.select(Client.id, Client.name, Contact.name.label("contact"), way.typed)
        .join(Contact, Contact.client_id == Client.id)
        .join(way, way.contact_id == Contact.id)
        .where(way.normalised.in_(wanted), visible("client"), visible("contact"))
        .order_by(Client.id, Contact.id)
        .limit(limit)
    )
    return [Known(row.id, row.name, row.contact, row.typed) for row in rows]
