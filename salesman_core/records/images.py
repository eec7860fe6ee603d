"""Rows of a record as they stand in the database, for acts that can be taken back.

An image of a record is its own row and those that mean nothing without it: phones, moves, notes,
whatever refers to it with ``ON DELETE CASCADE``. Two images tell what was done in between, by
whomever: core or plugin, by objects or in bulk. A row that goes with either of two records is a
part of one of them: the column that refers to the other says so by ``BESIDE``.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa

from salesman_core.db import BESIDE, Base, one_of, table_of
from salesman_core.records.attached import types_told_by_kind
from salesman_core.records.models import HANGING
from salesman_core.records.packing import (
    Row,
    packed,
    packed_row,
    unpacked,
    unpacked_row,
    written_row,
)

Place = tuple[str, tuple[Any, ...]]
"""Where a row stands: its table, and its primary key as JSON can hold it."""

Image = dict[Place, Row]

_DIGEST_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class RowChange:
    """What became of one row.

    :param before: None where there was none.
    :param after: None where it is gone.
    """

    place: Place
    before: Row | None
    after: Row | None


@dataclass(frozen=True, slots=True)
class Part:
    """A table whose rows mean nothing without the row that they refer to.

    :param kind: of the records that they refer to by kind and number, without a foreign key.
    """

    table: sa.Table
    refers: sa.Column[Any]
    kind: str | None = None


class Camera:
    """Takes images of records.

    :param connection: to the database, whose tables are looked up once. A plugin that has been
        loaded and not yet migrated has none there.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._there = frozenset(sa.inspect(connection).get_table_names())
        self._hanging = {
            table_of(one.model): [
                Part(table, table.c.record_id, one.kind) for table in map(table_of, HANGING)
            ]
            for one in types_told_by_kind()
        }

    def images(
        self, connection: sa.Connection, table: sa.Table, ids: Collection[int]
    ) -> dict[int, Image]:
        """Give the images of the records of a table, by their ids; what is not there has none.

        One statement for each table, whatever the number of records.
        """
        found: dict[int, Image] = {}
        self._gather(connection, Part(table, table.c.id), {id_: id_ for id_ in ids}, found)
        return found

    def _gather(
        self,
        connection: sa.Connection,
        part: Part,
        roots: Mapping[int, int],
        found: dict[int, Image],
    ) -> None:
        """Add the rows of a table that refer to some ids, and those that hang on them in turn.

        :param roots: for each id, the record to whose image it belongs.
        """
        if not roots or part.table.name not in self._there:
            return
        own: dict[int, int] = {}
        found_by = [one_of(part.refers, sorted(roots))]
        if part.kind is not None:
            found_by.append(part.table.c.kind == part.kind)
        rows = connection.execute(sa.select(part.table).where(*found_by))
        names, key = tuple(rows.keys()), tuple(one.name for one in part.table.primary_key)
        to_be_packed = _to_be_packed(part.table)
        for row in rows:
            kept: Row = dict(zip(names, row, strict=True))
            for name in to_be_packed:
                kept[name] = packed(kept[name])
            root = roots[kept[part.refers.name]]
            found.setdefault(root, {})[part.table.name, tuple(kept[name] for name in key)] = kept
            if "id" in kept:
                own[kept["id"]] = root
        further_parts = [*parts(part.table), *self._hanging.get(part.table, ())]
        for further in further_parts if own else ():
            self._gather(connection, further, own, found)


@functools.cache
def _to_be_packed(table: sa.Table) -> tuple[str, ...]:
    """Give the columns whose values JSON may not hold as they are."""
    plain = (sa.Integer, sa.String, sa.Boolean)
    return tuple(one.name for one in table.c if not isinstance(one.type, plain))


@functools.cache
def parts(table: sa.Table) -> tuple[Part, ...]:
    """Give the tables whose rows go with a row of *table*."""
    return tuple(
        Part(other, key.parent)
        for other in Base.metadata.sorted_tables
        for key in sorted(other.foreign_keys, key=lambda key: key.parent.name)
        if key.ondelete == "CASCADE" and key.column.table is table and other is not table
        if BESIDE not in key.parent.info
    )


@dataclass(frozen=True, slots=True)
class Digest:
    """What is the same for the same image, and hardly ever for another.

    :param own: of the record's row and what only describes it.
    :param hanging: of what hangs on it with a life of its own, as notes, files and contacts.
    """

    own: str
    hanging: str

    def __str__(self) -> str:
        """Give it as a table keeps it."""
        return self.own + self.hanging


def digest_of(image: Image, root: str) -> Digest:
    """Give the digest of an image.

    :param root: the record's table.
    """
    own: Image = {}
    hanging: Image = {}
    for place, row in image.items():
        (hanging if place[0] != root and "deleted_at" in row else own)[place] = row
    return Digest(_hashed(own), _hashed(hanging))


def _hashed(image: Image) -> str:
    rows = sorted(([table, *map(str, key)], row) for (table, key), row in image.items())
    written = orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(written, digest_size=_DIGEST_BYTES).hexdigest()


def changes(before: Image, after: Image) -> Iterator[RowChange]:
    """Give what became of each row, those first on which others hang."""
    for place, row in after.items():
        if before.get(place) != row:
            yield RowChange(place, before.get(place), row)
    for place, row in before.items():
        if place not in after:
            yield RowChange(place, row, None)


def row_at(connection: sa.Connection, place: Place) -> Row | None:
    """Give a row as it stands now."""
    table = table_at(place)
    found = connection.execute(sa.select(table).where(*_at(table, place))).first()
    if found is None:
        return None
    return packed_row(dict(found._mapping))  # noqa: SLF001  # as above


def insert_row(connection: sa.Connection, place: Place, row: Row) -> None:
    """Put a row back that is gone."""
    connection.execute(sa.insert(table_at(place)).values(written_row(unpacked_row(row))))


def update_row(connection: sa.Connection, place: Place, values: Row) -> None:
    """Put values of a row back."""
    table, back = table_at(place), written_row(unpacked_row(values))
    connection.execute(sa.update(table).where(*_at(table, place)).values(back))


def delete_row(connection: sa.Connection, place: Place) -> None:
    """Remove a row, and all that goes with it."""
    table = table_at(place)
    connection.execute(sa.delete(table).where(*_at(table, place)))


def table_at(place: Place) -> sa.Table:
    """Give the table of a place."""
    return Base.metadata.tables[place[0]]


def _at(table: sa.Table, place: Place) -> list[sa.ColumnElement[bool]]:
    keys = zip(table.primary_key, place[1], strict=True)
    return [column == unpacked(value) for column, value in keys]
