"""Rows as they stood when they were counted last, kept by the database itself.

Figures that are kept need to know what they count of a row that has changed since. Triggers write
that down when a row first changes: whoever changes it, and by whatever statement, no figure can
grow stale. The table of the images is named after its own, with ``_kept`` behind it, has the same
``id``, ``there``, and those columns of its own on which the figures depend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

_END: Final = "_kept"


class Parent(NamedTuple):
    """The row that counts as changed when one of its parts does.

    :param key: the part's column that refers to it.
    """

    table: str
    key: str
    columns: Sequence[str]


def belongs(name: str | None) -> bool:
    """Tell whether a table is made of other tables, so that a backup has no need of it."""
    return name is not None and name.endswith(_END)


def create(
    connection: sa.Connection, table: str, columns: Sequence[str], parent: Parent | None = None
) -> None:
    """Make the triggers of a table.

    :param columns: those that its images hold; a change of others is none.
    :param parent: of whose image each change makes sure, too.
    """
    marks = _marks(connection, table, columns, parent)
    changed = _changed(connection, columns)
    if connection.dialect.name == "sqlite":
        for event, when in (
            ("insert", f"AFTER INSERT ON {table}"),
            ("update", f"AFTER UPDATE OF {', '.join(columns)} ON {table} WHEN {changed}"),
            ("delete", f"BEFORE DELETE ON {table}"),
        ):
            steps = " ".join(marks[event == "insert"])
            trigger = f"CREATE TRIGGER {table}{_END}_{event} {when} BEGIN {steps} END"
            connection.exec_driver_sql(trigger)
        return
    # Without reading tables whole: a plan is kept, and may come from when they were empty.
    update = f"AFTER UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW WHEN ({changed})"
    for event, when, answer in (
        ("insert", f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS came", "NULL"),
        ("update", update, "NULL"),
        ("delete", f"BEFORE DELETE ON {table} FOR EACH ROW", "OLD"),
    ):
        name, steps = f"{table}{_END}_{event}", " ".join(marks[event == "insert"])
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
            f" SET enable_seqscan = off AS $$BEGIN {steps} RETURN {answer}; END$$"
        )
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def drop(connection: sa.Connection, table: str) -> None:
    """Take the triggers of a table away."""
    for event in ("insert", "update", "delete"):
        name = f"{table}{_END}_{event}"
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        else:
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name} CASCADE")


def kept(connection: sa.Connection) -> Mapping[str, str]:
    """Give the triggers of images that SQLite has, by name, for :func:`mend`."""
    triggers = sa.text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    found = connection.execute(triggers)
    return {row.name: row.sql for row in found if row.name.startswith(f"{row.tbl_name}{_END}_")}


def mend(connection: sa.Connection, before: Mapping[str, str]) -> None:
    """Give SQLite's tables their triggers again: a table that is made anew loses them."""
    there = kept(connection)
    tables = set(sa.inspect(connection).get_table_names())
    for name, statement in before.items():
        images = name.rpartition("_")[0]
        if name not in there and {images, images.removesuffix(_END)} <= tables:
            connection.exec_driver_sql(statement)


def _changed(connection: sa.Connection, columns: Sequence[str]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("old", "new"))
    differs = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
    return f"({old}) {differs} ({new})"


def _marks(
    connection: sa.Connection, table: str, columns: Sequence[str], parent: Parent | None
) -> Mapping[bool, Sequence[str]]:
    """Give the statements of the triggers, by whether the row has just come.

    The parent comes first: whoever folds its image waits there, and nowhere else.
    """
    found: dict[bool, list[str]] = {}
    for came in (True, False):
        many = came and connection.dialect.name == "postgresql"
        row = "came" if many else "new" if came else "old"
        own = {"id": f"{row}.id", "there": "false" if came else "true"}
        own |= {} if came else {name: f"old.{name}" for name in columns}
        source = "FROM came ORDER BY came.id" if many else ""
        found[came] = []
        if parent is not None:
            of = {"id": "p.id", "there": "true"} | {name: f"p.{name}" for name in parent.columns}
            found[came].append(_mark(connection, parent.table, of, _parents(parent, row, many)))
            own[parent.key] = f"{row}.{parent.key}"
        found[came].append(_mark(connection, table, own, source))
    return found


def _parents(parent: Parent, row: str, many: bool) -> str:  # noqa: FBT001  # private
    """Give where parents are read, ``p``: of one row, or of all that a statement brought.

    Those of many are looked up one by one, by the index, for the same reason.
    """
    if not many:
        return f"FROM {parent.table} p WHERE p.id = {row}.{parent.key}"
    each = f"SELECT DISTINCT {parent.key} AS id FROM {row}"  # noqa: S608  # names of ours
    own = f"SELECT * FROM {parent.table} WHERE id = one.id OFFSET 0"  # noqa: S608  # names of ours
    return f"FROM ({each}) AS one CROSS JOIN LATERAL ({own}) AS p ORDER BY p.id"


def _mark(
    connection: sa.Connection, table: str, values: Mapping[str, Any], source: str = ""
) -> str:
    """Give the statement that writes an image where there is none yet.

    PostgreSQL locks the one that there is: nobody may fold it while the row is being changed.
    """
    images, names = f"{table}{_END}", ", ".join(values)
    chosen = f"SELECT {', '.join(values.values())} {source}"
    if connection.dialect.name == "sqlite":
        missing = f"NOT EXISTS (SELECT 1 FROM {images} k WHERE k.id = {values['id']})"  # noqa: S608  # names of ours
        chosen += f" AND {missing}" if source else f" WHERE {missing}"
        return f"INSERT INTO {images} ({names}) {chosen};"  # names of ours
    return (
        f"INSERT INTO {images} ({names}) {chosen}"  # names of ours
        f" ON CONFLICT (id) DO UPDATE SET there = {images}.there;"
    )
