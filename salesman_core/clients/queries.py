"""Every read of clients and contacts, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.clients.bans import mark_banned
from salesman_core.clients.models import (
    Client,
    ClientAddress,
    ClientEmail,
    ClientExternalId,
    ClientParticipant,
    ClientPhone,
    ClientTag,
    Contact,
    ContactEmail,
    ContactExternalId,
    ContactPhone,
    Rung,
    RungMove,
)
from salesman_core.db import AnyRow
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.contact_data import readable
from salesman_core.records.external_ids import external_ids_of
from salesman_core.records.owner_team import TEAM_NAME
from salesman_core.records.participants import participants_of
from salesman_core.records.seen import SeenRecord, seen_records
from salesman_core.records.worded import worded

_ = texts.lazy

CLIENT: Final = (
    Client.id,
    Client.kind,
    Client.name,
    Client.rung_id,
    Client.owner_id,
    Client.site,
    Client.source,
    Client.created_at,
    Client.updated_at,
    Client.version,
    Client.custom,
    Client.imported,
)
"""What a client is, in the JSON API."""

NAMES: Final = (
    Rung.name.label("rung_name"),
    Rung.colour.label("rung_colour"),
    User.name.label("owner_name"),
    Client.rung_pinned_at,
    TEAM_NAME,
)
"""What a page shows beside it."""

CONTACT: Final = (
    Contact.id,
    Contact.client_id,
    Contact.name,
    Contact.position,
    Contact.primary,
    Contact.created_at,
    Contact.updated_at,
    Contact.version,
    Contact.custom,
    Contact.imported,
)
"""What a contact is, in the JSON API."""


def clients(
    columns: Sequence[Any] = CLIENT, permission: str | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the clients that the person reaches, not yet filtered or sorted."""
    return sa.select(*columns).select_from(Client).where(visible("client", permission))


def named_clients(columns: Sequence[Any] = (*CLIENT, *NAMES)) -> sa.Select[*tuple[Any, ...]]:
    """Give the same with the names of what they refer to."""
    return (
        clients(columns)
        .join(Rung, Rung.id == Client.rung_id)
        .outerjoin(User, User.id == Client.owner_id)
    )


def one_client(session: Session, client_id: int) -> AnyRow:
    """Give a client with names.

    :raises MissingError: where there is none that the person may see; saying into which one it was
        merged, where they see that.
    """
    row = session.execute(named_clients().where(Client.id == client_id)).one_or_none()
    if row is not None:
        return row
    kept_id = merged_into(session, client_id)
    if kept_id is not None:
        raise MissingError(_("This client was merged into the client %(id)s.", id=kept_id))
    raise MissingError(_("There is no such client, or you may not see it."))


def merged_into(session: Session, client_id: int) -> int | None:
    """Give the client that another one was merged into, where the person sees it."""
    lost = sa.orm.aliased(Client)
    kept = clients((Client.id,)).join(lost, lost.merged_into_id == Client.id)
    kept_id: int | None = session.scalar(kept.where(lost.id == client_id))
    return kept_id


