"""Many rows of a table written at once, in the form that each database does fastest.

A statement that names each value costs the driver of PostgreSQL more than the database: there all
rows come as one text of JSON.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson
import sqlalchemy as sa

_MANY: Final = 10
"""Rows from which on that is worth its while."""


def insert_rows(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows without making objects of them.

    :param rows: columns by their names, the same ones in each row.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql" or len(rows) < _MANY:
        connection.execute(_insert(table), rows)
        return
    names = tuple(rows[0])
    connection.execute(_insert_text(table, names), {"rows": _text(connection, table, names, rows)})


def _text(
    connection: sa.Connection,
    table: sa.Table,
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> str:
    written = [(name, _writer(table.c[name].type, connection.dialect)) for name in names]
    plain = [
        {name: row[name] if write is None else write(row[name]) for name, write in written}
        for row in rows
    ]
    return orjson.dumps(plain, default=_number, option=orjson.OPT_NON_STR_KEYS).decode()


def _writer(type_: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    """Give what makes of a value what the database is told; None where that is the value itself."""
    if isinstance(type_, sa.JSON):
        return None
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _number(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    message = f"{value!r} cannot be written among many rows"
    raise TypeError(message)


def new_ids(connection: sa.Connection, table: sa.Table, count: int) -> Sequence[int] | None:
    """Give ids for so many rows that are about to be written, in ascending order.

    None where the database has to give them out itself while it writes.
    """
    if connection.dialect.name != "postgresql" or count < _MANY:
        return None
    return connection.scalars(_NEW_IDS, {"table": table.name, "count": count}).all()


_NEW_IDS: Final = sa.text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
)


@functools.cache
def _insert(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


@functools.cache
def _insert_text(table: sa.Table, names: tuple[str, ...]) -> sa.Insert:
    columns = [sa.column(name, table.c[name].type) for name in names]
    text = sa.cast(sa.bindparam("rows", type_=sa.Text()), sa.JSON())
    rows = sa.func.json_to_recordset(text).table_valued(*columns, name="rows")
    told = rows.render_derived(with_types=True)
    return sa.insert(table).from_select(list(names), sa.select(*map(_read, told.c)))


def _read(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Give a column of the text; where nothing is kept as JSON's own null, that is put back."""
    if isinstance(column.type, sa.JSON) and not column.type.none_as_null:
        return sa.func.coalesce(column, sa.literal_column("'null'::json"))
    return column
