"""What was there already gets what is known of somebody and it lacks: nothing is typed twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.clients.models import Client, Contact
from salesman_core.clients.service import change_client, change_contact
from salesman_core.records import reach
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.external_ids import external_ids_of, records_by_key
from salesman_core.services import bans
from salesman_core.services.company import company

News = dict[str, Any]

_WAYS: Final = ("phones", "emails")


@dataclass(frozen=True, slots=True)
class Somebody:
    """What is known of somebody who got in touch.

    :param phones: as they were typed, valid or not; ``emails`` likewise.
    :param bans: what they do not want, with why, as JSON names it.
    :param external_ids: their keys in other systems, by source.
    """

    name: str = ""
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    bans: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def ways(self) -> dict[str, list[str]]:
        """Their phones and emails as the fields of a client or contact."""
        return {"phones": [*self.phones], "emails": [*self.emails]}

    @property
    def keys(self) -> set[str]:
        """Their phones and emails as far as they validate, as they are compared."""
        return {one for name in _WAYS for way in getattr(self, name) if (one := _meant(name, way))}


def complete_client(
    session: Session, client_id: int, somebody: Somebody, *, reached: bool = True
) -> None:
    """Give a client what it lacks.

    :param reached: whether it is itself who got in touch, and nobody there: then phones, emails
        and bans as well as keys.
    """
    news = keys_lacking(session, Client, client_id, somebody.external_ids)
    if reached:
        held = bans.bans_of(session, client_ids=[client_id]).clients.get(client_id, {})
        news |= _ways_lacking(session.get_one(Client, client_id), somebody)
        news |= _bans_lacking(held, somebody)
    if news:
        change_client(client_id, news)


def complete_contact(session: Session, contact_id: int, somebody: Somebody) -> None:
    """Give a contact the phones and emails that it lacks, and what it does not want."""
    held = bans.bans_of(session, contact_ids=[contact_id]).contacts.get(contact_id, {})
    contact = session.get_one(Contact, contact_id)
    if news := _ways_lacking(contact, somebody) | _bans_lacking(held, somebody):
        change_contact(contact_id, news)


def free_keys(session: Session, model: type[Any], keys: Mapping[str, str]) -> dict[str, str]:
    """Give those keys in other systems that no other record of the kind has."""
    table = _table_of_keys(model)
    return {
        source: key
        for source, key in keys.items()
        if not records_by_key(session, table, source, [key])
    }


def keys_lacking(
    session: Session, model: type[Any], record_id: int, keys: Mapping[str, str]
) -> News:
    """Give the keys that a record is to have, if it lacks any; in each system its own one stays."""
    held = external_ids_of(session, _table_of_keys(model), [record_id]).get(record_id, {})
    free = free_keys(session, model, keys)
    return {"external_ids": {**free, **held}} if free.keys() - held.keys() else {}


def _table_of_keys(model: type[Any]) -> type[Any]:
    mapper: sa.orm.Mapper[Any] = sa.inspect(model)
    return mapper.relationships["external_ids"].mapper.class_


def _ways_lacking(record: Client | Contact, somebody: Somebody) -> News:
    """Give the phones and emails that a record is to have, where it lacks some."""
    news: News = {}
    for name in _WAYS if sees_contact_data() else ():
        held = [one.typed for one in getattr(record, name)]
        there = {one.normalised or one.typed for one in getattr(record, name)}
        ways = [one for one in getattr(somebody, name) if (_meant(name, one) or one) not in there]
        if ways:
            news[name] = [*held, *ways]
    return news


def _meant(name: str, typed: str) -> str | None:
    read = reach.email(typed) if name == "emails" else reach.phone(typed, company().region)
    return read.normalised


def _bans_lacking(held: Mapping[str, str], somebody: Somebody) -> News:
    lacking = somebody.bans.keys() - held.keys()
    return {"bans": {**somebody.bans, **held}} if lacking else {}
