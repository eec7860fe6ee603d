"""What making and changing clients and contacts consists of.

Whoever calls has opened the transaction, loaded the record and judged what the person may do: the
services do so for one record, an import for many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.clients.addresses import plan_addresses
from salesman_core.clients.models import Client, ClientTag, Contact
from salesman_core.clock import now
from salesman_core.db import AnyRow, holding, one_of
from salesman_core.records.changes import (
    Changes,
    Planned,
    announce,
    ask,
    audit,
    audit_many,
    carry_out,
    change_record,
    first_changes,
)
from salesman_core.records.custom.changes import plan_custom
from salesman_core.records.reach_rows import plan_reach
from salesman_core.records.saving import named, touch

CLIENT_COLUMNS: Final = ("kind", "site", "source", "imported")
CONTACT_COLUMNS: Final = ("position", "primary", "imported")

COLUMNS: Final = {"client": CLIENT_COLUMNS, "contact": CONTACT_COLUMNS}

Reached = Client | Contact


def begin_client(
    values: Mapping[str, Any], *, rung_id: int, owner_id: int | None
) -> tuple[Client, Changes]:
    """Give a client that is to be written, and what the audit says of it, once plugins agree.

    :param values: as the JSON API names them.
    :raises VetoedError: where a plugin refuses it.
    """
    moment = now()
    client = Client(
        kind=values.get("kind", "company"),
        rung_id=rung_id,
        owner_id=owner_id,
        created_at=moment,
        updated_at=moment,
    )
    return client, _begin("client", client, values)


def begin_contact(
    values: Mapping[str, Any], *, client_id: int, primary: bool
) -> tuple[Contact, Changes]:
    """Give a contact that is to be written, and what the audit says of it, once plugins agree.

    :param primary: whether it is the client's primary one, where *values* do not say.
    :raises VetoedError: where a plugin refuses it.
    """
    moment = now()
    contact = Contact(client_id=client_id, primary=primary, created_at=moment, updated_at=moment)
    return contact, _begin("contact", contact, values)


def _begin(kind: str, record: Reached, values: Mapping[str, Any]) -> Changes:
    record.name = record.search_name = named(values["name"])
    for name in COLUMNS[kind]:
        if name in values:
            setattr(record, name, values[name])
    plan = [*plan_lists(record, values), *plan_custom(kind, record, values)]
    known = {name: getattr(record, name) for name in ("name", "owner_id") if name in values}
    changes = first_changes({**values, **known}, plan)
    ask(kind, None, changes)
    carry_out(plan)
    return changes


def note_clients(session: Session, written: Sequence[tuple[Client, Changes]]) -> None:
    """Note that clients which have just been written were made.

    :param written: each with what the audit says of it.
    """
    for client, _changes in written:
        announce(session, "core.client.created", "client", client.id, {"name": client.name})
    _audit_new(session, "client", written)


def note_contacts(session: Session, written: Sequence[tuple[Contact, Changes]]) -> None:
    """Note that contacts which have just been written were made; see :func:`note_clients`."""
    for contact, _changes in written:
        payload = {"client_id": contact.client_id}
        announce(session, "core.contact.created", "contact", contact.id, payload)
    _audit_new(session, "contact", written)


def _audit_new(session: Session, kind: str, written: Sequence[tuple[Reached, Changes]]) -> None:
    made = [(record.id, record.name, changes) for record, changes in written]
    audit_many(session, kind, "created", made)


def change(
    kind: str, record: Reached, wanted: Mapping[str, Any], plan: Iterable[Planned]
) -> Changes:
    """Set columns of a record and all else that is planned; see :func:`change_record`."""
    changes = change_record(kind, record, wanted, plan)
    if "name" in changes:
        record.search_name = record.name
    return changes


def keep(
    session: Session, kind: str, record: Reached, changes: Changes, action: str = "changed"
) -> None:
    """Note a change of a record: when, by whom, and for those who listen."""
    touch(record)
    audit(session, kind, record.id, record.name, action, changes)
    payload = {"fields": sorted(changes)} if changes else {}
    announce(session, f"core.{kind}.{action}", kind, record.id, payload)


def plan_lists(record: Reached, values: Mapping[str, Any]) -> Iterator[Planned]:
    """Plan to set phones, emails, addresses and tags, as far as *values* name them."""
    yield from plan_reach(record, values)
    if "addresses" in values and isinstance(record, Client):
        yield from plan_addresses(record, values["addresses"])
    if "tags" in values and isinstance(record, Client):
        yield from _plan_tags(record, values["tags"])


def _plan_tags(client: Client, tags: Sequence[str]) -> Iterator[Planned]:
    wanted = sorted({" ".join(tag.split()) for tag in tags if tag.strip()})
    before = [one.tag for one in client.tags]
    if before != wanted:
        yield Planned("tags", before, wanted, lambda: _set_tags(client, wanted))


def _set_tags(client: Client, wanted: Sequence[str]) -> None:
    held = {one.tag: one for one in client.tags}
    client.tags = [held.get(tag) or ClientTag(tag=tag) for tag in wanted]


def hold_clients(session: Session, client_ids: Collection[int]) -> None:
    """Let nobody merge some clients until the commit, or say which contacts are primary ones.

    Before it is asked whether they are there: who waited for a merging then finds them gone. And
    before contacts are locked: two who did it the other way around would wait for each other.
    """
    if client_ids:
        held = sa.select(Client.id).where(one_of(Client.id, client_ids)).order_by(Client.id)
        session.execute(holding(session, held, key_share=True)).all()


def hold_client_of(session: Session, contact_id: int) -> None:
    """Hold the client of a contact; see :func:`hold_clients`."""
    its_client = sa.select(Contact.client_id).where(Contact.id == contact_id)
    hold_clients(session, session.scalars(its_client).all())


def one_primary(session: Session, contacts: Iterable[Contact]) -> None:
    """See to it that a client has no other primary contact than the last of these that is one.

    One that lies in the bin loses the mark, too: it comes back without it. Whoever calls holds the
    clients; see :func:`hold_clients`.
    """
    chosen = {one.client_id: one.id for one in contacts if one.primary}
    if not chosen:
        return
    others = sa.select(Contact.id, Contact.name).where(
        Contact.client_id.in_(chosen), Contact.id.not_in(chosen.values()), Contact.primary
    )
    mark_primary(session, session.execute(others).all(), primary=False)


def some_primary(session: Session, client_id: int) -> None:
    """See to it that a client which has contacts has a primary one: else the first of them is it.

    What lies in the bin keeps the mark meanwhile, and has it again where it comes back before
    anybody names another. Whoever calls holds the client.
    """
    living = sa.select(Contact.id, Contact.name, Contact.primary).where(
        Contact.client_id == client_id, Contact.deleted_at.is_(None)
    )
    first = session.execute(living.order_by(Contact.primary.desc(), Contact.id).limit(1)).first()
    if first is not None and not first.primary:
        mark_primary(session, [first], primary=True)


def mark_primary(session: Session, contacts: Sequence[AnyRow], *, primary: bool) -> None:
    """Give contacts the mark of the primary one, or take it from them, as a change of each.

    :param contacts: rows with ``id`` and ``name``.
    """
    if not contacts:
        return
    changes: Changes = {"primary": (not primary, primary)}
    marked = sa.update(Contact).where(Contact.id.in_([one.id for one in contacts]))
    written = {"primary": primary, "updated_at": now(), "version": Contact.version + 1}
    session.execute(marked.values(written))
    told = ((one.id, one.name, changes) for one in contacts)
    audit_many(session, "contact", "changed", told)
    for one in contacts:
        announce(session, "core.contact.changed", "contact", one.id, {"fields": ["primary"]})
