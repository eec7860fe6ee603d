"""Engines: SQLite made safe for many writers, PostgreSQL as it is."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from typing import Any, ClassVar

import orjson
import sqlalchemy as sa

WRITE_WAIT = 5.0
"""Seconds that a writer waits for its turn: past that, a thread is waiting for itself."""

_PRAGMAS = (
    "journal_mode=wal",
    "synchronous=normal",
    "busy_timeout=5000",
    "foreign_keys=on",
    "temp_store=memory",
    "cache_size=-32768",
)


class FairLock:
    """A lock that is given in the order in which it was asked for.

    SQLite's own waiting sleeps and tries again, so that one busy writer keeps the others out for
    most of a second; waiting in line outside keeps the longest wait at some milliseconds.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._line: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self, timeout: float = WRITE_WAIT) -> None:
        """Wait for one's turn.

        :raises sqlite3.OperationalError: where it does not come within *timeout* seconds.
        """
        with self._guard:
            if not self._held:
                self._held = True
                return
            place = threading.Lock()
            place.acquire()
            self._line.append(place)
        if not place.acquire(timeout=timeout):
            self._give_up(place)

    def _give_up(self, place: threading.Lock) -> None:
        with self._guard:
            if place not in self._line:  # it came between the timeout and here
                return
            self._line.remove(place)
        message = "database is locked: no turn to write (does a thread wait for itself?)"
        raise sqlite3.OperationalError(message)

    def release(self) -> None:
        """Hand the lock to whoever waits longest."""
        with self._guard:
            if self._line:
                self._line.popleft().release()
            else:
                self._held = False


def make_engine(url: str | sa.URL, **options: Any) -> sa.Engine:
    """Give an engine for *url* whose read-only and writing transactions behave alike everywhere.

    A transaction writes unless its connection carries the execution option ``readonly``. On SQLite
    a writing transaction waits for its turn and then begins with ``BEGIN IMMEDIATE``, so that no
    update is lost; a read-only one begins with ``BEGIN`` and refuses to write. On PostgreSQL a
    read-only one is ``READ ONLY``.
    """
    options.setdefault("json_deserializer", orjson.loads)
    if sa.make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, options)
    return sa.create_engine(url, pool_pre_ping=True, **options)


def readonly(engine: sa.Engine) -> sa.Engine:
    """Give the same engine (and pool), whose transactions refuse to write."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(readonly=True, postgresql_readonly=True)
    return engine.execution_options(readonly=True)


class TurnTaking(sqlite3.Connection):
    """A connection that holds its engine's write lock from its BEGIN to its end."""

    turn: ClassVar[FairLock]
    _mine = False
    _query_only = False

    def begin_reading(self) -> None:
        """Begin a transaction that refuses to write."""
        self._only_query(wanted=True)
        self.execute("BEGIN")

    def begin_writing(self) -> None:
        """Wait for the turn to write and begin."""
        self.turn.acquire()
        self._mine = True
        try:
            self._only_query(wanted=False)
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._done()
            raise

    def _only_query(self, *, wanted: bool) -> None:
        if self._query_only is not wanted:
            self.execute(f"PRAGMA query_only={'on' if wanted else 'off'}")
            self._query_only = wanted

    def _done(self) -> None:
        if self._mine:
            self._mine = False
            self.turn.release()

    def commit(self) -> None:
        """Commit; one that fails keeps the turn until the rollback."""
        super().commit()
        self._done()

    def rollback(self) -> None:
        """Roll back and give the turn to the next."""
        try:
            super().rollback()
        finally:
            self._done()

    def close(self) -> None:
        """Close, whatever was open."""
        try:
            super().close()
        finally:
            self._done()


def _sqlite_engine(url: str | sa.URL, options: dict[str, Any]) -> sa.Engine:
    factory = type("EngineConnection", (TurnTaking,), {"turn": FairLock()})
    connect_args = {**options.pop("connect_args", {}), "factory": factory}
    connect_args.setdefault("check_same_thread", False)
    engine = sa.create_engine(url, connect_args=connect_args, **options)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transactions lose updates
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if connection.get_execution_options().get("readonly"):
            driver.begin_reading()
        else:
            driver.begin_writing()

    return engine
