"""Contacts of a file written in bulk, by the same steps as a single one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.clients import steps
from salesman_core.clients.import_keys import matching_of_contacts
from salesman_core.clients.import_names import NamedClients
from salesman_core.clients.import_values import (
    contact_values,
    grown_columns,
    grown_lists,
    refuse_hidden,
    unreachable,
)
from salesman_core.clients.models import Client, Contact, ContactExternalId
from salesman_core.db import one_of, writing
from salesman_core.errors import InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.records.changes import Changes, Planned, differences
from salesman_core.records.custom.changes import demand_required, plan_custom
from salesman_core.records.external_ids import plan_external_ids
from salesman_core.records.imports.matching import ImportedRow
from salesman_core.records.imports.reading import UNMAPPED
from salesman_core.records.imports.writing import Draft, RowWriter
from salesman_core.records.saving import write_rows
from salesman_hookspecs import ImportBatch, ImportOutcome

_ = texts.lazy

_COLUMNS: Final = ("name", "position", "primary")


def apply_contacts(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of contacts; see ``ImportType.apply``."""
    with writing() as session:
        return ContactRows(session, batch).write(batch.rows)


@dataclass(slots=True)
class ContactDraft(Draft[Contact]):
    """A row on its way to a contact."""

    changes: Changes = field(default_factory=dict)


class ContactRows(RowWriter[Contact, ContactDraft]):
    """Writes the rows of a batch as contacts; a contact stays with its client."""

    kind = "contact"
    edit = "core.client.edit"
    loading = (
        selectinload(Contact.phones),
        selectinload(Contact.emails),
        selectinload(Contact.external_ids),
    )

    def __init__(self, session: Session, batch: ImportBatch) -> None:
        super().__init__(session, batch, matching_of_contacts(batch))
        self._source = batch.source
        self._clients = NamedClients(session, batch)
        self._clients.look_up(batch.rows)
        self._editable: set[int] = set()
        self._with_contacts: set[int] = set()
        self._primary: dict[int, ContactDraft] = {}
        self._named: dict[int, int] = batch.remembered.setdefault("primary", {})

    def found(self, rows: Mapping[int, ImportedRow]) -> dict[int, int | SalesmanError | None]:
        """Give the contacts that rows mean, while nobody else says which are primary ones."""
        found = super().found(rows)
        ids = [one for one in found.values() if isinstance(one, int)]
        theirs = sa.select(Contact.client_id).where(one_of(Contact.id, ids))
        clients = set(self.session.scalars(theirs)) if ids else set()
        steps.hold_clients(self.session, clients | self._clients.ids(rows.values()))
        return found

    def refuse_hidden(self, row: ImportedRow) -> None:
        """Refuse phones and emails where they are hidden."""
        refuse_hidden(row)

    def draft(self, row: ImportedRow, record: Contact | None) -> ContactDraft:
        """Read a row."""
        values = contact_values(row, self._source)
        if record is None:
            self._clients.require(row)
        return ContactDraft(row, record, values, unreachable(values))

    def prepare(self, drafts: Collection[ContactDraft]) -> None:
        """Make the clients that are missing, and see which have contacts."""
        rows = [one.row for one in drafts if one.record is None]
        self._clients.make([(row, current_person().id) for row in rows])
        ids = self._clients.ids(rows)
        editable = sa.select(Client.id).where(Client.id.in_(ids), visible("client", self.edit))
        self._editable = set(self.session.scalars(editable))
        living = (Contact.client_id.in_(ids), Contact.deleted_at.is_(None))
        self._with_contacts = set(self.session.scalars(sa.select(Contact.client_id).where(*living)))
        self._primary = {}
        for draft in drafts:
            client_id = self._client_of(draft) if draft.values.get("primary") else None
            if client_id is not None:
                self._primary.setdefault(client_id, draft)

    def _client_of(self, draft: ContactDraft) -> int | None:
        if draft.record is not None:
            return draft.record.client_id
        try:
            return self._clients.of(draft.row)
        except SalesmanError:  # its row is refused with it where it is written
            return None

    def _demand_one_primary(self, draft: ContactDraft, client_id: int) -> None:
        """Refuse the second contact that is to be a client's primary one: the last would win."""
        if not draft.values.get("primary"):
            return
        own = draft.record.id if draft.record is not None else None
        first = self._primary.get(client_id, draft)
        same = first is draft or (own is not None and draft.record is first.record)
        if not same or self._named.get(client_id, own) != own:
            message = _("Another row already names the primary contact of this client.")
            raise InvalidError(message, {"primary": message})

    def begin(self, draft: ContactDraft) -> Contact:
        """Give the new contact; the first of a client is its primary one, unless rows say which."""
        client_id = self._clients.of(draft.row)
        if client_id is None or client_id not in self._editable:
            message = _("You may not change this client.")
            raise InvalidError(message, {"client": message})
        self._demand_one_primary(draft, client_id)
        values: dict[str, Any] = draft.values | {"client_id": client_id}
        if UNMAPPED in draft.row:
            values["imported"] = dict(draft.row[UNMAPPED])
        demand_required(self.kind, values)
        contact, draft.changes = steps.begin_contact(
            values, client_id=client_id, primary=client_id not in self._with_contacts
        )
        self._with_contacts.add(client_id)
        return contact

    def note(self, drafts: Sequence[ContactDraft]) -> None:
        """Note new contacts."""
        keys = [
            {"record_id": one.written.id, "source": source, "key": key}
            for one in drafts
            for source, key in one.values.get("external_ids", {}).items()
        ]
        write_rows(self.session, ContactExternalId, keys)
        steps.note_contacts(self.session, [(one.written, one.changes) for one in drafts])
        steps.one_primary(self.session, [one.written for one in drafts])

    def finish(self) -> None:
        """Remember which contacts rows named as primary ones, for those that follow."""
        for client_id, draft in self._primary.items():
            if draft.record is not None:
                self._named.setdefault(client_id, draft.record.id)

    def differs(self, draft: ContactDraft) -> bool:
        """Tell whether a row says anything new."""
        contact = draft.written
        self._demand_one_primary(draft, contact.client_id)
        return bool(
            differences(contact, _wanted(draft))
            or grown_lists(contact, draft.values)
            or self._custom(draft)
            or _new_keys(draft)
        )

    def change(self, draft: ContactDraft) -> None:
        """Change what the row says otherwise."""
        contact = draft.written
        plan = [
            *steps.plan_lists(contact, grown_lists(contact, draft.values)),
            *self._custom(draft),
        ]
        if new := _new_keys(draft):
            keys = _keys(contact) | new
            plan += plan_external_ids(self.session, ContactExternalId, contact.id, keys)
        changes = steps.change(self.kind, contact, _wanted(draft), plan)
        if "primary" in changes:
            steps.one_primary(self.session, [contact])
        steps.keep(self.session, self.kind, contact, changes)

    def _custom(self, draft: ContactDraft) -> list[Planned]:
        return list(plan_custom(self.kind, draft.written, draft.values))


def _wanted(draft: ContactDraft) -> dict[str, Any]:
    columns: dict[str, Any] = {
        name: draft.values[name] for name in _COLUMNS if name in draft.values
    }
    return grown_columns(draft.written, draft.row, columns)


def _keys(contact: Contact) -> dict[str, str]:
    return {one.source: one.key for one in contact.external_ids}


def _new_keys(draft: ContactDraft) -> dict[str, str]:
    """Give the key that a contact does not have yet, where a row found it by others."""
    told: dict[str, str] = draft.values.get("external_ids", {})
    return dict(told.items() - _keys(draft.written).items())
