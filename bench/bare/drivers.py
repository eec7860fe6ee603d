"""The databases' own drivers, as the bare function uses them: one connection, one user at a time.

Statements have ``?`` for values on both.
"""

from __future__ import annotations

import functools
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
import psycopg
import sqlalchemy as sa

Rows = Sequence[Sequence[Any]]

_PRAGMAS = ("busy_timeout=5000", "foreign_keys=on", "temp_store=memory", "cache_size=-32768")


class Driver(Protocol):
    """What the bare function needs of a database.

    :param turn: held by whoever uses the connection.
    :param locking: what a SELECT ends with whose rows are to be changed.
    """

    turn: threading.Lock
    locking: str

    def rows(self, statement: str, values: Sequence[Any]) -> Rows:
        """Run a statement and give its rows."""

    def again(self, statement: str, values: Any) -> Rows:
        """Run a statement as SQLAlchemy wrote it for this driver, and give its rows, if any."""

    def run(self, statement: str, values: Sequence[Any]) -> None:
        """Run a statement that gives none."""

    def run_many(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each of some rows."""

    def writing(self) -> Any:
        """Open the transaction of a change, for a ``with``."""

    def announce(self) -> None:
        """Let ids of events follow the order of commits, and wake those who listen."""

    def moment(self, moment: datetime) -> Any:
        """Give a moment as a statement takes it."""

    def read_moment(self, value: Any) -> datetime:
        """Give a moment of a row as one."""

    def written_moment(self, value: Any) -> Any:
        """Give a moment of a row as orjson is to write it."""

    def day(self, moment: datetime) -> Any:
        """Give a day as a statement takes it."""

    def json(self, value: Any) -> Any:
        """Give what a column of JSON holds, for orjson."""

    def close(self) -> None:
        """Leave the database."""


class Sqlite:
    """A file, by the driver of the standard library."""

    locking = ""

    def __init__(self, path: str) -> None:
        self.turn = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=wal", "synchronous=normal", *_PRAGMAS):
            self._connection.execute(f"PRAGMA {pragma}")

    def rows(self, statement: str, values: Sequence[Any]) -> Rows:
        return self._connection.execute(statement, values).fetchall()

    def again(self, statement: str, values: Any) -> Rows:
        return self.rows(statement, values)

    def run(self, statement: str, values: Sequence[Any]) -> None:
        self._connection.execute(statement, values)

    def run_many(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(statement, values)

    @contextmanager
    def writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def announce(self) -> None:
        """Nobody else writes, and nobody listens: a file has one process."""

    def moment(self, moment: datetime) -> str:
        return moment.replace(tzinfo=None).isoformat(" ", "microseconds")

    def read_moment(self, value: str) -> datetime:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)

    def written_moment(self, value: str) -> str:
        return f"{value[:10]}T{value[11:].removesuffix('.000000')}Z"

    def day(self, moment: datetime) -> str:
        return moment.date().isoformat()

    def json(self, value: str) -> orjson.Fragment:
        return orjson.Fragment(value)

    def close(self) -> None:
        self._connection.close()


class Postgresql:
    """A server, by psycopg."""

    locking = " FOR UPDATE"

    def __init__(self, url: sa.URL) -> None:
        self.turn = threading.Lock()
        self._connection = psycopg.connect(
            dbname=url.database,
            user=url.username,
            host=str(url.query.get("host") or url.host),
            options="-c timezone=UTC",
            autocommit=True,
        )

    def rows(self, statement: str, values: Sequence[Any]) -> Rows:
        return self._connection.execute(_formatted(statement), values).fetchall()

    def again(self, statement: str, values: Any) -> Rows:
        cursor = self._connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else ()

    def run(self, statement: str, values: Sequence[Any]) -> None:
        self._connection.execute(_formatted(statement), values)

    def run_many(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_formatted(statement), values)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._connection.transaction():
            yield

    def announce(self) -> None:
        self.run("SELECT pg_advisory_xact_lock(5127263001)", ())
        self.run("SELECT pg_notify('salesman_events', '')", ())

    def moment(self, moment: datetime) -> datetime:
        return moment

    def read_moment(self, value: datetime) -> datetime:
        return value

    def written_moment(self, value: datetime) -> datetime:
        return value

    def day(self, moment: datetime) -> Any:
        return moment.date()

    def json(self, value: Any) -> Any:
        return value

    def close(self) -> None:
        self._connection.close()


@functools.cache
def _formatted(statement: str) -> str:
    return statement.replace("?", "%s")


def driver_for(url: str) -> Driver:
    """Give the driver for a database by its SQLAlchemy URL."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Sqlite(parsed.database or "")
    return Postgresql(parsed)
