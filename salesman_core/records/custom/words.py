"""The table of words: what texts and links of custom fields hold, kept in step with the records.

Whatever writes a record, a form, an import or its undoing, writes its column ``custom``; what is
looked for follows from that in the same flush.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from salesman_core.db import WritingSession, normalised
from salesman_core.records.custom.definitions import WORDED, DefinedField, all_fields
from salesman_core.records.custom.kinds import CUSTOM, Customised, customised_kinds
from salesman_core.records.saving import write_rows

LONGEST: Final = 500
"""So much of a text is looked in: more does not fit into an index of PostgreSQL."""

_WAITING: Final = "salesman_custom_words"


def as_word(text: str) -> str:
    """Give a text as the table keeps it."""
    return normalised(text)[:LONGEST]


@sa.event.listens_for(WritingSession, "before_flush")
def _note_changed(session: Session, _context: Any, _instances: Any) -> None:
    """Remember whose words are to be written, once the records have ids."""
    models = {one.model: one for one in customised_kinds().values()}
    waiting = session.info.setdefault(_WAITING, [])
    for record in (*session.new, *session.dirty):
        one = models.get(type(record))
        if one is not None and _is_changed(record):
            waiting.append((one, record))


def _is_changed(record: Any) -> bool:
    """Tell whether what custom fields hold was set, without a look at all other attributes."""
    return get_history(record, CUSTOM, PASSIVE_NO_INITIALIZE).has_changes()


@sa.event.listens_for(WritingSession, "after_flush_postexec")
def _write_changed(session: Session, _context: Any) -> None:
    waiting: list[tuple[Customised, Any]] = session.info.pop(_WAITING, [])
    by_kind: dict[str, list[Any]] = {}
    for one, record in waiting:
        by_kind.setdefault(one.kind, []).append(record)
    for kind, records in by_kind.items():
        write_words(session, kind, records)


def write_words(session: Session, kind: str, records: Sequence[Any]) -> None:
    """Write what is looked for in some records, where their columns were set past the objects."""
    fields = [field for field in all_fields(kind) if field.type in WORDED]
    if fields:
        _write(session, customised_kinds()[kind], records, fields)


def _write(
    session: Session, one: Customised, records: Sequence[Any], fields: Sequence[DefinedField]
) -> None:
    words = one.words
    record_id: Any = words.record_id  # type: ignore[attr-defined]  # each table has its own
    ids = [record.id for record in records]
    session.connection().execute(sa.delete(words).where(record_id.in_(ids)))
    rows = [row for record in records for row in _rows(record, fields)]
    write_rows(session, words, rows)


def _rows(record: Any, fields: Sequence[DefinedField]) -> Iterator[dict[str, Any]]:
    held = record.custom or {}
    for field in fields:
        value = held.get(field.key)
        for text in value if isinstance(value, list) else [value]:
            if text:
                yield {"record_id": record.id, "field_id": field.id, "text": as_word(text)}
