"""The clients that files name in rows of something else: of deals, of contacts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import visible
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
        self._found: dict[_Named, int] = {}
        self._wrong: dict[_Named, SalesmanError] = {}

    def look_up(self, rows: Iterable[ImportedRow]) -> None:
        """Find those that there are already."""
        asked = {_named(row): row for row in rows if _named(row) is not None}
        new = {named: row for named, row in asked.items() if named and named not in self._found}
        by_key = self._by_key(new.values())
        by_name = self._by_name({normalised(row[NAME]) for row in new.values() if NAME in row})
        keyed = self._keyed(by_name.values())
        for named, row in new.items():
            key = row.get(KEY, row.get(NAME))
            if key in by_key:
                self._found[named] = by_key[key]
                continue
            ids = by_name.get(normalised(row.get(NAME, "")), set())
            if KEY in row:
                ids = ids - keyed
            if len(ids) == 1:
                self._found[named] = next(iter(ids))
            elif ids:
                self._wrong[named] = _several(ids)

    def _by_key(self, rows: Iterable[ImportedRow]) -> dict[str, int]:
        keys = {key for row in rows for key in (row.get(KEY), row.get(NAME)) if key}
        held = records_by_key(self._session, ClientExternalId, self._source, keys) if keys else {}
        seen = sa.select(Client.id).where(Client.id.in_(held.values()), visible("client"))
        ids = set(self._session.scalars(seen)) if held else set()
        return {key: client_id for key, client_id in held.items() if client_id in ids}

    def _by_name(self, names: set[str]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for name, client_id in clients_named(self._session, names) if names else ():
            found.setdefault(str(name), set()).add(client_id)
        return found

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
            keys[named] = _kept_key(row, keys.values())
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


def _kept_key(row: ImportedRow, taken: Iterable[str]) -> str:
    """Give the external id that a new client gets: the file's, else its name if that can be one."""
    key: str = row.get(KEY, row[NAME])
    return key if len(key) <= _LONGEST_KEY and key not in taken else ""


def _several(ids: Iterable[int]) -> InvalidError:
    listed = ", ".join(str(one) for one in sorted(ids)[:5])
    message = _("Several clients are called so: %(ids)s.", ids=listed)
    return InvalidError(message, {NAME: message})
