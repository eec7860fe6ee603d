"""What was there already gets what a lead knows and it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Client,
    Contact,
    Deal,
    bans,
    change_client,
    change_contact,
    change_deal,
    contact_data,
    external_ids_of,
    records_by_key,
)
from salesman_leads.banning import bans_going_along
from salesman_leads.models import Lead

News = dict[str, Any]


def complete_client(session: Session, lead: Lead, client_id: int, *, reached: bool) -> None:
    """Give a client the keys that it lacks.

    :param reached: whether it is itself who wrote, and nobody there: then ways and bans as well.
    """
    news = _keys_lacking(session, Client, client_id, lead)
    if reached:
        held = bans.bans_of(session, client_ids=[client_id]).clients.get(client_id, {})
        client = session.get_one(Client, client_id)
        news |= _ways_lacking(client, lead) | _bans_lacking(held, lead)
    if news:
        change_client(client_id, news)


def complete_contact(session: Session, lead: Lead, contact_id: int) -> None:
    """Give a contact the phones and emails that it lacks, and what it does not want."""
    held = bans.bans_of(session, contact_ids=[contact_id]).contacts.get(contact_id, {})
    contact = session.get_one(Contact, contact_id)
    if news := _ways_lacking(contact, lead) | _bans_lacking(held, lead):
        change_contact(contact_id, news)


def complete_deal(session: Session, lead: Lead, deal_id: int, client_id: int) -> None:
    """Give a deal the keys that it lacks, and the client, where it has none."""
    news = _keys_lacking(session, Deal, deal_id, lead)
    if session.get_one(Deal, deal_id).client_id is None:
        news["client_id"] = client_id
    if news:
        change_deal(deal_id, news)


def free_keys(session: Session, model: type[Client | Deal], lead: Lead) -> dict[str, str]:
    """Give those of a lead's keys in other systems that no other such record has."""
    table = _table_of_keys(model)
    return {
        one.source: one.key
        for one in lead.external_ids
        if not records_by_key(session, table, one.source, [one.key])
    }


def _table_of_keys(model: type[Client | Deal]) -> type[Any]:
    mapper: sa.orm.Mapper[Any] = sa.inspect(model)
    return mapper.relationships["external_ids"].mapper.class_


def _keys_lacking(session: Session, model: type[Client | Deal], record_id: int, lead: Lead) -> News:
    """Give the keys that a record is to have, if it lacks any; in each system its own one stays."""
    held = external_ids_of(session, _table_of_keys(model), [record_id]).get(record_id, {})
    free = free_keys(session, model, lead)
    return {"external_ids": {**free, **held}} if free.keys() - held.keys() else {}


def _ways_lacking(record: Client | Contact, lead: Lead) -> News:
    """Give the phones and emails that a record is to have, where it lacks some of a lead's."""
    news: News = {}
    for name in ("phones", "emails") if contact_data.sees_contact_data() else ():
        there = {one.normalised or one.typed for one in getattr(record, name)}
        ways = [one for one in getattr(lead, name) if (one.normalised or one.typed) not in there]
        if ways:
            news[name] = [one.typed for one in (*getattr(record, name), *ways)]
    return news


def _bans_lacking(held: Mapping[str, str], lead: Lead) -> News:
    going = bans_going_along(lead)
    return {"bans": {**going, **held}} if going.keys() - held.keys() else {}
