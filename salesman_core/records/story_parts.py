"""Whose notes, files and changes a story tells: a record's own, and those of what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import url_for

from salesman_core.access.records import record_type, record_types, visible
from salesman_hookspecs import RecordType, TimelineQuery


class Part(NamedTuple):
    """Records of one kind that a story tells of.

    :param which: the SQL of those records, as far as who asks sees them.
    :param own: whether it is the record itself whose story it is.
    """

    type: RecordType
    which: sa.ColumnElement[bool]
    own: bool

    @property
    def kind(self) -> str:
        """The kind of these records."""
        return self.type.kind

    @property
    def label(self) -> sa.ColumnElement[str]:
        """The SQL of what such a record is called."""
        label: Any = getattr(self.type.model, self.type.label)
        return sa.type_coerce(label, sa.String).label("part_label")

    def about(self, row: Any) -> str:
        """Give what the record of a row is called, where the story is that of another one."""
        return "" if self.own else str(row.part_label)

    def url(self, record_id: int) -> str | None:
        """Give the card of one of these records, where the story is that of another one."""
        return None if self.own else url_for(self.type.card_endpoint, record_id=record_id)


def parts_of(query: TimelineQuery) -> Sequence[Part]:
    """Give the record itself, and by kind what says that it is told with it, as a client's deals.

    Each takes a statement of its own, so that each goes by its index however long the story is.
    """
    own = record_type(query.kind)
    return [Part(own, own.model.id == query.record_id, own=True), *_told_with(query)]


def _told_with(query: TimelineQuery) -> Sequence[Part]:
    found = []
    for type_ in record_types():
        kind, attribute = type_.told_with or ("", "")
        if kind == query.kind:
            of_record = getattr(type_.model, attribute) == query.record_id
            seen = visible(type_.kind, person=query.person)
            found.append(Part(type_, sa.and_(of_record, seen), own=False))
    return found
