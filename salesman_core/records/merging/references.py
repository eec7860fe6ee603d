"""Which rows refer to a record, as the database itself reports it.

So the rows of suspended plugins are found, and those of plugins whose package is long gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.types import NullType

from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.records.custom.kinds import customised_kinds
from salesman_core.records.referrers import referring_columns

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Referring:
    """A table with columns that refer to a kind of record, or the table of the records.

    :param columns: those that refer; of the records' own table the primary key is none of them.
    :param key: its primary key.
    """

    table: sa.Table
    columns: tuple[str, ...]
    key: tuple[str, ...]


def referring_to(connection: sa.Connection, target: str) -> list[Referring]:
    """Give the tables that refer to *target* by its ``id``, and that one itself as the first.

    Words of custom fields are none of them: they are written from the records themselves.

    :raises ConflictError: where one of them has no primary key, so that no journal can name its
        rows.
    """
    inspector = sa.inspect(connection)
    found = _referring(inspector, target)
    found.setdefault(target, ())
    names = sorted(found, key=lambda name: (name != target, name))
    columns = inspector.get_multi_columns(filter_names=names)
    keys = inspector.get_multi_pk_constraint(filter_names=names)
    tables = []
    for name in names:
        key = tuple(keys[None, name]["constrained_columns"])
        if not key:
            message = _("The table %(name)s has no primary key: nothing can be merged.", name=name)
            raise ConflictError(message)
        tables.append(Referring(_table(connection, name, columns[None, name]), found[name], key))
    return tables


def _referring(inspector: sa.Inspector, target: str) -> dict[str, tuple[str, ...]]:
    columns: dict[str, set[str]] = defaultdict(set)
    derived = {sa.inspect(one.words).local_table.name for one in customised_kinds().values()}
    for referrer in referring_columns(inspector).get(target, ()):
        if referrer.table not in derived:
            columns[referrer.table].add(referrer.column)
    return {table: tuple(sorted(names)) for table, names in columns.items()}


def _table(
    connection: sa.Connection, name: str, columns: Sequence[sa.engine.interfaces.ReflectedColumn]
) -> sa.Table:
    """Give a table whose values come and go as the driver has them, so that none is changed.

    PostgreSQL's own values need their types; those of SQLite are what stands in the file.
    """
    raw = connection.dialect.name == "sqlite"
    return sa.Table(
        name,
        sa.MetaData(),
        *(sa.Column(one["name"], NullType() if raw else one["type"]) for one in columns),
    )
