"""Fields of extensions in lists: found in the plugin's table, by the indexes that it has there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from salesman_core.db import table_of
from salesman_core.records.cursor import never_null
from salesman_core.records.custom.definitions import DefinedField, FieldType
from salesman_core.records.custom.kinds import Customised
from salesman_core.records.custom.orders import order_of_choice, order_of_user
from salesman_core.records.extensions.declared import (
    SEARCHED,
    Extension,
    extensions_of,
    seen_extensions,
)
from salesman_core.records.list_fields import (
    OPERATORS,
    Condition,
    ListField,
    contains,
    contains_unprepared,
    sql_of,
)
from salesman_core.records.list_values import FieldKind


@dataclass(frozen=True, slots=True)
class ExtensionListField(ListField):
    """A field whose values stand in another table, which has a row for some of the records.

    :param found: gives the SQL for an operator and a value.
    """

    found: Callable[[str, Any], Condition] = lambda _operator, _value: sa.false()

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that filters of this field may have."""
        return tuple(dict.fromkeys((*OPERATORS[self.kind], "isnull")))

    @property
    def may_be_empty(self) -> bool:
        """Whether there may be records without a value: any that has no row."""
        return True

    def condition(self, operator: str, value: Any) -> Condition:
        """Give the SQL of a filter, which asks for the rows and not for the records."""
        return self.found(operator, value)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Finds records by a column of their rows.

    :param held: the column, as a list knows its own.
    :param searched: whether it is among those that are searched.
    """

    extension: Extension
    held: ListField
    searched: bool = False

    def condition(self, operator: str, value: Any) -> Condition:
        if operator == "isnull":
            return self._among(self._filled(), without=bool(value))
        if operator == "contains":
            return self._among(self._contains(value))
        if operator == "ne":
            others = value if isinstance(value, tuple) else (value,)
            return self._among(self.held.condition("in", others), without=True)
        return self._among(self.held.condition(operator, value))

    def _among(self, condition: Condition, *, without: bool = False) -> Condition:
        rows = sa.select(self.extension.refers).where(condition)
        found = _record_id(self.extension).in_(rows)
        return sa.not_(found) if without else found

    def _contains(self, typed: str) -> Condition:
        """Give the SQL of the rows in whose column the words of a text stand.

        What all searched columns hold together has an index, by which others are passed over.
        """
        own = contains_unprepared(self.held.column, typed)
        if not self.searched:
            return own
        return sa.and_(contains(self.extension.table.c[SEARCHED], typed), own)

    def _filled(self) -> Condition:
        """Give the SQL of the rows that have a value; an empty text is none."""
        column = sql_of(self.held.column)
        is_text = isinstance(column.type, sa.String)
        filled: Condition = column != "" if is_text else column.is_not(None)
        return filled


def _record_id(one: Extension) -> sa.ColumnElement[Any]:
    (key,) = one.refers.foreign_keys
    return key.column


def extension_list_fields(
    one: Customised, kinds: Mapping[FieldType, FieldKind], sorted_by: Collection[FieldType]
) -> Sequence[ExtensionListField]:
    """Give the fields of the extensions of a kind of record for its list.

    :param kinds: by the type of a field, what it is in a list.
    :param sorted_by: the types by which lists are sorted.
    """
    return [
        _list_field(one, extension, field, kinds[field.type], sortable=field.type in sorted_by)
        for extension in extensions_of(one.kind)
        for field in extension.fields
    ]


def _list_field(
    one: Customised, extension: Extension, field: DefinedField, kind: FieldKind, *, sortable: bool
) -> ExtensionListField:
    held = _held(one, extension, field)
    return ExtensionListField(
        field.name,
        field.label,
        held,
        kind,
        sortable=sortable,
        permission=field.permission,
        choices=field.titles if kind is FieldKind.CHOICE else None,
        sort_column=_order(one, field, held),
        nullable=False,
        found=_Rows(
            extension, ListField("", "", extension.column(field), kind), field.searched
        ).condition,
    )


def _held(one: Customised, extension: Extension, field: DefinedField) -> sa.ColumnElement[Any]:
    """Give the SQL of what a record holds: never NULL, a value that none has stands for none."""
    record, column = table_of(one.model), extension.column(field)
    value = sa.select(column).where(extension.refers == record.c.id)
    held = value.correlate(record).scalar_subquery()
    return never_null(sa.type_coerce(held, column.type))


def _order(
    one: Customised, field: DefinedField, held: sa.ColumnElement[Any]
) -> sa.ColumnElement[Any] | None:
    if field.type is FieldType.CHOICE:
        return order_of_choice(held, field)
    return order_of_user(one, held) if field.type is FieldType.USER else None


def extensions_found(kind: str, typed: str) -> list[sa.Select[Any]]:
    """Give the ids of the records in whose searched fields all words of *typed* stand.

    A query for each extension that whoever acts may see and that is searched.
    """
    return [
        sa.select(one.refers).where(contains(one.table.c[SEARCHED], typed))
        for one in seen_extensions(kind)
        if any(field.searched for field in one.fields)
    ]
