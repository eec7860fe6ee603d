"""Many rows of a table, or objects, written at once in the form that each database does fastest.

A statement that names each value costs the driver of PostgreSQL more than the database: there all
rows come as one text of JSON. The ORM writes objects of which it knows the ids one by one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Mapper, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from salesman_core.db.base import Base, table_of

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
    if len(rows) < _MANY:
        connection.execute(_insert(table), rows)
        return
    full = _with_defaults(table, rows)
    names = tuple(full[0])
    if connection.dialect.name == "sqlite":
        plain = _tuples(connection, table, names, full)
        connection.exec_driver_sql(_insert_plain(table, names), plain)
    else:
        text = _text(connection, table, names, full)
        connection.execute(_insert_text(table, names), {"rows": text})


def _with_defaults(
    table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """Give the rows with what columns hold of which nothing is said, made anew for each row."""
    implied = {
        one.name: _default(one) for one in table.c if one.default and one.name not in rows[0]
    }
    if not implied:
        return rows
    return [{**row, **{name: make() for name, make in implied.items()}} for row in rows]


def _tuples(
    connection: sa.Connection,
    table: sa.Table,
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> list[tuple[Any, ...]]:
    """Give rows as SQLite's driver takes them: to name each value costs as much as to write it."""
    written = [(name, _processor(table.c[name].type, connection.dialect)) for name in names]
    return [
        tuple(row[name] if write is None else write(row[name]) for name, write in written)
        for row in rows
    ]


@functools.cache
def _insert_plain(table: sa.Table, names: tuple[str, ...]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    places = ", ".join("?" * len(names))
    return f'INSERT INTO "{table.name}" ({quoted}) VALUES ({places})'  # noqa: S608  # names of ours


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
    return None if isinstance(type_, sa.JSON) else _processor(type_, dialect)


def _processor(type_: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _number(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    message = f"{value!r} cannot be written among many rows"
    raise TypeError(message)


def insert_numbered(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> Sequence[int]:
    """Write rows whose ids are counted up, and give the ids, one for each row, ascending.

    :param rows: columns by their names without the id, the same ones in each row.
    """
    if not rows:
        return []
    ids = _new_ids(connection, table, len(rows))
    if ids is None:
        found = connection.execute(_insert_returning(table, connection.dialect.name), rows)
        return sorted(found.scalars())
    insert_rows(connection, table, [{"id": id_, **row} for id_, row in zip(ids, rows, strict=True)])
    return ids


@functools.cache
def _insert_returning(table: sa.Table, dialect: str) -> sa.Insert:
    """Give the statement that writes few rows, in their order, and tells their ids in any order.

    SQLite writes rows as they stand in the statement. It only tells them in any order, for which
    SQLAlchemy would write one by one.
    """
    return sa.insert(table).returning(table.c.id, sort_by_parameter_order=dialect != "sqlite")


def _new_ids(connection: sa.Connection, table: sa.Table, count: int) -> Sequence[int] | None:
    """Give ids for so many rows that are about to be written, in ascending order.

    None for few rows: the database gives them out itself while it writes.
    """
    if count < _MANY:
        return None
    if connection.dialect.name == "sqlite":
        first = _highest_id(connection, table) + 1
        return range(first, first + count)
    return connection.scalars(_NEW_IDS, {"table": table.name, "count": count}).all()


def _highest_id(connection: sa.Connection, table: sa.Table) -> int:
    """Give the id behind which SQLite goes on: nobody else writes in the meantime."""
    if table.dialect_options["sqlite"]["autoincrement"]:  # it remembers which ids there were before
        return connection.scalar(_EVER_GIVEN, {"table": table.name}) or 0
    return connection.scalar(sa.select(sa.func.max(table.c.id))) or 0


_EVER_GIVEN: Final = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table")
_NEW_IDS: Final = sa.text(
    "SELECT nextval(one.sequence) FROM generate_series(1, :count),"
    " (SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass) AS sequence OFFSET 0) AS one"
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


def add_objects(session: Session, objects: Sequence[Base]) -> bool:
    """Add new objects of one class to the session, and write them where nothing comes with them.

    :returns: whether they are written. What follows from a flush is then for the caller to do.
        Few, and those with others, as a client with its phones, wait for the next flush.
    """
    if not objects:
        return False
    session.flush()  # what waits with an id of its own has it before others are given out
    if session.in_nested_transaction():  # only the ORM knows which objects a savepoint takes away
        session.add_all(objects)
        return False
    mapper: Mapper[Any] = sa.inspect(type(objects[0]))
    table = table_of(type(objects[0]))
    ids = _new_ids(session.connection(), table, len(objects))
    for one, id_ in zip(objects, ids or (), strict=False):
        one.id = id_  # type: ignore[attr-defined]  # whose ids are counted up has this column
    if ids is None or any(_has_parts(mapper, one) for one in objects):
        session.add_all(objects)
        return False
    rows = [_complete(mapper, one) for one in objects]
    insert_rows(session.connection(), table, rows)
    for one in objects:
        make_transient_to_detached(one)
        session.add(one)
    return True


def _has_parts(mapper: Mapper[Any], one: Base) -> bool:
    return any(one.__dict__.get(part.key) for part in mapper.relationships)


def _complete(mapper: Mapper[Any], one: Base) -> dict[str, Any]:
    """Give the columns of an object, which holds from now on what it was not told."""
    held = one.__dict__
    row: dict[str, Any] = {}
    for key, name, default in _columns(mapper):
        if key not in held:
            set_committed_value(one, key, default())
        row[name] = held[key]
    return row


@functools.cache
def _columns(mapper: Mapper[Any]) -> Sequence[tuple[str, str, Callable[[], Any]]]:
    """Give the attributes of a class that are columns, each with its column's name and default."""
    return [
        (mapper.get_property_by_column(column).key, column.name, _default(column))
        for column in mapper.local_table.columns
    ]


def _default(column: sa.ColumnElement[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default is None:
        return lambda: None
    return partial(default.arg, None) if default.is_callable else lambda: default.arg