def contacts(columns: Sequence[Any] = CONTACT) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the contacts that the person reaches."""
    return sa.select(*columns).select_from(Contact).where(visible("contact"))


def one_contact(session: Session, contact_id: int) -> AnyRow:
    """Give a contact.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(contacts().where(Contact.id == contact_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such contact, or you may not see it."))
    return row


def contacts_of(session: Session, client_id: int) -> Sequence[AnyRow]:
    """Give a client's contacts, the primary one first."""
    return session.execute(
        contacts()
        .where(Contact.client_id == client_id)
        .order_by(Contact.primary.desc(), Contact.search_name, Contact.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Around:
    """What hangs on some clients or contacts, each by record id.

    :param phones: what was typed, what it means in E.164 or None, in order, and under ``banned``
        why it may not be called, or None; emails alike. Masked for those who may not read them.
    :param bans: what they do not want, by way, each with the reason.
    """

    phones: Mapping[int, list[dict[str, Any]]]
    emails: Mapping[int, list[dict[str, Any]]]
    addresses: Mapping[int, list[dict[str, str]]]
    external_ids: Mapping[int, dict[str, str]]
    tags: Mapping[int, list[str]]
    participants: Mapping[int, list[dict[str, Any]]]
    bans: Mapping[int, Mapping[str, str]]


def around_clients(session: Session, ids: Sequence[int]) -> Around:
    """Give what hangs on some clients, in as many statements for one as for two hundred."""
    phones = _reach(session, ClientPhone, ClientPhone.client_id, ids)
    emails = _reach(session, ClientEmail, ClientEmail.client_id, ids)
    return Around(
        phones=phones,
        emails=emails,
        addresses=_addresses(session, ids),
        external_ids=external_ids_of(session, ClientExternalId, ids),
        tags=_tags(session, ids),
        participants=participants_of(session, ClientParticipant, ids),
        bans=mark_banned(session, "client", {id_: id_ for id_ in ids}, phones, emails),
    )


def around_contacts(session: Session, client_of: Mapping[int, int]) -> Around:
    """Give what hangs on some contacts.

    :param client_of: their clients, by contact.
    """
    ids = list(client_of)
    phones = _reach(session, ContactPhone, ContactPhone.contact_id, ids)
    emails = _reach(session, ContactEmail, ContactEmail.contact_id, ids)
    return Around(
        phones=phones,
        emails=emails,
        addresses={},
        external_ids=external_ids_of(session, ContactExternalId, ids),
        tags={},
        participants={},
        bans=mark_banned(session, "contact", client_of, phones, emails),
    )


def _reach(
    session: Session, model: type[Any], column: Any, ids: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in session.execute(
        sa.select(column.label("record_id"), model.typed, model.normalised)
        .where(column.in_(ids))
        .order_by(column, model.position, model.id)
    ):
        found.setdefault(row.record_id, []).append(
            readable({"typed": row.typed, "normalised": row.normalised})
        )
    return found


def _addresses(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    one = ClientAddress
    for row in session.execute(
        sa.select(one.client_id, one.label, one.text)
        .where(one.client_id.in_(ids))
        .order_by(one.client_id, one.position, one.id)
    ):
        found.setdefault(row.client_id, []).append({"label": row.label, "text": row.text})
    return found


def _tags(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in session.execute(
        sa.select(ClientTag.client_id, ClientTag.tag)
        .where(ClientTag.client_id.in_(ids))
        .order_by(ClientTag.client_id, ClientTag.tag)
    ):
        found.setdefault(row.client_id, []).append(row.tag)
    return found


def ladder(session: Session) -> Sequence[AnyRow]:
    """Give the rungs from the lowest to the highest."""
    return session.execute(
        sa.select(
            Rung.id, Rung.name, Rung.colour, Rung.position, Rung.interests, Rung.sales
        ).order_by(Rung.position, Rung.id)
    ).all()


@dataclass(frozen=True, slots=True)
class LadderMove:
    """A client's move on the ladder, or that somebody confirmed where it stands.

    :param from_rung: the name of the rung that it left; None where it began there.
    :param reason: in the reader's language, with the name of what it tells of, if they see that.
    :param record: what it tells of, or None where there is nothing of it that the reader sees.
    """

    id: int
    at: datetime
    actor_name: str
    from_rung: str | None
    to_rung: str
    reason: str
    record: SeenRecord | None

    @property
    def url(self) -> str | None:
        """Where the reason can be seen."""
        return self.record.url if self.record else None

    @property
    def stays(self) -> bool:
        """Whether it stayed where it was."""
        return self.from_rung == self.to_rung


def rung_moves(
    session: Session,
    client_id: int,
    limit: int,
    until: datetime | None = None,
    *,
    own: bool = False,
) -> list[LadderMove]:
    """Give a client's moves on the ladder with their reasons, the newest first.

    :param until: only what had happened by then.
    :param own: only those by which it came where it stands, not those of merged clients.
    """
    before, after = sa.orm.aliased(Rung), sa.orm.aliased(Rung)
    found = (
        sa.select(RungMove.id, RungMove.at, RungMove.actor_name)
        .add_columns(RungMove.reason, RungMove.words, RungMove.record_kind, RungMove.record_id)
        .add_columns(before.name.label("from_rung"), after.name.label("to_rung"))
        .outerjoin(before, before.id == RungMove.from_rung_id)
        .join(after, after.id == RungMove.to_rung_id)
        .where(RungMove.client_id == client_id)
        .order_by(RungMove.at.desc(), RungMove.id.desc())
        .limit(limit)
    )
    if until is not None:
        found = found.where(RungMove.at <= until)
    if own:
        found = found.where(RungMove.of_client_id == client_id)
    rows = session.execute(found).all()
    told = [(row.record_kind, row.record_id) for row in rows if row.record_kind]
    seen = seen_records(session, told)
    return [_ladder_move(row, seen.get((row.record_kind, row.record_id))) for row in rows]


def _ladder_move(row: AnyRow, record: SeenRecord | None) -> LadderMove:
    reason = worded(row.reason, row.words)
    if record is not None:
        reason = str(_("%(reason)s: “%(name)s”", reason=reason, name=record.name))
    return LadderMove(
        id=row.id,
        at=row.at,
        actor_name=row.actor_name,
        from_rung=row.from_rung,
        to_rung=row.to_rung,
        reason=reason,
        record=record,
    )
