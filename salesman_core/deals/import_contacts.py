"""The contacts that files name in rows of deals."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import visible
from salesman_core.clients.import_values import compared, read_email, read_phone
from salesman_core.clients.models import Contact, ContactEmail, ContactPhone
from salesman_core.db import normalised
from salesman_core.deals.models import DealContact
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.imports.matching import ImportedRow

_ = texts.lazy

FIELD = "contacts"


class NamedContacts:
    """Gives the contacts that rows name among those of the deal's client.

    By name, and by phone or email for those who may read these. Rows add contacts to a deal; only
    where it gets another client the former one's have no part in it any more.

    :param session: of the batch.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[int, str], set[int]] = {}
        self._held: dict[int, set[int]] = {}

    def look_up(self, client_ids: Collection[int], deal_ids: Collection[int]) -> None:
        """Read the contacts of some clients, and which of them some deals name."""
        self._known, self._held = {}, {}
        for client_id, word, contact_id in self._words(client_ids) if client_ids else ():
            self._known.setdefault((client_id, word), set()).add(contact_id)
        named = sa.select(DealContact.deal_id, DealContact.contact_id)
        named = named.where(DealContact.deal_id.in_(deal_ids))
        for deal_id, contact_id in self._session.execute(named) if deal_ids else ():
            self._held.setdefault(deal_id, set()).add(contact_id)

    def _words(self, client_ids: Collection[int]) -> Iterator[tuple[int, str, int]]:
        """Give by what the contacts of some clients can be named."""
        seen = (Contact.client_id.in_(client_ids), visible("contact"))
        names = sa.select(Contact.client_id, Contact.search_name, Contact.id).where(*seen)
        yield from self._session.execute(names)
        tables: tuple[type[Any], ...] = (ContactPhone, ContactEmail)
        for table in tables if sees_contact_data() else ():
            word = sa.func.coalesce(table.normalised, table.typed)
            reached = sa.select(Contact.client_id, word, Contact.id)
            reached = reached.join(table, table.contact_id == Contact.id).where(*seen)
            yield from self._session.execute(reached)

    def of(self, row: ImportedRow, client_id: int | None) -> set[int]:
        """Give the contacts that a row names.

        :param client_id: of the client that the deal has, or will have.
        :raises InvalidError: where the client has no such contact, or several.
        """
        return {self._meant(client_id, text) for text in row.get(FIELD, ())}

    def _meant(self, client_id: int | None, text: str) -> int:
        if client_id is None:
            raise _wrong(_("A deal without a client has no contacts."))
        words = (normalised(text), compared(read_phone(text)), compared(read_email(text)))
        found = {id_ for word in words for id_ in self._known.get((client_id, word), ())}
        if not found:
            raise _wrong(_("The client has no such contact: %(name)s.", name=text))
        if len(found) > 1:
            raise _wrong(_("Several contacts of the client are meant by %(name)s.", name=text))
        return found.pop()

    def grown(
        self, row: ImportedRow, deal_id: int, clients: tuple[int | None, int | None]
    ) -> set[int] | None:
        """Give all contacts that a deal is to name; None where that are those which it names.

        :param clients: the client that it has, and the one that it will have.
        """
        before, after = clients
        held = self._held.get(deal_id, set())
        wanted = self.of(row, after) | (held if before == after else set())
        return None if wanted == held else wanted


def _wrong(message: Any) -> InvalidError:
    return InvalidError(message, {FIELD: message})
