"""What would change: the members of a group held against the list of a service.

Nothing changes here but the plan, which people can look at. The stricter word wins on both sides:
who refused at the service is not put into its list, and who refused here is unsubscribed there.
Somebody whom the list has from elsewhere stays in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, Client, ClientTag, reach
from salesman_mailing.campaigns.letters import first_name
from salesman_mailing.consent.consent import may_write
from salesman_mailing.groups import queries as groups
from salesman_mailing.services import queries
from salesman_mailing.services.contract import ServiceContact, ServiceError, Standing
from salesman_mailing.services.further import FurtherTexts
from salesman_mailing.services.models import (
    ADD,
    AGREE,
    LEAVE,
    REFUSE,
    STRIKE,
    TAKE_OUT,
    UNSUBSCRIBE,
    UPDATE,
    Sent,
    TakenIn,
)
from salesman_mailing.services.noting import EVERYWHERE
from salesman_mailing.texts import texts

_ = texts.lazy

MOST_CONTACTS: Final = 2_000_000
"""More than that a service is not believed to have."""
_AT_ONCE: Final = 500
_MOST_TAGS: Final = 50

_TAKEN_AS: Final = {Standing.LEFT: LEAVE, Standing.REFUSED: REFUSE, Standing.BAD: STRIKE}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody in the group.

    :param may: whether they may be written to.
    :param others: what goes to further fields, by the service's names for them.
    """

    may: bool
    name: str
    client: str
    tags: tuple[str, ...]
    others: Mapping[str, str]

    def told(self) -> dict[str, Any]:
        """Give what the list is told of them."""
        named = {"name": self.name, "first_name": first_name(self.name), "client": self.client}
        told = {"fields": named, "tags": list(self.tags)}
        return {**told, "others": dict(self.others)} if self.others else told


@dataclass(slots=True)
class Plan:
    """What would change.

    :param changes: what, of which address, and what the list is told of it.
    :param taken: what the service says that is known here already.
    :param forgotten: addresses for which the service takes back what it said, by list.
    """

    changes: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    taken: list[tuple[str, str, str]] = field(default_factory=list)
    forgotten: list[tuple[str, str]] = field(default_factory=list)
    same: int = 0
    others: int = 0
    in_list: int = 0

    def count(self, *whats: str) -> int:
        """Give how many changes there are of some kinds."""
        return sum(what in whats for what, _address, _told in self.changes)


