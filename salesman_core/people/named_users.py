"""Where records name a user: as their owner, as a participant, in further fields of users.

All of it changes hands when somebody leaves, whatever kind of record it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import record_types
from salesman_core.clock import now
from salesman_core.db import AnyRow, table_of
from salesman_core.records.changes import Changes
from salesman_core.records.custom.definitions import DefinedField, FieldType, fields_in_use
from salesman_core.records.custom.kinds import CUSTOM, customised_kind, customised_kinds
from salesman_core.records.custom.list_fields import held_value
from salesman_core.records.extensions.users import fields_naming, name_another, naming_records
from salesman_hookspecs import RecordType

PARTICIPANTS = "participants"

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Handed:
    """A record that is to change hands.

    :param changes: what that changes of it, by field, before and after.
    :param custom: what its custom fields hold then; None where they name nobody who leaves.
    """

    id: int
    label: str
    changes: Changes
    custom: Mapping[str, Any] | None


def naming_types() -> list[RecordType]:
    """Give the kinds of record that name users."""
    return [one for one in record_types() if _ways(one, 0)]


def naming(type_: RecordType, user_id: int) -> Condition:
    """Give the SQL of the records of a kind that name a user."""
    return sa.or_(sa.false(), *_ways(type_, user_id))


def owned_by(type_: RecordType, user_id: int) -> Condition:
    """Give the SQL of the records of a kind that belong to a user."""
    if type_.owner is None:
        return sa.false()
    return table_of(type_.model).c[type_.owner] == user_id


def _ways(type_: RecordType, user_id: int) -> list[Condition]:
    ways = [] if type_.owner is None or type_.stays else [owned_by(type_, user_id)]
    if type_.participants is not None:
        part = table_of(type_.participants).c
        taking_part = sa.select(part.record_id).where(part.user_id == user_id)
        ways.append(table_of(type_.model).c.id.in_(taking_part))
    fields = _user_fields(type_.kind)
    if fields:
        one = customised_kind(type_.kind)
        ways += [held_value(one, field) == user_id for field in fields]
    id_ = table_of(type_.model).c.id
    return [*ways, *(id_.in_(named) for named in naming_records(type_.kind, user_id))]


def _user_fields(kind: str) -> list[DefinedField]:
    if kind not in customised_kinds():
        return []
    return [field for field in fields_in_use(kind) if field.type is FieldType.USER]


def to_be_handed(
    session: Session, type_: RecordType, from_id: int, to_id: int, *, after: int, limit: int
) -> list[Handed]:
    """Lock the next records of a kind that name a user, and give what naming another changes.

    :param after: only records with a higher id than this.
    """
    columns = table_of(type_.model).c
    label: Any = getattr(type_.model, type_.label)
    owner: Any = sa.null() if type_.owner is None else columns[type_.owner]
    custom: Any = columns[CUSTOM] if _user_fields(type_.kind) else sa.null()
    asked = sa.select(columns.id, label.label("label"), owner.label("owner_id"))
    rows = session.execute(
        asked.add_columns(custom.label("custom"))
        .where(naming(type_, from_id), columns.id > after)
        .order_by(columns.id)
        .limit(limit)
        .with_for_update(of=table_of(type_.model))
    ).all()
    ids = [row.id for row in rows]
    parts = _participants(session, type_, ids)
    extended = fields_naming(session, type_.kind, ids, from_id)
    handed = [_handed(type_, row, parts.get(row.id, set()), from_id, to_id) for row in rows]
    for one in handed:
        one.changes.update((name, (from_id, to_id)) for name in extended.get(one.id, ()))
    return handed


def _participants(
    session: Session, type_: RecordType, ids: Sequence[int]
) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = {}
    if type_.participants is not None:
        part = table_of(type_.participants).c
        rows = session.execute(
            sa.select(part.record_id, part.user_id).where(part.record_id.in_(ids))
        )
        for row in rows:
            found.setdefault(row.record_id, set()).add(row.user_id)
    return found


def _handed(
    type_: RecordType, row: AnyRow, taking_part: set[int], from_id: int, to_id: int
) -> Handed:
    changes: Changes = {}
    owner_id = to_id if row.owner_id == from_id else row.owner_id
    if owner_id != row.owner_id:
        changes[str(type_.owner)] = (from_id, to_id)
    if from_id in taking_part:
        # Whoever owns the record, or takes part in it already, needs no second part in it.
        added = {to_id} - {owner_id}
        left = (taking_part - {from_id}) | added
        changes[PARTICIPANTS] = (sorted(taking_part), sorted(left))
    held: Mapping[str, Any] = row.custom or {}
    fields = [one for one in _user_fields(type_.kind) if held.get(one.key) == from_id]
    changes |= {field.name: (from_id, to_id) for field in fields}
    custom = {**held, **{field.key: to_id for field in fields}} if fields else None
    return Handed(row.id, str(row.label or ""), changes, custom)


def hand(
    session: Session, type_: RecordType, handed: Sequence[Handed], from_id: int, to_id: int
) -> None:
    """Let records name another user."""
    table = table_of(type_.model)
    _hand_owned(session, type_, handed, to_id)
    _hand_parts(session, type_, handed, from_id, to_id)
    customs = [{"of": one.id, "held": one.custom} for one in handed if one.custom is not None]
    if customs:
        of = sa.update(table).where(table.c.id == sa.bindparam("of"))
        session.connection().execute(of.values({CUSTOM: sa.bindparam("held")}), customs)
    name_another(session, type_.kind, [one.id for one in handed], from_id, to_id)
    written: dict[str, Any] = {}
    if "version" in table.c:
        written["version"] = table.c.version + 1
    if "updated_at" in table.c:
        written["updated_at"] = now()
    if written:
        session.execute(sa.update(table).where(_among(table, handed)).values(written))


def _hand_owned(session: Session, type_: RecordType, handed: Iterable[Handed], to_id: int) -> None:
    owned = [one for one in handed if type_.owner in one.changes]
    if owned:
        table = table_of(type_.model)
        given = sa.update(table).where(_among(table, owned))
        session.execute(given.values({str(type_.owner): to_id}))


def _hand_parts(
    session: Session, type_: RecordType, handed: Iterable[Handed], from_id: int, to_id: int
) -> None:
    if type_.participants is None:
        return
    part = table_of(type_.participants)
    takes: list[int] = []
    ends: list[int] = []
    for one in handed:
        before, after = one.changes.get(PARTICIPANTS, ((), ()))
        if from_id in before:
            (takes if to_id in after and to_id not in before else ends).append(one.id)
    theirs = part.c.user_id == from_id
    session.execute(sa.delete(part).where(part.c.record_id.in_(ends), theirs))
    taken = sa.update(part).where(part.c.record_id.in_(takes), theirs)
    session.execute(taken.values(user_id=to_id, by_id=current_person().id))


def _among(table: sa.Table, handed: Iterable[Handed]) -> Condition:
    return table.c.id.in_([one.id for one in handed])
