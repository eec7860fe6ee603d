"""Sums of the custom fields that a list shows, over all that its filter finds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.records import visible
from salesman_core.db import AnyRow, reading, table_of, whole_sum
from salesman_core.records.cursor import substitute
from salesman_core.records.custom.definitions import DefinedField, FieldType
from salesman_core.records.custom.further import further_field
from salesman_core.records.custom.kinds import Customised
from salesman_core.records.list_fields import FieldTotal, ListField, ListSpec, sql_of
from salesman_core.records.list_query import ListQuery
from salesman_core.records.lists import totals
from salesman_core.services.company import company
from salesman_core.web import formats

SUMMED: Final = frozenset({FieldType.NUMBER, FieldType.MONEY})


def totals_of(
    one: Customised, spec: ListSpec, query: ListQuery, names: Collection[str]
) -> list[FieldTotal]:
    """Give the sums of those of some fields that can be summed, in one statement.

    Money is summed by the currency of its records.
    """
    fields = [field for name in names if (field := _summed(one, name))]
    if not fields:
        return []
    sums = [_sum(spec, field).label(f"sum_{place}") for place, field in enumerate(fields)]
    by = [table_of(one.model).c[one.currency]] if one.currency else []
    rows = totals(reading(), sums, spec, query, visible(one.kind), by=by)
    return [
        FieldTotal(str(field.label), _texts(one, field, rows, f"sum_{place}"))
        for place, field in enumerate(fields)
    ]


def _summed(one: Customised, name: str) -> DefinedField | None:
    field = further_field(one.kind, name)
    return field if field is not None and field.type in SUMMED else None


def _sum(spec: ListSpec, field: DefinedField) -> sa.ColumnElement[Any]:
    """Give the SQL of a sum; what stands for no value is none."""
    listed = spec.find(field.name)
    if not isinstance(listed, ListField):
        message = f"the list of {spec.kind} has no field {field.name}"
        raise TypeError(message)
    column = sql_of(listed.column)
    held = sa.func.nullif(column, sa.literal(substitute(column.type), column.type))
    return sa.type_coerce(whole_sum(held), column.type)


def _texts(one: Customised, field: DefinedField, rows: Sequence[AnyRow], name: str) -> list[str]:
    sums = [(row, getattr(row, name)) for row in rows if getattr(row, name) is not None]
    if field.type is FieldType.NUMBER:
        return [formats.number(sum((number for _row, number in sums), Decimal(0)))]
    return [
        formats.money(number, getattr(row, one.currency) if one.currency else company().currency)
        for row, number in sums
    ]
