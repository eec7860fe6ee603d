"""An application for tests: migrated and seeded once per run, copied for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import CodeType
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.util import LRUCache

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import create_app, take_stock
from salesman_core.cli.database import upgrade_database
from salesman_core.db import db
from salesman_core.db.revisions import IN_MEMORY
from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.plugins.faults import Breaker, FaultLog
from salesman_core.plugins.switches import Follower
from salesman_core.services.company import change_company
from salesman_core.testing.databases import Template
from salesman_core.work import init_work

SECRET = "a secret of the tests, known to everybody"  # noqa: S105  # and so none


def upgraded(url: str) -> None:
    """Bring an empty database to what ``salesman init`` leaves, in English."""
    folder = Path(f"/tmp/salesman-tests-{os.getpid()}")  # noqa: S108  # holds nothing
    app = create_app({"database_url": url, "secret_key": SECRET, "data_dir": str(folder)})
    with app.app_context(), acting_as(SYSTEM):
        upgrade_database(app)
        change_company({"name": "Test & Co", "language": "en", "zone": "Europe/Moscow"})
        db.session.remove()
        db.leave()


UPGRADED = Template("upgraded", upgraded)
"""A database with the tables of everything installed, the preset roles, rungs and a pipeline."""


_SLOW: Final = 60.0
"""Seconds of a call after which a plugin's place is left out: a machine full of tests may stand
still for longer than people would wait, and what is counted must not depend on it."""


@contextmanager
def running(
    url: str,
    folder: Path,
    *,
    installed: Sequence[Installed] | None = None,
    lasting: bool = False,
    clock: Any = None,
    **settings: Any,
) -> Iterator[Flask]:
    """Give an application on the database at *url*, inside its context, acting as the system.

    :param folder: for files.
    :param installed: the plugins there are; those of the environment where not given.
    :param lasting: whether all tests that give the same plugins may share one application, as
        those do that give none.
    :param clock: an object with ``now()``, for a time of one's own.
    """
    if (installed is None or lasting) and not settings:
        app = _reused(url, folder, installed)
    else:
        app = _made(url, folder, installed, settings)
    if clock is not None:
        app.extensions["salesman_clock"] = lambda: _moment(clock)
    with app.app_context(), acting_as(SYSTEM):
        try:
            yield app
        finally:
            app.extensions["salesman_live"].stop()
            db.session.remove()
            db.leave()


def _made(
    url: str, folder: Path, installed: Sequence[Installed] | None, settings: Mapping[str, Any]
) -> Flask:
    given = {"database_url": url, "data_dir": str(folder), "secret_key": SECRET, **settings}
    app = create_app(given, installed=installed_plugins() if installed is None else installed)
    app.jinja_env.bytecode_cache = _COMPILED_TEMPLATES
    app.extensions["salesman_host"].dispatcher.breaker.slow = _SLOW
    _share_all_statements(app)
    return app


class CompiledTemplates(BytecodeCache):
    """What this process has compiled of templates: the same text is never compiled twice.

    Most of what an application costs a test that makes one of its own.
    """

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what was kept."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED_TEMPLATES: Final = CompiledTemplates()


@dataclass
class Kept:
    """The application that tests share, as it was when it was made."""

    app: Flask
    extensions: dict[str, Any]
    config: dict[str, Any]


_IN_MEMORY: Final = {*IN_MEMORY, "salesman_reader"}
_kept: dict[tuple[Installed, ...] | None, Kept] = {}


def _reused(url: str, folder: Path, installed: Sequence[Installed] | None) -> Flask:
    """Give the application of this process on another database, with nothing left of before.

    Making one takes half a second, most of it for compiling routes, which are always the same.
    """
    key = None if installed is None else tuple(installed)
    if key not in _kept:
        app = _made(url, folder, installed, {})
        lasting = {key: one for key, one in app.extensions.items() if key not in _IN_MEMORY}
        _kept[key] = Kept(app, lasting, dict(app.config))
        return app
    kept = _kept[key]
    _renew(kept, url, folder)
    return kept.app


def _renew(kept: Kept, url: str, folder: Path) -> None:
    app, host = kept.app, kept.extensions["salesman_host"]
    db.point(app, url)
    app.extensions.clear()
    app.extensions.update(kept.extensions)
    core = replace(kept.config["SALESMAN"], data_dir=folder, database_url=url)
    app.config.clear()
    app.config.update({**kept.config, "SALESMAN": core})
    folder.mkdir(parents=True, exist_ok=True)
    host.dispatcher.faults, host.dispatcher.breaker = FaultLog(), Breaker(slow=_SLOW)
    app.extensions["salesman_follower"] = Follower(host, kept.extensions["salesman_owners"])
    app.extensions["salesman_attempts"].reset()
    init_work(app)
    _share_all_statements(app)
    with app.app_context():
        take_stock(host)


_dialects: Final[dict[tuple[str, str], sa.Dialect]] = {}
_statements: Final = LRUCache[Any, Any](2000)


def _share_all_statements(app: Flask) -> None:
    with app.app_context():
        _share_statements("writer", db.engine)
        _share_statements("reader", db.reader)


def _share_statements(task: str, engine: sa.Engine) -> None:
    """Let an engine find the statements that those of earlier tests have compiled.

    What an engine has compiled it keeps by its dialect, and both are new with each test: compiling
    the same statements again and again was most of what a cheap test took. A dialect also knows
    how its engine's connections begin, so engines for different tasks have different ones.
    """
    key = (engine.dialect.name, task)
    if key not in _dialects:
        with engine.connect():  # only its first connection tells a dialect what it speaks to
            _dialects[key] = engine.dialect
    engine.dialect = _dialects[key]
    engine.update_execution_options(compiled_cache=_statements)


def _moment(clock: Any) -> datetime:
    moment: datetime = clock.now()
    return moment
