"""Who wants no mailing or no calls, known to all that write to people or call them (ADR 0039).

A ban is about one of three: an address (a phone in E.164, or an email in lower case, as
``records.reach`` gives them), a client, or a contact. Whoever sends asks about all three at once::

    held = bans.bans_of(session, addresses=["anna@example.com"], contact_ids=[12])
    held.reason("mailing", addresses=["anna@example.com"], contact_ids=[12])  # None: may be sent

Nothing here asks who may see or change what: services of the records do, before they call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.clock import now
from salesman_core.db import one_of
from salesman_core.db.inserting import insert_into
from salesman_core.services.models import ContactBan

MAILING: Final = "mailing"
CALLS: Final = "calls"
WAYS: Final = (MAILING, CALLS)
LONGEST_REASON: Final = 300

_AT_ONCE: Final = 500

Held = Mapping[str, str]
"""What of somebody is banned: by way, the reason, which may be empty."""


@dataclass(frozen=True, slots=True)
class Bans:
    """The bans of some addresses, clients and contacts, each as way → reason."""

    addresses: Mapping[str, Held]
    clients: Mapping[int, Held]
    contacts: Mapping[int, Held]

    def reason(
        self,
        way: str,
        *,
        addresses: Iterable[str | None] = (),
        client_ids: Iterable[int | None] = (),
        contact_ids: Iterable[int | None] = (),
    ) -> str | None:
        """Give why one of them is banned: the first reason in words, else an empty text.

        :returns: None where none of them is.
        """
        held = [self.addresses.get(one, {}).get(way) for one in addresses if one]
        held += [self.clients.get(one, {}).get(way) for one in client_ids if one]
        held += [self.contacts.get(one, {}).get(way) for one in contact_ids if one]
        reasons = [one for one in held if one is not None]
        return max(reasons, key=bool, default=None)


def bans_of(
    session: Session,
    *,
    addresses: Collection[str] = (),
    client_ids: Collection[int] = (),
    contact_ids: Collection[int] = (),
) -> Bans:
    """Give what of some addresses, clients and contacts is banned, in one statement."""
    found = Bans({}, {}, {})
    among = list(_among(addresses, client_ids, contact_ids))
    if not among:
        return found
    ban = ContactBan
    query = sa.select(ban.way, ban.reason, ban.address, ban.client_id, ban.contact_id)
    for row in session.execute(query.where(sa.or_(*among))):
        held: Any = found.addresses, found.clients, found.contacts
        for of_kind, subject in zip(
            held, (row.address, row.client_id, row.contact_id), strict=True
        ):
            if subject is not None:
                of_kind.setdefault(subject, {})[row.way] = row.reason
    return found


def is_banned(
    way: str,
    *,
    address: sa.SQLColumnExpression[Any] | None = None,
    client_id: sa.SQLColumnExpression[Any] | None = None,
    contact_id: sa.SQLColumnExpression[Any] | None = None,
) -> sa.ColumnElement[bool]:
    """Give the SQL of what is banned, for the columns of a query that hold one of the three."""
    told = {ContactBan.address: address, ContactBan.client_id: client_id}
    told[ContactBan.contact_id] = contact_id
    alike = [mine == theirs for mine, theirs in told.items() if theirs is not None]
    return sa.or_(*(sa.exists().where(ContactBan.way == way, one) for one in alike))


def ban(
    session: Session,
    way: str,
    reason: str = "",
    *,
    addresses: Collection[str] = (),
    client_ids: Collection[int] = (),
    contact_ids: Collection[int] = (),
) -> None:
    """Note that somebody wants no mailing, or no calls; what is banned already keeps its reason."""
    by = current_person()
    noted = {"way": way, "reason": reason[:LONGEST_REASON], "at": now()}
    signed = {**noted, "by_id": by.id, "by_name": by.name}
    subjects = _subjects(addresses, client_ids, contact_ids)
    rows = [{**signed, **subject} for subject in subjects]
    insert = insert_into(session, ContactBan).on_conflict_do_nothing()
    for first in range(0, len(rows), _AT_ONCE):
        session.execute(insert, rows[first : first + _AT_ONCE])


def lift(
    session: Session,
    way: str,
    *,
    addresses: Collection[str] = (),
    client_ids: Collection[int] = (),
    contact_ids: Collection[int] = (),
) -> None:
    """Take bans back."""
    among = list(_among(addresses, client_ids, contact_ids))
    if among:
        session.execute(sa.delete(ContactBan).where(ContactBan.way == way, sa.or_(*among)))


def _subjects(
    addresses: Collection[str], client_ids: Collection[int], contact_ids: Collection[int]
) -> Iterator[dict[str, Any]]:
    nothing: dict[str, Any] = {"address": None, "client_id": None, "contact_id": None}
    yield from ({**nothing, "address": one} for one in sorted(set(addresses)))
    yield from ({**nothing, "client_id": one} for one in sorted(set(client_ids)))
    yield from ({**nothing, "contact_id": one} for one in sorted(set(contact_ids)))


def _among(
    addresses: Collection[str], client_ids: Collection[int], contact_ids: Collection[int]
) -> Iterator[sa.ColumnElement[bool]]:
    if addresses:
        yield one_of(ContactBan.address, addresses)
    if client_ids:
        yield one_of(ContactBan.client_id, client_ids)
    if contact_ids:
        yield one_of(ContactBan.contact_id, contact_ids)
