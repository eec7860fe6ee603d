"""Values of custom fields: as records keep them, as the JSON API writes them.

A record keeps them in one JSON object by key. Numbers and money are whole numbers of their smallest
unit there, as everywhere (ADR 0003); dates are texts as ``2026-11-23``; yes and no are 1 and 0; a
field without a value is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from salesman_core.records.custom.definitions import DefinedField, FieldType, fields_in_use

DIGITS: Final[Mapping[FieldType, int]] = {FieldType.NUMBER: 3, FieldType.MONEY: 2}
"""How many digits stand after the point."""


def encoded(field: DefinedField, value: Any) -> Any:
    """Give a value as a record keeps it."""
    if field.type in DIGITS:
        return int(Decimal(value).scaleb(DIGITS[field.type]))
    if field.type is FieldType.DATE:
        return value.isoformat()
    return int(value) if field.type is FieldType.FLAG else value


def decoded(field: DefinedField, held: Any) -> Any:
    """Give a value out of what a record keeps: Decimal, date, bool, text, id or a list of keys."""
    if held is None:
        return None
    if field.type in DIGITS:
        return Decimal(held).scaleb(-DIGITS[field.type])
    if field.type is FieldType.DATE:
        return date.fromisoformat(held)
    return bool(held) if field.type is FieldType.FLAG else held


def in_json(value: Any) -> Any:
    """Give a value as the JSON API writes it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def values_of(kind: str, custom: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the values of a record by key, of every field in use: None where it has none.

    :param custom: the record's column.
    """
    held = custom or {}
    return {one.key: decoded(one, held.get(one.key)) for one in fields_in_use(kind)}


def custom_json(kind: str, custom: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give what a record holds in its fields as the JSON API shows it."""
    fields = fields_in_use(kind)
    if not fields:
        return {}
    held = custom or {}
    return {one.key: in_json(decoded(one, held.get(one.key))) for one in fields}
