"""Deals of a file written in bulk, by the same steps as a single one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salesman_core.access.records import demand
from salesman_core.clients.import_names import KEY as CLIENT_KEY
from salesman_core.clients.import_names import NAME as CLIENT
from salesman_core.clients.import_names import NamedClients
from salesman_core.clients.ladder import add_evidence
from salesman_core.clients.models import Client
from salesman_core.clock import today
from salesman_core.db import normalised, one_of, writing
from salesman_core.deals import evidence, needs, rates, steps
from salesman_core.deals.contacts import plan_contacts
from salesman_core.deals.import_contacts import FIELD as CONTACTS
from salesman_core.deals.import_contacts import NamedContacts
from salesman_core.deals.import_keys import matching_of
from salesman_core.deals.import_values import Told, external_ids_of, refuse_hidden, told_by
from salesman_core.deals.import_words import Pipelines, Reasons, are_shares
from salesman_core.deals.models import Deal, DealContact, DealExternalId, DealParticipant, Stage
from salesman_core.deals.own_key import SOURCE as OWN_SOURCE
from salesman_core.deals.own_key import own_key
from salesman_core.deals.schemas import DealSchema
from salesman_core.errors import SalesmanError
from salesman_core.i18n import CORE
from salesman_core.people.imports import NamedParticipants, Owners
from salesman_core.records.changes import Changes, Planned, differences
from salesman_core.records.custom.changes import demand_required, plan_custom
from salesman_core.records.custom.kinds import CUSTOM
from salesman_core.records.external_ids import plan_external_ids
from salesman_core.records.imports.matching import OWN_KEY, ImportedRow
from salesman_core.records.imports.notes import RowNotes
from salesman_core.records.imports.writing import Draft, RowWriter
from salesman_core.records.participants import plan_participants, write_participants
from salesman_core.records.saving import write_rows
from salesman_core.rest import judge
from salesman_core.services.company import company
from salesman_hookspecs import ImportBatch, ImportOutcome

_PARTS: Final = (CUSTOM, "participants")
"""What a row tells of a deal and no column of it holds."""
_PEOPLE: Final = DealSchema(partial=True, only=("participants",))


def apply_deals(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of deals; see ``ImportType.apply``."""
    with writing() as session:
        return DealRows(session, batch).write(batch.rows)


@dataclass(slots=True)
class DealDraft(Draft[Deal]):
    """A row on its way to a deal."""

    told: Told = field(kw_only=True)
    changes: Changes = field(default_factory=dict)


