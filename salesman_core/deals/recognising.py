"""A colleague's client is recognised by whoever may not see it, and gets what came of somebody.

Who types the phone of somebody learns whose client that is, and nothing else: neither what it is
called nor where it stands. What is made of an inquiry or lead is then made at that client by
:func:`attach`, which does this alone and keeps in the audit that it did (ADR 0047).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import acting_as, current_person, people_names
from salesman_core.access.records import demand_permission
from salesman_core.clients.completing import Somebody, complete_client, complete_contact
from salesman_core.clients.models import Client, Contact
from salesman_core.clients.permissions import RECOGNISE
from salesman_core.clients.service import create_contact
from salesman_core.clients.similar import sharing_clients
from salesman_core.deals import handing_on
from salesman_core.deals.service import create_deal
from salesman_core.records.changes import audit
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.hanging import move_notes_and_files
from salesman_core.records.merging.keys import MOST_SHARING
from salesman_core.records.notes import WRITE, write_note
from salesman_hookspecs import Scope

_SEEING: Final = {"core.client.view": Scope.ALL}
_ATTACHING: Final = {
    **_SEEING,
    "core.client.edit": Scope.ALL,
    "core.deal.view": Scope.ALL,
    "core.deal.edit": Scope.ALL,
    "core.deal.assign": Scope.ALL,
    "core.user.view": Scope.ALL,
}
"""What :func:`attach` may do with the one client that was recognised."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A client that somebody is, and that whoever acts does not see.

    :param client_id: for :func:`attach` alone; it is shown to nobody.
    :param owner_id: whose client it is; None for nobody's.
    """

    client_id: int
    owner_id: int | None

    @property
    def owner_name(self) -> str:
        """What people call whose client it is; an empty string for nobody's."""
        return people_names().get(self.owner_id, "") if self.owner_id is not None else ""


class Attached(NamedTuple):
    """What was made at a client that was recognised; None for what there is not.

    :param owner_id: whose the deal is, or the client where no deal was made.
    """

    client_id: int
    contact_id: int | None
    deal_id: int | None
    owner_id: int | None


def recognised(session: Session, typed: Mapping[str, Any]) -> Recognised | None:
    """Give the client that somebody is and that whoever acts does not see; None where none is.

    None also for whoever may not recognise clients, or not read contact data; where somebody shares
    something with a client that they do see, which is theirs to choose; and for what many clients
    share, as a switchboard. Plugins that guard clients guard these, too.

    :param typed: what is known of somebody, as
        :func:`~salesman_core.clients.similar.similar_clients` takes it.
    """
    if not (current_person().may(RECOGNISE) and sees_contact_data()):
        return None
    if sharing_clients(session, typed):
        return None
    with _with_more(_SEEING):
        found = sharing_clients(session, typed)
        if not found or len(found) >= MOST_SHARING:
            return None
        client_id = min(found, key=lambda one: (-len(found[one]), one))
        return Recognised(client_id, handing_on.client_owner(session, client_id))


def attach(
    session: Session,
    found: Recognised,
    somebody: Somebody,
    *,
    deal: Mapping[str, Any] | None = None,
    contact: Mapping[str, Any] | None = None,
    note: str = "",
    taken_along: tuple[str, int] | None = None,
    owner_id: int | None = None,
    complete_deal: Callable[[int], object] | None = None,
) -> Attached:
    """Let the client that somebody is have what is known of them, and a deal.

    They are the person there who has their phone or email, else somebody new of their name, else
    the client itself.

    :param found: what :func:`recognised` gave in the same transaction.
    :param deal: of a new deal, as the JSON API names it, but for client, contacts and owner.
    :param contact: what is to be said of somebody new there beside name, phones, emails and bans.
    :param note: what was said, for the deal, or else the client; from those who may write notes.
    :param taken_along: kind and number of the record that they were, which whoever acts sees: its
        notes and files go along to the deal, or else the client.
    :param owner_id: whose the deal is to be.
    :param complete_deal: gives the new deal, by its id, what else it is to have, as its lines;
        called while whoever acts may still change it.
    :raises ForbiddenError: for whoever may not recognise clients, or open deals.
    """
    demand_permission(RECOGNISE)
    with _with_more(_ATTACHING):
        contact_id = _person_at(session, found.client_id, somebody, contact or {})
        complete_client(session, found.client_id, somebody, reached=contact_id is None)
        deal_id = None
        if deal is not None:
            contacts = [] if contact_id is None else [contact_id]
            at_client = {"client_id": found.client_id, "contact_ids": contacts}
            deal_id = create_deal({**deal, **at_client, "owner_id": owner_id})
            if complete_deal is not None:
                complete_deal(deal_id)
        whither = _place(found.client_id, deal_id)
        if note and current_person().may(WRITE):
            write_note(*whither, note)
        if taken_along is not None:
            move_notes_and_files(taken_along, whither)
        client = session.get_one(Client, found.client_id)
        audit(session, "client", client.id, client.name, "recognised", {})
        if deal_id is None:
            handing_on.tell_client_owner(session, client)
        else:
            handing_on.tell_holder(session, owner_id, deal_id)
    whose = found.owner_id if deal_id is None else owner_id
    return Attached(found.client_id, contact_id, deal_id, whose)


def _with_more(scopes: Mapping[str, Scope]) -> AbstractContextManager[None]:
    """Let whoever acts reach further for a moment: to what they are let do, and nothing else."""
    person = current_person()
    return acting_as(replace(person, scopes={**person.scopes, **scopes}))


def _place(client_id: int, deal_id: int | None) -> tuple[str, int]:
    return ("client", client_id) if deal_id is None else ("deal", deal_id)


def _person_at(
    session: Session, client_id: int, somebody: Somebody, contact: Mapping[str, Any]
) -> int | None:
    """Give who at a client somebody is, made where they are new there; None for the client."""
    there = sa.and_(Contact.client_id == client_id, Contact.deleted_at.is_(None))
    known = sa.select(Contact.id).where(there, _reached(Contact, somebody)).order_by(Contact.id)
    contact_id = session.scalar(known.limit(1))
    if contact_id is not None:
        complete_contact(session, contact_id, somebody)
        return int(contact_id)
    themselves = sa.exists().where(
        Client.id == client_id, Client.kind == "person", _reached(Client, somebody)
    )
    if not somebody.name or session.scalar(sa.select(themselves)):
        return None
    new = {"client_id": client_id, "name": somebody.name, "bans": dict(somebody.bans)}
    return create_contact({**contact, **new, **somebody.ways})


def _reached(model: type[Client | Contact], somebody: Somebody) -> sa.ColumnElement[bool]:
    """Give the condition of what has a phone or email of somebody."""
    keys = sorted(somebody.keys)
    ways = (model.phones, model.emails)
    return sa.or_(*(one.any(one.property.mapper.class_.normalised.in_(keys)) for one in ways))
