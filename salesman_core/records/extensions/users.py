"""Users whom extensions of records name: they change hands with all else when somebody leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import one_of, rows_of
from salesman_core.records.custom.definitions import DefinedField, FieldType
from salesman_core.records.extensions.declared import Extension, extensions_of

Field = tuple[Extension, DefinedField]


def user_fields(kind: str) -> list[Field]:
    """Give the fields of extensions that hold a user."""
    return [
        (one, field)
        for one in extensions_of(kind)
        for field in one.fields
        if field.type is FieldType.USER
    ]


def naming_records(kind: str, user_id: int) -> Iterator[sa.Select[Any]]:
    """Give the queries of the ids of the records whose extensions name a user."""
    for one, field in user_fields(kind):
        yield sa.select(one.refers).where(one.column(field) == user_id)


def fields_naming(
    session: Session, kind: str, ids: Collection[int], user_id: int
) -> Mapping[int, Sequence[str]]:
    """Give by which fields some records name a user, by record."""
    found: dict[int, list[str]] = {}
    for one, field in user_fields(kind) if ids else ():
        named = sa.select(one.refers.label("record_id")).where(
            one_of(one.refers, sorted(ids)), one.column(field) == user_id
        )
        for row in rows_of(session, named):
            found.setdefault(row.record_id, []).append(field.name)
    return found


def name_another(
    session: Session, kind: str, ids: Collection[int], from_id: int, to_id: int
) -> None:
    """Let the extensions of some records name another user."""
    for one, field in user_fields(kind) if ids else ():
        column = one.column(field)
        theirs = sa.update(one.table).where(one_of(one.refers, sorted(ids)), column == from_id)
        session.connection().execute(theirs.values({column: to_id}))