def digest_of(told: Mapping[str, Any]) -> str:
    """Give by what is known whether the list was told something else of somebody."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def planned(session: Session, link: AnyRow, contacts: Iterable[ServiceContact]) -> Plan:
    """Give what would change, as whoever acts sees the group."""
    comparison = _Comparison(session, link)
    coming = iter(contacts)
    while some := list(islice(coming, _AT_ONCE)):
        comparison.hold(some)
    return comparison.finish()


class _Comparison:
    """A group held against a list, some contacts at a time."""

    def __init__(self, session: Session, link: AnyRow) -> None:
        self._session, self._link = session, link
        self._wanted = dict(wanted(session, link))
        self._sent = _sent(session, link.id)
        self._taken = _taken(session, link)
        self._seen: set[str] = set()
        self._plan = Plan()

    def hold(self, contacts: Iterable[ServiceContact]) -> None:
        some = {}
        for one in contacts:
            address = reach.email(one.address).normalised
            if address is not None and address not in self._seen:
                some[address] = one
        if len(self._seen) + len(some) > MOST_CONTACTS:
            raise ServiceError(_("The service has more contacts than can be compared."))
        self._seen |= some.keys()
        barred = queries.barred(self._session, self._link, list(some))
        for address, contact in some.items():
            self._plan.in_list += contact.in_list
            if contact.standing is Standing.MAY:
                self._forget(address)
                self._go_out(address, contact, is_barred=address in barred)
            else:
                self._come_in(address, contact.standing, barred)

    def finish(self) -> Plan:
        for address, one in self._wanted.items():
            if one.may and address not in self._seen:
                self._plan.changes.append((ADD, address, one.told()))
        return self._plan

    def _come_in(self, address: str, standing: Standing, barred: queries.Barred) -> None:
        """Take in what the service says of somebody, unless that was done or is known."""
        place = self._link.list_id if standing is Standing.LEFT else EVERYWHERE
        if self._taken.get((place, address)) == standing:
            return
        known = {
            Standing.LEFT: (*barred.left, *barred.banned),
            Standing.REFUSED: barred.banned,
            Standing.BAD: barred.bad,
        }
        if address in known[standing]:
            self._plan.taken.append((place, address, standing))
        else:
            self._plan.changes.append((_TAKEN_AS[standing], address, {}))

    def _forget(self, address: str) -> None:
        for place in (self._link.list_id, EVERYWHERE):
            if (place, address) in self._taken:
                self._plan.forgotten.append((place, address))

    def _go_out(self, address: str, contact: ServiceContact, *, is_barred: bool) -> None:
        mine = self._wanted.get(address)
        if mine is not None and mine.may:
            told = mine.told()
            if not contact.in_list:
                self._plan.changes.append((ADD, address, told))
            elif self._sent.get(address) != digest_of(told):
                self._plan.changes.append((UPDATE, address, told))
            else:
                self._plan.same += 1
        elif contact.in_list:
            self._not_wanted(address, contact, is_barred=is_barred, is_member=mine is not None)

    def _not_wanted(
        self, address: str, contact: ServiceContact, *, is_barred: bool, is_member: bool
    ) -> None:
        if is_barred:
            self._plan.changes.append((UNSUBSCRIBE, address, {}))
        elif address in self._sent:
            self._plan.changes.append((TAKE_OUT, address, {}))
        elif is_member and contact.confirmed:
            self._plan.changes.append((AGREE, address, {}))
        else:
            self._plan.others += 1


def wanted(session: Session, link: AnyRow) -> Iterator[tuple[str, Wanted]]:
    """Give who is in the group of a link, by address, as whoever acts sees it."""
    tags, further = _tags(session, link), FurtherTexts(session, link)
    found = groups.members(session, link.group_id).subquery()
    purpose = _Purpose(link.purpose_id, link.needs_consent)
    query = sa.select(
        found.c.kind,
        found.c.record_id,
        found.c.address,
        found.c.name,
        found.c.client_id,
        sa.or_(found.c.kind != "client", Client.kind == "person").label("is_person"),
        Client.name.label("client"),
        may_write(found.c.address, purpose, link.group_id).label("may"),
    ).outerjoin(Client, Client.id == found.c.client_id)
    for row in session.execute(query):
        name = row.name if row.is_person else ""
        others = further.of(row.kind, row.record_id, row.client_id)
        of_client = (row.client or "", tags.get(row.client_id, ()))
        yield row.address, Wanted(bool(row.may), name, *of_client, others)


@dataclass(frozen=True, slots=True)
class _Purpose:
    id: int
    needs_consent: bool


def _tags(session: Session, link: AnyRow) -> dict[int, tuple[str, ...]]:
    """Give the tags of the clients in a group."""
    found = groups.members(session, link.group_id).subquery()
    mine = sa.select(found.c.client_id).where(found.c.client_id.is_not(None))
    query = sa.select(ClientTag.client_id, ClientTag.tag).where(ClientTag.client_id.in_(mine))
    tags: dict[int, list[str]] = {}
    for client_id, tag in session.execute(query.order_by(ClientTag.client_id, ClientTag.tag)):
        if len(held := tags.setdefault(client_id, [])) < _MOST_TAGS:
            held.append(tag)
    return {client_id: tuple(held) for client_id, held in tags.items()}


def _sent(session: Session, link_id: int) -> dict[str, str]:
    query = sa.select(Sent.address, Sent.digest).where(Sent.link_id == link_id)
    return {row.address: row.digest for row in session.execute(query)}


def _taken(session: Session, link: AnyRow) -> dict[tuple[str, str], str]:
    query = sa.select(TakenIn.list_id, TakenIn.address, TakenIn.standing).where(
        TakenIn.service == link.service, TakenIn.list_id.in_([EVERYWHERE, link.list_id])
    )
    return {(row.list_id, row.address): row.standing for row in session.execute(query)}
