"""The core's own part in the story of a record: notes, files and changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import AnyRow, reading
from salesman_core.i18n import texts
from salesman_core.records.attached import column, holds, of_kind, record_of
from salesman_core.records.files import COLUMNS as FILE_COLUMNS
from salesman_core.records.history import changes_of
from salesman_core.records.models import Attachment, Note
from salesman_core.records.notes import COLUMNS as NOTE_COLUMNS
from salesman_core.records.panels import change_fragment, file_fragment, note_fragment
from salesman_core.records.story_parts import Part, parts_of
from salesman_core.records.timeline import newest
from salesman_core.services.models import StoredFile
from salesman_hookspecs import TimelineEntry, TimelineQuery, TimelineSource

_ = texts.lazy


def note_entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the notes of a record, and of what is told with it."""
    return _told(query, _notes)


def _notes(part: Part, query: TimelineQuery) -> Iterable[TimelineEntry]:
    for row in _hanging(sa.select(*NOTE_COLUMNS), Note, part, query):
        yield TimelineEntry(
            at=row.created_at,
            kind="note",
            text=note_fragment(row, part.about(row)),
            icon="note",
            actor=row.author_name,
            url=part.url(record_of(row)[1]),
            id=row.id,
        )


def file_entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the files of a record, and of what is told with it."""
    return _told(query, _files)


def _files(part: Part, query: TimelineQuery) -> Iterable[TimelineEntry]:
    found = sa.select(*FILE_COLUMNS).join(StoredFile, StoredFile.id == Attachment.file_id)
    for row in _hanging(found, Attachment, part, query):
        yield TimelineEntry(
            at=row.created_at,
            kind="file",
            text=file_fragment(row, part.about(row)),
            icon="paperclip",
            actor=row.author_name,
            url=part.url(record_of(row)[1]),
            id=row.id,
        )


def _hanging(
    found: sa.Select[*tuple[Any, ...]],
    model: type[Note | Attachment],
    part: Part,
    query: TimelineQuery,
) -> Iterable[AnyRow]:
    """Read the newest of what hangs on the records of a part."""
    if not holds(part.kind):
        return ()
    found = (
        found.add_columns(part.label)
        .join(part.type.model, part.type.model.id == column(model, part.kind))
        .where(of_kind(model, part.kind), part.which, model.deleted_at.is_(None))
    )
    if query.before is not None:
        found = found.where(model.created_at <= query.before)
    newest_first = (model.created_at.desc(), model.id.desc())
    return reading().execute(found.order_by(*newest_first).limit(query.limit)).all()


def change_entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give who made or changed a record and its parts, and what is told with it."""
    return _told(query, _changes)


def _changes(part: Part, query: TimelineQuery) -> Iterable[TimelineEntry]:
    for line in changes_of(reading(), part, query):
        yield TimelineEntry(
            at=line.at,
            kind="change",
            text=change_fragment(line),
            icon="pencil",
            actor=line.actor,
            url=part.url(line.record_id),
            id=line.id,
        )


def _told(
    query: TimelineQuery, tell: Callable[[Part, TimelineQuery], Iterable[TimelineEntry]]
) -> Sequence[TimelineEntry]:
    entries = (entry for part in parts_of(query) for entry in tell(part, query))
    return newest(entries, query.limit)


SOURCES: Final = (
    TimelineSource("notes", _("Notes"), note_entries, kinds=()),
    TimelineSource("files", _("Files"), file_entries, kinds=()),
    TimelineSource("changes", _("Changes"), change_entries, kinds=()),
)
