"""Former values put back: through the same service as any other change, with its rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from salesman_core.access.records import demand, reaches, record_type, visible
from salesman_core.db import AnyRow, reading, writing
from salesman_core.errors import ConflictError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import words_of
from salesman_core.records.audit_words import ENTRY, Line, Step
from salesman_core.records.custom.further import changeable_fields
from salesman_core.records.custom.kinds import CUSTOM, EXTENSIONS, key_of, owner_of
from salesman_core.records.models import Audit
from salesman_core.rest import Schema, judge

_ = texts.lazy


class ChangeOfRecord(Protocol):
    """A service that changes a record and tells whether anything differs now."""

    def __call__(
        self, record_id: int, values: Mapping[str, Any], version: int | None = None, /
    ) -> bool:
        """Change it."""


@dataclass(frozen=True, slots=True)
class Restoring:
    """How former values of a kind of record come back.

    :param permission: what one must hold to change such a record.
    :param fields: those whose former values the audit holds as the JSON API takes them. Further
        fields, if it has any, are among them always.
    :param schema: gives what judges them.
    :param change: the service that every change of such a record goes through.
    """

    permission: str
    fields: Collection[str]
    schema: Callable[[], Schema]
    change: ChangeOfRecord


_ways: dict[str, Restoring] = {}


def let_restore(kind: str, way: Restoring) -> None:
    """Let former values of a kind of record be put back from its history."""
    _ways[kind] = way


def may_restore(kind: str, record_id: int) -> bool:
    """Tell whether whoever acts may put former values of a record back."""
    way = _ways.get(kind)
    return way is not None and reaches(kind, record_id, way.permission)


def is_restorable(line: Line, step: Step) -> bool:
    """Tell whether what stood before one change of one field can be put back."""
    way = _ways.get(line.kind)
    if way is None or line.action_key != "changed" or not _comes_back(way, line.kind, step.key):
        return False
    return words_of(line.kind, step.key).shown


def _comes_back(way: Restoring, kind: str, field: str) -> bool:
    return field in way.fields or field in {one.name for one in changeable_fields(kind)}


def versions_of(lines: Collection[Line]) -> dict[tuple[str, int], int]:
    """Give the versions of the records that some entries are about: one statement a kind.

    What lies in the bin, or was merged, has none: nothing of it can be put back.
    """
    found: dict[tuple[str, int], int] = {}
    for kind in {line.kind for line in lines} & _ways.keys():
        model = record_type(kind).model
        ids = {line.record_id for line in lines if line.kind == kind}
        there = sa.select(model.id, model.version).where(model.id.in_(ids), visible(kind))
        rows = reading().execute(there)
        found |= {(kind, row.id): row.version for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back.

    :param entry_id: the entry of the audit that tells of it, by which it can be undone.
    :param version: of the record that holds it now, so that undoing it overwrites nothing newer.
    """

    kind: str
    record_id: int
    entry_id: int
    version: int


def restore(entry_id: int, field: str, version: int | None = None) -> Restored:
    """Put the value back that a field had before one change.

    :param entry_id: the entry of the audit that tells of the change.
    :param version: the version of the record that the person saw; None where they do not say.
    :raises MissingError: where there is no such value that the person may know of.
    :raises ConflictError: where the field holds it already.
    :raises StaleError: where somebody changed the record since.
    """
    entry = _entry(entry_id)
    way = _way(entry, field)
    values = judge(way.schema(), _sent(field, entry.changes[field][0]))
    with writing():
        if not way.change(entry.record_id, values, version):
            raise ConflictError(_("This field holds that value already."))
        return _restored(entry.kind, entry.record_id)


def _sent(field: str, value: Any) -> dict[str, Any]:
    """Give a value as the JSON API takes it."""
    owner = owner_of(field)
    if owner is not None:
        return {EXTENSIONS: {owner: {field.rpartition(".")[2]: value}}}
    key = key_of(field)
    return {field: value} if key is None else {CUSTOM: {key: value}}


def _restored(kind: str, record_id: int) -> Restored:
    """Tell what has just been put back, in the transaction that does it."""
    model, session = record_type(kind).model, reading()
    session.flush()
    about = sa.select(sa.func.max(Audit.id)).where(Audit.kind == kind, Audit.record_id == record_id)
    version = sa.select(model.version).where(model.id == record_id)
    return Restored(kind, record_id, session.scalars(about).one(), session.scalars(version).one())


def _entry(entry_id: int) -> AnyRow:
    row = reading().execute(sa.select(*ENTRY).where(Audit.id == entry_id)).one_or_none()
    if row is None or row.kind not in _ways:
        raise MissingError(_("There is no such former value."))
    demand(row.kind, row.record_id, record_type(row.kind).view_permission)
    return row


def _way(entry: AnyRow, field: str) -> Restoring:
    way = _ways[entry.kind]
    known = field in entry.changes and entry.action == "changed"
    known = known and _comes_back(way, entry.kind, field)
    if not known or not words_of(entry.kind, field).shown:
        raise MissingError(_("There is no such former value."))
    return way
