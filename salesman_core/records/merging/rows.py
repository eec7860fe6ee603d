"""Rows as a journal keeps them: read before and after, compared, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import AnyRow
from salesman_core.records.merging.references import Referring
from salesman_core.records.packing import packed, packed_row

Values = dict[str, Any]
Place = tuple[str, tuple[Any, ...]]
"""A table and the values of a row's primary key."""

_AT_A_TIME: Final = 500
"""So many ids one statement names."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a row; see :class:`MergingStep`."""

    table: str
    key: Values
    before: Values | None
    after: Values | None


class Rows:
    """The rows of some tables that are records, or refer to them, at one moment."""

    def __init__(
        self, connection: sa.Connection, tables: Sequence[Referring], ids: Sequence[int]
    ) -> None:
        self._tables = {one.table.name: one for one in tables}
        self.found: dict[Place, Values] = {}
        for one in tables:
            for row in _rows(connection, one, ids, own=one is tables[0]):
                place = one.table.name, tuple(row[name] for name in one.key)
                self.found[place] = row

    def until(self, later: Rows, moved: Mapping[int, int]) -> Iterator[Step]:
        """Give what became of these rows.

        :param moved: by id, the record that rows of another refer to now: where that is part of
            their key, they are the same rows all the same.
        """
        gone = {place: row for place, row in self.found.items() if place not in later.found}
        for place, row in self.found.items():
            now = later.found.get(place) or later.found.get(self._moved(place, row, moved))
            if now is None or (place in gone and self._moved(place, row, moved) in self.found):
                yield self._step(place[0], row, row, None)
            elif now != row:
                yield self._step(place[0], now, row, now)
        came_from = {self._moved(place, row, moved) for place, row in gone.items()}
        for place, row in later.found.items():
            if place not in self.found and place not in came_from:
                yield self._step(place[0], row, None, row)

    def _moved(self, place: Place, row: Values, moved: Mapping[int, int]) -> Place:
        """Give where a row stands once what it refers to has moved."""
        one = self._tables[place[0]]
        key = tuple(
            moved.get(row[name], row[name]) if name in one.columns else row[name]
            for name in one.key
        )
        return place[0], key

    def _step(self, table: str, at: Values, before: Values | None, after: Values | None) -> Step:
        key = {name: packed(at[name]) for name in self._tables[table].key}
        if before is not None and after is not None:
            changed = [name for name in after if before[name] != after[name]]
            before = {name: before[name] for name in changed}
            after = {name: after[name] for name in changed}
        return Step(table, key, _packed_row(before), _packed_row(after))


def _packed_row(row: Values | None) -> Values | None:
    return None if row is None else packed_row(row)


def _rows(
    connection: sa.Connection, one: Referring, ids: Sequence[int], *, own: bool
) -> Iterator[Values]:
    columns = ["id", *one.columns] if own else one.columns
    for first in range(0, len(ids), _AT_A_TIME):
        some = ids[first : first + _AT_A_TIME]
        among = [one.table.c[name].in_(some) for name in columns]
        yield from map(_values, connection.execute(sa.select(one.table).where(sa.or_(*among))))


def _values(row: AnyRow) -> Values:
    return dict(row._mapping)  # noqa: SLF001  # its API


def at(table: sa.Table, key: Mapping[str, Any]) -> Iterable[sa.ColumnElement[bool]]:
    """Give the SQL of the row with a primary key."""
    return [table.c[name] == value for name, value in key.items()]
