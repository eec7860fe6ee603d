"""Leads of a file written in bulk, by the same steps as a single one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salesman_core.toolkit import (
    UNMAPPED,
    Bin,
    ConflictError,
    Draft,
    ImportedRow,
    InvalidError,
    Key,
    Matching,
    Owners,
    RowWriter,
    SalesmanError,
    WritingSession,
    chosen_keys,
    demand_permission,
    one_of,
    visible,
    writing,
)
from salesman_hookspecs import ImportBatch, ImportOutcome
from salesman_leads import import_values as values_of
from salesman_leads import intake, service
from salesman_leads.channels.matching import name_channels
from salesman_leads.distribution.dealing import Dealing
from salesman_leads.distribution.placing import Placed, note, place
from salesman_leads.models import CLOSED, KIND, Lead, LeadEmail, LeadExternalId, LeadPhone
from salesman_leads.permissions import ASSIGN, CREATE, EDIT
from salesman_leads.spelling import SPELT, Spellings
from salesman_leads.texts import texts

_ = texts.lazy

EXTERNAL_ID: Final = "external_id"
REACH_OR_NAME: Final = "phone, email or name"

_NOT_REACHED: Final = [
    sa.not_(sa.exists().where(way.lead_id == Lead.id)) for way in (LeadPhone, LeadEmail)
]
"""Nobody of the same name is taken for a lead of which a phone or email is known."""

_UNFINISHED: Final = Lead.status != CLOSED
_CLOSED: Final = Lead.status == CLOSED

Found = Iterable[tuple[Hashable, int]]
Held = Callable[[Session, Collection[Any], Bin], Found]


def apply_leads(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of leads; see ``ImportType.apply``."""
    demand_permission(CREATE)
    with writing() as session:
        return LeadRows(session, batch).write(batch.rows)


@dataclass(slots=True)
class LeadDraft(Draft[Lead]):
    """A row on its way to a lead.

    :param outcome: status and result, as far as the row tells them.
    :param begun: the new lead, complete but for what is written with it.
    """

    outcome: Mapping[str, Any] = field(default_factory=dict)
    begun: Lead | None = None


