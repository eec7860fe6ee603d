"""Migrations: one Alembic history and one version table per owner.

A shared history breaks for everybody as soon as one plugin's package is gone, so each owner has its
own, run in the order of dependencies for everything that is installed.
"""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from salesman_core.db import Base, field_indexes, kept_rows, trigrams
from salesman_core.errors import PluginError
from salesman_core.i18n import CORE
from salesman_core.plugins.discovery import Installed, needed_by
from salesman_core.plugins.states import load_order
from salesman_hookspecs import Plugin

# Alembic is imported where it is needed: loading it takes a tenth of a start, and a start only
# compares where the database stands with the newest file.
if TYPE_CHECKING:
    from alembic.config import Config

_REVISION: Final = re.compile(r"^(revision|down_revision)(?:: [^=]+)? = (.+)$", re.MULTILINE)
_NUMBER: Final = re.compile(r"(\d{4})_")
_PACKAGE: Final = Path(__file__).parent.parent
_MADE_ANEW: Final = "ALTER TABLE _alembic_tmp_"
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


CORE_OWNER: Final = Owner(CORE, _PACKAGE / "migrations")


def owners(installed: Sequence[Installed], manifests: dict[str, Plugin]) -> list[Owner]:
    """Give all owners with migrations, the core first, then by dependency.

    Everything installed is migrated, loaded or not: a plugin that was suspended for a year must
    not find tables of last year. What is not loaded says what it needs by its distribution.
    """
    unloaded = {
        id_: Plugin(id=id_, title=id_, api="", requires=needed)
        for id_, needed in needed_by(installed).items()
    }
    ranks = {id_: rank for rank, id_ in enumerate(load_order(unloaded | manifests))}
    found = [Owner(plugin.id, folder) for plugin in installed if (folder := plugin.migrations)]
    found.sort(key=lambda owner: (ranks.get(owner.id, len(ranks)), owner.id))
    return [CORE_OWNER, *found]


def head(owner: Owner) -> str | None:
    """Give the newest revision in an owner's folder.

    :raises PluginError: where the history branches.
    """
    scripts = owner.folder.glob("*.py")
    return _newest(owner, frozenset((one, one.stat().st_mtime_ns) for one in scripts))


@functools.lru_cache(maxsize=64)
def _newest(owner: Owner, dated: frozenset[tuple[Path, int]]) -> str | None:
    """Read the scripts of a folder once, as long as none is written; see :func:`head`."""
    known, followed = set(), set()
    for path, _written_at in dated:
        said = dict(_REVISION.findall(path.read_text(encoding="utf-8")))
        if "revision" in said:
            known.add(ast.literal_eval(said["revision"]))
            followed.add(ast.literal_eval(said.get("down_revision", "None")))
    newest = sorted(known - followed)
    if len(newest) > 1:
        message = f"the migrations of {owner.id} branch: {', '.join(newest)} follow one revision"
        raise PluginError(message)
    return newest[0] if newest else None


def knows(owner: Owner, revision: str) -> bool:
    """Tell whether a revision is in an owner's folder."""
    files = (file.read_text(encoding="utf-8") for file in owner.folder.glob("*.py"))
    said = (dict(_REVISION.findall(text)).get("revision", "None") for text in files)
    return revision in map(ast.literal_eval, said)


def applied(connection: sa.Connection, owner: Owner) -> str | None:
    """Give the revision that the database stands at."""
    if not sa.inspect(connection).has_table(owner.version_table):
        return None
    number = sa.column("version_num", sa.String)
    version = sa.select(number).select_from(sa.table(owner.version_table))
    found: str | None = connection.scalar(version)
    return found


def behind(connection: sa.Connection, all_owners: Sequence[Owner]) -> list[str]:
    """Give the ids of the owners whose migrations have not all been run, in two statements."""
    there = set(sa.inspect(connection).get_table_names())
    begun = [owner for owner in all_owners if owner.version_table in there]
    number = sa.column("version_num", sa.String)
    each = [
        sa.select(sa.literal(owner.id), number).select_from(sa.table(owner.version_table))
        for owner in begun
    ]
    rows = connection.execute(sa.union_all(*each)) if each else ()
    stands: dict[str, str] = {row[0]: row[1] for row in rows}
    return [owner.id for owner in all_owners if stands.get(owner.id) != head(owner)]


def upgrade(engine: sa.Engine, owner: Owner, revision: str = "head") -> None:
    """Run an owner's migrations up to *revision*, in one transaction."""
    from alembic import command  # noqa: PLC0415  # see above

    with migrating(engine) as connection:
        command.upgrade(_config(owner, connection), revision)


def downgrade(engine: sa.Engine, owner: Owner, revision: str = "base") -> None:
    """Run an owner's migrations back to *revision*, in one transaction."""
    from alembic import command  # noqa: PLC0415  # see above

    with migrating(engine) as connection:
        command.downgrade(_config(owner, connection), revision)