class DealRows(RowWriter[Deal, DealDraft]):
    """Writes the rows of a batch as deals."""

    kind = "deal"
    edit = "core.deal.edit"
    loading = (selectinload(Deal.external_ids),)

    def __init__(self, session: Session, batch: ImportBatch) -> None:
        super().__init__(session, batch, matching_of(batch))
        options = batch.options
        self._source = batch.source
        self._by_row = not options.get("match")
        self._by_own = self._by_row or OWN_KEY in options["match"]
        self._own_clients: Mapping[int, str] = {}
        self._owners = Owners(session, batch, "core.deal.assign")
        self._pipelines = Pipelines(session, shares=_writes_shares(batch))
        self._reasons = Reasons(session, create="reason" in options.get("create_missing", ()))
        self._clients = NamedClients(session, batch)
        self._clients.look_up(batch.rows)
        self._contacts = NamedContacts(session)
        self._naming: list[tuple[Deal, Collection[int]]] = []
        self._people = NamedParticipants(session, batch, DealParticipant)
        self._notes = RowNotes(session, self.kind)
        self._new: list[int] = []
        self._touched: set[int | None] = set()

    def refuse_hidden(self, row: ImportedRow) -> None:
        """Refuse costs and margins where they are hidden."""
        refuse_hidden(row)

    def found(self, rows: Mapping[int, ImportedRow]) -> dict[int, int | SalesmanError | None]:
        """Give the deals that rows mean, having looked up what the clients of our own are called.

        Others may be called so too, and whoever imports may see the deal and not its client.
        """
        found = super().found(rows)
        meant = [
            id_
            for place, id_ in found.items()
            if isinstance(id_, int) and self._by_own and OWN_KEY in rows[place]
        ]
        if meant:
            query = sa.select(Deal.id, Client.search_name).join(Client, Client.id == Deal.client_id)
            named = self.session.execute(query.where(one_of(Deal.id, meant)))
            self._own_clients = {row.id: row.search_name for row in named}
        return found

    def draft(self, row: ImportedRow, record: Deal | None) -> DealDraft:
        """Read a row."""
        keys = external_ids_of(row, self._source, by_own=self._by_own, by_row=self._by_row)
        if record is not None:
            row = self._but_for_its_client(row, record)
            if keys.get(OWN_SOURCE) == own_key(record.id, record.created_at):
                del keys[OWN_SOURCE]
        told = told_by(row, keys, self._pipelines, self._reasons, record)
        self._clients.require(row)
        values = dict(told.values)
        if people := self._people.of(row):
            values |= judge(_PEOPLE, people)
        if "owner" in row or record is None:
            values["owner_id"] = self._owner(row, record)
        return DealDraft(row, record, values, told=told)

    def _but_for_its_client(self, row: ImportedRow, deal: Deal) -> ImportedRow:
        """Give a row without the client where that is called as the client of its deal."""
        own = self._own_clients.get(deal.id)
        if own is None or CLIENT_KEY in row or normalised(row.get(CLIENT, "")) != own:
            return row
        return {name: value for name, value in row.items() if name != CLIENT}

    def _owner(self, row: ImportedRow, record: Deal | None) -> int | None:
        if record is None:
            return self._owners.for_new(row.get("owner"))
        return self._owners.assigned(row["owner"], record.owner_id)

    def prepare(self, drafts: Collection[DealDraft]) -> None:
        """Make the clients that are missing; they belong to whom the first deal belongs."""
        self._clients.make([(one.row, _owner_of(one)) for one in drafts])
        held = {one.record.id for one in drafts if one.record is not None}
        self._notes.look_up(held)
        self._people.look_up(held)
        naming = [one for one in drafts if CONTACTS in one.row]
        clients = self._clients.ids(one.row for one in naming)
        clients |= {one.record.client_id or 0 for one in naming if one.record is not None}
        self._contacts.look_up(clients, held)

    def begin(self, draft: DealDraft) -> Deal:
        """Give the new deal, closed where the file says so."""
        told = draft.told
        client_id = self._clients.of(draft.row)
        stage = told.stage or self._pipelines.beginning(draft.row.get("pipeline"), told.outcome)
        values = draft.values | {
            "client_id": client_id,
            "stage_id": stage.id,
            "external_ids": told.external_ids,
        }
        contact_ids = self._contacts.of(draft.row, client_id)
        if contact_ids:
            values["contact_ids"] = sorted(contact_ids)
        if told.imported:
            values["imported"] = told.imported
        if told.closed_on and "opened_on" not in values:
            values["opened_on"] = min(told.closed_on, today(company().tz))
        demand_required(self.kind, values)
        deal, draft.changes = steps.begin(
            values, stage, client_id=client_id, owner_id=values["owner_id"]
        )
        if told.stage_since is not None:
            deal.stage_since = min(_moment_of(told, told.stage_since), deal.created_at)
        if told.outcome is not None:
            deal.outcome, deal.reason_id = told.outcome, self._reason(told)
            deal.closed_on = told.closed_on or today(company().tz)
            rates.take_rate(deal)
        self._naming.append((deal, contact_ids))
        return deal

    def _reason(self, told: Told) -> int | None:
        if told.outcome != steps.LOST:
            return None
        return told.reason_id or self._reasons.not_stated()

    def admit(self, draft: DealDraft) -> None:
        """Judge a new deal with its contacts where it stands, or its closing, and keep the remark.

        An open deal enters its stage. A closed one is history: it went through stages before they
        asked for anything.
        """
        deal = draft.written
        self._name_contacts()
        if deal.outcome is None:
            needs.demand_filled(self.session, deal, self.session.get_one(Stage, deal.stage_id))
        else:
            steps.ask_closing(deal.id, deal.outcome, deal.reason_id)
        self._notes.write(deal.id, draft.row)

    def _name_contacts(self) -> None:
        """Write the contacts of all deals begun: a stage may ask for one before it lets one in."""
        rows = [
            {"deal_id": deal.id, "contact_id": id_}
            for deal, contact_ids in self._naming
            for id_ in contact_ids
        ]
        self._naming.clear()
        write_rows(self.session, DealContact, rows)

    def note(self, drafts: Sequence[DealDraft]) -> None:
        """Note new deals."""
        keys = [
            {"record_id": one.written.id, "source": source, "key": key}
            for one in drafts
            for source, key in one.told.external_ids.items()
        ]
        write_rows(self.session, DealExternalId, keys)
        people = {one.written.id: one.values.get("participants", ()) for one in drafts}
        write_participants(self.session, DealParticipant, people)
        steps.note_written(self.session, [(one.written, one.changes) for one in drafts])
        self._new += [one.written.id for one in drafts]

    # -- deals that there were

    def differs(self, draft: DealDraft) -> bool:
        """Tell whether a row says anything new."""
        deal = draft.written
        return bool(
            differences(deal, self._wanted(draft))
            or self._custom(draft)
            or self._named(draft) is not None
            or self._people.grown(deal.id, draft.values)
            or _new_keys(draft)
            or _moves(draft)
            or _closes(draft)
            or self._notes.is_new(deal.id, draft.row)
        )

    def _wanted(self, draft: DealDraft) -> dict[str, Any]:
        deal, told = draft.written, draft.told
        wanted = {name: value for name, value in draft.values.items() if name not in _PARTS}
        client_id = self._clients.of(draft.row)
        if client_id is not None:
            wanted["client_id"] = client_id
        if told.imported:
            wanted["imported"] = deal.imported | told.imported
        if told.outcome is not None and told.outcome == deal.outcome:
            if told.closed_on is not None:
                wanted["closed_on"] = told.closed_on
            if told.reason_id is not None:
                wanted["reason_id"] = told.reason_id
        return wanted

    def change(self, draft: DealDraft) -> None:
        """Change what the row says otherwise, and take the steps that it tells of."""
        deal, told = draft.written, draft.told
        self._touched.add(deal.client_id)
        plan = [*self._custom(draft), *self._plan_people(draft)]
        if new := _new_keys(draft):
            keys = _keys(deal) | new
            plan += plan_external_ids(self.session, DealExternalId, deal.id, keys)
        changes = steps.change(deal, self._wanted(draft), plan)
        if changes:
            steps.keep(self.session, deal, "changed", changes)
        if told.stage is not None and _moves(draft):
            steps.move(self.session, deal, told.stage)
        if told.outcome is not None and _closes(draft):
            self._close(deal, told, told.outcome)
        self._notes.write(deal.id, draft.row)
        self._touched.add(deal.client_id)

    def _plan_people(self, draft: DealDraft) -> Iterator[Planned]:
        """Plan who has a part in a deal, on our side and on the client's."""
        deal, contact_ids = draft.written, self._named(draft)
        if people := self._people.grown(deal.id, draft.values):
            yield from plan_participants(self.session, DealParticipant, deal.id, people)
        if contact_ids is not None:
            client_id = self._client_of(draft)
            yield from plan_contacts(self.session, deal, contact_ids, client_id)

    def _named(self, draft: DealDraft) -> set[int] | None:
        """Give the contacts that a deal is to name, where these are others than now."""
        deal = draft.written
        clients = (deal.client_id, self._client_of(draft))
        return self._contacts.grown(draft.row, deal.id, clients)

    def _client_of(self, draft: DealDraft) -> int | None:
        """Give the client that a deal is to have."""
        named = self._clients.of(draft.row)
        return draft.written.client_id if named is None else named

    def _custom(self, draft: DealDraft) -> list[Planned]:
        return list(plan_custom(self.kind, draft.written, draft.values))

    def _close(self, deal: Deal, told: Told, outcome: str) -> None:
        demand("deal", deal.id, "core.deal.close", session=self.session)
        if deal.outcome is not None:
            steps.reopen(self.session, deal)
        steps.close(self.session, deal, outcome, self._reason(told), told.closed_on)

    def finish(self) -> None:
        """Let the ladder see what became of the deals."""
        add_evidence(CORE, evidence.of_deals(self._new))
        steps.review(*self._touched)
        self._new.clear()
        self._touched.clear()


