"""By which fields rows of a file find the clients and contacts that there are already."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import Bin, visible
from salesman_core.clients.import_values import compared, read_email, read_phone
from salesman_core.clients.models import (
    Client,
    ClientEmail,
    ClientExternalId,
    ClientPhone,
    Contact,
    ContactEmail,
    ContactExternalId,
    ContactPhone,
)
from salesman_core.db import normalised
from salesman_core.i18n import texts
from salesman_core.records.imports.matching import ImportedRow, Key, Matching, chosen_keys
from salesman_core.records.merging.joining import joining_keys
from salesman_hookspecs import ImportBatch

_ = texts.lazy

Found = Iterable[tuple[Hashable, int]]

NAME_AND_PHONE: Final = "name and phone"
NAME_AT_CLIENT: Final = "name at client"

CLIENTS_FOUND_BY: Final = (
    ("external_id",),
    ("phones",),
    ("emails",),
    ("site",),
    ("name",),
    ("name", "emails"),
)
CLIENTS_USUALLY: Final = _("External id, or else name and phone")
CONTACTS_FOUND_BY: Final = (
    ("external_id",),
    ("phones",),
    ("emails",),
    ("name", "phones"),
    ("name", "emails"),
)
CONTACTS_USUALLY: Final = _("External id, or else name at the same client")


def matching_of_clients(batch: ImportBatch) -> Matching:
    """Say how rows find clients: by keys that are certain, else by name and phone.

    Where the mapping says by what, by that alone.
    """
    match = batch.options.get("match", ())
    keys = chosen_keys(_CLIENT_KEYS, match, (NAME_AND_PHONE,))
    certain = {} if match else joining_keys("client")
    return Matching(batch.source, ClientExternalId, keys, certain=certain)


def matching_of_contacts(batch: ImportBatch) -> Matching:
    """Say how rows find contacts: by name at one client, where the mapping says nothing else."""
    keys = chosen_keys(_CONTACT_KEYS, batch.options.get("match", ()), (NAME_AT_CLIENT,))
    return Matching(batch.source, ContactExternalId, keys)


def _names(row: ImportedRow) -> Iterable[Hashable]:
    return (normalised(row["name"]),) if "name" in row else ()


def _phones(row: ImportedRow) -> Iterable[Hashable]:
    return [compared(read_phone(one)) for one in row.get("phones", ())]


def _emails(row: ImportedRow) -> Iterable[Hashable]:
    return [compared(read_email(one)) for one in row.get("emails", ())]


def _sites(row: ImportedRow) -> Iterable[Hashable]:
    return (row["site"],) if "site" in row else ()


def _names_with_phones(row: ImportedRow) -> Iterable[Hashable]:
    """Give name and phone together; a row without a phone means a client without one."""
    phones = list(_phones(row)) or [""]
    return [(name, phone) for name in _names(row) for phone in phones]


def _names_at_clients(row: ImportedRow) -> Iterable[Hashable]:
    clients = [normalised(row["client"])] if "client" in row else []
    return [(client, name) for client in clients for name in _names(row)]


def _pairs(session: Session, query: sa.Select[*tuple[Any, ...]]) -> list[tuple[Hashable, int]]:
    return [(row[0], row[1]) for row in session.execute(query)]


def clients_named(session: Session, names: Collection[str], where: Bin = Bin.LEFT_OUT) -> Found:
    """Give the clients that the person sees by their names: those in the bin alone, or the others.

    Where nobody is called so now, it is the one into which a client of that name was merged.
    """
    query = sa.select(Client.search_name, Client.id)
    found = _pairs(
        session, query.where(Client.search_name.in_(names), visible("client", bin=where))
    )
    left = set(names) - {name for name, _id in found}
    if left:
        found += _pairs(session, _merged_named(left, where, _LOST.search_name, Client.id))
    return found


_LOST: Final = sa.orm.aliased(Client)


def merged_names(session: Session, client_ids: Collection[int]) -> set[tuple[str, int]]:
    """Give the names of the clients that were merged into some others, each with the other."""
    query = sa.select(_LOST.search_name, _LOST.merged_into_id)
    rows = session.execute(query.where(_LOST.merged_into_id.in_(client_ids)))
    return {(name, kept_id) for name, kept_id in rows if kept_id is not None}


def _merged_named(names: Collection[str], where: Bin, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of clients by the names of those that were merged into them."""
    query = sa.select(*columns).select_from(_LOST).join(Client, Client.id == _LOST.merged_into_id)
    return query.where(_LOST.search_name.in_(names), visible("client", bin=where))


