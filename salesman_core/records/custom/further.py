"""What a kind of record has beside its own fields: those of the company, then those of plugins.

Forms, cards, lists, files and the audit ask for these. Which of the two a field is tells where its
value stands: in the record's column, or in the row of an extension (ADR 0054).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from salesman_core.db import reading
from salesman_core.records.custom.definitions import DefinedField, all_fields, fields_in_use
from salesman_core.records.custom.kinds import CUSTOM, key_of, owner_of
from salesman_core.records.custom.values import decoded
from salesman_core.records.extensions.declared import (
    Extension,
    extended_fields,
    extensions_of,
    seen_extensions,
)
from salesman_core.records.extensions.rows import held_of, rows_held

Held = Mapping[str, Any]
"""What a record holds, by the names of its further fields; None for no value."""


def further_fields(kind: str) -> Sequence[DefinedField]:
    """Give the further fields of a kind of record that whoever acts may see."""
    return _with(fields_in_use(kind), seen_extensions(kind))


def changeable_fields(kind: str) -> Sequence[DefinedField]:
    """Give the further fields that whoever acts may change, of a record that they may change."""
    return _with(fields_in_use(kind), [one for one in extensions_of(kind) if one.changeable])


def _with(own: Sequence[DefinedField], extensions: Sequence[Extension]) -> Sequence[DefinedField]:
    if not extensions:
        return own
    return [*own, *(field for one in extensions for field in one.fields)]


def further_field(kind: str, name: str) -> DefinedField | None:
    """Give a further field that whoever acts may see, by its name among the record's fields."""
    return next((one for one in further_fields(kind) if one.name == name), None)


def any_field(kind: str, name: str) -> DefinedField | None:
    """Give a further field by its name, whoever may see it, one out of use as well."""
    known = extended_fields(kind) if owner_of(name) else all_fields(kind)
    return next((one for one in known if one.name == name), None)


def held_by(
    kind: str, rows: Iterable[Any], fields: Collection[DefinedField] | None = None
) -> Mapping[int, Held]:
    """Give what some records hold, by their ids: a statement for each extension that is asked for.

    :param rows: with ``id`` and, where the company has fields, the column ``custom``.
    :param fields: those that are asked for; all that whoever acts may see where not given.
    """
    asked = further_fields(kind) if fields is None else fields
    every = list(rows)
    own = [one for one in asked if not one.owner]
    found = {row.id: _own_values(own, row) for row in every}
    for owner in dict.fromkeys(one.owner for one in asked if one.owner):
        of_owner = [one for one in asked if one.owner == owner]
        _add_rows(found, kind, of_owner)
    return found


def _own_values(fields: Sequence[DefinedField], row: Any) -> dict[str, Any]:
    if not fields:
        return {}
    custom = getattr(row, CUSTOM) or {}
    return {one.name: decoded(one, custom.get(one.key)) for one in fields}


def _add_rows(found: dict[int, dict[str, Any]], kind: str, fields: Sequence[DefinedField]) -> None:
    one = next((each for each in extensions_of(kind) if each.owner == fields[0].owner), None)
    rows = {} if one is None else rows_held(reading(), one, list(found))
    for id_, held in found.items():
        row = rows.get(id_, {})
        held.update({field.name: row.get(field.key) for field in fields})


def held_in_record(field: DefinedField, record: Any) -> Any:
    """Give what a record that is changed holds in a field."""
    if not field.owner:
        return decoded(field, (record.custom or {}).get(str(key_of(field.name))))
    one = next(each for each in extensions_of(field.kind) if each.owner == field.owner)
    return held_of(reading(), one, record).get(field.key)
