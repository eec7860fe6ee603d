"""Databases for tests: filled once in a test run, copied for each test.

A copy takes milliseconds where running every migration takes seconds, and a test that has a
database of its own needs no cleaning up and may commit as it likes.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, Protocol, Self

import sqlalchemy as sa

from salesman_core.testing.locks import locked
from salesman_core.testing.places import fastest_place
from salesman_core.testing.postgres import running_server

Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Template:
    """What a fresh database holds.

    :param name: letters, digits and underscores; one name stands for one filling in a test run.
    :param fill: gets the URL of an empty database and leaves in it what the tests begin with.
    """

    name: str
    fill: Callable[[str], None]


_ROOM = 512 * 1024**2
_CHOOSES = (15,)
"""The version from which on PostgreSQL lets one choose; earlier ones always copied files."""

EMPTY = Template("empty", lambda _url: None)
"""A database with nothing in it, for tests of migrations."""


@contextmanager
def folder_of_copies() -> Iterator[Path]:
    """Give a folder for the files of databases, which goes with all that is in it.

    On a disk a test that does nothing waits for it half of its time: each first and last connection
    writes the log through.
    """
    place = fastest_place(_ROOM)
    with TemporaryDirectory(prefix="salesman-test-", dir=place, ignore_cleanup_errors=True) as made:
        yield Path(made)


class Databases:
    """The databases of this process's tests."""

    def __init__(self, shared: Path, directory: Path) -> None:
        """Keep templates in *shared*, which all processes of the run see, copies in *directory*."""
        self._stack = ExitStack()
        self._makers: dict[str, Maker] = {
            "sqlite": SqliteMaker(shared, directory),
            "postgresql": PostgresMaker(shared, self._stack),
        }

    def __enter__(self) -> Self:
        """Begin; a server is started only when its first database is asked for."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Leave the server."""
        self._stack.close()

    def fresh(self, kind: Kind, template: Template) -> str:
        """Give the URL of a new database of the *kind* that holds what *template* says.

        The template itself is made by whoever asks first, once for all processes of the run.
        """
        return self._makers[kind].copy(template)

    def drop(self, url: str) -> None:
        """Remove a database, also while somebody is still connected to it."""
        self._makers[sa.make_url(url).get_backend_name()].drop(url)

    @contextmanager
    def lent(self, kind: Kind, template: Template) -> Iterator[str]:
        """Give the URL of a fresh database, which is dropped after the block."""
        url = self.fresh(kind, template)
        try:
            yield url
        finally:
            self.drop(url)


class Maker(Protocol):
    """Makes databases of one kind."""

    def copy(self, template: Template) -> str:
        """Give the URL of a new copy of *template*."""

    def drop(self, url: str) -> None:
        """Remove the database at *url*."""


class SqliteMaker:
    """Databases that are files."""

    def __init__(self, shared: Path, directory: Path) -> None:
        self._shared = shared
        self._directory = directory
        self._numbers = itertools.count(1)

    def copy(self, template: Template) -> str:
        """Copy the template's file."""
        target = self._directory / f"{template.name}-{next(self._numbers)}.db"
        shutil.copyfile(self._made(template), target)
        return f"sqlite:///{target}"

    def _made(self, template: Template) -> Path:
        path = self._shared / f"template-{template.name}.db"
        with locked(path.with_suffix(".lock")):
            if not path.exists():
                self._make(template, path)
        return path

    def _make(self, template: Template, path: Path) -> None:
        """Fill a file and put it in place whole, with what is still in its write-ahead log."""
        filled, whole = path.with_suffix(".filling"), path.with_suffix(".whole")
        _remove(filled)
        template.fill(f"sqlite:///{filled}")
        _remove(whole)
        with closing(sqlite3.connect(filled)) as source, closing(sqlite3.connect(whole)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=wal")  # else each copy's first connection does it
        whole.rename(path)
        _remove(filled)

    def drop(self, url: str) -> None:
        """Remove the file and all that stands beside it (log, index, a worker's lock)."""
        _remove(Path(sa.make_url(url).database or ""))


def _remove(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


class PostgresMaker:
    """Databases on the throw-away server."""

    def __init__(self, shared: Path, stack: ExitStack) -> None:
        self._shared = shared
        self._stack = stack
        self._numbers = itertools.count(1)
        self._known: set[str] = set()
        self._engine: sa.Engine | None = None

    def copy(self, template: Template) -> str:
        """Let the server copy the template."""
        source = self._made(template)
        target = f"{template.name}_{os.getpid()}_{next(self._numbers)}"
        self._execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}" {self._way()}')
        return self._url(target)

    def drop(self, url: str) -> None:
        """Drop the database."""
        self._execute(f'DROP DATABASE IF EXISTS "{sa.make_url(url).database}" WITH (FORCE)')

    def _made(self, template: Template) -> str:
        name = f"template_{template.name}"
        if name in self._known:
            return name
        with locked(self._shared / f"{name}.pg-lock"):
            if not self._exists(name):
                self._make(template, name)
        self._known.add(name)
        return name

    def _make(self, template: Template, name: str) -> None:
        filling = f"filling_{template.name}"
        self._execute(f'DROP DATABASE IF EXISTS "{filling}" WITH (FORCE)')
        self._execute(f'CREATE DATABASE "{filling}"')
        template.fill(self._url(filling))
        self._close_to_all(filling)
        self._execute(f'ALTER DATABASE "{filling}" RENAME TO "{name}"')

    def _close_to_all(self, name: str) -> None:
        """Send everybody out: a database in use, be it by an idle pool, cannot be copied."""
        self._execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        everybody = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        self._execute(f"{everybody} WHERE datname = :name", name=name)

    def _exists(self, name: str) -> bool:
        with self._server().connect() as connection:
            question = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
            return connection.scalar(question, {"name": name}) is not None

    def _execute(self, statement: str, **values: str) -> None:
        with self._server().connect() as connection:
            connection.execute(sa.text(statement), values)

    def _way(self) -> str:
        """Give how the server shall copy: by files, which takes two thirds of the time by pages."""
        version = self._server().dialect.server_version_info or (0,)
        return "STRATEGY file_copy" if version >= _CHOOSES else ""

    def _url(self, name: str) -> str:
        return self._server().url.set(database=name).render_as_string(hide_password=False)

    def _server(self) -> sa.Engine:
        if self._engine is None:
            url = self._stack.enter_context(running_server(self._shared))
            self._engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
            self._stack.callback(self._engine.dispose)
        return self._engine
