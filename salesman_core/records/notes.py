"""Notes on records: who sees the record reads them, who wrote one changes it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.clock import now
from salesman_core.db import AnyRow, reading, writing
from salesman_core.errors import InvalidError, MissingError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.attached import (
    demand_record,
    found,
    is_own,
    may_remove,
    place_on,
    record_label,
    record_of,
    refuse_stranger,
)
from salesman_core.records.changes import announce, audit
from salesman_core.records.models import Note

_ = texts.lazy

LONGEST: Final = 20_000
WRITE: Final = "core.note.write"

COLUMNS: Final = (
    Note.id,
    Note.client_id,
    Note.deal_id,
    Note.kind,
    Note.record_id,
    Note.text,
    Note.author_id,
    Note.author_name,
    Note.created_at,
    Note.updated_at,
    Note.version,
)


def write_note(kind: str, record_id: int, text: str) -> int:
    """Write a note on a record that the person sees; give the note's id.

    :raises InvalidError: where nothing was written, or too much.
    """
    demand_permission(WRITE)
    judged = _judged(text)
    with writing() as session:
        demand_record(kind, record_id, session=session)
        person, moment = current_person(), now()
        note = Note(
            text=judged,
            author_id=person.id,
            author_name=person.name,
            created_at=moment,
            updated_at=moment,
            **place_on(kind, record_id),
        )
        session.add(note)
        session.flush()
        audit(session, kind, record_id, record_label(session, kind, record_id), "note_written", {})
        announce(session, "core.note.written", kind, record_id, {"note_id": note.id})
        return note.id


def change_note(note_id: int, text: str, version: int | None = None) -> None:
    """Change one's own note.

    :raises StaleError: where it was changed since *version*, as in another window.
    """
    demand_permission(WRITE)
    judged = _judged(text)
    with writing() as session:
        note: Note = found(session, Note, note_id)
        if not is_own(note.author_id):
            refuse_stranger(note.author_name, WRITE)
        if version is not None and note.version != version:
            raise StaleError(_("This note was changed since you began."))
        if note.text == judged:
            return
        changes = {"note": (note.text, judged)}
        note.text, note.updated_at = judged, now()
        kind, record_id = record_of(note)
        audit(
            session,
            kind,
            record_id,
            record_label(session, kind, record_id),
            "note_changed",
            changes,
        )
        announce(session, "core.note.changed", kind, record_id, {"note_id": note.id})


def delete_note(note_id: int) -> tuple[str, int]:
    """Put one's own note into the bin; give the record that it hung on."""
    return _move(note_id, "note_deleted", into_bin=True)


def restore_note(note_id: int) -> tuple[str, int]:
    """Take one's own note out of the bin again."""
    return _move(note_id, "note_restored", into_bin=False)


def _move(note_id: int, action: str, *, into_bin: bool) -> tuple[str, int]:
    demand_permission(WRITE)
    with writing() as session:
        note: Note = found(session, Note, note_id, in_bin=not into_bin)
        if not may_remove(note.author_id):
            refuse_stranger(note.author_name, WRITE)
        note.deleted_at = now() if into_bin else None
        kind, record_id = record_of(note)
        audit(session, kind, record_id, record_label(session, kind, record_id), action, {})
        event = f"core.note.{action.removeprefix('note_')}"
        announce(session, event, kind, record_id, {"note_id": note.id})
        return kind, record_id


def one_note(note_id: int) -> AnyRow:
    """Give a note.

    :raises MissingError: where it is not there, or hangs on a record that the person may not see.
    """
    query = sa.select(*COLUMNS).where(Note.id == note_id, Note.deleted_at.is_(None))
    note = reading().execute(query).one_or_none()
    if note is None:
        raise MissingError(_("This note is no longer there, or you may not see it."))
    demand_record(*record_of(note))
    return note


def _judged(text: str) -> str:
    judged = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not judged:
        message = _("Write something first.")
        raise InvalidError(message, {"text": message})
    if len(judged) > LONGEST:
        message = _("A note has at most %(most)s characters.", most=LONGEST)
        raise InvalidError(message, {"text": message})
    return judged
