"""An application for tests: migrated and seeded once per run, copied for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import create_app
from salesman_core.cli.database import upgrade_database
from salesman_core.db import db
from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.services.company import change_company
from salesman_core.testing.databases import Template

SECRET = "a secret of the tests, known to everybody"  # noqa: S105  # and so none


def upgraded(url: str) -> None:
    """Bring an empty database to what ``salesman init`` leaves, in English."""
    folder = Path(f"/tmp/salesman-tests-{os.getpid()}")  # noqa: S108  # holds nothing
    app = create_app({"database_url": url, "secret_key": SECRET, "data_dir": str(folder)})
    with app.app_context(), acting_as(SYSTEM):
        upgrade_database(app)
        change_company({"name": "Test & Co", "language": "en", "zone": "Europe/Moscow"})
        db.session.remove()
        db.engine.dispose()


UPGRADED = Template("upgraded", upgraded)
"""A database with the tables of everything installed, the preset roles, rungs and a pipeline."""


@contextmanager
def running(
    url: str,
    folder: Path,
    *,
    installed: Sequence[Installed] | None = None,
    clock: Any = None,
    **settings: Any,
) -> Iterator[Flask]:
    """Give an application on the database at *url*, inside its context, acting as the system.

    :param folder: for files.
    :param installed: the plugins there are; those of the environment where not given.
    :param clock: an object with ``now()``, for a time of one's own.
    """
    given = {
        "database_url": url,
        "data_dir": str(folder),
        "secret_key": SECRET,
        "on_error": "skip",
        **settings,
    }
    found = installed_plugins() if installed is None else installed
    app = create_app(given, installed=found)
    app.config["RATELIMIT_ENABLED"] = False
    if clock is not None:
        app.extensions["salesman_clock"] = lambda: _moment(clock)
    with app.app_context(), acting_as(SYSTEM):
        try:
            yield app
        finally:
            app.extensions["salesman_live"].stop()
            db.session.remove()
            db.engine.dispose()


def _moment(clock: Any) -> datetime:
    moment: datetime = clock.now()
    return moment