def _writes_shares(batch: ImportBatch) -> bool:
    """Tell whether the file writes stages as shares of one, as far as it has been seen."""
    seen: bool = batch.remembered.get("shares", False)
    shares = seen or are_shares(row["stage"] for row in batch.rows if "stage" in row)
    batch.remembered["shares"] = shares
    return shares


def _owner_of(draft: DealDraft) -> int | None:
    """Give whose the deal is to be."""
    owner_id: int | None = None if draft.record is None else draft.record.owner_id
    return draft.values.get("owner_id", owner_id)


def _keys(deal: Deal) -> dict[str, str]:
    return {one.source: one.key for one in deal.external_ids}


def _moment_of(told: Told, day: date) -> datetime:
    """Give the beginning of a day; its end for a closing, as the ladder's evidence counts it."""
    passed = timedelta(days=1 if told.outcome else 0)
    return datetime.combine(day + passed, time(), tzinfo=company().tz)


def _new_keys(draft: DealDraft) -> dict[str, str]:
    """Give the keys that a deal does not have yet, where a row found it by others."""
    return dict(draft.told.external_ids.items() - _keys(draft.written).items())


def _moves(draft: DealDraft) -> bool:
    """Tell whether an open deal is to stand elsewhere; a closed one stays where it stood."""
    stage, deal = draft.told.stage, draft.written
    return stage is not None and deal.outcome is None and stage.id != deal.stage_id


def _closes(draft: DealDraft) -> bool:
    outcome = draft.told.outcome
    return outcome is not None and outcome != draft.written.outcome
