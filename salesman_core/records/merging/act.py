"""Moving all that refers to some records to another one, with a journal of each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from salesman_core.access.person import current_person
from salesman_core.access.records import record_type
from salesman_core.clock import now
from salesman_core.db import WritingSession, savepoint, table_of
from salesman_core.plugins.host import current_host
from salesman_core.records.merging.models import Merging, MergingStep
from salesman_core.records.merging.references import Referring, referring_to
from salesman_core.records.merging.rows import Rows, at
from salesman_core.records.saving import write_rows
from salesman_hookspecs import RecordsMerged
from salesman_hookspecs.doubles import salesman_records_merged


@dataclass(frozen=True, slots=True)
class Alike:
    """Rows of which a record has one at most, though no constraint of the database says so.

    :param columns: rows that are equal in these are alike; a null is like nothing.
    """

    model: type[Any]
    columns: tuple[str, ...]


class MergingAct:
    """The merging of records into one, inside the transaction of its service.

    Whatever happens between the beginning and :meth:`finish` to rows that refer to one of the
    records goes into the journal, whoever does it.

    :param logs: tables that tell what happened: what they are given meanwhile stays there, even
        where the merging is undone.
    """

    def __init__(
        self,
        session: WritingSession,
        kind: str,
        kept_id: int,
        lost_ids: Sequence[int],
        logs: Iterable[type[Any]] = (),
    ) -> None:
        self._session = session
        self._kind, self._kept_id, self._lost_ids = kind, kept_id, list(lost_ids)
        self._logs = {table_of(log).name for log in logs}
        self._target = table_of(record_type(kind).model)
        session.flush()
        self._tables = referring_to(session.connection(), self._target.name)
        self._before = self._rows()

    def _rows(self) -> Rows:
        ids = [self._kept_id, *self._lost_ids]
        return Rows(self._session.connection(), self._tables, ids)

    def move(self, alike: Iterable[Alike] = ()) -> None:
        """Let all rows refer to the kept record, one lost record after the other.

        A row that the database refuses there, because the kept record has such a row and may have
        one only, stays where it is, and so does one that is *alike*.
        """
        self._session.flush()
        staying = {table_of(one.model).name: one.columns for one in alike}
        for lost_id in self._lost_ids:
            for one in self._tables:
                for name in one.columns:
                    self._move(one, name, lost_id, staying.get(one.table.name, ()))
        self._session.expire_all()

    def _move(self, one: Referring, name: str, lost_id: int, alike: Sequence[str]) -> None:
        column = one.table.c[name]
        rows = [column == lost_id]
        if alike:
            rows.append(~_has_like(one.table, name, self._kept_id, alike))
        move = sa.update(one.table).values({name: self._kept_id})
        try:
            with savepoint(self._session):
                self._session.connection().execute(move.where(*rows))
        except sa.exc.IntegrityError:
            self._move_singly(one, move, rows)

    def _move_singly(self, one: Referring, move: sa.Update, rows: Sequence[Any]) -> None:
        keys = sa.select(*(one.table.c[name] for name in one.key)).where(*rows)
        for row in self._session.connection().execute(keys).all():
            key = dict(zip(one.key, row, strict=True))
            try:
                with savepoint(self._session):
                    self._session.connection().execute(move.where(*at(one.table, key)))
            except sa.exc.IntegrityError:
                continue  # it stays with the lost record, and the hook may settle it

    def let_plugins_settle(self) -> None:
        """Let plugins join what the kept record has twice now."""
        self._session.flush()
        merged = RecordsMerged(self._kind, self._kept_id, tuple(self._lost_ids))
        current_host().call(salesman_records_merged, merged=merged)

    def finish(self, kept_name: str, lost: Sequence[dict[str, Any]]) -> int:
        """Write the journal; give the merging's id."""
        self._session.flush()
        moved = dict.fromkeys(self._lost_ids, self._kept_id)
        steps = list(self._before.until(self._rows(), moved))
        person = current_person()
        merging = Merging(
            kind=self._kind,
            kept_id=self._kept_id,
            kept_name=kept_name,
            lost=list(lost),
            at=now(),
            actor_id=person.id,
            actor_name=person.name,
        )
        self._session.add(merging)
        self._session.flush()
        rows = [
            {
                "merging_id": merging.id,
                "table_name": step.table,
                "key": step.key,
                "before": step.before,
                "after": step.after,
            }
            for step in steps
            if step.before is not None or step.table not in self._logs
        ]
        write_rows(self._session, MergingStep, rows)
        return merging.id


def _has_like(
    table: sa.Table, name: str, kept_id: int, columns: Sequence[str]
) -> sa.ColumnElement[bool]:
    other = table.alias()
    equal = [other.c[column] == table.c[column] for column in columns]
    return sa.exists().where(other.c[name] == kept_id, *equal)
