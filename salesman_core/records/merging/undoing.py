"""Taking merged records apart again: what still holds the merged value goes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.access.records import record_type
from salesman_core.clock import now
from salesman_core.db import AnyRow, WritingSession, savepoint, table_of, writing
from salesman_core.errors import ConflictError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.changes import Changes, announce, ask, audit
from salesman_core.records.custom.kinds import customised_kinds
from salesman_core.records.custom.words import write_words
from salesman_core.records.merging.models import Merging, MergingStep
from salesman_core.records.merging.parts import KEYED, going_back
from salesman_core.records.merging.references import Referring, referring_to
from salesman_core.records.merging.rows import Values, at
from salesman_core.records.merging.words import type_of_table
from salesman_core.records.packing import unpacked_row, written_row
from salesman_core.records.saving import for_change

_ = texts.lazy

UNDOABLE_FOR: Final = timedelta(days=30)
"""So long the journal of a merging is kept."""

COUNTED: Final = frozenset({"version", "updated_at"})
"""Columns that tell of changes: no change of these alone keeps a row from going back."""


def forget_old_mergings(limit: int = 100) -> int:
    """Remove mergings with their journals that can be undone no more; give how many.

    What was merged stays so: addresses and keys lead to the kept record as before.
    """
    old = sa.select(Merging.id).where(Merging.at < now() - UNDOABLE_FOR)
    with writing() as session:
        ids = session.scalars(old.order_by(Merging.id).limit(limit)).all()
        session.execute(sa.delete(MergingStep).where(MergingStep.merging_id.in_(ids)))
        session.execute(sa.delete(Merging).where(Merging.id.in_(ids)))
    return len(ids)


def mergings_kept_since() -> sa.ColumnElement[bool]:
    """Give the SQL of the mergings that can still be undone, or were."""
    return Merging.at >= now() - UNDOABLE_FOR


def one_merging(session: WritingSession, kind: str, merging_id: int) -> Merging:
    """Load a merging for its undoing.

    :raises MissingError: where there is none of that kind.
    :raises ConflictError: where it is too late.
    """
    merging = session.get(Merging, merging_id, with_for_update=True)
    if merging is None or merging.kind != kind:
        raise MissingError(_("There is no such merging, or you may not see it."))
    if merging.undone_at is None and merging.at < now() - UNDOABLE_FOR:
        raise ConflictError(_("A merging can be undone for thirty days."))
    return merging


def take_apart(kind: str, merging_id: int, edit: str, delete: str) -> None:
    """Undo a merging; what stayed, and why, stands in the merging afterwards.

    Once more changes nothing.

    :param edit: what one must be allowed with the record that was kept.
    :param delete: what one must be allowed with those that come back.
    :raises ConflictError: where it is too late, or where the kept record was merged since.
    """
    with writing() as session:
        merging = one_merging(session, kind, merging_id)
        _refuse_merged(session, merging)
        kept = for_change(session, kind, merging.kept_id, edit)
        if merging.undone_at is not None:
            return
        before = _columns(kept)
        merging.stayed = list(_play_back(session, merging))
        merging.undone_at = now()
        session.flush()
        session.expire_all()
        if kind in customised_kinds():
            write_words(session, kind, [kept])
        for lost in merging.lost:
            for_change(session, kind, lost["id"], delete)
        _tell(session, merging, _differences(before, _columns(kept)))


def _refuse_merged(session: WritingSession, merging: Merging) -> None:
    type_ = record_type(merging.kind)
    columns = table_of(type_.model).c
    into = sa.select(columns[str(type_.merged)]).where(columns.id == merging.kept_id)
    if session.scalar(into) is not None:
        message = _(
            "“%(name)s” was merged itself since then: undo that first.", name=merging.kept_name
        )
        raise ConflictError(message)


def _columns(record: Any) -> dict[str, Any]:
    names = [one.key for one in sa.inspect(type(record)).column_attrs]
    return {name: getattr(record, name) for name in names if name not in COUNTED}


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    return {name: (before[name], after[name]) for name in after if before[name] != after[name]}


def _tell(session: WritingSession, merging: Merging, changes: Changes) -> None:
    """Let plugins judge what changes of the kept record, and note it with all records."""
    if changes:
        ask(merging.kind, merging.kept_id, changes)
    lost_ids = [one["id"] for one in merging.lost]
    told = {**changes, "merged": (lost_ids, [])}
    audit(session, merging.kind, merging.kept_id, merging.kept_name, "unmerged", told)
    for lost in merging.lost:
        told = {"merged_into_id": (merging.kept_id, None)}
        audit(session, merging.kind, lost["id"], lost["name"], "unmerged", told)
    payload = {"lost_ids": lost_ids}
    announce(session, f"core.{merging.kind}.unmerged", merging.kind, merging.kept_id, payload)


@dataclass(frozen=True, slots=True)
class Stayed:
    """That a row did not go back, or not wholly.

    :param fields: what was changed of it since.
    """

    why: str
    fields: tuple[str, ...] = ()

    def of(self, step: AnyRow) -> dict[str, Any]:
        """Give it with the row's place, as the merging keeps it."""
        place = {"table": step.table_name, "key": step.key, "why": self.why}
        return {**place, "fields": list(self.fields)}


