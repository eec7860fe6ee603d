"""Every change of the definitions of custom fields.

Each is felt at once by the process that makes it and within two seconds by all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from salesman_core.access.records import demand_permission
from salesman_core.clock import now
from salesman_core.db import field_indexes, reading, table_of, writing
from salesman_core.db.revisions import bump
from salesman_core.errors import ConflictError, InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.changes import Changes, audit, differences
from salesman_core.records.custom.definitions import (
    SUBJECT,
    WORDED,
    DefinedField,
    of_row,
)
from salesman_core.records.custom.judging import judged_field
from salesman_core.records.custom.keys import free_key
from salesman_core.records.custom.kinds import CUSTOM, customised_kind, field_users
from salesman_core.records.custom.list_fields import held_value
from salesman_core.records.custom.queries import records_holding
from salesman_core.records.models import CustomField
from salesman_core.records.ordering import change_places, demand_order, in_order
from salesman_core.records.saving import demand_version
from salesman_hookspecs import Text

_ = texts.lazy

MANAGE: Final = "core.custom_field.manage"
MOST: Final = 40
"""So many fields may a kind of record have: each has an index that every change keeps."""

AUDITED: Final = "custom_field"


def one_field(field_id: int) -> DefinedField:
    """Give a field by its id.

    :raises MissingError: where there is none.
    """
    return of_row(_found(reading(), field_id))


def define_field(kind: str, values: Mapping[str, Any]) -> int:
    """Define a field, behind all others of its kind of record; give its id.

    :param values: ``label``, ``type``, ``key`` (made of the label where it is empty), ``options``
        (``{"key", "title", "offered"}``, new ones without a key), ``help``, ``required`` and
        ``searched``.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE)
    customised_kind(kind)
    with writing() as session:
        others = in_order(session, CustomField, CustomField.kind == kind)
        if len(others) >= MOST:
            raise ConflictError(_("There are %(most)s fields already.", most=MOST))
        judged = judged_field(values, others)
        judged["key"] = judged["key"] or free_key(
            judged["label"], {one.key for one in others}, "field"
        )
        position = max((one.position for one in others), default=-1) + 1
        row = CustomField(kind=kind, position=position, retired_at=None, **judged)
        session.add(row)
        session.flush()
        _index(session.connection(), of_row(row))
        changes: Changes = {name: (None, value) for name, value in judged.items()}
        _note(session, row, "created", changes)
        return row.id


def change_field(field_id: int, values: Mapping[str, Any], version: int | None = None) -> None:
    """Change a field; its kind, key and type stay, as everything that holds its values relies on.

    :param version: what the person saw; None where they do not say.
    :raises StaleError: where somebody changed it since *version*.
    :raises InvalidError: by field, also for an option that is left out while records hold it.
    """
    demand_permission(MANAGE)
    with writing() as session:
        row, every = _among_others(session, field_id)
        others = [one for one in every if one is not row]
        demand_version(of_row(row).version, version)
        fixed = {"key": row.key, "type": row.type}
        judged = judged_field({**values, **fixed}, others)
        _refuse_held_options(session, of_row(row), judged["options"])
        changes = differences(row, judged)
        for name, (_old, new) in changes.items():
            setattr(row, name, new)
        if changes:
            _note(session, row, "changed", changes)


def move_field(field_id: int, *, up: bool, version: int | None = None) -> None:
    """Let a field change places with its neighbour of those in use.

    :param up: True towards the first.
    :param version: of the order that the caller saw; None where they do not say.
    :raises StaleError: where somebody changed the order since *version*.
    """
    demand_permission(MANAGE)
    with writing() as session:
        row, every = _among_others(session, field_id)
        order = [one for one in every if one.retired_at is None]
        if row not in order:
            return
        demand_order(order, version)
        places = change_places(order, row, later=not up)
        if places is not None:
            _note(session, row, "changed", {"position": places})


