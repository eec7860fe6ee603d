"""Rows written as records, many at a time: what every kind of record has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from salesman_core.access.records import Bin, record_type, visible
from salesman_core.db import add_objects, holding, one_of, planned_afresh
from salesman_core.errors import InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.records.custom.kinds import EXTENSIONS
from salesman_core.records.custom.words import write_words
from salesman_core.records.extensions.rows import write_begun
from salesman_core.records.imports.extending import extended_rows
from salesman_core.records.imports.mapping import CREATE, UPDATE
from salesman_core.records.imports.matching import ImportedRow, Matching, in_waves
from salesman_core.records.imports.outcomes import refusal
from salesman_core.records.imports.parts import judged_parts
from salesman_hookspecs import ImportBatch, ImportOutcome

_ = texts.lazy

R = TypeVar("R")


@dataclass(slots=True)
class Draft(Generic[R]):
    """A row on its way to a record.

    :param row: what the file says.
    :param record: the record that it means; None until a new one was made of it.
    :param values: what it tells of the record, as the JSON API names it.
    :param warnings: what is kept all the same but deserves a look, by field.
    """

    row: ImportedRow
    record: R | None
    values: dict[str, Any] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)

    @property
    def written(self) -> R:
        """The record, where there is one."""
        if self.record is None:
            message = "no record was made of this row"
            raise LookupError(message)
        return self.record


D = TypeVar("D", bound=Draft[Any])


class RowWriter(ABC, Generic[R, D]):
    """Writes rows; a kind of record says what is its own.

    A row that cannot be written is refused by an exception of the domain, and leaves the others
    alone. Two rows of one record are written one after the other, all else together.

    :param session: of the batch.
    :param batch: its ``only`` says whether rows may do one thing only, create or update.
    :param matching: how rows find their records.
    """

    kind: ClassVar[str]
    edit: ClassVar[str]
    """The permission to change such records."""
    loading: ClassVar[Sequence[ORMOption]] = ()
    """What is loaded with the records that rows mean."""

    def __init__(self, session: Session, batch: ImportBatch, matching: Matching) -> None:
        self.session = session
        self.only: str = batch.options.get("only", "")
        self._matching = matching

    @abstractmethod
    def refuse_hidden(self, row: ImportedRow) -> None:
        """Refuse what whoever imports may not read, before a record is looked for by it.

        Else what comes of the row would tell whose it is.

        :raises InvalidError: by field.
        """

    @abstractmethod
    def draft(self, row: ImportedRow, record: R | None) -> D:
        """Read a row; *record* is the one that it means."""

    def prepare(self, drafts: Collection[D]) -> None:
        """Make what the drafts need, as clients."""

    @abstractmethod
    def begin(self, draft: D) -> R:
        """Give the new record, once plugins agree."""

    def admit(self, draft: D) -> None:
        """Judge a record that has just been written, where that can only be done now."""

    @abstractmethod
    def note(self, drafts: Sequence[D]) -> None:
        """Note the records that have just been written: links, audit, events."""

    @abstractmethod
    def differs(self, draft: D) -> bool:
        """Tell whether a record is to be changed."""

    @abstractmethod
    def change(self, draft: D) -> None:
        """Change a record that there was already."""

    def finish(self) -> None:
        """Do what follows for all that were written."""

    def write(self, rows: Sequence[ImportedRow]) -> list[ImportOutcome]:
        """Write the rows; an outcome for each, in order."""
        outcomes: dict[int, ImportOutcome] = {}
        for places in in_waves(rows, self._matching.identities):
            _Wave(self, {place: rows[place] for place in places}, outcomes).write()
        return [outcomes[place] for place in range(len(rows))]

    def found(self, rows: Mapping[int, ImportedRow]) -> dict[int, int | SalesmanError | None]:
        """Give the records that rows mean, or why that cannot be said."""
        with planned_afresh(self.session.connection()):  # for so many values as there are
            matches = self._matching.found(self.session, list(rows.values()))
        found: dict[int, int | SalesmanError | None] = {}
        for place, row in rows.items():
            try:
                found[place] = matches.record(row)
            except InvalidError as error:
                found[place] = error
        return found


class _Wave(Generic[R, D]):
    """Rows of which no two mean the same record."""

    def __init__(
        self,
        writer: RowWriter[R, D],
        rows: Mapping[int, ImportedRow],
        outcomes: dict[int, ImportOutcome],
    ) -> None:
        self._writer = writer
        self._session = writer.session
        self._rows = rows
        self._outcomes = outcomes
        self._drafts: dict[int, D] = {}
        self._parts = judged_parts(writer.kind, rows)

    def write(self) -> None:
        self._read()
        self._extend()
        self._writer.prepare(self._drafts.values())
        new = [place for place, draft in self._drafts.items() if draft.record is None]
        old = [place for place, draft in self._drafts.items() if draft.record is not None]
        self._create(new)
        for place in old:
            self._attempt(place, self._change)
        self._write_parts(old)
        self._session.flush()
        self._writer.finish()

    def _read(self) -> None:
        found = self._writer.found(self._rows)
        ids = {id_ for id_ in found.values() if isinstance(id_, int)}
        reachable = Reachable(self._writer, ids)
        for place, row in self._parts.rows.items():
            meant = found[place]
            if place in self._parts.refused:
                self._outcomes[place] = self._parts.refused[place]
                continue
            try:
                self._writer.refuse_hidden(row)
                if isinstance(meant, SalesmanError):
                    raise meant
                self._read_row(place, row, reachable.record(meant))
            except SalesmanError as error:
                self._outcomes[place] = refusal(error)

    def _extend(self) -> None:
        """Add what rows say of fields that plugins keep."""
        drafts = {place: (one.row, one.record) for place, one in self._drafts.items()}
        found = extended_rows(self._session, self._writer.kind, drafts)
        for place, (row, values, warnings) in found.items():
            draft = self._drafts[place]
            draft.row = row
            draft.values[EXTENSIONS] = values
            draft.warnings |= warnings

    def _read_row(self, place: int, row: ImportedRow, record: R | None) -> None:
        """Make a draft of a row, unless the record that it means is to stay as it is."""
        if record is None and self._writer.only == UPDATE:
            raise InvalidError(_("No record fits this row, and none is to be created."))
        if record is not None and self._writer.only == CREATE:
            there: Any = record
            self._outcomes[place] = ImportOutcome("unchanged", there.id)
        else:
            row = row if record is None else self._parts.without_decided(place)
            self._drafts[place] = self._writer.draft(row, record)

    def _attempt(self, place: int, step: Callable[[D], str]) -> None:
        """Take a step with a draft; where it is refused, the row is."""
        draft = self._drafts[place]
        try:
            action = step(draft)
        except SalesmanError as error:
            self._outcomes[place] = refusal(error)
            del self._drafts[place]
            return
        if action:
            record: Any = draft.written
            self._outcomes[place] = ImportOutcome(action, record.id, warnings=draft.warnings)

    def _create(self, places: Sequence[int]) -> None:
        for place in places:
            self._attempt(place, self._begin)
        begun = [place for place in places if place in self._drafts]
        records = [self._drafts[place].written for place in begun]
        for place, record in zip(begun, records, strict=True):
            self._parts.begin(place, record)
        if add_objects(self._session, records):
            write_words(self._session, self._writer.kind, records)
            write_begun(self._session, self._writer.kind, records)
        self._session.flush()
        for place in begun:
            self._attempt(place, self._admit)
        self._write_parts(begun)
        self._writer.note([self._drafts[place] for place in begun if place in self._drafts])

    def _write_parts(self, places: Collection[int]) -> None:
        """Write what plugins keep of the records of some rows."""
        written = [place for place in places if place in self._drafts]
        records: dict[int, Any] = {place: self._drafts[place].written for place in written}
        for place, warnings in self._parts.write({p: one.id for p, one in records.items()}).items():
            before = self._outcomes[place]
            changed = before.action == "unchanged" and not warnings
            self._outcomes[place] = replace(
                before,
                action="updated" if changed else before.action,
                warnings={**before.warnings, **warnings},
            )

    def _begin(self, draft: D) -> str:
        draft.record = self._writer.begin(draft)
        return ""

    def _admit(self, draft: D) -> str:
        try:
            self._writer.admit(draft)
        except SalesmanError:
            self._session.delete(draft.written)
            raise
        return "created"

    def _change(self, draft: D) -> str:
        if not self._writer.differs(draft):
            return "unchanged"
        with self._session.begin_nested():  # a veto half-way takes the first half back
            self._writer.change(draft)
        return "updated"


class Reachable(Generic[R]):
    """The records that rows mean, as far as whoever acts may change them."""

    def __init__(self, writer: RowWriter[R, Any], ids: Collection[int]) -> None:
        self._records: dict[int, Any] = {}
        self._allowed: set[int] = set()
        self._known_in_bin: set[int] = set()
        if not ids:
            return
        model = record_type(writer.kind).model
        query = sa.select(model).where(one_of(model.id, ids)).options(*writer.loading)
        for record in writer.session.scalars(holding(writer.session, query, of=model)):
            self._records[record.id] = record
        meant = sa.select(model.id).where(one_of(model.id, ids))
        allowed = meant.where(visible(writer.kind, writer.edit))
        self._allowed = set(writer.session.scalars(allowed))
        if any(record.deleted_at is not None for record in self._records.values()):
            in_bin = meant.where(visible(writer.kind, bin=Bin.ALONE))
            self._known_in_bin = set(writer.session.scalars(in_bin))

    def record(self, id_: int | None) -> R | None:
        """Give a record, None for none.

        :raises InvalidError: for one in the bin, or that the person may not change. Where it lies
            is told to those only who would see it there.
        """
        if id_ is None:
            return None
        record = self._records[id_]
        if id_ in self._known_in_bin:
            raise InvalidError(_("The record %(id)s is in the bin: restore it first.", id=id_))
        if id_ not in self._allowed:
            raise InvalidError(_("This record is there already, and you may not change it."))
        found: R = record
        return found
