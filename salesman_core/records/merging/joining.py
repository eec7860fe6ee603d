"""Keys of plugins by which rows of a file find the record that they mean, as a tax number."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import Bin, record_type, visible
from salesman_core.db import one_of
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import current_host
from salesman_core.records.custom.kinds import is_further
from salesman_core.records.custom.members import by_members
from salesman_core.records.imports.matching import CertainKey, ImportedRow
from salesman_core.records.merging.keys import name_of_key, told_keys
from salesman_hookspecs import DuplicateKey


def joining_keys(kind: str) -> Mapping[str, CertainKey]:
    """Give the keys that mean one record for certain, of which the person may learn."""
    return {
        name_of_key(one): CertainKey(
            partial(_of_row, one), partial(_held, one), partial(_holders, one)
        )
        for one in told_keys(kind)
        if one.value.joins
    }


def _of_row(one: Contribution[DuplicateKey], row: ImportedRow) -> Iterable[Hashable]:
    further = {name: value for name, value in row.items() if is_further(name)}
    if not further:
        return ()
    typed = {name: value for name, value in row.items() if name not in further}
    place = f"salesman_duplicate_keys: {one.value.id}"
    asked = partial(_keys, one.value, typed | by_members(further))
    return current_host().guarded(one.owner, place, asked) or ()


def _keys(key: DuplicateKey, typed: Mapping[str, object]) -> list[str]:
    return [found for found in key.typed(typed) if found]


def _held(
    one: Contribution[DuplicateKey], session: Session, values: Collection[str], where: Bin
) -> Iterable[tuple[Hashable, int]]:
    keys, kind = one.value.keys().subquery(), one.value.kind
    seen = _seen(kind, where)
    found = sa.select(keys.c.key, keys.c.record_id).where(
        one_of(keys.c.key, sorted(values)), keys.c.record_id.in_(seen)
    )
    return [(row.key, row.record_id) for row in session.execute(found)]


def _seen(kind: str, where: Bin) -> sa.Select[int]:
    model = record_type(kind).model
    return sa.select(model.id).where(visible(kind, bin=where))


def _holders(
    one: Contribution[DuplicateKey], session: Session, ids: Collection[int]
) -> Iterable[int]:
    keys = one.value.keys().subquery()
    return session.scalars(sa.select(keys.c.record_id).where(one_of(keys.c.record_id, sorted(ids))))
