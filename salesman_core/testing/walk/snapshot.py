"""The state that every change of a walk begins with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final

from flask import Flask, g

from salesman_core.db import db
from salesman_core.db.session import COUNTERS

_KEPT_IN_MEMORY: Final = ("salesman_people", "salesman_company")


class Snapshot:
    """A copy of an SQLite database in memory, from which it is put back in milliseconds."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        if db.engine.url.get_backend_name() != "sqlite":
            message = "the access walk runs on SQLite: mark it with @pytest.mark.databases"
            raise RuntimeError(message)
        self._path = str(db.engine.url.database)
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)
        self.take()

    def take(self) -> None:
        """Let the database as it is now be what is put back."""
        with closing(sqlite3.connect(self._path)) as source:
            source.backup(self._copy)

    def restore(self) -> None:
        """Put the database back, and forget what is kept in memory of it."""
        db.session.rollback()
        with closing(sqlite3.connect(self._path)) as target:
            self._copy.backup(target)
        for name in _KEPT_IN_MEMORY:
            self._app.extensions.pop(name, None)
        self._app.extensions["salesman_attempts"].reset()
        g.pop(COUNTERS, None)

    def close(self) -> None:
        """Let the copy go."""
        self._copy.close()
