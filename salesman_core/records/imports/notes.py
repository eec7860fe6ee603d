"""Remarks of a file, kept as notes on their records."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.records.attached import column, of_kind
from salesman_core.records.imports.matching import ImportedRow
from salesman_core.records.models import Note
from salesman_core.records.notes import write_note

FIELD = "note"


class RowNotes:
    """Writes the remarks of rows, each once however often its file comes.

    :param kind: of the records.
    """

    def __init__(self, session: Session, kind: str) -> None:
        self._session = session
        self._kind = kind
        self._column = column(Note, kind)
        self._held: set[tuple[int, str]] = set()

    def look_up(self, record_ids: Iterable[int]) -> None:
        """Read what stands on some records, in the bin too: what was removed stays away."""
        own = self._column.in_(list(record_ids))
        query = sa.select(self._column, Note.text).where(of_kind(Note, self._kind), own)
        self._held = {(record_id, text) for record_id, text in self._session.execute(query)}

    def is_new(self, record_id: int, row: ImportedRow) -> bool:
        """Tell whether a row has a remark that does not stand on its record."""
        return FIELD in row and (record_id, _text(row)) not in self._held

    def write(self, record_id: int, row: ImportedRow) -> None:
        """Write the remark of a row, if it is new.

        :raises InvalidError: where it is too long.
        :raises ForbiddenError: where whoever acts may not write notes.
        """
        if self.is_new(record_id, row):
            write_note(self._kind, record_id, _text(row))


def _text(row: ImportedRow) -> str:
    text: str = row[FIELD]
    return text.replace("\r\n", "\n").strip()
