"""Which record a row means: exact keys only; what merely looks alike is never joined."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import Bin
from salesman_core.db import one_of
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.external_ids import records_by_key
from salesman_core.records.imports.errors import MappingError

_ = texts.lazy

EXTERNAL_ID: Final = "external_id"
OWN_KEY: Final = "own_key"
"""The field with the key that our own files give a record."""

ImportedRow = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """A field whose values find records.

    :param of_row: gives the values of a row in the form in which they are compared.
    :param held: gives those of some values that records have, each with the record's id: records in
        the bin alone, or all others. It sees only what whoever acts may see.
    """

    of_row: Callable[[ImportedRow], Iterable[Hashable]]
    held: Callable[[Session, Collection[Any], Bin], Iterable[tuple[Hashable, int]]]


@dataclass(frozen=True, slots=True)
class CertainKey(Key):
    """A key that means one record for certain, as a tax number.

    :param holders: gives those of some records that have any.
    """

    holders: Callable[[Session, Collection[int]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Matching:
    """How rows of a batch find their records: by external id, else by all of some fields.

    :param source: under which the external ids of the file are kept.
    :param external: the table of external ids of this kind of record.
    :param keys: those of the fields, which all must fit.
    :param own: gives the records of some keys of our own files, which go before all others; None
        where they count for nothing.
    :param certain: keys each of which is enough, before those of the fields.
    """

    source: str
    external: type[Any]
    keys: Mapping[str, Key]
    own: Callable[[Session, Collection[str]], Mapping[str, int]] | None = None
    certain: Mapping[str, CertainKey] = field(default_factory=dict)

    def identities(self, row: ImportedRow) -> set[Hashable]:
        """Give what two rows of one record have in common, at least in part."""
        found: set[Hashable] = set()
        if EXTERNAL_ID in row:
            found.add((EXTERNAL_ID, row[EXTERNAL_ID]))
        if self.own is not None and OWN_KEY in row:
            found.add((OWN_KEY, row[OWN_KEY]))
        for name, key in self.certain.items():
            found.update((name, one) for one in key.of_row(row))
        if self.keys:
            values = [[(name, one) for one in key.of_row(row)] for name, key in self.keys.items()]
            found.update(product(*values))
        return found

    def found(self, session: Session, rows: Sequence[ImportedRow]) -> Matches:
        """Look the records of some rows up, in a statement per key.

        The bin is searched for the rows that mean nothing outside of it: it is known to the check
        for what is there already, but what was thrown away does not come before what is in use.
        """
        by_key = self._by_key(session, rows)
        certain = [self._certain(session, rows, one) for one in self.certain.items()]
        known = {id(row) for row in rows if any(one.of(row) for one in certain)}
        there = self._fitting(session, rows, Bin.LEFT_OUT)
        left = [
            row
            for row in rows
            if by_key.of(row) is None and id(row) not in known and not there.of(row)
        ]
        return Matches(by_key, certain, there, self._fitting(session, left, Bin.ALONE))

    def _certain(
        self, session: Session, rows: Sequence[ImportedRow], one: tuple[str, CertainKey]
    ) -> Fitting:
        """Look the records up that a certain key means: in the bin where they are nowhere else."""
        name, key = one
        found: dict[Hashable, set[int]] = {}
        wanted = {value for row in rows for value in key.of_row(row)}
        for where in (Bin.LEFT_OUT, Bin.ALONE):
            left = wanted - found.keys()
            for value, record_id in key.held(session, left, where) if left else ():
                found.setdefault(value, set()).add(record_id)
        return Fitting({name: found}, {name: key}, set(), {})

    def _by_key(self, session: Session, rows: Sequence[ImportedRow]) -> ByKey:
        ids = [row[EXTERNAL_ID] for row in rows if EXTERNAL_ID in row]
        keys = [row[OWN_KEY] for row in rows if OWN_KEY in row]
        return ByKey(
            own=self.own(session, keys) if self.own is not None and keys else {},
            external=records_by_key(session, self.external, self.source, ids) if ids else {},
        )

    def _fitting(self, session: Session, rows: Sequence[ImportedRow], where: Bin) -> Fitting:
        held: dict[str, dict[Hashable, set[int]]] = {}
        for name, key in self.keys.items():
            values = {value for row in rows for value in key.of_row(row)}
            of_name = held.setdefault(name, {})
            for value, record_id in key.held(session, values, where) if values else ():
                of_name.setdefault(value, set()).add(record_id)
        ids = {id_ for of_name in held.values() for ids_ in of_name.values() for id_ in ids_}
        with_key = any(EXTERNAL_ID in row for row in rows)
        keyed = self._keyed(session, ids) if with_key and ids else set()
        return Fitting(held, self.keys, keyed, self._others(session, rows, ids))

    def _others(
        self, session: Session, rows: Sequence[ImportedRow], ids: set[int]
    ) -> Mapping[CertainKey, set[int]]:
        """Give by certain key those of some records that have one, where rows say any."""
        return {
            key: set(key.holders(session, ids))
            for key in self.certain.values()
            if ids and any(True for row in rows for _value in key.of_row(row))
        }

    def _keyed(self, session: Session, record_ids: set[int]) -> set[int]:
        """Give those of some records that have a key in the file."""
        table = self.external
        query = sa.select(table.record_id).where(table.source == self.source)
        return set(session.scalars(query.where(one_of(table.record_id, record_ids))))


@dataclass(frozen=True, slots=True)
class ByKey:
    """The records that keys lead to, wherever they lie.

    :param own: record by the key of our own files.
    :param external: record by external id.
    """

    own: Mapping[str, int]
    external: Mapping[str, int]

    def of(self, row: ImportedRow) -> int | None:
        """Give the record that a row means by a key, None for none."""
        found = self.own.get(row.get(OWN_KEY, ""))
        return self.external.get(row.get(EXTERNAL_ID, "")) if found is None else found


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found.

    :param by_key: by a key that means one record.
    :param certain: what fits by a key that is certain, one for each.
    :param there: what fits by other keys.
    :param binned: what fits by other keys and lies in the bin.
    """

    by_key: ByKey
    certain: Sequence[Fitting]
    there: Fitting
    binned: Fitting

    def record(self, row: ImportedRow) -> int | None:
        """Give the record that a row means, or None where it means a new one.

        :raises InvalidError: where it might mean several.
        """
        by_key = self.by_key.of(row)
        if by_key is not None:
            return by_key
        for fitting in (*self.certain, self.there):
            if (found := _the_one(fitting, row)) is not None:
                return found
        return max(self.binned.of(row), default=None)


