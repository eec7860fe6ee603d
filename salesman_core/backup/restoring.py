"""Bringing a backup into an empty database, of the same kind or the other one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask

from salesman_core.backup import tables
from salesman_core.backup.archive import MAPPINGS, Archive, ArchiveError, opened
from salesman_core.backup.saving import Tell
from salesman_core.config import CoreSettings
from salesman_core.db import db, trigrams
from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.plugins import migrations
from salesman_core.records.custom.service import index_fields
from salesman_core.records.imports.service import mappings_folder
from salesman_core.services.files import store

_ = texts.lazy

_NO_LIMIT: Final = 2**62
_MAPPING: Final = re.compile(r"[^/\\\0]+\.toml")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought in.

    :param made_at: when the backup was made.
    """

    made_at: str
    tables: int
    rows: int
    files: int
    secret_key: bool


def restore(app: Flask, file: Path, *, replace: bool = False, tell: Tell = print) -> Restored:
    """Bring in a backup: all of it is read and judged before anything is written.

    Tables are made by the migrations of what is installed, up to where the backup was; those of
    plugins that are not installed as the backup describes them. Run the newer migrations after it.

    :param replace: drop what the database has.
    :raises ArchiveError: where the archive is damaged, or newer than what is installed.
    :raises ConflictError: where the database is not empty and nobody said to replace it.
    """
    owners: Sequence[migrations.Owner] = app.extensions["salesman_owners"]
    with opened(file) as archive:
        archive.verify()
        _insist_on_known_revisions(archive, owners)
        _insist_on_plain_names(archive)
        with db.engine.connect() as connection:
            empty = not sa.inspect(connection).get_table_names()
        if not empty and not replace:
            raise ConflictError(
                _("The database is not empty: restore into an empty one, or say --replace.")
            )
        if not empty:
            _drop_all()
        files = _bring_contents(archive)
        _make_tables(archive, owners)
        rows = _bring_rows(archive, tell)
        _bring_mappings(archive)
        key = _bring_secret_key(archive, app)
        made_at, count = archive.manifest["made_at"], len(archive.manifest["tables"])
    db.leave()
    return Restored(made_at, count, rows, files, key)


def _insist_on_known_revisions(archive: Archive, owners: Sequence[migrations.Owner]) -> None:
    revisions = archive.manifest["revisions"]
    for owner in owners:
        revision = revisions.get(owner.id)
        if revision is not None and not migrations.knows(owner, revision):
            message = _(
                "The backup is from a newer %(owner)s (%(revision)s): install that first.",
                owner=owner.id,
                revision=revision,
            )
            raise ArchiveError(message)


def _drop_all() -> None:
    with migrations.migrating(db.engine) as connection:
        for table in tables.tables_of(connection):
            trigrams.drop(connection, table.name)
        metadata = sa.MetaData()
        with migrations.expressions_passed_over():
            metadata.reflect(connection)
        with _without_references(connection, list(metadata.tables.values()), put_back=False):
            for table in metadata.tables.values():
                connection.execute(sa.schema.DropTable(table))


def _make_tables(archive: Archive, owners: Sequence[migrations.Owner]) -> None:
    revisions = archive.manifest["revisions"]
    for owner in owners:
        if revisions.get(owner.id) is not None:
            migrations.upgrade(db.engine, owner, revisions[owner.id])
    with migrations.migrating(db.engine) as connection:
        metadata = sa.MetaData()
        with migrations.expressions_passed_over():
            metadata.reflect(connection)
        there = set(metadata.tables)
        for said in archive.manifest["tables"]:
            if said["name"] not in there:
                tables.make_again(said, metadata)
        metadata.create_all(connection)


def _bring_rows(archive: Archive, tell: Tell) -> int:
    rows = 0
    with migrations.migrating(db.engine) as connection:
        every = {table.name: table for table in tables.tables_of(connection)}
        with _without_references(connection, list(every.values())):
            for table in every.values():
                connection.execute(sa.delete(table))
            for said in archive.manifest["tables"]:
                brought = _bring_table(archive, connection, every[said["name"]], said)
                tell(f"{said['name']}: {brought}")
                rows += brought
        _set_sequences(connection, list(every.values()))
        index_fields(connection)
    return rows


def _bring_table(
    archive: Archive, connection: sa.Connection, table: sa.Table, said: dict[str, Any]
) -> int:
    names = [column["name"] for column in said["columns"]]
    with archive.open(f"tables/{table.name}.jsonl") as lines:
        brought = tables.load(connection, table, names, iter(lines))
    if brought != said["rows"]:
        raise ArchiveError(_("Rows of %(name)s are missing in the archive.", name=table.name))
    return brought


@contextmanager
def _without_references(
    connection: sa.Connection, every: Sequence[sa.Table], *, put_back: bool = True
) -> Iterator[None]:
    """Let rows come in any order; each reference is checked when it is put back.

    On SQLite a migration's connection checks them at its end.
    """
    references = [one for table in every for one in table.foreign_key_constraints]
    if connection.dialect.name == "sqlite":
        references = []
    for one in references:
        connection.execute(sa.schema.DropConstraint(one))
    yield
    if put_back:
        for one in references:
            connection.execute(sa.schema.AddConstraint(one))


def _set_sequences(connection: sa.Connection, every: Sequence[sa.Table]) -> None:
    """Let new rows be counted on behind those that came in; SQLite does that by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in every:
        for column in table.primary_key.columns:
            sequence = connection.scalar(
                sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
            )
            if sequence is not None:
                highest = sa.select(sa.func.max(column)).scalar_subquery()
                following = sa.func.coalesce(highest + 1, 1)
                connection.execute(sa.select(sa.func.setval(sequence, following, sa.false())))


def _bring_contents(archive: Archive) -> int:
    count = 0
    for name in archive.members:
        if name.startswith("files/"):
            with archive.open(name) as stream:
                kept = store(stream, largest=_NO_LIMIT)
            if kept.hash != name.removeprefix("files/"):
                raise ArchiveError(
                    _("The archive was changed: %(name)s is not as written.", name=name)
                )
            count += 1
    return count


def _bring_mappings(archive: Archive) -> None:
    """Put the mappings in place that imports at the command line find by their name."""
    folder = mappings_folder()
    for member in archive.members:
        if not member.startswith(MAPPINGS):
            continue
        folder.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as stream:
            (folder / member.removeprefix(MAPPINGS)).write_bytes(stream.read())


def _insist_on_plain_names(archive: Archive) -> None:
    """Refuse an archive with a mapping that would not lie in the folder of mappings."""
    for member in archive.members:
        name = member.removeprefix(MAPPINGS)
        if member.startswith(MAPPINGS) and not _MAPPING.fullmatch(name):
            message = _("The archive was changed: %(name)s is not as written.", name=member)
            raise ArchiveError(message)


def _bring_secret_key(archive: Archive, app: Flask) -> bool:
    """Put the key in place that signed sessions and links, where it was kept."""
    if "secret_key" not in archive.members:
        return False
    core: CoreSettings = app.config["SALESMAN"]
    place = core.data_dir / "secret_key"
    place.unlink(missing_ok=True)
    place.touch(mode=0o600)
    with archive.open("secret_key") as stream:
        place.write_bytes(stream.read())
    return True
