"""Keys of records in other systems: an import looks for them first."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import record_types
from salesman_core.db import one_of, rows_of, table_of
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.changes import Planned

_ = texts.lazy


def external_ids_of(
    session: Session, model: type[Any], record_ids: Sequence[int]
) -> dict[int, dict[str, str]]:
    """Give the external ids of some records: by record, source → key."""
    rows = rows_of(session, _external_ids(table_of(model)), {"record_ids": record_ids})
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.record_id, {})[row.source] = row.key
    return found


@functools.cache
def _external_ids(table: sa.Table) -> sa.Select[*tuple[Any, ...]]:
    columns = table.c
    return (
        sa.select(columns.record_id, columns.source, columns.key)
        .where(one_of(columns.record_id, "record_ids"))
        .order_by(columns.source)
    )


def records_by_key(
    session: Session, model: type[Any], source: str, keys: Iterable[str]
) -> dict[str, int]:
    """Give the ids of the records that have these keys in *source*.

    The key of a record that was merged leads to the one that it was merged into.
    """
    of = model.record_id
    found = sa.select(model.key).where(model.source == source, one_of(model.key, list(keys)))
    merged = _merged_into(table_of(model))
    if merged is None:
        found = found.add_columns(of.label("record_id"))
    else:
        found = found.add_columns(sa.func.coalesce(merged, of).label("record_id"))
        found = found.join(merged.table, merged.table.c.id == of)
    return {row.key: row.record_id for row in session.execute(found)}


def _merged_into(table: sa.Table) -> sa.Column[int] | None:
    """Give the column in which the records of a table of keys say what they were merged into."""
    (refers,) = table.c.record_id.foreign_keys
    for type_ in record_types():
        if type_.merged is not None and table_of(type_.model) is refers.column.table:
            return refers.column.table.c[type_.merged]
    return None


def plan_external_ids(
    session: Session, model: type[Any], record_id: int, wanted: Mapping[str, str]
) -> Iterator[Planned]:
    """Plan to make exactly *wanted* the external ids of a record.

    :raises InvalidError: where another record has one of them.
    """
    before = external_ids_of(session, model, [record_id]).get(record_id, {})
    if before == dict(wanted):
        return
    for source, key in sorted(wanted.items()):
        if records_by_key(session, model, source, [key]).get(key, record_id) != record_id:
            message = _("Another record has the key %(key)s of %(source)s.", key=key, source=source)
            raise InvalidError(message, {"external_ids": message})

    def apply() -> None:
        # A record that was merged into this one may hold a key still: it is given up to it.
        taken = [
            sa.and_(model.source == source, model.key == key) for source, key in wanted.items()
        ]
        session.execute(sa.delete(model).where(sa.or_(model.record_id == record_id, *taken)))
        session.add_all(
            model(record_id=record_id, source=source, key=key) for source, key in wanted.items()
        )

    yield Planned("external_ids", before, dict(wanted), apply)