class LeadRows(RowWriter[Lead, LeadDraft]):
    """Writes the rows of a batch as leads."""

    kind = KIND
    edit = EDIT
    loading = (
        selectinload(Lead.phones),
        selectinload(Lead.emails),
        selectinload(Lead.products),
        selectinload(Lead.external_ids),
    )

    def __init__(self, session: WritingSession, batch: ImportBatch) -> None:
        self._writing = session
        match = batch.options.get("match", ())
        keys, closed = (chosen_keys(by, match, (REACH_OR_NAME,)) for by in (_KEYS, _KEYS_OF_CLOSED))
        super().__init__(session, batch, Matching(batch.source, LeadExternalId, keys))
        self._closed = Matching(batch.source, LeadExternalId, closed)
        self._source = batch.source
        self._owners = Owners(session, batch, ASSIGN)
        self._outcomes = values_of.Outcomes(session)
        self._placed: Placed = ()
        self._dealing: Dealing | None = None
        if self.only != "update":  # before the leads that rows mean: see Dealing
            self._dealing = Dealing(session)
        remembered = batch.remembered
        self._spelt = {name: Spellings(session, name, remembered) for name in SPELT}

    def refuse_hidden(self, row: ImportedRow) -> None:
        """Refuse phones and emails where they are hidden."""
        values_of.refuse_hidden(row)

    def found(self, rows: Mapping[int, ImportedRow]) -> dict[int, int | SalesmanError | None]:
        """Give the leads that rows mean; see :class:`RowWriter`.

        By phone, email or name a row means a lead that is not closed: whoever was told "no" last
        year may be interested now. Only what a closed lead says to the letter is that lead, for
        else the same file would bring it in anew each time.
        """
        found = super().found(rows)
        keyless = {place: row for place, row in rows.items() if EXTERNAL_ID not in row}
        return found | self._known_to_the_letter(keyless, found)

    def _known_to_the_letter(
        self,
        rows: Mapping[int, ImportedRow],
        found: Mapping[int, int | SalesmanError | None],
    ) -> dict[int, int | SalesmanError | None]:
        """Give the closed leads of rows that say nothing new of them, but of the one not closed."""
        matches = self._closed.found(self.session, [*rows.values()])
        closed = {place: matches.there.of(row) for place, row in rows.items()}
        closed = {place: ids for place, ids in closed.items() if ids}
        meant = {place: found[place] for place in closed}
        leads = self._leads({*chain(*closed.values()), *meant.values()})
        known: dict[int, int | SalesmanError | None] = {}
        for number, ids in closed.items():
            candidates = [meant[number], *sorted(ids, reverse=True)]
            there = [leads[one] for one in candidates if isinstance(one, int) and one in leads]
            same = [one.id for one in there if self._says_no_more(rows[number], one)]
            known |= {number: same[0]} if same else {}
        return known

    def _leads(self, ids: Collection[object]) -> Mapping[int, Lead]:
        """Give some leads with what hangs on them."""
        wanted = [one for one in ids if isinstance(one, int)]
        if not wanted:
            return {}
        query = sa.select(Lead).where(one_of(Lead.id, wanted), visible(KIND))
        return {lead.id: lead for lead in self.session.scalars(query.options(*self.loading))}

    def _says_no_more(self, row: ImportedRow, lead: Lead) -> bool:
        """Tell whether a lead has all that a row says of somebody and their interest."""
        try:
            draft = LeadDraft(row, lead, self._told(row))
        except InvalidError:
            return False  # the row is refused for it
        return not (self._news(draft) or self._remembers(draft))

    def _told(self, row: ImportedRow) -> dict[str, Any]:
        """Give what a row tells, in the spelling of the leads before it."""
        values = values_of.lead_values(row, self._source)
        return values | {
            name: spelt.of(values[name]) for name, spelt in self._spelt.items() if name in values
        }

    def draft(self, row: ImportedRow, record: Lead | None) -> LeadDraft:
        """Read a row."""
        values = self._told(row)
        if "owner" in row:
            held = None if record is None else record.owner_id
            values["owner_id"] = self._owners.assigned(row["owner"], held)
        draft = LeadDraft(row, record, values, values_of.warnings_of(row))
        draft.outcome = self._outcomes.of(row)
        if record is None:
            draft.begun = self._begun(draft)
        return draft

    def _begun(self, draft: LeadDraft) -> Lead:
        lead = intake.begin_lead(draft.values)
        lead.owner_id = draft.values.get("owner_id") or lead.owner_id
        lead.imported = dict(draft.row.get(UNMAPPED, {}))
        for name, value in draft.outcome.items():
            setattr(lead, name, value)
        return lead

    def prepare(self, drafts: Collection[LeadDraft]) -> None:
        """Name their channels; give to somebody those of which the file does not say whose."""
        new = [one.begun for one in drafts if one.begun]
        name_channels(self._writing, new)
        open_ = [lead for lead in new if lead.status != CLOSED]
        self._placed = place(self._writing, open_, self._dealing)

    def begin(self, draft: LeadDraft) -> Lead:
        """Give the new lead."""
        return draft.begun or self._begun(draft)

    def note(self, drafts: Sequence[LeadDraft]) -> None:
        """Note new leads, and to whom they went."""
        told = [(one.written, {**one.values, **one.outcome}) for one in drafts]
        intake.note_leads(self.session, told)
        note(self._writing, self._placed)

    # -- leads that there were

    def differs(self, draft: LeadDraft) -> bool:
        """Tell whether a row says anything new."""
        known = self._closes(draft) or self._goes_on(draft) or self._remembers(draft)
        return known or bool(self._news(draft))

    def change(self, draft: LeadDraft) -> None:
        """Change what the row says otherwise.

        :raises ConflictError: where the lead is closed.
        """
        lead = draft.written
        if lead.status == CLOSED:
            raise ConflictError(_("The lead is closed."))
        if news := self._news(draft):
            service.change_lead(lead.id, news)
        if self._remembers(draft):
            lead.imported = lead.imported | draft.row[UNMAPPED]
            service.note_change(self.session, lead, "imported")
        if self._goes_on(draft):
            service.go_on(self.session, lead, draft.outcome["status"])
        if self._closes(draft):
            told = draft.outcome
            service.finish_lead(self.session, lead, told["result"], result_id=told["result_id"])

    def _news(self, draft: LeadDraft) -> dict[str, Any]:
        """Give what the row says otherwise than the lead has it, as the JSON API names it."""
        lead, told = draft.written, draft.values
        plain = [name for name in (*intake.COLUMNS, "owner_id") if name in told]
        news = {name: told[name] for name in plain if told[name] != getattr(lead, name)}
        for name, held, meant in (
            ("phones", [one.typed for one in lead.phones], values_of.phone_meant),
            ("emails", [one.typed for one in lead.emails], values_of.email_meant),
            ("products", [one.name for one in lead.products], str.casefold),
        ):
            more = values_of.grown(held, told.get(name, ()), meant)
            news |= {name: more} if more != held else {}
        keys = {one.source: one.key for one in lead.external_ids}
        more_keys = told.get("external_ids", {}) | keys
        return news | ({"external_ids": more_keys} if more_keys != keys else {})

    def _closes(self, draft: LeadDraft) -> bool:
        """Tell whether the file says what came of a lead that is open here."""
        return draft.written.status != CLOSED and draft.outcome.get("status") == CLOSED

    def _goes_on(self, draft: LeadDraft) -> bool:
        """Tell whether the file says of a lead that is open here how far it is, and otherwise."""
        status = draft.outcome.get("status", CLOSED)
        return CLOSED not in {draft.written.status, status} and status != draft.written.status

    def _remembers(self, draft: LeadDraft) -> bool:
        held, told = draft.written.imported, draft.row.get(UNMAPPED, {})
        return bool(held | told != held)


