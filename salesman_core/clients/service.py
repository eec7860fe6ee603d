"""Every change of clients and contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand, demand_permission
from salesman_core.clients import steps
from salesman_core.clients.bans import plan_bans
from salesman_core.clients.ladder import lowest_rung
from salesman_core.clients.models import (
    Client,
    ClientExternalId,
    ClientParticipant,
    Contact,
    ContactExternalId,
)
from salesman_core.clock import now
from salesman_core.db import writing
from salesman_core.records.changes import Planned, carry_out
from salesman_core.records.contact_data import demand_contact_data
from salesman_core.records.custom.changes import plan_custom
from salesman_core.records.external_ids import plan_external_ids
from salesman_core.records.participants import plan_participants
from salesman_core.records.saving import checked_owner, for_change, from_bin, named


def create_client(values: Mapping[str, Any]) -> int:
    """Make a client; it belongs to whoever makes it, where nothing else is said.

    :param values: as the JSON API names them; ``phones`` and ``emails`` are lists of what was
        typed, ``addresses`` of ``{"label", "text"}``, ``tags`` of words, ``participants`` of
        ``{"user_id", "part"}``.
    :returns: the new client's id.
    """
    demand_permission("core.client.create")
    with writing() as session:
        client, changes = steps.begin_client(
            values,
            rung_id=lowest_rung(session),
            owner_id=checked_owner(
                session, values.get("owner_id", current_person().id), "core.client.assign"
            ),
        )
        session.add(client)
        session.flush()
        carry_out(_plan_links_of_client(session, client, values))
        steps.note_clients(session, [(client, changes)])
        return client.id


def change_client(client_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a client; give whether anything changed.

    :param version: the version that the person saw; None where they do not say.
    :raises StaleError: where somebody changed it since.
    """
    with writing() as session:
        client: Client = for_change(session, "client", client_id, "core.client.edit", version)
        demand_contact_data(values)
        wanted = {name: values[name] for name in steps.CLIENT_COLUMNS if name in values}
        if "name" in values:
            wanted["name"] = named(values["name"])
        if "owner_id" in values and values["owner_id"] != client.owner_id:
            wanted["owner_id"] = checked_owner(
                session, values["owner_id"], "core.client.assign", client.owner_id
            )
        links = _plan_links_of_client(session, client, values)
        custom = plan_custom("client", client, values)
        plan = [*steps.plan_lists(client, values), *links, *custom]
        changes = steps.change("client", client, wanted, plan)
        if not changes:
            return False
        steps.keep(session, "client", client, changes)
        return True


def _plan_links_of_client(
    session: Session, client: Client, values: Mapping[str, Any]
) -> Iterator[Planned]:
    if "external_ids" in values:
        wanted = values["external_ids"]
        yield from plan_external_ids(session, ClientExternalId, client.id, wanted)
    if "participants" in values:
        people = values["participants"]
        yield from plan_participants(session, ClientParticipant, client.id, people)
    if "bans" in values:
        yield from plan_bans(session, "client", client.id, values["bans"])


def delete_client(client_id: int, version: int | None = None) -> None:
    """Put a client into the bin; its deals stay."""
    with writing() as session:
        client = for_change(session, "client", client_id, "core.client.delete", version)
        client.deleted_at = now()
        steps.keep(session, "client", client, {}, action="deleted")


def restore_client(client_id: int) -> None:
    """Take a client out of the bin again."""
    with writing() as session:
        client = from_bin(session, "client", client_id, "core.client.delete")
        steps.keep(session, "client", client, {}, action="restored")


def create_contact(values: Mapping[str, Any]) -> int:
    """Make a contact of a client that the person may change; the first one is the primary one."""
    with writing() as session:
        client_id = values["client_id"]
        steps.hold_clients(session, [client_id])
        demand("client", client_id, "core.client.edit", session=session)
        others = sa.exists().where(Contact.client_id == client_id, Contact.deleted_at.is_(None))
        first = not session.scalar(sa.select(others))
        contact, changes = steps.begin_contact(values, client_id=client_id, primary=first)
        session.add(contact)
        session.flush()
        carry_out(_plan_links_of_contact(session, contact, values))
        steps.one_primary(session, [contact])
        steps.note_contacts(session, [(contact, changes)])
        return contact.id


def change_contact(contact_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a contact; give whether anything changed."""
    with writing() as session:
        if values.get("primary"):
            steps.hold_client_of(session, contact_id)
        contact: Contact = for_change(session, "contact", contact_id, "core.client.edit", version)
        demand_contact_data(values)
        wanted = {name: values[name] for name in steps.CONTACT_COLUMNS if name in values}
        if "name" in values:
            wanted["name"] = named(values["name"])
        links = _plan_links_of_contact(session, contact, values)
        custom = plan_custom("contact", contact, values)
        plan = [*steps.plan_lists(contact, values), *links, *custom]
        changes = steps.change("contact", contact, wanted, plan)
        if not changes:
            return False
        steps.one_primary(session, [contact])
        steps.keep(session, "contact", contact, changes)
        return True


def delete_contact(contact_id: int, version: int | None = None) -> None:
    """Put a contact into the bin; where it was the primary one, another takes its place."""
    with writing() as session:
        steps.hold_client_of(session, contact_id)
        contact = for_change(session, "contact", contact_id, "core.client.edit", version)
        contact.deleted_at = now()
        steps.keep(session, "contact", contact, {}, action="deleted")
        if contact.primary:
            steps.some_primary(session, contact.client_id)


def restore_contact(contact_id: int) -> None:
    """Take a contact out of the bin again; see :func:`steps.some_primary` for its mark."""
    with writing() as session:
        steps.hold_client_of(session, contact_id)
        contact = from_bin(session, "contact", contact_id, "core.client.edit")
        steps.keep(session, "contact", contact, {}, action="restored")
        steps.one_primary(session, [contact])
        steps.some_primary(session, contact.client_id)


def _plan_links_of_contact(
    session: Session, contact: Contact, values: Mapping[str, Any]
) -> Iterator[Planned]:
    if "external_ids" in values:
        wanted = values["external_ids"]
        yield from plan_external_ids(session, ContactExternalId, contact.id, wanted)
    if "bans" in values:
        yield from plan_bans(session, "contact", contact.id, values["bans"])
