"""Who refers to a row: by the foreign keys that the database itself reports.

So rows of plugins count that are suspended, or whose distribution is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from salesman_core.records.images import parts


class Referrer(NamedTuple):
    """A column that refers to another table."""

    table: str
    column: str


class Referrers:
    """The referring columns of a database, read once."""

    def __init__(self) -> None:
        self._by_table: dict[str, list[Referrer]] | None = None

    def of(self, connection: sa.Connection, table: str) -> Sequence[Referrer]:
        """Give the columns that refer to a table."""
        if self._by_table is None:
            self._by_table = referring_columns(sa.inspect(connection))
        return self._by_table.get(table, ())

    def referred(
        self, connection: sa.Connection, table: sa.Table, ids: Collection[int]
    ) -> set[int]:
        """Give those of some records to which a row refers that does not go with them."""
        own = {(part.table.name, part.refers.name) for part in parts(table)}
        found: set[int] = set()
        for referrer in self.of(connection, table.name):
            if referrer not in own:
                refers: sa.ColumnClause[int] = sa.column(referrer.column)
                other = sa.table(referrer.table, refers)
                query = sa.select(other.c[referrer.column]).where(refers.in_(ids)).distinct()
                found.update(connection.scalars(query))
        return found


def referring_columns(inspector: sa.Inspector) -> dict[str, list[Referrer]]:
    """Give the columns that refer to the ``id`` of a table, by the names of such tables."""
    found: dict[str, list[Referrer]] = defaultdict(list)
    for (_schema, name), keys in inspector.get_multi_foreign_keys().items():
        for key in keys:
            if key["referred_columns"] == ["id"]:
                (column,) = key["constrained_columns"]
                found[key["referred_table"]].append(Referrer(str(name), column))
    return found
