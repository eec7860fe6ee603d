"""Removing what a plugin has left in the database: shown first, exported, then dropped.

It works by what the database itself reports, so a plugin whose package is long gone can be purged
as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import db, owner_of_table, writing
from salesman_core.db.revisions import bump
from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.plugins.host import current_host
from salesman_core.plugins.migrations import expressions_passed_over
from salesman_core.plugins.models import KnownPlugin, PluginFault, PluginGuard
from salesman_core.plugins.switches import SUBJECT

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Preview:
    """What a purge would remove.

    :param rows: how many rows each of the plugin's tables has, by name.
    :param referring: columns of other owners' tables that refer to it, as ``offers_offer.lead_id``:
        while there are any, it cannot be purged.
    """

    rows: Mapping[str, int]
    referring: Sequence[str]


def preview(plugin_id: str) -> Preview:
    """Give what a purge would remove."""
    tables = _tables(plugin_id)
    with db.reader.connect() as connection:
        rows = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in tables
        }
    return Preview(rows, _referring(plugin_id))


def export(plugin_id: str, folder: Path) -> list[Path]:
    """Write each of the plugin's tables into a file of JSON lines; give the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with db.reader.connect() as connection:
        for table in _tables(plugin_id):
            file = folder / f"{table.name}.jsonl"
            with file.open("w", encoding="utf-8") as stream:
                for row in connection.execute(sa.select(table)).mappings():
                    line = json.dumps(dict(row), ensure_ascii=False, default=str)
                    stream.write(f"{line}\n")
            files.append(file)
    return files


def purge(plugin_id: str) -> Preview:
    """Drop the plugin's tables, its history, switch, guards and faults; give what went.

    :raises ConflictError: while it is active, or while tables of others refer to it.
    """
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
            table.drop(connection)
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {_history(plugin_id)}"))
        _forget(session, plugin_id)
    return gone


def _forget(session: Session, plugin_id: str) -> None:
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
        if owner_of_table(name) == plugin_id and name != _history(plugin_id)
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