def _clients_at(session: Session, sites: Collection[Any], where: Bin) -> Found:
    query = sa.select(Client.site, Client.id)
    return _pairs(session, query.where(Client.site.in_(sites), visible("client", bin=where)))


def _meant(row: type[Any]) -> sa.ColumnElement[str]:
    """Give the column that is compared: what was typed means what it says, where nothing else."""
    return sa.func.coalesce(row.normalised, row.typed, "")


def _clients_reached(table: type[ClientPhone | ClientEmail]) -> Any:
    def held(session: Session, values: Collection[Any], where: Bin) -> Found:
        query = sa.select(_meant(table), table.client_id).join(Client, Client.id == table.client_id)
        query = query.where(_meant(table).in_(values), visible("client", bin=where))
        return _pairs(session, query)

    return held


def _contacts_reached(table: type[ContactPhone | ContactEmail]) -> Any:
    def held(session: Session, values: Collection[Any], where: Bin) -> Found:
        query = sa.select(_meant(table), table.contact_id)
        query = query.join(Contact, Contact.id == table.contact_id)
        query = query.where(_meant(table).in_(values), visible("contact", bin=where))
        return _pairs(session, query)

    return held


def _contacts_named(session: Session, names: Collection[Any], where: Bin) -> Found:
    query = sa.select(Contact.search_name, Contact.id)
    query = query.where(Contact.search_name.in_(names), visible("contact", bin=where))
    return _pairs(session, query)


def _clients_with_phones(session: Session, values: Collection[Any], where: Bin) -> Found:
    names = {name for name, _phone in values}
    of_client = ClientPhone.client_id == Client.id
    named = sa.select(Client.search_name, _meant(ClientPhone), Client.id)
    named = named.where(Client.search_name.in_(names), visible("client", bin=where))
    merged = _merged_named(names, where, _LOST.search_name, _meant(ClientPhone), Client.id)
    found = _with_phone(session, named.outerjoin(ClientPhone, of_client))
    taken = {pair for pair, _id in found}
    by_former_names = _with_phone(session, merged.outerjoin(ClientPhone, of_client))
    return found + [(pair, id_) for pair, id_ in by_former_names if pair not in taken]


def _with_phone(session: Session, query: sa.Select[*tuple[Any, ...]]) -> list[tuple[Hashable, int]]:
    return [((name, phone), id_) for name, phone, id_ in session.execute(query)]


def _contacts_at_clients(session: Session, values: Collection[Any], where: Bin) -> Found:
    """Give contacts by name at a client in use; of one in the bin, its row is refused anyway."""
    names: dict[int, list[Hashable]] = {}
    for client, client_id in clients_named(session, {client for client, _name in values}):
        names.setdefault(client_id, []).append(client)
    query = sa.select(Contact.client_id, Contact.search_name, Contact.id).where(
        Contact.client_id.in_(names),
        Contact.search_name.in_({name for _client, name in values}),
        visible("contact", bin=where),
    )
    return [
        ((client, name), id_)
        for client_id, name, id_ in session.execute(query)
        for client in names[client_id]
    ]


_CLIENT_KEYS: Final = {
    "name": Key(_names, clients_named),
    "phones": Key(_phones, _clients_reached(ClientPhone)),
    "emails": Key(_emails, _clients_reached(ClientEmail)),
    "site": Key(_sites, _clients_at),
    NAME_AND_PHONE: Key(_names_with_phones, _clients_with_phones),
}
_CONTACT_KEYS: Final = {
    "name": Key(_names, _contacts_named),
    "phones": Key(_phones, _contacts_reached(ContactPhone)),
    "emails": Key(_emails, _contacts_reached(ContactEmail)),
    NAME_AT_CLIENT: Key(_names_at_clients, _contacts_at_clients),
}
