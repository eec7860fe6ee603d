"""The rows of extensions: read for many records at once, written with their records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import AnyRow, WritingSession, insert_rows, one_of, rows_of
from salesman_core.plugins.host import current_host
from salesman_core.records.custom.definitions import DefinedField, FieldType
from salesman_core.records.custom.kinds import customised_kinds
from salesman_core.records.extensions.declared import (
    SEARCHED,
    Extension,
    any_extension,
    extensions_of,
)
from salesman_hookspecs import Phase

Values = Mapping[str, Any]
"""What a row holds, by the names of the fields; None for no value."""

_BEGUN: Final = "salesman_extensions"
"""Where a record that is not in the database yet keeps what its extensions are to hold."""
_READ: Final = "salesman_extensions_read"


def rows_held(session: Session, one: Extension, ids: Collection[int]) -> dict[int, Values]:
    """Give what the rows of some records hold, by the records, in one statement.

    What has no row is left out.
    """
    if not ids:
        return {}
    columns = [one.column(field).label(field.key) for field in one.fields]
    asked = sa.select(one.refers.label("_of"), *columns).where(one_of(one.refers, sorted(ids)))
    return {row[0]: _values(one.fields, row) for row in rows_of(session, asked)}


def _values(fields: Sequence[DefinedField], row: AnyRow) -> Values:
    return {
        field.key: (value or None) if field.type in _TEXTS else value
        for field, value in zip(fields, row[1:], strict=True)
    }


_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.LINK})
"""What may be kept as an empty text where there is no value."""


def held_of(session: Session, one: Extension, record: Any) -> Values:
    """Give what an extension holds of a record that is about to be changed."""
    state = sa.inspect(record)
    if not state.persistent:
        begun: Values = state.info.get(_BEGUN, {}).get(one.owner, {})
        return begun
    read: dict[str, Values] = state.info.get(_READ, {})
    if one.owner in read:
        return read[one.owner]
    return rows_held(session, one, [record.id]).get(record.id, {})


def read_ahead(session: Session, kind: str, records: Iterable[Any]) -> None:
    """Read what extensions hold of records that are about to be changed, one statement each."""
    states = {record.id: sa.inspect(record) for record in records}
    for state in states.values():
        state.info[_READ] = {}
    for one in extensions_of(kind):
        held = rows_held(session, one, list(states))
        for id_, state in states.items():
            state.info[_READ][one.owner] = held.get(id_, {})


def keep(session: Session, one: Extension, record: Any, values: Values) -> None:
    """Let an extension hold some values of a record: at once, or as soon as the record has an id.

    :param values: of all fields.
    """
    state = sa.inspect(record)
    if state.persistent:
        state.info.pop(_READ, None)
        write_row(session, one, record.id, values)
    else:
        state.info.setdefault(_BEGUN, {})[one.owner] = values


def write_row(session: Session, one: Extension, record_id: int, values: Values) -> None:
    """Write the row of a record that somebody holds, whether or not it has one."""
    written = _columns(one, values)
    there = sa.update(one.table).where(one.refers == record_id).values(written)
    if not session.connection().execute(there).rowcount:
        insert_rows(session.connection(), one.table, [{one.refers.name: record_id, **written}])


def write_begun(session: Session, kind: str, records: Iterable[Any]) -> None:
    """Write what extensions hold of new records, which have ids by now: a statement for each."""
    begun = [(record.id, sa.inspect(record).info.pop(_BEGUN, {})) for record in records]
    for one in extensions_of(kind):
        rows = [
            {one.refers.name: id_, **_columns(one, held[one.owner])}
            for id_, held in begun
            if one.owner in held
        ]
        insert_rows(session.connection(), one.table, rows)


def _columns(one: Extension, values: Values) -> dict[str, Any]:
    """Give what the columns of a row hold."""
    written = {field.key: _held(one, field, values.get(field.key)) for field in one.fields}
    if SEARCHED in one.table.c:
        texts = [str(values[field.key]) for field in one.fields if _is_searched(field, values)]
        written[SEARCHED] = " ".join(texts)
    place = f"salesman_record_extensions: {one.declared.kind}"
    follows = partial(_following, one, {key: values.get(key) for key in written})
    further = current_host().dispatcher.insisted(one.owner, place, follows, phase=Phase.BOOT)
    return {**further, **written}


def _following(one: Extension, whole: dict[str, Any]) -> dict[str, Any]:
    """Give what the plugin's other columns are to hold.

    :raises LookupError: for a column that there is not.
    """
    found = dict(one.declared.follows(whole))
    unknown = found.keys() - one.table.c.keys()
    if unknown:
        message = f"the table {one.table.name} has no column {', '.join(sorted(unknown))}"
        raise LookupError(message)
    return found


def _is_searched(field: DefinedField, values: Values) -> bool:
    return field.searched and bool(values.get(field.key))


def _held(one: Extension, field: DefinedField, value: Any) -> Any:
    empty = None if one.column(field).nullable else ""
    return empty if value is None and field.type in _TEXTS else value


@sa.event.listens_for(WritingSession, "before_flush")
def _note_begun(session: Session, _context: Any, _instances: Any) -> None:
    """Remember whose extensions are to be written, once the records have ids."""
    session.info[_BEGUN] = waiting = []
    if any_extension():
        waiting += [record for record in session.new if sa.inspect(record).info.get(_BEGUN)]


@sa.event.listens_for(WritingSession, "after_flush_postexec")
def _write_begun(session: Session, _context: Any) -> None:
    waiting = session.info.pop(_BEGUN, ())
    for kind, one in customised_kinds().items() if waiting else ():
        write_begun(session, kind, [each for each in waiting if isinstance(each, one.model)])
