"""The history of a record: who changed which of its fields from what to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand, demand_permission, record_type
from salesman_core.db import among, reading, table_of
from salesman_core.plugins.host import current_host
from salesman_core.records.audit_fields import told_otherwise
from salesman_core.records.audit_words import ENTRY, Line, in_words
from salesman_core.records.models import Audit
from salesman_core.records.story_parts import Part
from salesman_hookspecs import RecordType, TimelineQuery
from salesman_hookspecs.data import salesman_record_types

PAGE: Final = 50

_TOLD: Final = frozenset({"created", "changed", "deleted", "restored", "merged", "unmerged"})
"""What the story tells of a record; the page of all changes has the rest."""


@dataclass(frozen=True, slots=True)
class History:
    """A page of a record's history.

    :param next: the id behind which the next page begins, or None.
    """

    lines: tuple[Line, ...]
    next: int | None


def history(kind: str, record_id: int, *, before: int | None = None) -> History:
    """Give a page of the history of a record that the person sees, the newest first.

    What is reached through it alone, as the contacts of a client, belongs to it.

    :param before: the id of the last entry of the page before.
    """
    type_ = record_type(kind)
    demand(kind, record_id, type_.view_permission)
    if type_.history_permission:
        demand_permission(type_.history_permission)
    session = reading()
    query = _entries(kind, record_id).order_by(Audit.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Audit.id < before)
    rows = session.execute(query).all()
    shown = rows[:PAGE]
    lines = in_words(session, shown, of=kind)
    return History(tuple(lines), shown[-1].id if len(rows) > PAGE else None)


def changes_of(session: Session, part: Part, query: TimelineQuery) -> list[Line]:
    """Give the changes that a story tells of one of its parts, the newest first.

    Of what is told with another record it says what it is called.
    """
    needed = part.type.history_permission
    if needed and not current_person().may(needed):
        return []
    told = _TOLD.difference(told_otherwise(part.kind))
    found = _entries(query.kind, query.record_id) if part.own else _entries_of(part)
    found = found.where(Audit.action.in_(told))
    if query.before is not None:
        found = found.where(Audit.at <= query.before)
    newest_first = (Audit.at.desc(), Audit.id.desc())
    rows = session.execute(found.order_by(*newest_first).limit(query.limit)).all()
    return in_words(session, rows, of=query.kind)


def _entries_of(part: Part) -> sa.Select[*tuple[Any, ...]]:
    ids = sa.select(part.type.model.id).where(part.which)
    return sa.select(*ENTRY).where(Audit.kind == part.kind, among(Audit.record_id, ids))


def _entries(kind: str, record_id: int) -> sa.Select[*tuple[Any, ...]]:
    own = sa.and_(Audit.kind == kind, _is_or_was_merged_into(record_type(kind), record_id))
    parts = [_parts(type_, record_id) for type_ in _reached_through(kind)]
    return sa.select(*ENTRY).where(sa.or_(own, *parts))


def _is_or_was_merged_into(type_: RecordType, record_id: int) -> sa.ColumnElement[bool]:
    """Give the SQL of a record's own past, and of that of records which are one with it now."""
    own = Audit.record_id == record_id
    if type_.merged is None:
        return own
    columns = table_of(type_.model).c
    lost = sa.select(columns.id).where(columns[type_.merged] == record_id)
    return sa.or_(own, among(Audit.record_id, lost))


def _reached_through(kind: str) -> Iterable[RecordType]:
    for one in current_host().contributions(salesman_record_types):
        if one.value.through is not None and one.value.through[0] == kind:
            yield one.value


def _parts(type_: RecordType, record_id: int) -> sa.ColumnElement[bool]:
    attribute = type_.through[1] if type_.through else ""
    ids = sa.select(type_.model.id).where(getattr(type_.model, attribute) == record_id)
    return sa.and_(Audit.kind == type_.kind, among(Audit.record_id, ids))