def retire_field(field_id: int) -> None:
    """Take a field out of use: nobody sees it any more, and its values stay."""
    demand_permission(MANAGE)
    with writing() as session:
        row = _found(session, field_id)
        if row.retired_at is None:
            row.retired_at = now()
            _note(session, row, "retired", {})


def restore_field(field_id: int) -> None:
    """Take a retired field into use again, behind all others, with the values that it had."""
    demand_permission(MANAGE)
    with writing() as session:
        row, every = _among_others(session, field_id)
        if row.retired_at is not None:
            row.retired_at = None
            row.position = max(one.position for one in every) + 1
            _note(session, row, "restored", {})


def delete_field(field_id: int) -> int:
    """Delete a retired field and its values for good; give how many records had one.

    :raises ConflictError: where it is in use.
    """
    demand_permission(MANAGE)
    with writing() as session:
        row = _found(session, field_id)
        if row.retired_at is None:
            raise ConflictError(_("Take the field out of use first."))
        field = of_row(row)
        holding = records_holding(session, field)
        _erase(session, field)
        for user in field_users(field.kind):
            user.let_go(session, field.name)
        _note(session, row, "deleted", {"records": (holding, 0)})
        session.delete(row)
        return holding


def used_by(session: Session, field: DefinedField) -> list[tuple[Text, Sequence[str]]]:
    """Give what refers to a field and is no record: what it is to the field, and each in words."""
    found = [(one.title, one.in_words(session, field.name)) for one in field_users(field.kind)]
    return [(title, words) for title, words in found if words]


def _found(session: Session, field_id: int) -> CustomField:
    row = session.get(CustomField, field_id)
    if row is None:
        raise MissingError(_("There is no such field."))
    return row


def _among_others(session: Session, field_id: int) -> tuple[CustomField, Sequence[CustomField]]:
    """Give a field and all fields of its kind, as they stand, for a change by nobody else."""
    kind = sa.select(CustomField.kind).where(CustomField.id == field_id).scalar_subquery()
    every = in_order(session, CustomField, CustomField.kind == kind)
    return _found(session, field_id), every


def _note(session: Session, row: CustomField, action: str, changes: Changes) -> None:
    audit(session, AUDITED, row.id, row.label, action, changes)
    bump(session, SUBJECT)


def _refuse_held_options(
    session: Session, field: DefinedField, wanted: Sequence[Mapping[str, Any]]
) -> None:
    kept = {one["key"] for one in wanted}
    for option in field.options:
        if option.key not in kept and (held := records_holding(session, field, option.key)):
            message = _(
                "“%(title)s” is held by records: %(count)s. Offer it no longer instead.",
                title=option.title,
                count=held,
            )
            raise InvalidError(message, {"options": message})


def index_fields(connection: sa.Connection) -> None:
    """Make the indexes of all fields, in a database whose rows came from elsewhere."""
    if sa.inspect(connection).has_table(CustomField.__tablename__):
        for row in connection.execute(sa.select(*table_of(CustomField).c)).all():
            _index(connection, of_row(row))


def _index(connection: sa.Connection, field: DefinedField) -> None:
    """Make the index that serves lists filtered and sorted by a field."""
    if field.type not in WORDED:
        one = customised_kind(field.kind)
        table = table_of(one.model)
        field_indexes.create(connection, table, field.key, held_value(one, field))


def _erase(session: Session, field: DefinedField) -> None:
    """Take the values of a field out of all records; its words go with its definition."""
    table = table_of(customised_kind(field.kind).model)
    column = table.c[CUSTOM]
    connection = session.connection()
    field_indexes.drop(connection, table, field.key)
    if connection.dialect.name == "sqlite":
        path = f"$.{field.key}"
        there = sa.func.json_type(column, path).is_not(None)
        rest: sa.ColumnElement[Any] = sa.func.json_remove(column, path)
    else:
        there = sa.cast(column, JSONB).has_key(field.key)
        rest = sa.cast(sa.cast(column, JSONB).op("-")(field.key), sa.JSON())
    connection.execute(sa.update(table).where(there).values({column: rest}))
