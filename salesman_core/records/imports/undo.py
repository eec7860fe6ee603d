"""An import taken back: what it made goes, what it changed gets back what stood there.

Whatever somebody has changed since stays as it is now, and is told. Everything is judged at the
moment at which it is taken back, so it may be begun again after a fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import record_types
from salesman_core.db import TOGETHER, AnyRow, Base, db, one_of, rows_of, table_of, writing
from salesman_core.db.revisions import bump_all
from salesman_core.i18n import texts
from salesman_core.jobs import job_piece
from salesman_core.records.audit_fields import is_described
from salesman_core.records.changes import audit
from salesman_core.records.hanging import forget_places, hanging_in
from salesman_core.records.images import (
    Camera,
    Place,
    delete_row,
    digest_of,
    insert_row,
    row_at,
    update_row,
)
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.run import Progress
from salesman_core.records.imports.undone import Record, Undone
from salesman_core.records.models import FileImport, ImportChange
from salesman_core.records.packing import Row, unpacked_row
from salesman_core.records.referrers import Referrers

_ = texts.gettext

AT_A_TIME: Final = 200
"""Changes that are taken back in one transaction."""

_FORGOTTEN: Final = 1_000
"""Changes that are forgotten in one transaction."""

_OF_EVERY_CHANGE: Final = frozenset({"updated_at", "version"})
"""What each change of a record changes too."""

_CHANGE: Final = table_of(ImportChange)
_COUNT: Final = sa.select(sa.func.count()).where(_CHANGE.c.import_id == sa.bindparam("import_id"))
_CHANGED: Final = (
    sa.select(_CHANGE.c.record_table, _CHANGE.c.record_id)
    .where(_CHANGE.c.import_id == sa.bindparam("import_id"), _CHANGE.c.digest.is_(None))
    .distinct()
)
_RECORDS: Final = sa.select(
    sa.select(sa.func.count())
    .where(_CHANGE.c.import_id == sa.bindparam("import_id"), _CHANGE.c.digest.is_not(None))
    .scalar_subquery(),
    sa.select(sa.func.count()).select_from(_CHANGED.subquery()).scalar_subquery(),
)
_LATEST: Final = (
    sa.select(_CHANGE)
    .where(_CHANGE.c.import_id == sa.bindparam("import_id"))
    .order_by(_CHANGE.c.id.desc())
    .limit(sa.bindparam("most"))
)

_IMPORT: Final = table_of(FileImport)
_UNDONE: Final = sa.select(_IMPORT.c.undone).where(_IMPORT.c.id == sa.bindparam("import_id"))
_TELL: Final = (
    sa.update(_IMPORT)
    .where(_IMPORT.c.id == sa.bindparam("of_import"))
    .values(undone=sa.bindparam("told"))
)


class ToTakeBack(NamedTuple):
    """How many records an import made, and how many others it changed, of which it is kept."""

    made: int
    changed: int


def to_take_back(import_id: int) -> ToTakeBack | None:
    """Give what of an import can be taken back; None where nothing is kept of it (any more)."""
    with db.reader.connect() as connection:
        counted = connection.execute(_RECORDS, {"import_id": import_id}).one()
    return ToTakeBack(*counted) if any(counted) else None


def changes_kept(import_id: int) -> int:
    """Give how much of an import can be taken back: 0 where nothing is kept of it (any more)."""
    with db.reader.connect() as connection:
        return connection.scalar(_COUNT, {"import_id": import_id}) or 0


def forget_changes(before: datetime) -> int:
    """Forget some of what imports did that began before a moment; give of how many rows.

    They cannot be taken back any more.
    """
    imports = sa.select(FileImport.id).where(FileImport.created_at < before)
    some = sa.select(ImportChange.id).where(ImportChange.import_id.in_(imports)).limit(_FORGOTTEN)
    with writing() as session:
        ids = session.scalars(some).all()
        session.execute(sa.delete(ImportChange).where(ImportChange.id.in_(ids)))
    return len(ids)


def take_back(import_id: int, progress: Progress | None = None) -> Undone:
    """Take an import back, some changes to a transaction, the latest first.

    What came of it stands in the import after each of them.

    :param progress: called after each transaction; an exception that it raises stops the work.
    """
    done, of = 0, changes_kept(import_id)
    if not of:
        return Undone()
    Journal(import_id).settle()  # what a run left over that was broken off
    undo = _Undo(_undone_before(import_id))
    while done < of:
        with job_piece() as session:
            rows = rows_of(session, _LATEST, {"import_id": import_id, "most": AT_A_TIME})
            if not rows:
                break
            undo.take_back(session, rows)
            told = {"of_import": import_id, "told": undo.undone.told()}
            session.connection().execute(_TELL, told)
        done += len(rows)
        if progress:
            progress(done, of)
    return undo.undone


def _undone_before(import_id: int) -> Mapping[str, Any]:
    with db.reader.connect() as connection:
        return connection.scalar(_UNDONE, {"import_id": import_id}) or {}


class _Undo:
    def __init__(self, before: Mapping[str, Any]) -> None:
        self.undone = Undone(before=before)
        self._types = {table_of(one.model).name: one for one in record_types()}
        self._referrers = Referrers()
        with db.reader.connect() as connection:
            self._camera = Camera(connection)

    def take_back(self, session: Session, rows: Sequence[AnyRow]) -> None:
        """Take some changes back, and forget them."""
        _hold(session, rows)
        for (table, made), some in groupby(rows, lambda row: (row.record_table, bool(row.digest))):
            if made:
                self._remove(session, Base.metadata.tables[table], list(some))
                continue
            for row in some:
                self._try_to_put_back(session, row)
        ids = [row.id for row in rows]
        session.execute(sa.delete(ImportChange).where(ImportChange.id.in_(ids)))
        bump_all(session)  # what processes keep in memory may be among it

    def _remove(self, session: Session, table: sa.Table, rows: Sequence[AnyRow]) -> None:
        """Remove records that the import made, where nothing has become of them since."""
        connection, ids = session.connection(), [row.record_id for row in rows]
        stand = self._camera.images(connection, table, ids)
        referred = self._referrers.referred(connection, table, ids)
        going: list[int] = []
        for row in rows:
            image = stand.get(row.record_id)
            if image is None:
                continue  # somebody has removed it already
            if str(digest_of(image, table.name)) != row.digest:
                self._leave(session, row, _("it was changed since"))
            elif row.record_id in referred:
                self._leave(session, row, _("something refers to it"))
            else:
                going.append(row.record_id)
                self._note(session, row, image[_place(row)])
        session.execute(sa.delete(table).where(table.c.id.in_(going)))
        forget_places(session, hanging_in(stand[id_] for id_ in going))
        self.undone.removed += len(going)

    def _try_to_put_back(self, session: Session, row: AnyRow) -> None:
        try:
            with session.begin_nested():
                self._put_back(session, row)
        except sa.exc.IntegrityError:
            self._leave(session, row, _("something else stands there now"))

    def _put_back(self, session: Session, row: AnyRow) -> None:
        """Put a row back as it stood, where it still stands as the import left it."""
        connection, place = session.connection(), _place(row)
        before, after, now = row.before, row.after, row_at(connection, place)
        if now == before:
            return
        if before is not None and after is not None and now is not None:
            self._put_values_back(session, row, now)
            return
        if now != after:
            self._leave(session, row, _("it was changed since"))
            return
        if before is None:
            delete_row(connection, place)
        else:
            insert_row(connection, place, before)
        self.undone.restored.add(_record(row))

    def _put_values_back(self, session: Session, row: AnyRow, now: Row) -> None:
        before, after = row.before, row.after
        changed = {name for name in before if before[name] != after[name]}
        ours = changed - _elsewhere(row.row_table, after, now)
        if now != after:
            ours -= _OF_EVERY_CHANGE
        if ours:
            self._write_back(session, row, now, {name: before[name] for name in ours})
        if now != after and changed - ours - _OF_EVERY_CHANGE:
            self._leave(session, row, _("it was changed since"))

    def _write_back(self, session: Session, row: AnyRow, now: Row, values: Row) -> None:
        self._tell(session, row, now, values)
        if now != row.after and "version" in now:
            values["version"] = now["version"] + 1  # whoever has it open is told
        update_row(session.connection(), _place(row), values)
        self.undone.restored.add(_record(row))

    def _tell(self, session: Session, row: AnyRow, now: Row, values: Row) -> None:
        """Tell the audit what a record gets back, as far as that has a name for people."""
        type_ = self._types.get(row.record_table)
        if type_ is None or row.row_table != row.record_table:
            return
        there, back = unpacked_row(now), unpacked_row(values)
        known = [name for name in back if is_described(type_.kind, name)]
        changes = {name: (there[name], back[name]) for name in known}
        label = str(there.get(type_.label) or "")
        audit(session, type_.kind, row.record_id, label, "import_put_back", changes)

    def _note(self, session: Session, row: AnyRow, stood: Row) -> None:
        type_ = self._types.get(row.record_table)
        if type_ is not None:
            label = str(stood.get(type_.label) or "")
            audit(session, type_.kind, row.record_id, label, "import_undone", {})

    def _leave(self, session: Session, row: AnyRow, why: str) -> None:
        """Note that a record stays, as whoever reads of it knows it."""
        type_ = self._types.get(row.record_table)
        place = (row.record_table, (row.record_id,))
        stands = row_at(session.connection(), place) or {}
        self.undone.left[_record(row)] = {
            "kind": None if type_ is None else type_.kind,
            "record_id": row.record_id,
            "label": str(stands.get("name" if type_ is None else type_.label) or ""),
            "why": why,
        }


def _hold(session: Session, rows: Sequence[AnyRow]) -> None:
    """Keep others from changing records until the commit, from before they are judged."""
    for name, some in groupby(rows, lambda row: row.record_table):
        columns = Base.metadata.tables[name].c
        held = sa.select(columns.id).where(one_of(columns.id, {row.record_id for row in some}))
        session.execute(held.order_by(columns.id).with_for_update()).all()


def _elsewhere(table: str, after: Row, now: Row) -> set[str]:
    """Give the columns that are not as an import left them, and those that go with one of them."""
    changed = {name for name in after if name not in now or now[name] != after[name]}
    groups = Base.metadata.tables[table].info.get(TOGETHER, ())
    return changed.union(*(group for group in groups if not changed.isdisjoint(group)))


def _place(row: AnyRow) -> Place:
    return row.row_table, tuple(row.row_key)


def _record(row: AnyRow) -> Record:
    return row.record_table, row.record_id
