"""Clients of a file written in bulk, by the same steps as a single one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, selectinload

from salesman_core.clients import steps
from salesman_core.clients.import_keys import matching_of_clients, merged_names
from salesman_core.clients.import_values import (
    client_values,
    grown_columns,
    grown_lists,
    refuse_hidden,
    unreachable,
)
from salesman_core.clients.ladder import put_on_rung, rungs
from salesman_core.clients.models import Client, ClientExternalId, ClientParticipant
from salesman_core.db import normalised, writing
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.people.imports import NamedParticipants, Owners
from salesman_core.records.changes import Changes, Planned, differences
from salesman_core.records.custom.changes import demand_required, plan_custom
from salesman_core.records.external_ids import plan_external_ids
from salesman_core.records.imports.matching import ImportedRow
from salesman_core.records.imports.notes import RowNotes
from salesman_core.records.imports.reading import UNMAPPED
from salesman_core.records.imports.writing import Draft, RowWriter
from salesman_core.records.participants import plan_participants, write_participants
from salesman_core.records.saving import write_rows
from salesman_hookspecs import ImportBatch, ImportOutcome

_ = texts.lazy

_COLUMNS = ("name", "kind", "site", "source", "owner_id")


def apply_clients(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of clients; see ``ImportType.apply``."""
    with writing() as session:
        return ClientRows(session, batch).write(batch.rows)


@dataclass(slots=True)
class ClientDraft(Draft[Client]):
    """A row on its way to a client.

    :param rung_id: where it is to stand on the ladder, or None where the row does not say.
    """

    rung_id: int | None = None
    changes: Changes = field(default_factory=dict)


class ClientRows(RowWriter[Client, ClientDraft]):
    """Writes the rows of a batch as clients."""

    kind = "client"
    edit = "core.client.edit"
    loading = (
        selectinload(Client.phones),
        selectinload(Client.emails),
        selectinload(Client.addresses),
        selectinload(Client.tags),
        selectinload(Client.external_ids),
    )

    def __init__(self, session: Session, batch: ImportBatch) -> None:
        super().__init__(session, batch, matching_of_clients(batch))
        self._source = batch.source
        self._owners = Owners(session, batch, "core.client.assign")
        self._people = NamedParticipants(session, batch, ClientParticipant)
        self._notes = RowNotes(session, self.kind)
        self._merged: set[tuple[str, int]] = set()
        ladder = rungs(session)
        self._lowest = ladder[0].id
        self._rungs = {normalised(one.name): one.id for one in ladder}

    def refuse_hidden(self, row: ImportedRow) -> None:
        """Refuse phones and emails where they are hidden."""
        refuse_hidden(row)

    def draft(self, row: ImportedRow, record: Client | None) -> ClientDraft:
        """Read a row."""
        values = client_values(row, self._source, self._people.of(row))
        if record is None:
            values["owner_id"] = self._owners.for_new(row.get("owner"))
        elif "owner" in row:
            values["owner_id"] = self._owners.assigned(row["owner"], record.owner_id)
        return ClientDraft(row, record, values, unreachable(values), rung_id=self._rung(row))

    def _rung(self, row: ImportedRow) -> int | None:
        name = row.get("rung")
        if name is None:
            return None
        found = self._rungs.get(normalised(name))
        if found is None:
            known = ", ".join(self._rungs)
            message = _("There is no such rung, only: %(known)s.", known=known)
            raise InvalidError(message, {"rung_id": message})
        return found

    def prepare(self, drafts: Collection[ClientDraft]) -> None:
        """Look up the notes of those that there are, and what they were called before merging."""
        ids = {one.record.id for one in drafts if one.record is not None}
        self._notes.look_up(ids)
        self._people.look_up(ids)
        self._merged = merged_names(self.session, ids)

    def begin(self, draft: ClientDraft) -> Client:
        """Give the new client."""
        values = dict(draft.values)
        if UNMAPPED in draft.row:
            values["imported"] = dict(draft.row[UNMAPPED])
        demand_required(self.kind, values)
        client, draft.changes = steps.begin_client(
            values, rung_id=self._lowest, owner_id=values["owner_id"]
        )
        return client

    def admit(self, draft: ClientDraft) -> None:
        """Keep the row's remark."""
        self._notes.write(draft.written.id, draft.row)

    def note(self, drafts: Sequence[ClientDraft]) -> None:
        """Note new clients, and put those on a rung of which the file tells it."""
        keys = [
            {"record_id": one.written.id, "source": source, "key": key}
            for one in drafts
            for source, key in one.values.get("external_ids", {}).items()
        ]
        write_rows(self.session, ClientExternalId, keys)
        people = {one.written.id: one.values.get("participants", ()) for one in drafts}
        write_participants(self.session, ClientParticipant, people)
        steps.note_clients(self.session, [(one.written, one.changes) for one in drafts])
        for one in drafts:
            self._place(one)

    # -- clients that there were

    def differs(self, draft: ClientDraft) -> bool:
        """Tell whether a row says anything new."""
        client = draft.written
        return bool(
            differences(client, self._wanted(draft))
            or grown_lists(client, draft.values)
            or self._custom(draft)
            or self._people.grown(client.id, draft.values)
            or _new_keys(draft)
            or draft.rung_id not in (None, client.rung_id)
            or self._notes.is_new(client.id, draft.row)
        )

    def change(self, draft: ClientDraft) -> None:
        """Change what the row says otherwise."""
        client = draft.written
        plan = [
            *steps.plan_lists(client, grown_lists(client, draft.values)),
            *self._custom(draft),
        ]
        if people := self._people.grown(client.id, draft.values):
            plan += plan_participants(self.session, ClientParticipant, client.id, people)
        if new := _new_keys(draft):
            keys = _keys(client) | new
            plan += plan_external_ids(self.session, ClientExternalId, client.id, keys)
        changes = steps.change(self.kind, client, self._wanted(draft), plan)
        if changes:
            steps.keep(self.session, self.kind, client, changes)
        self._place(draft)
        self._notes.write(client.id, draft.row)

    def _wanted(self, draft: ClientDraft) -> dict[str, Any]:
        """Give what the columns are to hold; a client keeps the name that was chosen in merging."""
        told: Mapping[str, Any] = draft.values
        columns = {name: told[name] for name in _COLUMNS if name in told}
        if (normalised(told.get("name", "")), draft.written.id) in self._merged:
            del columns["name"]
        return grown_columns(draft.written, draft.row, columns)

    def _custom(self, draft: ClientDraft) -> list[Planned]:
        return list(plan_custom(self.kind, draft.written, draft.values))

    def _place(self, draft: ClientDraft) -> None:
        client = draft.written
        if draft.rung_id not in (None, client.rung_id):
            put_on_rung(self.session, client, draft.rung_id, _("the imported file says so"))


def _keys(client: Client) -> dict[str, str]:
    return {one.source: one.key for one in client.external_ids}


def _new_keys(draft: ClientDraft) -> dict[str, str]:
    """Give the key that a client does not have yet, where a row found it by others.

    Whose client has another key of that source came by the key of a client merged into it.
    """
    told: dict[str, str] = draft.values.get("external_ids", {})
    held = _keys(draft.written)
    return {source: key for source, key in told.items() if source not in held}
