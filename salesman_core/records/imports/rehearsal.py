"""A transaction that sees everything an import would do, and keeps nothing of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import sqlalchemy as sa

from salesman_core.db import WritingSession, db, make_engine, passing_transaction

_WAITED_FOR: Final = sa.text(
    "SELECT EXISTS (SELECT FROM pg_locks"
    " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)

GiveWay = Callable[[], bool]


@contextmanager
def rehearsal() -> Iterator[GiveWay]:
    """Let every ``writing()`` in this block join one transaction that is rolled back at its end.

    What one of them wrote, the next ones find. On PostgreSQL the transaction runs beside the
    others; whoever wants to change what it has changed waits until it gives way, or ends. On
    SQLite it would keep every other writer waiting until the end, so there it runs on a copy of
    the database.

    Gives a function to be called now and then. Where somebody waits, it undoes all that was
    written so far, which from then on nobody finds any more, and says so.
    """
    if db.engine.dialect.name == "sqlite":
        with _copy(db.engine) as engine, _rolled_back(engine):
            yield lambda: False
    else:
        with _rolled_back(db.engine) as session:
            yield lambda: _gave_way(session)


def _gave_way(session: WritingSession) -> bool:
    waited_for = bool(session.scalar(_WAITED_FOR))
    if waited_for:
        session.rollback()
    return waited_for


@contextmanager
def _rolled_back(engine: sa.Engine) -> Iterator[WritingSession]:
    with WritingSession(engine, expire_on_commit=False) as session, passing_transaction(session):
        yield session


@contextmanager
def _copy(engine: sa.Engine) -> Iterator[sa.Engine]:
    with TemporaryDirectory(prefix="salesman-rehearsal-") as folder:
        path = Path(folder) / "copy.db"
        source = engine.raw_connection()
        try:
            with closing(sqlite3.connect(path)) as target:
                driver: sqlite3.Connection = source.driver_connection  # type: ignore[assignment]
                driver.backup(target)
        finally:
            source.close()
        copy = make_engine(sa.URL.create("sqlite", database=str(path)))
        try:
            yield copy
        finally:
            copy.dispose()
