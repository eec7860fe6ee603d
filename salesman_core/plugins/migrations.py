"""Migrations: one Alembic history and one version table per owner.

A shared history breaks for everybody as soon as one plugin's package is gone, so each owner has its
own, run in the order of dependencies for everything that is installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from salesman_core.db import Base
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.states import load_order
from salesman_hookspecs import Plugin

_PACKAGE: Final = Path(__file__).parent.parent
_LOCK: Final = 7_303_014_215
"""The advisory lock that keeps two upgrades of one PostgreSQL database apart."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whoever keeps tables: the core or a plugin.

    :param id: its name in tables.
    :param folder: where its revisions lie.
    """

    id: str
    folder: Path

    @property
    def version_table(self) -> str:
        """The table that says how far this owner's history has been run."""
        return f"{self.id}_alembic_version"

    def owns(self, table: str) -> bool:
        """Tell whether a table belongs to this owner's history."""
        return table.startswith(f"{self.id}_") and table != self.version_table


CORE_OWNER: Final = Owner("core", _PACKAGE / "migrations")


def owners(installed: Sequence[Installed], manifests: dict[str, Plugin]) -> list[Owner]:
    """Give all owners with migrations, the core first, then by dependency.

    Everything installed is migrated, loaded or not: a plugin that was suspended for a year must
    not find tables of last year.
    """
    ranks = {id_: rank for rank, id_ in enumerate(load_order(manifests))}
    found = [Owner(plugin.id, folder) for plugin in installed if (folder := plugin.migrations)]
    found.sort(key=lambda owner: (ranks.get(owner.id, len(ranks)), owner.id))
    return [CORE_OWNER, *found]


def head(owner: Owner) -> str | None:
    """Give the newest revision in an owner's folder."""
    return ScriptDirectory.from_config(_config(owner)).get_current_head()


def applied(connection: sa.Connection, owner: Owner) -> str | None:
    """Give the revision that the database stands at."""
    options = {"version_table": owner.version_table}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def behind(connection: sa.Connection, all_owners: Sequence[Owner]) -> list[str]:
    """Give the ids of the owners whose migrations have not all been run."""
    return [owner.id for owner in all_owners if applied(connection, owner) != head(owner)]


def upgrade(engine: sa.Engine, owner: Owner, revision: str = "head") -> None:
    """Run an owner's migrations up to *revision*, in one transaction."""
    with _migrating(engine) as connection:
        command.upgrade(_config(owner, connection), revision)


def downgrade(engine: sa.Engine, owner: Owner, revision: str = "base") -> None:
    """Run an owner's migrations back to *revision*, in one transaction."""
    with _migrating(engine) as connection:
        command.downgrade(_config(owner, connection), revision)


def upgrade_all(engine: sa.Engine, all_owners: Sequence[Owner]) -> list[str]:
    """Run what has not been run; give the ids of the owners that were behind."""
    with engine.connect() as connection:
        late = behind(connection, all_owners)
    for owner in all_owners:
        if owner.id in late:
            upgrade(engine, owner)
    return late


def drift(engine: sa.Engine, owner: Owner) -> list[Any]:
    """Give the differences between an owner's models and its tables (Alembic's own terms)."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # slow, and rarely needed

    with engine.connect() as connection:
        options = {**_options(owner), "version_table": owner.version_table, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


def write_revision(engine: sa.Engine, owner: Owner, message: str) -> None:
    """Write a revision that brings an owner's tables to its models."""
    owner.folder.mkdir(exist_ok=True)
    with engine.connect() as connection:
        command.revision(_config(owner, connection), message=message, autogenerate=True)


def _config(owner: Owner, connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("version_locations", str(owner.folder))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(
        connection=connection, owner=owner, options=_options(owner), metadata=Base.metadata
    )
    return config


def _options(owner: Owner) -> dict[str, Any]:
    def include_name(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or (name is not None and owner.owns(name))

    def include_object(_item: Any, name: str | None, kind: str, *_rest: Any) -> bool:
        return include_name(name, kind, None)

    return {
        "include_name": include_name,
        "include_object": include_object,
        "target_metadata": Base.metadata,
    }


@contextmanager
def _migrating(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open the transaction of a migration on a connection of its own.

    SQLite's batch changes make a table anew: with foreign keys on, dropping the old one would
    empty or null the rows of every plugin that refers to it.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if sqlite:
            driver.execute("PRAGMA foreign_keys=off")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(sa.text("SET LOCAL lock_timeout = '10s'"))
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                yield connection
                if sqlite:
                    _check_references(connection)
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys=on")


def _check_references(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        message = f"the migration would leave rows that refer to nothing: {broken[:5]}"
        raise sa.exc.IntegrityError(message, None, Exception(message))
