"""The state that every change of a walk begins with, and whether it is still that."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from typing import Final

import sqlalchemy as sa
from flask import Flask

from salesman_core.db import db
from salesman_core.db.base import Base
from salesman_core.db.revisions import forget


def snapshot_of(app: Flask) -> Snapshot:
    """Keep the database of an application as it is now."""
    sqlite = db.engine.url.get_backend_name() == "sqlite"
    return SqliteSnapshot(app) if sqlite else PostgresSnapshot(app)


class Snapshot(ABC):
    """A database as it was, into which it is put back in milliseconds."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        db.session.rollback()

    def restore(self) -> None:
        """Put the database back where it was written to, and forget what memory holds of it."""
        db.session.rollback()
        if self.written():
            self._put_back()
        forget(self._app)
        self._app.extensions["salesman_attempts"].reset()

    @abstractmethod
    def written(self) -> bool:
        """Tell whether anybody wrote since, be it the same again."""

    @abstractmethod
    def changed(self) -> frozenset[str]:
        """Give the tables that hold something else than they did."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held."""

    @abstractmethod
    def _put_back(self) -> None:
        """Bring the rows back."""


class SqliteSnapshot(Snapshot):
    """A copy in memory, and a connection that notices what others write."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._path = str(db.engine.url.database)
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)
        self._watch = sqlite3.connect(self._path, check_same_thread=False)
        self._watch.backup(self._copy)
        self._kept: dict[str, list[tuple[object, ...]] | None] = {}
        self._schema = self._schema_version(self._watch)
        self._version = self._now()

    def _now(self) -> int:
        """Give a number that another one's commit changes (SQLite: PRAGMA data_version)."""
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def written(self) -> bool:
        """Tell whether anybody wrote since, be it the same again."""
        return self._now() != self._version

    def changed(self) -> frozenset[str]:
        """Give the tables that hold something else than they did."""
        question = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
        )
        names = {name for one in (self._copy, self._watch) for (name,) in one.execute(question)}
        return frozenset(one for one in names if self._was(one) != _rows(self._watch, one))

    def _was(self, table: str) -> list[tuple[object, ...]] | None:
        """Give the rows of the copy, which stays as it is."""
        if table not in self._kept:
            self._kept[table] = _rows(self._copy, table)
        return self._kept[table]

    def _put_back(self) -> None:
        """Bring the rows back.

        A backup counts as a change of the schema, after which every connection reads some hundred
        tables, indexes and triggers anew. Where nobody has changed any, they are told so.
        """
        with closing(sqlite3.connect(self._path)) as target:
            is_as_it_was = self._schema_version(target) == self._schema
            self._copy.backup(target)
            if is_as_it_was:
                target.execute(f"PRAGMA schema_version = {self._schema}")
        self._version = self._now()

    @staticmethod
    def _schema_version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA schema_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the copy."""
        self._watch.close()
        self._copy.close()


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]] | None:
    try:
        return connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608  # its own name
    except sqlite3.OperationalError:  # it is not there
        return None


_KEPT: Final = "walk_kept"
_BEGINNING: Final = (
    f"CREATE SCHEMA {_KEPT}",
    f"CREATE UNLOGGED TABLE {_KEPT}._written (name text)",
    f"""CREATE FUNCTION {_KEPT}._note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO {_KEPT}._written VALUES (TG_TABLE_NAME); RETURN NULL; END $$""",  # noqa: S608  # a constant
)
_COLUMNS: Final = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


class PostgresSnapshot(Snapshot):
    """A copy of every table in a schema of its own; triggers note which tables are written to.

    What sequences gave is not given again. Tables that were dropped are made anew.
    """

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        with db.engine.begin() as connection:
            for statement in _BEGINNING:
                connection.execute(sa.text(statement))
            self._tables = _tables(connection)
            for name in self._tables:
                connection.execute(sa.text(f'CREATE TABLE {_KEPT}."{name}" AS TABLE "{name}"'))
                _watch(connection, name)

    def written(self) -> bool:
        """Tell whether anybody wrote since, be it the same again."""
        with db.engine.begin() as connection:
            return bool(_noted(connection)) or self._tables != _tables(connection)

    def changed(self) -> frozenset[str]:
        """Give the tables that hold something else than they did."""
        with db.engine.begin() as connection:
            there = _tables(connection)
            differing = {
                name
                for name in _noted(connection) & self._tables & there
                if _digest(connection, f'"{name}"') != _digest(connection, f'{_KEPT}."{name}"')
            }
        return frozenset(differing | (self._tables ^ there))

    def _put_back(self) -> None:
        with db.engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            dropped = self._tables - _tables(connection)
            for name in dropped:
                _make_anew(connection, name)
            for name in (_noted(connection) & self._tables) | dropped:
                columns = connection.scalar(sa.text(_COLUMNS), {"name": f'"{name}"'})
                kept = f'SELECT {columns} FROM {_KEPT}."{name}"'  # noqa: S608  # its own names
                into = f'INSERT INTO "{name}" ({columns}) OVERRIDING SYSTEM VALUE {kept}'
                connection.execute(sa.text(f'DELETE FROM "{name}"'))  # noqa: S608  # its own name
                connection.execute(sa.text(into))
            connection.execute(sa.text(f"DELETE FROM {_KEPT}._written"))  # noqa: S608  # a constant

    def close(self) -> None:
        """Drop the copy, and with it the triggers."""
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {_KEPT} CASCADE"))


def _tables(connection: sa.Connection) -> frozenset[str]:
    names = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return frozenset(connection.scalars(names))


def _noted(connection: sa.Connection) -> frozenset[str]:
    names = sa.text(f"SELECT DISTINCT name FROM {_KEPT}._written")  # noqa: S608  # a constant
    return frozenset(connection.scalars(names))


def _digest(connection: sa.Connection, table: str) -> str | None:
    whole = f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"  # noqa: S608  # its own name
    found: str | None = connection.scalar(sa.text(whole))
    return found


def _watch(connection: sa.Connection, name: str) -> None:
    events = "AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE"
    trigger = f'CREATE TRIGGER walk_note {events} ON "{name}"'
    connection.execute(sa.text(f"{trigger} EXECUTE FUNCTION {_KEPT}._note()"))


def _make_anew(connection: sa.Connection, name: str) -> None:
    table = Base.metadata.tables.get(name)
    if table is None:  # of an owner's migrations
        connection.execute(sa.text(f'CREATE TABLE "{name}" (LIKE {_KEPT}."{name}")'))
    else:
        table.create(connection)
    _watch(connection, name)