def upgrade_all(engine: sa.Engine, all_owners: Sequence[Owner]) -> list[str]:
    """Run what has not been run; give the ids of the owners that were behind."""
    with engine.connect() as connection:
        late = behind(connection, all_owners)
    for owner in all_owners:
        if owner.id in late:
            upgrade(engine, owner)
    if CORE_OWNER in all_owners:
        _complete_search(engine)
    return late


def _complete_search(engine: sa.Engine) -> None:
    """Make the indexes of search that an earlier upgrade could not make."""
    with engine.connect() as connection:
        lacking = trigrams.missing(connection, Base.metadata)
    if lacking:
        with migrating(engine) as connection:
            for column in lacking:
                trigrams.create(connection, column.table.name, column.name)


def drift(engine: sa.Engine, owner: Owner) -> list[Any]:
    """Give the differences between an owner's models and its tables (Alembic's own terms)."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # see above
    from alembic.migration import MigrationContext  # noqa: PLC0415  # see above

    with engine.connect() as connection, expressions_passed_over():
        options = {**_options(owner), "version_table": owner.version_table, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        found = list(compare_metadata(context, Base.metadata))
        return found + _lost_expressions(connection, owner)


@contextmanager
def expressions_passed_over() -> Iterator[None]:
    """Say nothing of the indexes over expressions that SQLAlchemy cannot read from SQLite."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")
        yield


def _lost_expressions(connection: sa.Connection, owner: Owner) -> list[Any]:
    """Give the indexes over expressions that SQLite lacks: a table that is made anew loses them."""
    if connection.dialect.name != "sqlite":
        return []
    names = sa.text("SELECT name FROM sqlite_master WHERE type = 'index'")
    there = set(connection.scalars(names))
    return [
        ("add_index", index)
        for table in Base.metadata.tables.values()
        if owner.owns(table.name)
        for index in table.indexes
        if index.name not in there and len(index.expressions) > len(index.columns)
    ]


def write_revision(engine: sa.Engine, owner: Owner, message: str) -> Path:
    """Write a revision that brings an owner's tables to its models; give its file.

    It is named as the house names them: ``0003_what_it_does.py`` with the id ``core_0003``.
    """
    from alembic import command  # noqa: PLC0415  # see above

    owner.folder.mkdir(exist_ok=True)
    number = _next_number(owner)
    with engine.connect() as connection, expressions_passed_over():
        config = _config(owner, connection)
        config.set_main_option("file_template", f"{number}_%%(slug)s")
        command.revision(config, message, autogenerate=True, rev_id=f"{owner.id}_{number}")
    return next(owner.folder.glob(f"{number}_*.py"))


def _next_number(owner: Owner) -> str:
    """Give the number that follows those of an owner's files, as ``0003``."""
    found = [_NUMBER.match(file.name) for file in owner.folder.glob("*.py")]
    return f"{max((int(one[1]) for one in found if one), default=0) + 1:04}"


def _config(owner: Owner, connection: sa.Connection | None = None) -> Config:
    from alembic.config import Config  # noqa: PLC0415  # see above

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
        if trigrams.belongs(name) or field_indexes.belongs(name):
            return False
        return kind != "table" or (name is not None and owner.owns(name))

    def include_object(_item: Any, name: str | None, kind: str, *_rest: Any) -> bool:
        return include_name(name, kind, None)

    return {
        "include_name": include_name,
        "include_object": include_object,
        "target_metadata": Base.metadata,
    }


@contextmanager
def migrating(engine: sa.Engine) -> Iterator[sa.Connection]:
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
            with connection.begin(), expressions_passed_over():
                if not sqlite:
                    connection.execute(sa.text("SET LOCAL lock_timeout = '10s'"))
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                made_here = field_indexes.kept(connection) if sqlite else {}
                triggers = kept_rows.kept(connection) if sqlite else {}
                if sqlite:
                    sa.event.listen(connection, "before_cursor_execute", _let_be_put_in_place)
                yield connection
                if sqlite:
                    trigrams.mend(connection)
                    field_indexes.mend(connection, made_here)
                    kept_rows.mend(connection, triggers)
                    _check_references(connection)
        finally:
            if sqlite:
                driver.execute("PRAGMA legacy_alter_table=off")
                driver.execute("PRAGMA foreign_keys=on")


def _let_be_put_in_place(
    _connection: sa.Connection, cursor: Any, statement: str, *_rest: Any
) -> None:
    """Let a table that was made anew take its place, though triggers of others name it.

    SQLite would look into them all, and not find the table that is away just then.
    """
    made_anew = statement.startswith(_MADE_ANEW)
    cursor.execute(f"PRAGMA legacy_alter_table={'on' if made_anew else 'off'}")


def _check_references(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        message = f"the migration would leave rows that refer to nothing: {broken[:5]}"
        raise sa.exc.IntegrityError(message, None, Exception(message))
