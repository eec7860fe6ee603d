"""What stood in the database before an import's rows came, so that all of it can be taken back.

What an import made is kept as a digest: it is removed as a whole, or not at all. What it changed is
kept row by row, as it was and as it became.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import AnyRow, WritingSession, db, one_of, rows_of, table_of, writing
from salesman_core.records.images import Camera, Image, changes, digest_of
from salesman_core.records.models import FileImport, ImportChange
from salesman_core.records.saving import write_rows

_CHANGE: Final = table_of(ImportChange)
_IMPORT: Final = table_of(FileImport)
_MADE: Final = sa.select(
    _CHANGE.c.record_table, _CHANGE.c.record_id, _CHANGE.c.digest, _CHANGE.c.after
).where(_CHANGE.c.import_id == sa.bindparam("import_id"), _CHANGE.c.digest.is_not(None))
_UNSETTLED: Final = _MADE.where(_CHANGE.c.after.is_not(None))
_OF_RECORD: Final = sa.update(_CHANGE).where(
    _CHANGE.c.import_id == sa.bindparam("of_import"),
    _CHANGE.c.record_table == sa.bindparam("of_table"),
    _CHANGE.c.record_id == sa.bindparam("of_record"),
    _CHANGE.c.digest.is_not(None),
)
_LEAVE: Final = _OF_RECORD.values(after=sa.bindparam("left"))
_RENEW: Final = _OF_RECORD.values(digest=sa.bindparam("renewed"), after=sa.null())
_TELL: Final = (
    sa.update(_IMPORT)
    .where(_IMPORT.c.id == sa.bindparam("of_import"))
    .values(result=sa.bindparam("told"))
)

Tables = Mapping[sa.Table, set[int]]
"""Some records: their ids by their tables."""

Digests = defaultdict[sa.Table, dict[int, str]]
"""What was made, by table and id."""


class Journal:
    """Keeps what the batches of one import did.

    A client that the first batch made gets evidence from each later one. Each of these says in
    which version it left the client, and the digest is renewed once, at the end, unless a colleague
    has been at it meanwhile. Where a run was broken off, that is done by the one that goes on in
    its place, or when the import is taken back.

    :param import_id: the import.
    """

    def __init__(self, import_id: int) -> None:
        self._import_id = import_id
        self._digests: Digests | None = None
        with db.reader.connect() as connection:
            self._camera = Camera(connection)
        self._left: dict[sa.Table, dict[int, int | None]] = defaultdict(dict)

    def keep(self, session: WritingSession, told: Mapping[str, Any]) -> None:
        """Keep what the transaction of a batch did; called as the last thing before its commit.

        What stood before is read by another connection, which does not see the transaction yet.

        :param told: what came of the import so far, which is kept with it.
        """
        session.flush()
        digests = self._known(session)
        touched = _by_table(session.touched)
        made = {table: ids & digests[table].keys() for table, ids in touched.items()}
        rows: list[dict[str, Any]] = []
        with db.reader.connect() as outside:
            self._follow(outside, session.connection(), made, digests)
            for table, ids in touched.items():
                before = self._camera.images(outside, table, ids - made[table])
                after = self._camera.images(session.connection(), table, ids - made[table])
                for id_, image in sorted(after.items()):
                    if id_ in before:
                        rows += self._changed_rows(table, id_, before[id_], image)
                        continue
                    digests[table][id_] = str(digest_of(image, table.name))
                    rows.append(self._row(table, id_) | {"digest": digests[table][id_]})
                    self._left[table][id_] = image[table.name, (id_,)].get("version")
        write_rows(session, ImportChange, rows)
        session.connection().execute(_TELL, {"of_import": self._import_id, "told": dict(told)})

    def settle(self) -> None:
        """Renew the digests of what was touched again after it was made.

        Called when the run is over, and before it is taken back.
        """
        asked = {"import_id": self._import_id}
        with db.reader.connect() as connection:
            if connection.execute(_UNSETTLED, asked).first() is None:
                return
        with writing() as session:
            renewed = list(self._renewals(session, rows_of(session, _UNSETTLED, asked)))
            if renewed:
                session.connection().execute(_RENEW, renewed)

    def _renewals(
        self, session: WritingSession, unsettled: Sequence[AnyRow]
    ) -> Iterator[dict[str, Any]]:
        by_table: dict[str, dict[int, AnyRow]] = defaultdict(dict)
        for row in unsettled:
            by_table[row.record_table][row.record_id] = row
        for name, rows in by_table.items():
            table = _CHANGE.metadata.tables[name]
            for id_, image in self._camera.images(session.connection(), table, rows.keys()).items():
                if image[name, (id_,)].get("version") == rows[id_].after["version"]:
                    whole = digest_of(image, name)
                    hanging = rows[id_].digest[len(whole.own) :]
                    yield self._of(table, id_) | {"renewed": whole.own + hanging}

    def _follow(
        self, outside: sa.Connection, inside: sa.Connection, made: Tables, digests: Digests
    ) -> None:
        """Note the versions of what was made before and is touched again.

        One whose version is not the one that this import left is a colleague's now: it is followed
        no further, so its digest says for ever that it was changed.
        """
        noted: list[dict[str, Any]] = []
        for table, ids in made.items():
            left = self._left[table]
            stood, stands = _versions(outside, table, ids), _versions(inside, table, ids)
            left.update(self._untouched(outside, table, ids - left.keys(), digests[table]))
            for id_ in stood.keys() & stands.keys():
                if id_ in left and left[id_] == stood[id_]:
                    left[id_] = stands[id_]
                    noted.append(self._of(table, id_) | {"left": {"version": stands[id_]}})
        if noted:
            inside.execute(_LEAVE, noted)

    def _untouched(
        self,
        outside: sa.Connection,
        table: sa.Table,
        ids: Collection[int],
        digests: Mapping[int, str],
    ) -> dict[int, int | None]:
        """Give the versions of what a run made that was broken off, where it stands as it was."""
        return {
            id_: image[table.name, (id_,)].get("version")
            for id_, image in self._camera.images(outside, table, ids).items()
            if str(digest_of(image, table.name)) == digests[id_]
        }

    def _known(self, session: WritingSession) -> Digests:
        """Give what was made so far: by this run, or by one that was broken off."""
        if self._digests is None:
            self._digests = defaultdict(dict)
            made = rows_of(session, _MADE, {"import_id": self._import_id})
            for name, id_, digest, after in made:
                table = _CHANGE.metadata.tables[name]
                self._digests[table][id_] = digest
                if after is not None:
                    self._left[table][id_] = after["version"]
        return self._digests

    def _changed_rows(
        self, record: sa.Table, record_id: int, before: Image, after: Image
    ) -> Iterator[dict[str, Any]]:
        for change in changes(before, after):
            table, key = change.place
            row = {"row_table": table, "row_key": list(key)}
            stood = {"before": change.before, "after": change.after}
            yield self._row(record, record_id) | row | stood

    def _row(self, table: sa.Table, id_: int) -> dict[str, Any]:
        """Give the line of a record's own row, of which nothing is said yet."""
        record = {"record_table": table.name, "record_id": id_}
        row = {"row_table": table.name, "row_key": [id_]}
        empty = {"before": None, "after": None, "digest": None}
        return {"import_id": self._import_id, **record, **row, **empty}

    def _of(self, table: sa.Table, id_: int) -> dict[str, Any]:
        """Give what finds the line of a record that was made."""
        return {"of_import": self._import_id, "of_table": table.name, "of_record": id_}


def _versions(
    connection: sa.Connection, table: sa.Table, ids: Collection[int]
) -> dict[int, int | None]:
    """Give how often some records were changed; None for those that do not count it."""
    if not ids:
        return {}
    version = table.c.version if "version" in table.c else sa.null()
    rows = connection.execute(sa.select(table.c.id, version).where(one_of(table.c.id, ids)))
    return {row[0]: row[1] for row in rows}


def _by_table(touched: Iterable[tuple[sa.Table, int]]) -> dict[sa.Table, set[int]]:
    """Sort records by their tables, those first to which others refer.

    So whoever goes back through what was kept meets no row on which another one hangs.
    """
    found: dict[sa.Table, set[int]] = defaultdict(set)
    for table, id_ in touched:
        found[table].add(id_)
    order = {table: place for place, table in enumerate(_CHANGE.metadata.sorted_tables)}
    return {table: found[table] for table in sorted(found, key=lambda table: order[table])}