def _reached_or_named(row: ImportedRow) -> list[Hashable]:
    """Give the phones and emails of a row; where it has none, what it calls whom it is about."""
    reached = [*values_of.phones_meant(row), *values_of.emails_meant(row)]
    title = values_of.title_of(row)
    return [*reached] or ([("title", title)] if title else [])


def _leads_meant(which: sa.ColumnElement[bool]) -> Held:
    def held(session: Session, values: Collection[Any], where: Bin) -> Found:
        titles = {one[1] for one in values if isinstance(one, tuple)}
        reached = {one for one in values if isinstance(one, str)}
        named = _leads_named(which, *_NOT_REACHED)(session, titles, where) if titles else []
        found: list[tuple[Hashable, int]] = [(("title", title), id_) for title, id_ in named]
        for way in (LeadPhone, LeadEmail):
            found += _leads_reached(way, which)(session, reached, where) if reached else []
        return found

    return held


def _leads_named(*narrowed: sa.ColumnElement[bool]) -> Held:
    """Give what finds leads by what they are called."""

    def held(session: Session, titles: Collection[Any], where: Bin) -> Found:
        query = sa.select(Lead.search_title, Lead.id)
        query = query.where(Lead.search_title.in_(titles), visible(KIND, bin=where), *narrowed)
        return [(row[0], row[1]) for row in session.execute(query)]

    return held


def _leads_reached(way: type[LeadPhone | LeadEmail], which: sa.ColumnElement[bool]) -> Held:
    def held(session: Session, values: Collection[Any], where: Bin) -> Found:
        meant = sa.func.coalesce(way.normalised, way.typed)
        query = sa.select(meant, way.lead_id).join(Lead, Lead.id == way.lead_id)
        query = query.where(meant.in_(values), which, visible(KIND, bin=where))
        return [(row[0], row[1]) for row in session.execute(query)]

    return held


def _names(row: ImportedRow) -> list[Hashable]:
    title = values_of.title_of(row)
    return [title] if title else []


def _keys(which: sa.ColumnElement[bool]) -> Mapping[str, Key]:
    """Give the fields by which some of the leads are found."""
    return {
        "phones": Key(values_of.phones_meant, _leads_reached(LeadPhone, which)),
        "emails": Key(values_of.emails_meant, _leads_reached(LeadEmail, which)),
        "name": Key(_names, _leads_named(which)),
        REACH_OR_NAME: Key(_reached_or_named, _leads_meant(which)),
    }


_KEYS: Final = _keys(_UNFINISHED)
_KEYS_OF_CLOSED: Final = _keys(_CLOSED)
