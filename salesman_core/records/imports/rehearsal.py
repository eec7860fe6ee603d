"""A transaction that sees everything an import would do, and keeps nothing of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from salesman_core.db import WritingSession, db, make_engine, own_transaction


@contextmanager
def rehearsal() -> Iterator[None]:
    """Let every ``writing()`` in this block join one transaction that is rolled back at its end.

    What one of them wrote, the next ones find. On PostgreSQL the transaction runs beside the
    others. On SQLite it would keep every other writer waiting until the end, so there it runs on
    a copy of the database.
    """
    if db.engine.dialect.name == "sqlite":
        with _copy(db.engine) as engine, _rolled_back(engine):
            yield
    else:
        with _rolled_back(db.engine):
            yield


@contextmanager
def _rolled_back(engine: sa.Engine) -> Iterator[None]:
    with WritingSession(engine, expire_on_commit=False) as session, own_transaction(session):
        yield


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
