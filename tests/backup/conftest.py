"""Installations to back up and empty ones to restore into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import create_app
from salesman_core.backup import tables
from salesman_core.db import db
from salesman_core.testing.databases import EMPTY, Databases

Rows = dict[str, list[bytes]]
Elsewhere = Callable[[str], Flask]


def rows_of_all() -> Rows:
    """Give all rows of all tables of the application at hand."""
    with db.view() as connection:
        return {
            table.name: sorted(line for _row, line in tables.rows_as_json(connection, table))
            for table in tables.tables_of(connection)
        }


@contextmanager
def inside(app: Flask) -> Iterator[None]:
    with app.app_context(), acting_as(SYSTEM):
        yield


@pytest.fixture
def elsewhere(databases: Databases, tmp_path: Path) -> Iterator[Elsewhere]:
    """Give what makes an application on an empty database of a kind, with an empty folder."""
    with ExitStack() as lent:

        def make(kind: Any) -> Flask:
            url = lent.enter_context(databases.lent(kind, EMPTY))
            folder = tmp_path / f"elsewhere-{kind}"
            app = create_app({"database_url": url, "data_dir": str(folder)})
            lent.callback(_leave, app)
            return app

        yield make


def _leave(app: Flask) -> None:
    app.extensions["salesman_live"].stop()
    with app.app_context():
        db.leave()


def differing(one: Rows, other: Rows) -> list[str]:
    """Give the tables whose rows differ, those of the job that works apart."""
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


def columns_of(name: str) -> list[str]:
    return [column["name"] for column in sa.inspect(db.engine).get_columns(name)]
