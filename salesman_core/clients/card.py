"""What the card of a client shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.access.colleagues import colleagues
from salesman_core.access.person import current_person
from salesman_core.access.records import reaches
from salesman_core.clients import queries
from salesman_core.clients.custom import CLIENT, CONTACT
from salesman_core.db import AnyRow, reading
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.custom.showing import ShownField, shown_fields, shown_on

MOVES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class ClientCard:
    """The context of the slots of a client's card; its fields are a contract.

    :param id: the client.
    :param kind_of_client: ``company`` or ``person``.
    :param rung_id: where it stands on the ladder.
    :param owner_id: whose it is, or None.
    :param may_edit: whether whoever reads may change it.
    """

    id: int
    name: str
    kind_of_client: str
    rung_id: int
    owner_id: int | None
    may_edit: bool

    kind = "client"

    @property
    def record_id(self) -> int:
        """The client, by the name that panels of several kinds of record use."""
        return self.id

    @property
    def slot_key(self) -> str:
        """What names the client to a panel that comes after the page."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a client stands where it stands on the ladder.

    :param since: since when, UTC.
    :param reason: in words; empty where it has stood there from the beginning.
    :param url: where the reason can be seen, or None.
    :param by: who put it there by hand; empty where evidence did.
    """

    since: datetime
    reason: str
    url: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A client as its card draws it.

    :param row: its columns and names.
    :param moves: its moves on the ladder, the newest first.
    :param may_edit: whether whoever reads may change it; ``may_delete`` alike.
    :param may_merge: whether they may merge it with another one.
    """

    row: AnyRow
    around: queries.Around
    moves: Sequence[queries.LadderMove]
    may_edit: bool
    may_delete: bool
    may_merge: bool

    @property
    def id(self) -> int:
        """The client."""
        id_: int = self.row.id
        return id_

    @property
    def phones(self) -> Sequence[Mapping[str, Any]]:
        """Its phones: ``typed`` and ``normalised``, the latter None where it is none."""
        return self.around.phones.get(self.id, [])

    @property
    def emails(self) -> Sequence[Mapping[str, Any]]:
        """Its emails, likewise."""
        return self.around.emails.get(self.id, [])

    @property
    def sees_contact_data(self) -> bool:
        """Whether whoever reads may read and change phones and emails."""
        return sees_contact_data()

    @property
    def tags(self) -> Sequence[str]:
        """The words that it is marked with."""
        return self.around.tags.get(self.id, [])

    @property
    def participants(self) -> Sequence[Mapping[str, Any]]:
        """Who has a part in it."""
        return self.around.participants.get(self.id, [])

    @property
    def external_ids(self) -> Mapping[str, str]:
        """Its keys in other systems, by source."""
        return self.around.external_ids.get(self.id, {})

    @property
    def custom(self) -> Sequence[ShownField]:
        """Its custom fields."""
        return shown_fields(CLIENT, self.row)

    @property
    def standing(self) -> Standing:
        """Why and since when it stands on its rung."""
        if not self.moves:
            return Standing(self.row.created_at, "", None, "")
        last = self.moves[0]
        return Standing(last.at, last.reason, last.url, last.actor_name)

    @property
    def context(self) -> ClientCard:
        """What the slots of the card get."""
        return ClientCard(
            id=self.id,
            name=self.row.name,
            kind_of_client=self.row.kind,
            rung_id=self.row.rung_id,
            owner_id=self.row.owner_id,
            may_edit=self.may_edit,
        )


def shown(client_id: int) -> Shown:
    """Give a client for its card.

    :raises MissingError: where there is none that the person may see.
    """
    session = reading()
    row = queries.one_client(session, client_id)
    may_edit = reaches("client", client_id, "core.client.edit")
    may_delete = reaches("client", client_id, "core.client.delete")
    return Shown(
        row=row,
        around=queries.around_clients(session, [client_id]),
        moves=queries.rung_moves(session, client_id, MOVES_SHOWN),
        may_edit=may_edit,
        may_delete=may_delete,
        may_merge=may_edit and may_delete and current_person().may("core.client.merge"),
    )


def slot_context(key: str) -> ClientCard:
    """Give the context for a panel that the browser asks for after the page."""
    return shown(int(key)).context


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact as the card draws it."""

    row: AnyRow
    phones: Sequence[Mapping[str, Any]]
    emails: Sequence[Mapping[str, Any]]
    custom: Sequence[ShownField]


def contacts_shown(client_id: int) -> list[ContactLine]:
    """Give a client's contacts, the primary one first, in as many statements for one as for all."""
    session = reading()
    return _lines(session, queries.contacts_of(session, client_id))


def contact_shown(contact_id: int) -> ContactLine:
    """Give one contact.

    :raises MissingError: where there is none that the person may see.
    """
    session = reading()
    return _lines(session, [queries.one_contact(session, contact_id)])[0]


def _lines(session: Session, rows: Sequence[AnyRow]) -> list[ContactLine]:
    around = queries.around_contacts(session, [row.id for row in rows])
    custom = shown_on(CONTACT, rows)
    return [
        ContactLine(
            row,
            around.phones.get(row.id, []),
            around.emails.get(row.id, []),
            custom[row.id],
        )
        for row in rows
    ]


def client_of_contact(contact_id: int) -> int:
    """Give the client of a contact that the person sees."""
    row = queries.one_contact(reading(), contact_id)
    client_id: int = row.client_id
    return client_id


def may_take_part(client: Shown) -> list[tuple[int, str]]:
    """Give the colleagues who may be added to a client, where whoever reads may add them."""
    if not client.may_edit:
        return []
    held = {one["user_id"] for one in client.participants} | {client.row.owner_id}
    return [(id_, name) for id_, name in colleagues() if id_ not in held]
