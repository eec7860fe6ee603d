"""Which addresses may not be used: for a ban of their own, or of a client or contact who has them.

It is for whoever knows an address and nothing more, as of a lead (ADR 0039).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

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
from salesman_core.db import one_of
from salesman_core.services import bans
from salesman_core.services.models import ContactBan

_Having = tuple[type[ClientPhone | ClientEmail], type[ContactPhone | ContactEmail]]

_HAVING: Final[Mapping[str, _Having]] = {
    bans.CALLS: (ClientPhone, ContactPhone),
    bans.MAILING: (ClientEmail, ContactEmail),
}
"""Where the addresses of clients and contacts stand that are used in a way."""


def is_banned_for_any(way: str, address: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[bool]:
    """Give the SQL of an address that may not be used.

    It counts whoever has the address, those included whom the person may not see.
    """
    of_client, of_contact = _HAVING[way]
    client = bans.is_banned(way, client_id=of_client.client_id)
    contact = bans.is_banned(way, client_id=Contact.client_id, contact_id=Contact.id)
    its = Contact.id == of_contact.contact_id
    return sa.or_(
        bans.is_banned(way, address=address),
        sa.exists().where(of_client.normalised == address, client),
        sa.exists().where(of_contact.normalised == address, its, contact),
    )


def banned_addresses(way: str) -> sa.CompoundSelect[Any]:
    """Give the query of all addresses that may not be used, for whoever judges many at once.

    It counts whoever has the address, those included whom the person may not see.
    """
    of_client, of_contact = _HAVING[way]
    ban = ContactBan
    return sa.union_all(
        sa.select(ban.address).where(ban.way == way, ban.address.is_not(None)),
        sa.select(of_client.normalised)
        .join(ban, ban.client_id == of_client.client_id)
        .where(ban.way == way, of_client.normalised.is_not(None)),
        sa.select(of_contact.normalised)
        .join(ban, ban.contact_id == of_contact.contact_id)
        .where(ban.way == way, of_contact.normalised.is_not(None)),
        sa.select(of_contact.normalised)
        .join(Contact, Contact.id == of_contact.contact_id)
        .join(ban, ban.client_id == Contact.client_id)
        .where(ban.way == way, of_contact.normalised.is_not(None)),
    )


def ban_reasons(session: Session, way: str, addresses: Collection[str]) -> dict[str, str]:
    """Give those of some addresses that may not be used, each with the reason, in two statements.

    The reason of somebody whom the person may not see is an empty text.
    """
    having = session.execute(_who_have(way, addresses)).all() if addresses else []
    held = bans.bans_of(
        session,
        addresses=addresses,
        client_ids={one.client_id for one in having},
        contact_ids={one.contact_id for one in having if one.contact_id is not None},
    )
    told = [(held.reason(way, addresses=[one]), one) for one in addresses]
    for one in having:
        reason = held.reason(way, client_ids=[one.client_id], contact_ids=[one.contact_id])
        told.append((reason and (reason if one.seen else ""), one.address))
    known = sorted((reason, address) for reason, address in told if reason is not None)
    return {address: reason for reason, address in known}  # one in words comes last, and stays


def _who_have(way: str, addresses: Collection[str]) -> sa.CompoundSelect[Any]:
    """Give the query of the clients and contacts that have some addresses."""
    of_client, of_contact = _HAVING[way]
    clients: sa.Select[*tuple[Any, ...]] = sa.select(
        of_client.normalised.label("address"),
        Client.id.label("client_id"),
        sa.cast(sa.null(), sa.BigInteger).label("contact_id"),
        visible("client").label("seen"),
    ).join_from(of_client, Client)
    contacts: sa.Select[*tuple[Any, ...]] = sa.select(
        of_contact.normalised, Contact.client_id, Contact.id, visible("contact")
    ).join_from(of_contact, Contact)
    return sa.union_all(
        clients.where(one_of(of_client.normalised, addresses)),
        contacts.where(one_of(of_contact.normalised, addresses)),
    )
