"""Tables and rows in a form that either database reads.

A table is described by its columns, keys and indexes, so that one whose plugin is not installed is
made again as well. A row is a list of values in JSON: moments in UTC, days, exact numbers and bytes
as text; what a column of JSON holds stays the text that it is.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

import orjson
import sqlalchemy as sa

from salesman_core.backup.archive import ArchiveError
from salesman_core.db import kept_rows, trigrams
from salesman_core.i18n import texts
from salesman_core.plugins.migrations import expressions_passed_over

_ = texts.lazy

_AT_A_TIME: Final = 1000
"""Rows that are held in memory."""

_KINDS: Final[tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...]] = (
    (sa.JSON, "json"),
    (sa.Boolean, "flag"),
    (sa.DateTime, "moment"),
    (sa.Date, "day"),
    (sa.Time, "time"),
    (sa.LargeBinary, "bytes"),
    (sa.Float, "float"),
    (sa.Numeric, "number"),
    (sa.SmallInteger, "small"),
    (sa.BigInteger, "big"),
    (sa.Integer, "integer"),
    (sa.Text, "text"),
    (sa.String, "string"),
)
"""The kinds of columns, the narrower type before the wider one."""

_MADE_AS: Final[Mapping[str, Callable[[int | None], sa.types.TypeEngine[Any]]]] = {
    "json": lambda _length: sa.JSON(),
    "flag": lambda _length: sa.Boolean(),
    "moment": lambda _length: sa.DateTime(timezone=True),
    "day": lambda _length: sa.Date(),
    "time": lambda _length: sa.Time(),
    "bytes": lambda _length: sa.LargeBinary(),
    "float": lambda _length: sa.Float(),
    "number": lambda _length: sa.Numeric(),
    "small": lambda _length: sa.SmallInteger(),
    "big": lambda _length: sa.BigInteger(),
    "integer": lambda _length: sa.Integer(),
    "text": lambda _length: sa.Text(),
    "string": sa.String,
}


def tables_of(connection: sa.Connection) -> list[sa.Table]:
    """Give all tables of a database as it has them, without those that it makes of others."""
    names = [
        name
        for name in sa.inspect(connection).get_table_names()
        if not trigrams.belongs(name) and not kept_rows.belongs(name)
    ]
    metadata = sa.MetaData()
    with expressions_passed_over():
        metadata.reflect(connection, only=names)
    return sorted(metadata.tables.values(), key=lambda table: table.name)


def kind_of(column: sa.Column[Any]) -> str:
    """Give the kind of a column.

    :raises ArchiveError: for a type that is not known here, rather than losing what it holds.
    """
    for type_, kind in _KINDS:
        if isinstance(column.type, type_):
            return kind
    where = f"{column.table.name}.{column.name}"
    message = _(
        "%(where)s has the type %(type)s, which a backup cannot keep.",
        where=where,
        type=str(column.type),
    )
    raise ArchiveError(message)


def described(table: sa.Table) -> dict[str, Any]:
    """Give what is needed to make a table again."""
    return {
        "name": table.name,
        "columns": [
            {
                "name": column.name,
                "kind": kind_of(column),
                "length": getattr(column.type, "length", None),
                "nullable": bool(column.nullable),
                "key": column.primary_key,
            }
            for column in table.columns
        ],
        "references": [
            {
                "columns": list(one.column_keys),
                "to": [element.target_fullname for element in one.elements],
                "on_delete": one.ondelete,
            }
            for one in sorted(table.foreign_key_constraints, key=lambda one: tuple(one.column_keys))
        ],
        "unique": [
            [column.name for column in one.columns]
            for one in table.constraints
            if isinstance(one, sa.UniqueConstraint)
        ],
        "indexes": [
            {"name": one.name, "columns": list(one.columns.keys()), "unique": bool(one.unique)}
            for one in sorted(table.indexes, key=lambda one: str(one.name))
            if len(one.expressions) == len(one.columns)
        ],
    }


def make_again(said: Mapping[str, Any], metadata: sa.MetaData) -> sa.Table:
    """Give the table that a description says, not yet in the database."""
    return sa.Table(
        said["name"],
        metadata,
        *(_column(one) for one in said["columns"]),
        *(
            sa.ForeignKeyConstraint(one["columns"], one["to"], ondelete=one["on_delete"])
            for one in said["references"]
        ),
        *(sa.UniqueConstraint(*names) for names in said["unique"]),
        *(sa.Index(one["name"], *one["columns"], unique=one["unique"]) for one in said["indexes"]),
    )


def _column(said: Mapping[str, Any]) -> sa.Column[Any]:
    type_ = _MADE_AS[said["kind"]](said["length"])
    if said["key"] and said["kind"] in {"big", "integer"}:  # SQLite counts up INTEGER alone
        type_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(said["name"], type_, nullable=said["nullable"], primary_key=said["key"])


def rows_as_json(connection: sa.Connection, table: sa.Table) -> Iterator[tuple[Any, bytes]]:
    """Give the rows of a table, each with its line."""
    order = list(table.primary_key.columns) or list(table.columns)
    statement = sa.select(*(_read(column) for column in table.columns))
    read = connection.execution_options(yield_per=_AT_A_TIME).execute(statement.order_by(*order))
    for row in read:
        yield row, orjson.dumps([_plain(value) for value in row]) + b"\n"


def _read(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Give what selects a column; JSON as text, also where SQLite keeps a bare number as such."""
    if kind_of(column) != "json":
        return column
    return sa.cast(column, sa.Text()).label(column.name)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        zoned = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return zoned.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def load(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], lines: Iterator[bytes]
) -> int:
    """Write the rows of an archive into an empty table; give how many they were.

    :param names: the columns of a row.
    """
    columns = [table.columns[name] for name in names]
    readers = [_reader(column) for column in columns]
    insert = sa.insert(table).values(
        {column.name: _written(connection, column) for column in columns}
    )
    count, waiting = 0, []
    for line in lines:
        values = orjson.loads(line)
        if len(values) != len(columns):
            raise ArchiveError(_("A row of %(name)s has a wrong length.", name=table.name))
        pairs = zip(columns, readers, values, strict=True)
        waiting.append({f"p_{column.name}": read(value) for column, read, value in pairs})
        if len(waiting) == _AT_A_TIME:
            connection.execute(insert, waiting)
            count, waiting = count + len(waiting), []
    if waiting:
        connection.execute(insert, waiting)
    return count + len(waiting)


def _written(connection: sa.Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    if kind_of(column) != "json":
        return sa.bindparam(f"p_{column.name}", type_=column.type)
    text = sa.bindparam(f"p_{column.name}", type_=sa.Text())
    return sa.cast(text, column.type) if connection.dialect.name == "postgresql" else text


def _reader(column: sa.Column[Any]) -> Callable[[Any], Any]:
    read = _READERS.get(kind_of(column), lambda value: value)
    if isinstance(column.type, sa.DateTime) and not column.type.timezone:
        read = _moment_without_zone
    return lambda value: None if value is None else read(value)


def _moment_without_zone(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "number": Decimal,
    "bytes": base64.b64decode,
    "flag": bool,
}
