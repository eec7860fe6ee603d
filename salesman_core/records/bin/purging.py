"""What goes for good with a record of the bin, and what stands in the way of that.

With a record go the rows that mean nothing without it, as its phones, notes and steps, and records
that were merged into it. Where anything else refers to one of those, by whatever foreign key the
database reports, the record stays: nothing is taken from other records in silence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import record_types
from salesman_core.db import db, table_of
from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.records.hanging import forget_places, hanging_in
from salesman_core.records.images import Camera, Place, parts, table_at
from salesman_core.records.merging.models import LikelyDouble
from salesman_core.records.models import Attachment, Note
from salesman_core.records.referrers import Referrer, Referrers
from salesman_hookspecs import RecordType, Text

_ = texts.lazy

_TITLES: Final[Mapping[str, Text]] = {
    table_of(Note).name: _("Notes"),
    table_of(Attachment).name: _("Files"),
}
_FURTHER: Final = _("Further entries, as phones and steps")

Ids = Mapping[str, set[int]]
"""Rows that go, by the names of their tables."""


@dataclass(frozen=True, slots=True)
class Going:
    """What deleting a record for good comes to.

    :param ids: the record, and those that were merged into it.
    :param lost: what goes beside it, each with how many.
    :param hindered: what refers to it from elsewhere, each with how many.
    :param latest: whether its number, or that of one that goes with it, would come again: SQLite
        counts on from the highest that there is.
    :param hanging: where the notes and files stand that go with it.
    """

    type_: RecordType
    ids: frozenset[int]
    lost: tuple[tuple[Text, int], ...]
    hindered: tuple[tuple[Text, int], ...]
    latest: bool
    hanging: Sequence[Place]

    def demand(self) -> None:
        """Let it go.

        :raises ConflictError: where something stands in the way, naming it.
        """
        if self.hindered:
            named = ", ".join(f"{title}: {number}" for title, number in self.hindered)
            raise ConflictError(_("Others refer to it: %(named)s.", named=named))
        if self.latest:
            message = _(
                "It is the latest of its kind. It can go once there is another, so that its number"
                " does not come again."
            )
            raise ConflictError(message)


class Purging:
    """Looks at records of the bin, and removes them; the tables are looked up once."""

    def __init__(self) -> None:
        with db.reader.connect() as connection:
            self._camera = Camera(connection)
        self._referrers = Referrers()
        self._types = {table_of(one.model).name: one for one in record_types()}

    def look(self, session: Session, type_: RecordType, record_id: int) -> Going:
        """Give what goes with a record, and what hinders that."""
        table, ids = table_of(type_.model), _with_merged(session, type_, record_id)
        connection = session.connection()
        rows: Counter[str] = Counter()
        going: dict[str, set[int]] = defaultdict(set)
        images = self._camera.images(connection, table, ids).values()
        for image in images:
            for (name, _key), row in image.items():
                rows[name] += name != table.name
                if "id" in row:
                    going[name].add(row["id"])
        return Going(
            type_=type_,
            ids=frozenset(ids),
            lost=self._told(rows),
            hindered=self._told(self._hindering(connection, going)),
            latest=any(self._is_latest(connection, name, those) for name, those in going.items()),
            hanging=hanging_in(images),
        )

    @staticmethod
    def remove(session: Session, going: Going) -> None:
        """Remove a record with all that goes with it."""
        connection = session.connection()
        table, double = table_of(going.type_.model), table_of(LikelyDouble)
        either = sa.or_(double.c.first_id.in_(going.ids), double.c.second_id.in_(going.ids))
        kind = double.c.kind == going.type_.kind
        connection.execute(sa.delete(double).where(kind, either))
        connection.execute(sa.delete(table).where(table.c.id.in_(going.ids)))
        forget_places(session, going.hanging)

    def _hindering(self, connection: sa.Connection, going: Ids) -> Counter[str]:
        """Count the rows that refer to what goes and would stay."""
        found: Counter[str] = Counter()
        for name, ids in going.items():
            own = {(part.table.name, part.refers.name) for part in parts(table_at((name, ())))}
            for referrer in self._referrers.of(connection, name):
                if (referrer.table, referrer.column) not in own:
                    found[referrer.table] += _count(connection, referrer, ids, going)
        return found

    def _is_latest(self, connection: sa.Connection, name: str, ids: set[int]) -> bool:
        if name not in self._types or connection.dialect.name != "sqlite":
            return False
        highest: sa.Select[int] = sa.select(sa.func.max(sa.column("id"))).select_from(
            sa.table(name)
        )
        return connection.scalar(highest) in ids

    def _told(self, rows: Mapping[str, int]) -> tuple[tuple[Text, int], ...]:
        """Give rows by what people call them: kinds of record, notes and files by name."""
        found: dict[str, tuple[Text, int]] = {}
        for name, number in rows.items():
            type_ = self._types.get(name)
            title = _TITLES.get(name, _FURTHER) if type_ is None else type_.plural
            _same, before = found.get(str(title), (title, 0))
            if number:
                found[str(title)] = (title, before + number)
        further = found.pop(str(_FURTHER), None)
        return (*found.values(), *([further] if further else ()))


def _with_merged(session: Session, type_: RecordType, record_id: int) -> set[int]:
    """Give a record with those that were merged into it, and into these in turn."""
    ids = {record_id}
    if type_.merged is None:
        return ids
    into, id_ = getattr(type_.model, type_.merged), table_of(type_.model).c.id
    while more := set(session.scalars(sa.select(id_).where(into.in_(ids)))) - ids:
        ids |= more
    return ids


def _count(connection: sa.Connection, referrer: Referrer, ids: set[int], going: Ids) -> int:
    """Count the rows that refer to some by a column, those left out that go themselves."""
    id_: sa.ColumnClause[int] = sa.column("id")
    count = sa.select(sa.func.count()).select_from(sa.table(referrer.table))
    among = count.where(referrer.to(ids))
    if referrer.table in going:
        among = among.where(id_.not_in(going[referrer.table]))
    return connection.scalar(among) or 0
