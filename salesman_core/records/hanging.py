"""Notes and files as a whole: they go along to another record, and go with theirs for good.

No foreign key leads to a record of a plugin, so what hangs on one is let go here: with a record
that leaves the bin for good, with an import that is taken back, with the tables of a purged plugin,
and at night what a plugin left behind that deleted rows by itself (ADR 46).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import one_of, table_of, writing
from salesman_core.records.attached import (
    column,
    demand_record,
    of_kind,
    on_record,
    place_on,
    record_label,
    types_told_by_kind,
)
from salesman_core.records.changes import announce, audit
from salesman_core.records.images import Image, Place
from salesman_core.records.models import HANGING, Attachment, Note

Record = tuple[str, int]
"""A record by its kind and its number."""


class Moved(NamedTuple):
    """What went along: notes by their ids, files by theirs with their names."""

    notes: tuple[int, ...]
    files: Mapping[int, str]


def move_notes_and_files(whence: Record, whither: Record) -> Moved:
    """Let the notes and files of a record go along to another one, as they are.

    Who wrote or attached them, and when, stays; so do their addresses. What lies in the bin stays
    with the record where it was deleted.

    :param whence: kind and number of the record on which they hang, which the person sees.
    :param whither: of the one that they go to, which the person sees as well.
    :raises MissingError: where they do not see one of them, or nothing may hang on it.
    """
    with writing() as session:
        demand_record(*whence, session=session)
        session.flush()
        notes = tuple(session.scalars(_on(Note, whence, Note.id)))
        found = session.execute(_on(Attachment, whence, Attachment.id, Attachment.name))
        moved = Moved(notes, {row.id: row.name for row in found})
        if notes or moved.files:
            demand_record(*whither, session=session)
            _move(session, Note, notes, whither)
            _move(session, Attachment, moved.files, whither)
            _tell(session, moved, whence, whither)
        return moved


def _on(model: type[Any], record: Record, *columns: Any) -> sa.Select[Any]:
    """Ask for what hangs on a record, and let nobody change it until the commit."""
    return sa.select(*columns).where(on_record(model, *record)).order_by(model.id).with_for_update()


def _move(session: Session, model: type[Any], ids: Collection[int], to: Record) -> None:
    """Let rows hang on another record; whoever has one open may still save it."""
    moving = sa.update(table_of(model)).where(one_of(table_of(model).c.id, sorted(ids)))
    session.connection().execute(moving.values(place_on(*to)))
    for row in session.identity_map.values():
        if isinstance(row, model) and row.id in ids:
            session.expire(row)


def _tell(session: Session, moved: Moved, whence: Record, whither: Record) -> None:
    for record, action in ((whence, "went_along"), (whither, "came_along")):
        gone = action == "went_along"
        label = record_label(session, *record)
        audit(session, *record, label, action, dict(_told(moved, gone=gone)))
    from_ = {"from_kind": whence[0], "from_id": whence[1]}
    for note_id in moved.notes:
        announce(session, "core.note.moved", *whither, {"note_id": note_id, **from_})
    for file_id, name in moved.files.items():
        payload = {"file_id": file_id, "name": name, **from_}
        announce(session, "core.file.moved", *whither, payload)


def _told(moved: Moved, *, gone: bool) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Give what the audit keeps: how many notes, and which files."""
    told: Mapping[str, Any] = {"notes": len(moved.notes), "files": ", ".join(moved.files.values())}
    for name, value in told.items():
        if value:
            yield name, (value, None) if gone else (None, value)


def forget_notes_and_files(session: Session, kind: str, record_ids: Collection[int]) -> None:
    """Delete for good what hangs on records whose rows are deleted.

    The bin and the undoing of imports do so by themselves. A plugin that deletes rows of its own
    records in another way calls this in the same transaction: SQLite gives a number again, and the
    next record of that number would have the notes of the one that went.
    """
    for model in HANGING:
        hanging = sa.and_(of_kind(model, kind), one_of(column(model, kind), sorted(record_ids)))
        session.connection().execute(sa.delete(table_of(model)).where(hanging))


def hanging_in(images: Iterable[Image]) -> list[Place]:
    """Give where notes and files stand in images of records, also of such that go with them."""
    names = {table_of(model).name for model in HANGING}
    return [place for image in images for place in image if place[0] in names]


def forget_places(session: Session, places: Iterable[Place]) -> None:
    """Delete notes and files at some places, as :func:`hanging_in` gives them."""
    for model in HANGING:
        table = table_of(model)
        ids = sorted(key[0] for name, key in places if name == table.name)
        session.connection().execute(sa.delete(table).where(one_of(table.c.id, ids)))


def forget_strays() -> None:
    """Delete what hangs on records of plugins that are there no more."""
    for type_ in types_told_by_kind():
        there = sa.select(table_of(type_.model).c.id)
        with writing() as session:
            for model in HANGING:
                stray = column(model, type_.kind).not_in(there)
                gone = sa.delete(table_of(model)).where(of_kind(model, type_.kind), stray)
                session.connection().execute(gone)


def rows_of_plugin(plugin_id: str) -> Mapping[str, sa.Select[Any]]:
    """Give what hangs on the records of a plugin, by table, for its purge."""
    return {
        table.name: sa.select(table).where(_of_plugin(table, plugin_id))
        for table in map(table_of, HANGING)
    }


def forget_those_of_plugin(session: Session, plugin_id: str) -> None:
    """Delete what hangs on the records of a plugin whose tables go."""
    for table in map(table_of, HANGING):
        session.execute(sa.delete(table).where(_of_plugin(table, plugin_id)))


def _of_plugin(table: sa.Table, plugin_id: str) -> sa.ColumnElement[bool]:
    return table.c.kind.startswith(f"{plugin_id}.", autoescape=True)