def _the_one(fitting: Fitting, row: ImportedRow) -> int | None:
    """Give the record that a row means by some keys, None for none.

    :raises InvalidError: where it might mean several.
    """
    candidates = fitting.of(row)
    if len(candidates) > 1:
        ids = ", ".join(str(one) for one in sorted(candidates)[:5])
        message = _("Several records fit this row: %(ids)s.", ids=ids)
        raise InvalidError(message, {next(iter(fitting.keys)): message})
    return next(iter(candidates), None)


@dataclass(frozen=True, slots=True)
class Fitting:
    """The records that fit by their fields.

    :param held: by field and value, the records that have it.
    :param keyed: records that have a key in the file: a row with another key does not mean them.
    :param others: by certain key, the records that have one: a row with another does not mean them.
    """

    held: Mapping[str, Mapping[Hashable, set[int]]]
    keys: Mapping[str, Key]
    keyed: Collection[int]
    others: Mapping[CertainKey, Collection[int]]

    def of(self, row: ImportedRow) -> set[int]:
        """Give those that a row may mean: all of its keys fit them."""
        candidates: set[int] | None = None
        for name, key in self.keys.items():
            fitting: set[int] = set()
            for value in key.of_row(row):
                fitting |= self.held[name].get(value, set())
            candidates = fitting if candidates is None else candidates & fitting
        return (candidates or set()).difference(self._others_keys(row))

    def _others_keys(self, row: ImportedRow) -> set[int]:
        """Give the records that have a key where the row has another one."""
        found = set(self.keyed) if EXTERNAL_ID in row else set()
        for key, holders in self.others.items():
            if any(True for _value in key.of_row(row)):
                found.update(holders)
        return found


def chosen_keys(
    known: Mapping[str, Key],
    match: Sequence[str],
    usual: Sequence[str],
    also: Sequence[str] = (EXTERNAL_ID,),
) -> dict[str, Key]:
    """Give the keys that a mapping names, else the usual ones.

    :param also: what else a mapping may name, because rows are looked for by it anyway.
    :raises MappingError: for a field by which no record can be found.
    """
    names = [name for name in match if name not in also]
    for name in names:
        if name not in known:
            message = _(
                "[options] match: no record can be found by “%(name)s”, only by: %(known)s",
                name=name,
                known=", ".join((*also, *known)),
            )
            raise MappingError(message)
    return {name: known[name] for name in (names if match else usual)}


def in_waves(
    rows: Sequence[ImportedRow], identities: Callable[[ImportedRow], set[Hashable]]
) -> Iterator[list[int]]:
    """Give the places of rows in groups within which no two mean the same record.

    What an earlier group wrote is found by the rows of the next one.
    """
    wave: list[int] = []
    seen: set[Hashable] = set()
    for place, row in enumerate(rows):
        own = identities(row)
        if not seen.isdisjoint(own):
            yield wave
            wave, seen = [], set()
        wave.append(place)
        seen |= own
    if wave:
        yield wave
