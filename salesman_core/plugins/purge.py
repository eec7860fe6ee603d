"""Removing what a plugin has left in the database: shown first, exported, then dropped.

It works by what the database itself reports, so a plugin whose package is long gone can be purged
as well.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import sqlalchemy as sa
from flask import Flask, current_app

from salesman_core.db import WritingSession, db, owner_of_table, reading, trigrams, writing
from salesman_core.db.revisions import bump
from salesman_core.errors import ConflictError, MissingError
from salesman_core.i18n import CORE, texts
from salesman_core.plugins.host import current_host
from salesman_core.plugins.migrations import expressions_passed_over
from salesman_core.plugins.models import KnownPlugin, PluginFault, PluginGuard
from salesman_core.plugins.switches import SUBJECT

_ = texts.lazy

_AT_A_TIME: Final = 1000
"""Rows that an export holds in memory."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a purge would remove.

    :param rows: how many rows each of the plugin's tables has, by name, and how many notes and
        files hang on its records, where there are some.
    :param referring: columns of other owners' tables that refer to it, as ``offers_offer.lead_id``:
        while there are any, it cannot be purged.
    """

    rows: Mapping[str, int]
    referring: Sequence[str]


def preview(plugin_id: str) -> Preview:
    """Give what a purge would remove.

    :raises MissingError: for a plugin that this database has never met.
    """
    _demand_met(plugin_id)
    tables = _tables(plugin_id)
    with db.reader.connect() as connection:
        rows = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in tables
        }
        for name, found in _elsewhere(plugin_id):
            count = sa.select(sa.func.count()).select_from(found.subquery())
            if number := connection.scalar(count):
                rows[name] = number
    return Preview(rows, _referring(plugin_id))


def export(plugin_id: str, folder: Path) -> list[Path]:
    """Write each of the plugin's tables into a file of JSON lines; give the files.

    :raises MissingError: for a plugin that this database has never met.
    """
    _demand_met(plugin_id)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with db.view() as connection:
        for name, rows in _all_rows(plugin_id):
            file = folder / f"{name}.jsonl"
            with file.open("w", encoding="utf-8") as stream:
                stream.writelines(_lines(connection, rows))
            files.append(file)
    return files


def archive(plugin_id: str) -> IO[bytes]:
    """Give what :func:`export` writes as one ZIP file, which is gone when it is closed.

    :raises MissingError: for a plugin that this database has never met.
    """
    _demand_met(plugin_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    with ZipFile(file, "w", ZIP_DEFLATED) as kept, db.view() as connection:
        for name, rows in _all_rows(plugin_id):
            with kept.open(f"{name}.jsonl", "w", force_zip64=True) as stream:
                stream.writelines(line.encode() for line in _lines(connection, rows))
    file.seek(0)
    return file


def _all_rows(plugin_id: str) -> Iterator[tuple[str, sa.Select[Any]]]:
    """Give the query of all rows of each of the plugin's tables, and of what goes with them."""
    for table in _tables(plugin_id):
        yield table.name, sa.select(table)
    yield from _elsewhere(plugin_id)


def _lines(connection: sa.Connection, rows: sa.Select[Any]) -> Iterator[str]:
    read = connection.execution_options(yield_per=_AT_A_TIME)
    for row in read.execute(rows).mappings():
        yield json.dumps(dict(row), ensure_ascii=False, default=str) + "\n"


def left_behind() -> Sequence[str]:
    """Give the ids of plugins that this database has met and that are not installed now."""
    known = set(reading().scalars(sa.select(KnownPlugin.id)))
    tables = sa.inspect(db.reader).get_table_names()
    migrated = {owner_of_table(name) for name in tables if name == _history(owner_of_table(name))}
    return sorted((known | migrated) - current_host().plugins.keys() - {CORE})


def _demand_met(plugin_id: str) -> None:
    """Let nothing else be reached by these names, as the core's own tables."""
    if plugin_id not in current_host().plugins and plugin_id not in left_behind():
        raise MissingError(_("There is no plugin %(id)s.", id=plugin_id))


Elsewhere = Callable[[str], Mapping[str, sa.Select[Any]]]


def also_removed(app: Flask, *elsewhere: Elsewhere) -> None:
    """Count and export with each purge what rooms above this one keep for a plugin's records.

    :param elsewhere: give those rows by the name of their table, for a plugin's id. They are
        removed by a function that was announced with :func:`also_forget`.
    """
    app.extensions["salesman_removed_with"] = elsewhere


def _elsewhere(plugin_id: str) -> Iterator[tuple[str, sa.Select[Any]]]:
    for elsewhere in current_app.extensions["salesman_removed_with"]:
        yield from elsewhere(plugin_id).items()


Forget = Callable[[WritingSession, str], None]


def also_forget(app: Flask, *forget: Forget) -> None:
    """Call functions, with the plugin's id, in the transaction of each purge.

    For what rooms above this one keep of plugins, as their jobs.
    """
    app.extensions["salesman_forget"] = forget


def purge(plugin_id: str) -> Preview:
    """Drop the plugin's tables, and forget what it has left elsewhere; give what went.

    That is its history of migrations, switch, guards and faults, its work that waits, and what
    else was announced with :func:`also_forget`.

    :raises MissingError: for a plugin that this database has never met.
    :raises ConflictError: while it is active, or while tables of others refer to it.
    """
    _demand_met(plugin_id)
    if current_host().is_active(plugin_id):
        raise ConflictError(_("Suspend %(id)s before you purge it.", id=plugin_id))
    gone = preview(plugin_id)
    if gone.referring:
        places = ", ".join(gone.referring)
        message = _("%(places)s still refer to what %(id)s keeps.", places=places, id=plugin_id)
        raise ConflictError(message)
    tables = _tables(plugin_id)
    with writing() as session:
        connection = session.connection()
        for table in reversed(tables):
            trigrams.drop(connection, table.name)
            table.drop(connection)
        sa.Table(_history(plugin_id), sa.MetaData()).drop(connection, checkfirst=True)
        _forget(session, plugin_id)
    return gone


def _forget(session: WritingSession, plugin_id: str) -> None:
    for forget in current_app.extensions["salesman_forget"]:
        forget(session, plugin_id)
    session.execute(sa.delete(PluginGuard).where(PluginGuard.plugin_id == plugin_id))
    session.execute(sa.delete(PluginFault).where(PluginFault.plugin_id == plugin_id))
    session.execute(sa.delete(KnownPlugin).where(KnownPlugin.id == plugin_id))
    bump(session, SUBJECT)


def _history(plugin_id: str) -> str:
    return f"{plugin_id}_alembic_version"


def _tables(plugin_id: str) -> list[sa.Table]:
    """Give the plugin's tables as the database has them, those that are referred to first."""
    names = [
        name
        for name in sa.inspect(db.reader).get_table_names()
        if owner_of_table(name) == plugin_id
        and name != _history(plugin_id)
        and not trigrams.belongs(name)
    ]
    metadata = sa.MetaData()
    with expressions_passed_over():
        metadata.reflect(db.reader, only=names)
    return [table for table in metadata.sorted_tables if table.name in names]


def _referring(plugin_id: str) -> list[str]:
    inspector = sa.inspect(db.reader)
    return [
        f"{name}.{', '.join(key['constrained_columns'])}"
        for name in sorted(inspector.get_table_names())
        if owner_of_table(name) != plugin_id
        for key in inspector.get_foreign_keys(name)
        if owner_of_table(key["referred_table"]) == plugin_id
    ]
