"""The clients that files name in rows of something else: of deals, of contacts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import Bin, visible
from salesman_core.clients import steps
from salesman_core.clients.import_keys import clients_named
from salesman_core.clients.ladder import lowest_rung
from salesman_core.clients.models import Client, ClientExternalId
from salesman_core.clients.schemas import ClientSchema
from salesman_core.db import normalised
from salesman_core.errors import InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.records.changes import Changes
from salesman_core.records.external_ids import records_by_key
from salesman_core.records.imports.matching import ImportedRow
from salesman_core.rest import judge
from salesman_hookspecs import ImportBatch

_ = texts.lazy

NAME, KEY = "client", "client_external_id"
_LONGEST_KEY: Final = 200
_FIELDS: Final = {"name": NAME, "external_ids": KEY}
_SCHEMA: Final = ClientSchema(only=tuple(_FIELDS))

_Named = tuple[str, str]
"""What rows of one client have in common: which field names it, and how."""


class NamedClients:
    """Gives the clients that the rows of a batch name, found and made many at a time.

    A client that is made because a row names it keeps that name as its external id: whoever
    renames it later does not make the same file bring it in once more.

    :param session: of the batch.
    :param batch: its ``create_missing`` says whether clients are made (``client``).
    """

    def __init__(self, session: Session, batch: ImportBatch) -> None:
        self._session = session
        self._source = batch.source
        self._create = "client" in batch.options.get("create_missing", ())
        self._keys: dict[_Named, str] = {}
        self._found: dict[_Named, int] = {}
        self._wrong: dict[_Named, SalesmanError] = {}

    def look_up(self, rows: Iterable[ImportedRow]) -> None:
        """Find those that there are already."""
        asked = {_named(row): row for row in rows if _named(row) is not None}
        new = {named: row for named, row in asked.items() if named and named not in self._found}
        self._keys.update({named: _key_of(row) for named, row in new.items()})
        by_key = self._by_key(new.values())
        seen = self._seen(by_key.values(), Bin.LEFT_OUT)
        by_name = self._by_name(new.values(), Bin.LEFT_OUT)
        for named, row in new.items():
            client_id, ids = by_key.get(_key_of(row)), by_name.get(named, set())
            if client_id in seen:
                self._found[named] = client_id
            elif len(ids) == 1:
                self._found[named] = next(iter(ids))
            elif ids:
                self._wrong[named] = _several(ids)
        left = {named: row for named, row in new.items() if not self._is_settled(named)}
        self._look_into_the_bin(left, by_key)

    def _look_into_the_bin(
        self, rows: Mapping[_Named, ImportedRow], by_key: Mapping[str, int]
    ) -> None:
        """Refuse the rows of clients that lie there, and of keys that whoever acts does not see."""
        seen = self._seen(by_key.values(), Bin.ALONE)
        by_name = self._by_name(rows.values(), Bin.ALONE)
        for named, row in rows.items():
            client_id, ids = by_key.get(_key_of(row)), by_name.get(named, set())
            if client_id in seen or ids:
                self._wrong[named] = _in_bin(row, client_id if client_id in seen else max(ids))
            elif client_id is not None:
                self._wrong[named] = _taken(row)

    def _is_settled(self, named: _Named) -> bool:
        return named in self._found or named in self._wrong

    def _by_key(self, rows: Iterable[ImportedRow]) -> dict[str, int]:
        keys = {key for row in rows if (key := _key_of(row))}
        return records_by_key(self._session, ClientExternalId, self._source, keys) if keys else {}

    def _seen(self, client_ids: Collection[int], where: Bin) -> set[int]:
        seen = sa.select(Client.id).where(Client.id.in_(client_ids), visible("client", bin=where))
        return set(self._session.scalars(seen)) if client_ids else set()

    def _by_name(self, rows: Collection[ImportedRow], where: Bin) -> dict[_Named, set[int]]:
        """Give the clients of the names in some rows; one of another key is not meant by a key."""
        names = {normalised(row[NAME]) for row in rows if NAME in row}
        found: dict[str, set[int]] = {}
        for name, client_id in clients_named(self._session, names, where) if names else ():
            found.setdefault(str(name), set()).add(client_id)
        keyed = self._keyed(found.values())
        of_rows: dict[_Named, set[int]] = {}
        for row in rows:
            ids = found.get(normalised(row.get(NAME, "")), set())
            named = _named(row)
            if named is not None:
                of_rows[named] = ids - keyed if KEY in row else ids
        return of_rows

    def _keyed(self, groups: Iterable[set[int]]) -> set[int]:
        """Give those of some clients that the file knows by another key: they are not meant."""
        ids = set().union(*groups)
        query = sa.select(ClientExternalId.record_id).where(
            ClientExternalId.source == self._source, ClientExternalId.record_id.in_(ids)
        )
        return set(self._session.scalars(query)) if ids else set()

    def require(self, row: ImportedRow) -> None:
        """Let a row pass whose client is there, or can be made, or that names none.

        :raises InvalidError: for the others.
        """
        named = _named(row)
        if named is None or named in self._found:
            return
        if named in self._wrong:
            raise self._wrong[named]
        if NAME not in row or not self._create:
            message = _("There is no such client.")
            raise InvalidError(message, {NAME if NAME in row else KEY: message})
        if not current_person().may("core.client.create"):
            message = _("There is no such client, and your roles do not let you make one.")
            raise InvalidError(message, {NAME: message})
        _judge(row)

    def make(self, rows: Sequence[tuple[ImportedRow, int | None]]) -> None:
        """Make the clients that rows name and there are not, in one go.

        :param rows: those that :meth:`require` let pass, each with the owner of what it is: a
            client belongs to whom the first row that names it belongs.
        """
        made: list[tuple[_Named, Client, Changes]] = []
        rung_id = lowest_rung(self._session)
        keys: dict[_Named, str] = {}
        for row, owner_id in rows:
            named = _named(row)
            if named is None or named in self._found or named in keys:
                continue
            keys[named] = _kept_key(self._keys[named], keys.values())
            try:
                made.append((named, *self._begun(row, keys[named], rung_id, owner_id)))
            except SalesmanError as error:
                self._wrong[named] = error
        self._session.add_all(client for _named_, client, _changes in made)
        self._session.flush()
        steps.note_clients(self._session, [(client, changes) for _named_, client, changes in made])
        self._found.update({named: client.id for named, client, _changes in made})

    def _begun(
        self, row: ImportedRow, key: str, rung_id: int, owner_id: int | None
    ) -> tuple[Client, Changes]:
        person = current_person()
        if not person.may("core.client.assign"):
            owner_id = person.id
        external_ids = {self._source: key} if key else {}
        values = {"name": row[NAME], "owner_id": owner_id, "external_ids": external_ids}
        client, changes = steps.begin_client(values, rung_id=rung_id, owner_id=owner_id)
        client.external_ids = [ClientExternalId(source=self._source, key=key)] if key else []
        return client, changes

    def of(self, row: ImportedRow) -> int | None:
        """Give the client of a row, or None where it names none.

        :raises SalesmanError: where the client could not be made.
        """
        named = _named(row)
        if named is None:
            return None
        if named in self._wrong:
            raise self._wrong[named]
        return self._found[named]

    def ids(self, rows: Iterable[ImportedRow]) -> set[int]:
        """Give the clients that some rows name, as far as they are there."""
        named = (_named(row) for row in rows)
        return {self._found[one] for one in named if one is not None and one in self._found}


def _named(row: ImportedRow) -> _Named | None:
    if KEY in row:
        return KEY, row[KEY]
    return (NAME, normalised(row[NAME])) if NAME in row else None


def _key_of(row: ImportedRow) -> str:
    """Give the key under which the file knows a client: its own, else the name that made it."""
    key: str = row.get(KEY, row.get(NAME, ""))
    return key


def _judge(row: ImportedRow) -> None:
    """Refuse what does not fit into a client's name or key.

    :raises InvalidError: saying why.
    """
    asked = {"name": row[NAME], "external_ids": {KEY: row[KEY]} if KEY in row else {}}
    try:
        judge(_SCHEMA, asked)
    except InvalidError as error:
        wrong = {_FIELDS[name]: message for name, message in error.fields.items()}
        raise InvalidError(error.message, wrong) from error


def _kept_key(key: str, taken: Iterable[str]) -> str:
    """Give the external id that a new client gets: that which was looked up, if it can be one.

    Another way of writing the same name might be the key of another client.
    """
    return key if len(key) <= _LONGEST_KEY and key not in taken else ""


def _in_bin(row: ImportedRow, client_id: int) -> InvalidError:
    message = _("The client %(id)s is in the bin: restore it first.", id=client_id)
    return InvalidError(message, {_told_by(row): message})


def _taken(row: ImportedRow) -> InvalidError:
    """Say no more of a client that whoever acts does not see than that its key is not free."""
    message = _("The external id “%(key)s” is taken already.", key=_key_of(row))
    return InvalidError(message, {_told_by(row): message})


def _told_by(row: ImportedRow) -> str:
    return KEY if KEY in row else NAME


def _several(ids: Iterable[int]) -> InvalidError:
    listed = ", ".join(str(one) for one in sorted(ids)[:5])
    message = _("Several clients are called so: %(ids)s.", ids=listed)
    return InvalidError(message, {NAME: message})