class _Player:
    """Puts rows back as they were."""

    def __init__(self, session: WritingSession, merging: Merging) -> None:
        self._session = session
        self._target = table_of(record_type(merging.kind).model).name
        found = referring_to(session.connection(), self._target)
        self._tables: dict[str, Referring] = {one.table.name: one for one in found}

    def play(self, step: AnyRow) -> Stayed | None:
        """Undo a step; give what could not be undone of it, None where it was undone wholly."""
        if step.table_name not in self._tables:
            return Stayed("gone")
        table = self._tables[step.table_name].table
        key = unpacked_row(step.key)
        before, after = _unpacked(step.before), _unpacked(step.after)
        there = self._session.connection().execute(sa.select(table).where(*at(table, key))).first()
        try:
            with savepoint(self._session):
                return self._put_back(table, key, before, after, there)
        except sa.exc.IntegrityError:
            return Stayed("refused")

    def _put_back(  # a row, as it was, as it became, as it is
        self,
        table: sa.Table,
        key: Values,
        before: Values | None,
        after: Values | None,
        there: AnyRow | None,
    ) -> Stayed | None:
        connection = self._session.connection()
        if after is None:
            if there is None:
                connection.execute(sa.insert(table).values(written_row(before or {})))
            return None
        if there is None:
            return Stayed("gone") if before is not None else None
        keyed = KEYED if table.name == self._target else ()
        back = going_back(before or after, after, dict(there._mapping), keyed)  # noqa: SLF001  # its API
        changed = tuple(name for name in back.changed if name not in COUNTED)
        if before is None:
            if not changed:
                connection.execute(sa.delete(table).where(*at(table, key)))
            return Stayed("changed") if changed else None
        values = {name: value for name, value in back.values.items() if name not in COUNTED}
        left = self._left_since(table, values)
        for name in left:
            del values[name]
        if values:
            values = {**written_row(values), **self._counted(table)}
            connection.execute(sa.update(table).where(*at(table, key)).values(values))
        stays = changed + left
        return Stayed("left" if left else "changed", stays) if stays else None

    def _left_since(self, table: sa.Table, values: Values) -> tuple[str, ...]:
        """Give the field by which a record would go back to an owner who has left since."""
        type_ = type_of_table(table.name)
        owner = type_.owner if type_ is not None else None
        if owner is None or values.get(owner) is None:
            return ()
        person = self._session.get(User, values[owner])
        return () if person is not None and person.active else (owner,)

    def _counted(self, table: sa.Table) -> dict[str, Any]:
        """Let whoever has one of the records open notice that it was changed."""
        if table.name != self._target:
            return {}
        return {"version": table.c.version + 1}


def _play_back(session: WritingSession, merging: Merging) -> Iterator[dict[str, Any]]:
    """Undo the steps, the last one first; give what stayed and why."""
    session.flush()
    player = _Player(session, merging)
    steps: Sequence[AnyRow] = session.execute(
        sa.select(MergingStep.table_name, MergingStep.key, MergingStep.before, MergingStep.after)
        .where(MergingStep.merging_id == merging.id)
        .order_by(MergingStep.id.desc())
    ).all()
    refused = []
    for step in steps:
        stayed = player.play(step)
        if stayed is not None and stayed.why == "refused":
            refused.append(step)  # what stands in its way may go back as well
        elif stayed is not None:
            yield stayed.of(step)
    for step in refused:
        stayed = player.play(step)
        if stayed is not None:
            yield stayed.of(step)


def _unpacked(row: Values | None) -> Values | None:
    return None if row is None else unpacked_row(row)
