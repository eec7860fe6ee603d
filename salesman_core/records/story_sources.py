"""The core's own part in the story of clients and deals: notes, files and changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import reading
from salesman_core.i18n import texts
from salesman_core.records.attached import on_record
from salesman_core.records.files import COLUMNS as FILE_COLUMNS
from salesman_core.records.history import changes_of
from salesman_core.records.models import Attachment, Note, StoredFile
from salesman_core.records.notes import COLUMNS as NOTE_COLUMNS
from salesman_core.records.panels import change_fragment, file_fragment, note_fragment
from salesman_hookspecs import TimelineEntry, TimelineQuery, TimelineSource

_ = texts.lazy


def note_entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the notes of a record."""
    found = sa.select(*NOTE_COLUMNS).where(on_record(Note, query.kind, query.record_id))
    rows = reading().execute(_newest(found, Note, query))
    return [
        TimelineEntry(
            at=row.created_at,
            kind="note",
            text=note_fragment(row),
            icon="note",
            actor=row.author_name,
            id=row.id,
        )
        for row in rows
    ]


def file_entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the files of a record."""
    found = (
        sa.select(*FILE_COLUMNS)
        .join(StoredFile, StoredFile.id == Attachment.file_id)
        .where(on_record(Attachment, query.kind, query.record_id))
    )
    rows = reading().execute(_newest(found, Attachment, query))
    return [
        TimelineEntry(
            at=row.created_at,
            kind="file",
            text=file_fragment(row),
            icon="paperclip",
            actor=row.author_name,
            id=row.id,
        )
        for row in rows
    ]


def _newest(
    found: sa.Select[*tuple[Any, ...]], model: type[Note | Attachment], query: TimelineQuery
) -> sa.Select[*tuple[Any, ...]]:
    if query.before is not None:
        found = found.where(model.created_at <= query.before)
    return found.order_by(model.created_at.desc(), model.id.desc()).limit(query.limit)


def change_entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give who made or changed a record and its parts."""
    lines = changes_of(reading(), query.kind, query.record_id, query.before, query.limit)
    return [
        TimelineEntry(
            at=line.at,
            kind="change",
            text=change_fragment(line),
            icon="pencil",
            actor=line.actor,
            id=line.id,
        )
        for line in lines
    ]


SOURCES: Final = (
    TimelineSource("notes", _("Notes"), note_entries),
    TimelineSource("files", _("Files"), file_entries),
    TimelineSource("changes", _("Changes"), change_entries),
)
