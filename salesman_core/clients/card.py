"""What the card of a client shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from flask import url_for
from sqlalchemy.orm import Session

from salesman_core.access.colleagues import colleagues
from salesman_core.access.person import current_person
from salesman_core.access.records import reached_for
from salesman_core.clients import queries
from salesman_core.clients.bans import each_ban
from salesman_core.clients.custom import CLIENT, CONTACT
from salesman_core.db import AnyRow, reading
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.custom.showing import (
    Section,
    ShownField,
    own_shown,
    sections,
    shown_fields,
    shown_on,
)
from salesman_core.records.seen import SeenRecord

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
    :param record: what the reason tells of, or None where the reader sees nothing of it.
    :param by: who put it there by hand; empty where evidence did.
    :param held: whether somebody's word keeps it there until evidence earns as much.
    """

    since: datetime
    reason: str
    record: SeenRecord | None
    by: str
    held: bool

    @property
    def url(self) -> str | None:
        """Where the reason can be seen."""
        return self.record.url if self.record else None


@dataclass(frozen=True)  # not in slots: what is asked of it again and again it keeps
class Shown:
    """A client as its card draws it.

    :param row: its columns and names.
    :param moves: by which it came where it stands on the ladder, the newest first.
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

    def may_change(self, name: str) -> bool:
        """Whether whoever reads may change one of its fields where it stands."""
        if name in {"phones", "emails"}:
            return self.may_edit and self.sees_contact_data
        given = name == "owner_id" and self.row.owner_id is not None
        return self.may_edit and (not given or current_person().may("core.client.assign"))

    @property
    def phones(self) -> Sequence[Mapping[str, Any]]:
        """Its phones: ``typed`` and ``normalised``, the latter None where it is none."""
        return self.around.phones.get(self.id, [])

    @property
    def emails(self) -> Sequence[Mapping[str, Any]]:
        """Its emails, likewise."""
        return self.around.emails.get(self.id, [])

    @property
    def addresses(self) -> Sequence[Mapping[str, str]]:
        """Where it is: ``label`` and ``text``."""
        return self.around.addresses.get(self.id, [])

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
    def bans(self) -> Mapping[str, str]:
        """What it does not want, by way, each with the reason."""
        return self.around.bans.get(self.id, {})

    @property
    def unwanted(self) -> Sequence[str]:
        """The same in words."""
        return each_ban(self.bans)

    @cached_property
    def further(self) -> Sequence[ShownField]:
        """Its further fields."""
        return shown_fields(CLIENT, self.row)

    @property
    def custom(self) -> Sequence[ShownField]:
        """Those of them that the company has defined."""
        return own_shown(self.further)

    @property
    def sections(self) -> Sequence[Section]:
        """Those that plugins keep."""
        return sections(self.further)

    def edits(self, one: ShownField) -> str:
        """Give the address of a further field to be edited; empty where it may not be."""
        if not (self.may_edit and one.changeable):
            return ""
        return url_for("clients.field", record_id=self.id, name=one.name, edit=1)

    @property
    def standing(self) -> Standing:
        """Why and since when it stands on its rung."""
        held = self.row.rung_pinned_at is not None
        if not self.moves:
            return Standing(self.row.created_at, "", None, "", held)
        last = self.moves[0]
        return Standing(last.at, last.reason, last.record, last.actor_name, held)

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
    may = reached_for("client", client_id, "core.client.edit", "core.client.delete")
    may_edit, may_delete = "core.client.edit" in may, "core.client.delete" in may
    return Shown(
        row=row,
        around=queries.around_clients(session, [client_id]),
        moves=queries.rung_moves(session, client_id, MOVES_SHOWN, own=True),
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
    bans: Mapping[str, str]
    custom: Sequence[ShownField]

    @property
    def unwanted(self) -> Sequence[str]:
        """What they do not want, in words."""
        return each_ban(self.bans)


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
    around = queries.around_contacts(session, {row.id: row.client_id for row in rows})
    custom = shown_on(CONTACT, rows)
    return [
        ContactLine(
            row,
            around.phones.get(row.id, []),
            around.emails.get(row.id, []),
            around.bans.get(row.id, {}),
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
