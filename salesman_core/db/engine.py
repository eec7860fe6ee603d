"""Engines: SQLite made safe for many writers, PostgreSQL as it is."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from salesman_core.db.conversion import add_conversion
from salesman_core.db.discretion import discreet
from salesman_core.db.folding import add_folding

WRITE_WAIT = 5.0
"""Seconds that a writer waits for its turn: past that, a thread is waiting for itself."""

IDLE = 5.0
"""Seconds after which a connection that nobody used may have been cut off."""

_AS_JSON_HAS_IT = (
    orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
)
"""Moments and objects are refused: who reads them again would get texts."""

_RESTS = "salesman_rests_since"

_READ_ONLY = "-c default_transaction_read_only=on"

_PLAN_AFRESH = sa.text("SET plan_cache_mode = force_custom_plan")
_PLAN_AS_EVER = sa.text("RESET plan_cache_mode")

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
    """Give an engine for *url* whose transactions are made for writing.

    On SQLite a transaction waits for its turn and then begins with ``BEGIN IMMEDIATE``, so that no
    update is lost.
    """
    target = sa.make_url(url)
    options.setdefault("json_deserializer", _from_json)
    options.setdefault("json_serializer", written_json)
    options.setdefault("hide_parameters", True)  # an error is logged: it must not tell of people
    if target.get_backend_name() == "sqlite":
        turns = type("EngineConnection", (TurnTaking,), {"turn": FairLock()})
        return _sqlite_engine(target, turns, options)
    return discreet(_asked_when_idle(sa.create_engine(target, **options)))


def written_json(value: Any) -> str:
    """Give a value as a column of JSON holds it: an import writes a hundred thousand of them.

    :raises TypeError: for what JSON has no place for.
    """
    return orjson.dumps(value, option=_AS_JSON_HAS_IT).decode()


def _from_json(held: Any) -> Any:
    """Give what a column of JSON holds: SQLite hands a bare number over as the number it is."""
    return orjson.loads(held) if isinstance(held, str | bytes) else held


def _asked_when_idle(engine: sa.Engine) -> sa.Engine:
    """Let a connection that has rested be asked whether it is still there, before it is lent.

    The pool's own ``pool_pre_ping`` asks each time, which is a round trip for every request.
    """

    @sa.event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info[_RESTS] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: sa.pool.ConnectionPoolEntry, _lent: Any) -> None:
        since = record.info.get(_RESTS)
        if since is None or time.monotonic() - since < IDLE:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.InvalidatePoolError from error  # the others are cut off as well

    return engine


def readonly(engine: sa.Engine, **options: Any) -> sa.Engine:
    """Give an engine of the same database, with connections of its own, that refuses to write.

    On SQLite a transaction begins with ``BEGIN``, which waits for nobody. On PostgreSQL there are
    no transactions: each statement sees what is committed when it begins, as ``READ COMMITTED``
    has it anyway, and the two round trips around it are a third of what a small answer costs.
    """
    options = {
        "json_deserializer": _from_json,
        "json_serializer": written_json,
        "hide_parameters": True,
        **options,
    }
    if engine.dialect.name == "postgresql":
        return _reading_server(engine.url, options)
    return _sqlite_engine(engine.url, Reading, options)


def _reading_server(url: sa.URL, options: dict[str, Any]) -> sa.Engine:
    said = url.query.get("options", "")
    told = " ".join([*([said] if isinstance(said, str) else said), _READ_ONLY])
    ours = url.update_query_dict({"options": told.strip()})
    engine = sa.create_engine(ours, isolation_level="AUTOCOMMIT", **options)
    return discreet(_asked_when_idle(engine))


@contextmanager
def planned_afresh(connection: sa.Connection) -> Iterator[None]:
    """Let PostgreSQL plan what is asked in this block for its values.

    After five runs of a statement it may choose one plan for all values, which leaves an index of
    trigrams out.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execute(_PLAN_AFRESH)
    try:
        yield
    finally:
        if not spoilt(connection):  # with a change that failed goes what was set in it
            connection.execute(_PLAN_AS_EVER)


def spoilt(connection: sa.Connection) -> bool:
    """Tell whether PostgreSQL takes no further statement in the transaction on a connection."""
    if connection.dialect.name != "postgresql":
        return False
    driver: Any = connection.connection.driver_connection
    return bool(driver.info.transaction_status.name == "INERROR")


class Reading(sqlite3.Connection):
    """A connection that never writes."""

    def begin(self) -> None:
        """Begin a transaction."""
        self.execute("BEGIN")

    def prepare(self) -> None:
        """Set it up, once."""
        for pragma in (*_PRAGMAS, "query_only=on"):
            self.execute(f"PRAGMA {pragma}")


class TurnTaking(sqlite3.Connection):
    """A connection that holds its engine's write lock from its BEGIN to its end."""

    turn: ClassVar[FairLock]
    _mine = False

    def prepare(self) -> None:
        """Set it up, once."""
        for pragma in _PRAGMAS:
            self.execute(f"PRAGMA {pragma}")

    def begin(self) -> None:
        """Wait for the turn to write and begin."""
        self.turn.acquire()
        self._mine = True
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self.rollback()  # it may have begun all the same: Ctrl-C may come right behind it
            raise

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
        """Close, whatever was open.

        While a cursor has rows to give yet, as Ctrl-C leaves one, SQLite closes nothing: the
        transaction, and its lock with it, would outlive the turn.
        """
        try:
            if self._mine:
                self.rollback()
        finally:
            super().close()


class SqliteDialect(SQLiteDialect_pysqlite):
    """SQLite, whose transactions begin as their connection says.

    A listener to the engine's event ``begin`` would do the same, but with one listener SQLAlchemy
    looks for others at every step of every statement.
    """

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin a transaction."""
        connection: Any = dbapi_connection.driver_connection
        connection.begin()


registry.register("sqlite.salesman", __name__, SqliteDialect.__name__)


def _sqlite_engine(
    url: sa.URL, connection_class: type[Reading | TurnTaking], options: dict[str, Any]
) -> sa.Engine:
    connect_args = {**options.pop("connect_args", {}), "factory": connection_class}
    connect_args.setdefault("check_same_thread", False)
    ours = url.set(drivername="sqlite+salesman")
    engine = sa.create_engine(ours, connect_args=connect_args, **options)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transactions lose updates
        connection.prepare()
        add_conversion(connection)
        add_folding(connection)

    return engine
