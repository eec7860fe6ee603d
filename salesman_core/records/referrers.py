"""Who refers to a row: by the foreign keys that the database itself reports.

So rows of plugins count that are suspended, or whose distribution is gone. What may be about a
record of whatever kind has no foreign key: there its ``RecordType`` says where it refers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from salesman_core.db import table_of
from salesman_core.plugins.host import current_host
from salesman_core.records.images import parts
from salesman_hookspecs import RecordType
from salesman_hookspecs.data import salesman_record_types


class Referrer(NamedTuple):
    """A column that refers to another table.

    :param kind_column: of one that may refer to any kind of record: the column that says to which;
        then :attr:`kind` is what it holds for the other table.
    """

    table: str
    column: str
    kind_column: str = ""
    kind: str = ""

    def to(self, ids: Collection[int]) -> sa.ColumnElement[bool]:
        """Give the condition of the rows that refer to some of the other table."""
        refers: sa.ColumnClause[int] = sa.column(self.column)
        if not self.kind_column:
            return refers.in_(ids)
        return sa.and_(sa.column(self.kind_column) == self.kind, refers.in_(ids))


class Referrers:
    """The referring columns of a database, read once."""

    def __init__(self) -> None:
        self._by_table: defaultdict[str, list[Referrer]] | None = None

    def of(self, connection: sa.Connection, table: str) -> Sequence[Referrer]:
        """Give the columns that refer to a table."""
        if self._by_table is None:
            self._by_table = referring_columns(sa.inspect(connection))
            for name, referrer in _about_any():
                self._by_table[name].append(referrer)
        return self._by_table.get(table, ())

    def referred(
        self, connection: sa.Connection, table: sa.Table, ids: Collection[int]
    ) -> set[int]:
        """Give those of some records to which a row refers that does not go with them."""
        own = {(part.table.name, part.refers.name) for part in parts(table)}
        found: set[int] = set()
        for referrer in self.of(connection, table.name):
            if (referrer.table, referrer.column) not in own:
                refers: sa.ColumnClause[int] = sa.column(referrer.column)
                query = sa.select(refers).select_from(sa.table(referrer.table))
                found.update(connection.scalars(query.where(referrer.to(ids)).distinct()))
        return found


def _about_any() -> Iterator[tuple[str, Referrer]]:
    """Give the columns that may refer to any kind of record, each with the table of each kind."""
    types = [
        one.value for one in current_host().contributions(salesman_record_types, inactive=True)
    ]
    for type_ in types:
        for name, (kind_column, column) in places_about_any(type_):
            for other in types:
                yield table_of(other.model).name, Referrer(name, column, kind_column, other.kind)


def places_about_any(type_: RecordType) -> Iterator[tuple[str, tuple[str, str]]]:
    """Give where records of a kind name others by kind and number: a table, and its two columns."""
    if type_.about is not None:
        yield table_of(type_.model).name, type_.about
    if type_.ties is not None:
        yield table_of(type_.ties).name, ("about_kind", "about_id")


def referring_columns(inspector: sa.Inspector) -> defaultdict[str, list[Referrer]]:
    """Give the columns that refer to the ``id`` of a table, by the names of such tables."""
    found: defaultdict[str, list[Referrer]] = defaultdict(list)
    for (_schema, name), keys in inspector.get_multi_foreign_keys().items():
        for key in keys:
            if key["referred_columns"] == ["id"]:
                (column,) = key["constrained_columns"]
                found[key["referred_table"]].append(Referrer(str(name), column))
    return found
