"""Indexes that are made while the application runs: one for each custom field, see ADR 0011.

Models and migrations cannot tell of them. Their names end in one word, by which the check for drift
leaves them out, and a migration that makes a table of SQLite anew mends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import sqlalchemy as sa

_END: Final = "_custom"
_DEFINITIONS: Final = "core_custom_field"


class Kept(NamedTuple):
    """An index of SQLite, as it is to be made again: its table and its SQL."""

    table: str
    sql: str


def name_of(table: str, field: str) -> str:
    """Give the name of the index for a field of a table."""
    return f"ix_{table}_{field}{_END}"


def belongs(name: str | None) -> bool:
    """Tell whether an index is one of these."""
    return name is not None and name.startswith("ix_") and name.endswith(_END)


def create(
    connection: sa.Connection, table: sa.Table, field: str, expression: sa.ColumnElement[object]
) -> None:
    """Make the index that serves lists sorted and filtered by *expression*, ties broken by id.

    Others wait with their changes of the table until the transaction has ended.
    """
    compiled = expression.compile(
        dialect=connection.dialect,
        compile_kwargs={"literal_binds": True, "include_table": False},
    )
    name = name_of(table.name, field)
    connection.exec_driver_sql(f"CREATE INDEX {name} ON {table.name} (({compiled}), id)")


def drop(connection: sa.Connection, table: sa.Table, field: str) -> None:
    """Take the index of a field away."""
    connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name_of(table.name, field)}")


def kept(connection: sa.Connection) -> Mapping[str, Kept]:
    """Give those that SQLite has, by name, for :func:`mend`."""
    every = sa.text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index'")
    return {
        row.name: Kept(row.tbl_name, row.sql)
        for row in connection.execute(every)
        if belongs(row.name)
    }


def mend(connection: sa.Connection, before: Mapping[str, Kept]) -> None:
    """Make those again that a migration lost together with the former shape of their table."""
    tables = set(sa.inspect(connection).get_table_names())
    there = kept(connection)
    for name, index in before.items():
        if name not in there and {index.table, _DEFINITIONS} <= tables:
            connection.exec_driver_sql(index.sql)


def drop_all(connection: sa.Connection) -> None:
    """Take all of them away, with the fields that they are of."""
    for name in names(connection):
        connection.exec_driver_sql(f"DROP INDEX {name}")


def names(connection: sa.Connection) -> list[str]:
    """Give the names of those that there are."""
    every = (
        "SELECT name FROM sqlite_master WHERE type = 'index'"
        if connection.dialect.name == "sqlite"
        else "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
    )
    return [str(name) for name in connection.scalars(sa.text(every)) if belongs(name)]
