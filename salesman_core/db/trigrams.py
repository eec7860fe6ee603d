"""Indexes by which a part of a text is found: see ADR 0006.

PostgreSQL's own serve every LIKE by themselves. SQLite has none: a table of trigrams (FTS5), which
triggers keep, is asked for the candidates, and the LIKE beside it decides, so that the answers are
the same with an index and without. The names of all that belongs to them end in one word, by which
the check for drift leaves them out: models cannot tell of them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db.session import db

log = logging.getLogger(__name__)

TRIGRAMS: Final = {"trigrams": True}
"""The ``info`` of a column that has such an index, beside a primary key ``id``."""

_END: Final = "_trigrams"
_SHORTEST: Final = 3


def belongs(name: str | None) -> bool:
    """Tell whether a table, index or trigger is part of such an index."""
    return name is not None and _END in name


def create(connection: sa.Connection, table: str, column: str) -> None:
    """Make the index of a column; on PostgreSQL only where its user may have ``pg_trgm``.

    :param table: with the primary key ``id``.
    """
    if connection.dialect.name == "sqlite":
        _create_table(connection, table, column)
    elif _has_extension(connection):
        index = f"CREATE INDEX IF NOT EXISTS {table}{_END} ON {table} USING gin"
        connection.exec_driver_sql(f"{index} ({column} gin_trgm_ops)")


def drop(connection: sa.Connection, table: str) -> None:
    """Take the index of a table away."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {table}{_END}")
        return
    for event in ("insert", "update", "delete"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}{_END}_{event}")
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}{_END}")


def mend(connection: sa.Connection) -> None:
    """Give SQLite's tables their triggers again: a table that is made anew loses them."""
    for table, column in _tables(connection):
        triggers = connection.execute(
            sa.text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"),
            {"t": table},
        )
        if not triggers.scalar():
            _create_triggers(connection, table, column)
            _fill(connection, table)


def missing(connection: sa.Connection, metadata: sa.MetaData) -> list[sa.Column[Any]]:
    """Give the columns that should have an index and have none."""
    tables = sorted(metadata.tables.items())
    wanted = [one for _name, table in tables for one in table.columns if one.info == TRIGRAMS]
    if connection.dialect.name == "sqlite":
        there = {table for table, _column in _tables(connection)}
    else:
        names = connection.scalars(sa.text("SELECT indexname FROM pg_indexes"))
        there = {str(name).removesuffix(_END) for name in names if name.endswith(_END)}
    return [one for one in wanted if one.table.name not in there]


def candidates(column: sa.ColumnElement[Any], words: Sequence[str]) -> sa.ColumnElement[bool]:
    """Give the SQL by which SQLite comes from words to the rows that may hold all of them.

    Always true where there is nothing to be gained: on PostgreSQL, for a column without an index
    and for words of one or two letters.
    """
    long = [word for word in words if len(word) >= _SHORTEST and "\0" not in word]
    has_index = isinstance(column, sa.Column) and column.info == TRIGRAMS
    if not (long and has_index and db.engine.dialect.name == "sqlite"):
        return sa.true()
    return _matching(column, long, " ")


def having_any(column: sa.Column[Any], parts: Sequence[str]) -> sa.ColumnElement[bool]:
    """Give the SQL of the rows that hold one of some parts of words, of three letters and more.

    It serves to find the few among which something dearer chooses.
    """
    if db.engine.dialect.name == "sqlite" and column.info == TRIGRAMS:
        return _matching(column, parts, " OR ")
    text = sa.type_coerce(column, sa.Text())
    return sa.or_(*(text.contains(part, autoescape=True) for part in parts))


def _matching(column: Any, words: Sequence[str], between: str) -> sa.ColumnElement[bool]:
    index = f"{column.table.name}{_END}"
    phrases = between.join('"' + word.replace('"', '""') + '"' for word in words)
    rows = sa.table(index, sa.column("rowid", sa.BigInteger()), sa.column(index, sa.Text()))
    found = sa.select(rows.c.rowid).where(rows.c[index].match(phrases))
    condition: sa.ColumnElement[bool] = column.table.c.id.in_(found)
    return condition


def _create_table(connection: sa.Connection, table: str, column: str) -> None:
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {table}{_END} USING fts5({column}, content={table},"
        " content_rowid=id, tokenize='trigram case_sensitive 1', columnsize=0)"
    )
    _create_triggers(connection, table, column)
    _fill(connection, table)


def _create_triggers(connection: sa.Connection, table: str, column: str) -> None:
    index = f"{table}{_END}"
    add = f"INSERT INTO {index} (rowid, {column}) VALUES (new.id, new.{column});"  # noqa: S608  # names of ours
    remove = (
        f"INSERT INTO {index} ({index}, rowid, {column})"  # noqa: S608  # names of ours
        f" VALUES ('delete', old.id, old.{column});"
    )
    changed = f"UPDATE OF {column} ON {table} WHEN old.{column} IS NOT new.{column}"
    for name, when, steps in (
        ("insert", f"INSERT ON {table}", add),
        ("update", changed, remove + add),
        ("delete", f"DELETE ON {table}", remove),
    ):
        connection.exec_driver_sql(f"CREATE TRIGGER {index}_{name} AFTER {when} BEGIN {steps} END")


def _fill(connection: sa.Connection, table: str) -> None:
    index = f"{table}{_END}"
    connection.exec_driver_sql(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608  # names of ours


def _tables(connection: sa.Connection) -> list[tuple[str, str]]:
    """Give the tables of SQLite that have an index, each with its column."""
    found = connection.execute(
        sa.text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%fts5%'")
    )
    names = [name for name in found.scalars() if name.endswith(_END)]
    columns = sa.text("SELECT name FROM pragma_table_info(:index) ORDER BY cid LIMIT 1")
    return [
        (name.removesuffix(_END), str(connection.scalar(columns, {"index": name})))
        for name in names
    ]


def _has_extension(connection: sa.Connection) -> bool:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except sa.exc.DBAPIError as error:
        log.warning(
            "search goes without an index: an administrator of PostgreSQL has to run"
            " CREATE EXTENSION pg_trgm in this database (%s)",
            error.orig,
        )
        return False
    return True
