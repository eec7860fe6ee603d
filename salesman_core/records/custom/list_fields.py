"""Further fields in lists: filtered on pages and in the JSON API, sorted where an index serves it.

Numbers, money, dates, choices, users and yes-or-no are compared where they stand, in the record's
column; each has an index over the very expression, made when it was defined. Texts, links and
several choices are found by the table of their words. Those of plugins: ``records.extensions``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.colleagues import colleagues
from salesman_core.db import Money, db, table_of
from salesman_core.db.revisions import kept
from salesman_core.db.types import Thousandths
from salesman_core.plugins.host import current_host
from salesman_core.records.cursor import never_null, substitute
from salesman_core.records.custom.definitions import (
    SEARCHABLE,
    SUBJECT,
    WORDED,
    DefinedField,
    FieldType,
    fields_in_use,
)
from salesman_core.records.custom.kinds import CUSTOM, Customised
from salesman_core.records.custom.orders import (
    order_of_choice,
    order_of_text,
    order_of_user,
)
from salesman_core.records.custom.showing import cells, plain_cells
from salesman_core.records.custom.totals import totals_of
from salesman_core.records.custom.words import as_word
from salesman_core.records.extensions.declared import extended_fields
from salesman_core.records.extensions.lists import extension_list_fields, extensions_found
from salesman_core.records.list_fields import (
    OPERATORS,
    Column,
    Condition,
    Further,
    ListField,
    ListFilter,
    contains,
    either,
)
from salesman_core.records.list_values import FieldKind
from salesman_core.records.relative import Period

KINDS: Final[Mapping[FieldType, FieldKind]] = {
    FieldType.TEXT: FieldKind.TEXT,
    FieldType.NUMBER: FieldKind.NUMBER,
    FieldType.MONEY: FieldKind.MONEY,
    FieldType.DATE: FieldKind.DATE,
    FieldType.CHOICE: FieldKind.CHOICE,
    FieldType.CHOICES: FieldKind.CHOICE,
    FieldType.FLAG: FieldKind.FLAG,
    FieldType.USER: FieldKind.USER,
    FieldType.LINK: FieldKind.TEXT,
}
SORTED: Final = frozenset(
    {FieldType.NUMBER, FieldType.MONEY, FieldType.DATE, FieldType.CHOICE, FieldType.USER}
)
"""By these lists can be sorted, and by texts: both databases agree on their order."""

_SQL_TYPES: Final[Mapping[FieldType, sa.types.TypeEngine[Any]]] = {
    FieldType.NUMBER: Thousandths(),
    FieldType.MONEY: Money(),
    FieldType.FLAG: sa.BigInteger(),
    FieldType.USER: sa.BigInteger(),
}


def held_value(one: Customised, field: DefinedField) -> sa.ColumnElement[Any]:
    """Give the SQL of what a record holds in a field, as its index has it: never NULL.

    A value that no field has stands for none: the lowest number, the empty text.
    """
    column = table_of(one.model).c[CUSTOM]
    type_ = _SQL_TYPES.get(field.type, sa.Text())
    # The key is written out, because no index is used for an expression with a parameter in it.
    # It consists of small letters, digits and single underscores: see service.py.
    held: sa.ColumnElement[Any]
    if db.engine.dialect.name == "sqlite":
        held = sa.func.json_extract(column, sa.literal_column(f"'$.{field.key}'"))
    else:
        held = column.op("->>")(sa.literal_column(f"'{field.key}'"))
        held = held if isinstance(type_, sa.Text) else sa.cast(held, sa.BigInteger)
    return never_null(sa.type_coerce(held, type_))


@dataclass(frozen=True, slots=True)
class HeldField(ListField):
    """A field whose column is :func:`held_value`.

    :param empty: what stands there for no value.
    """

    empty: Any = ""

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that filters of this field may have."""
        return tuple(dict.fromkeys((*OPERATORS[self.kind], "isnull")))

    @property
    def may_be_empty(self) -> bool:
        """Whether there may be records without a value: the column has something for them."""
        return True

    def condition(self, operator: str, value: Any) -> Condition:
        """Give the SQL of a filter, so that the index of the field serves it."""
        column: Any = self.column
        empty, filled = column == self.empty, column > self.empty
        if operator == "isnull":
            condition: Condition = empty if value else filled
            return condition
        if isinstance(value, tuple):
            compared: Any = tuple(map(_compared, value))
        else:
            compared = _compared(value)
        within = ListField.condition(self, operator, compared)
        return sa.and_(filled, within) if operator in {"lte", "lt"} else within


@dataclass(frozen=True, slots=True)
class WordedField(ListField):
    """A text, which is sorted by its column and found by the table of words.

    :param found: gives the SQL for an operator and a value.
    """

    found: Callable[[str, Any], Condition] = lambda _operator, _value: sa.false()

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that filters of this field may have."""
        return ("eq", "contains", "isnull")

    @property
    def may_be_empty(self) -> bool:
        """Whether there may be records without a value: the column has something for them."""
        return True

    def condition(self, operator: str, value: Any) -> Condition:
        """Give the SQL of a filter."""
        return self.found(operator, value)


class _WrittenDays(Period):
    """Days said from today, compared as the column has them: as texts, day by day."""

    def bounds(self, *, moments: bool) -> tuple[Any, Any]:
        """Give where they begin and where what comes after them does."""
        begin, after = Period.bounds(self, moments=moments)
        return begin.isoformat(), after.isoformat()


def _compared(value: Any) -> Any:
    """Give a value as the column has it."""
    if isinstance(value, Period):
        return _WrittenDays(*(getattr(value, one.name) for one in fields(value)))
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def custom_list_fields(one: Customised) -> Callable[[], Further | None]:
    """Give what a ``ListSpec`` needs as ``further`` to know a kind's further fields."""

    def further() -> Further | None:
        known = kept(SUBJECT)
        place = ("list", one.kind, current_host().active)
        if place not in known:
            known[place] = _further(one)
        found: Further | None = known[place]
        return found

    return further


def _further(one: Customised) -> Further | None:
    in_use, extended = fields_in_use(one.kind), extended_fields(one.kind)
    if not in_use and not extended:
        return None
    users = [field.name for field in (*in_use, *extended) if field.type is FieldType.USER]

    def shown(rows: Sequence[Any], names: Collection[str]) -> Mapping[int, Mapping[str, str]]:
        return cells(one, rows, names)

    def values(rows: Sequence[Any], names: Collection[str]) -> Mapping[int, Mapping[str, Any]]:
        return plain_cells(one, rows, names)

    def options() -> Mapping[str, Sequence[tuple[int, str]]]:
        people = colleagues() if users else []
        return dict.fromkeys(users, people)

    own = [_list_field(one, field) for field in in_use]
    listed = (*own, *extension_list_fields(one, KINDS, SORTED | {FieldType.TEXT}))
    column = table_of(one.model).c[CUSTOM]
    return Further(listed, column, shown, values, options, partial(totals_of, one))


def _list_field(one: Customised, field: DefinedField) -> ListField | ListFilter:
    kind, label = KINDS[field.type], field.label
    choices = field.titles if kind is FieldKind.CHOICE else None
    if field.type in WORDED:
        words = _Words(one, field)
        if field.type is FieldType.TEXT:
            order = order_of_text(one, field)
            return WordedField(
                field.name, label, order, kind, nullable=False, found=words.condition
            )
        operators = ("eq", "contains", "isnull") if choices is None else ("eq", "in", "isnull")
        return ListFilter(field.name, label, kind, words.condition, operators, choices=choices)
    column = held_value(one, field)
    return HeldField(
        field.name,
        label,
        column,
        kind,
        sortable=field.type in SORTED,
        choices=choices,
        sort_column=_order(one, field, column),
        nullable=False,
        empty=substitute(column.type),
    )


def _order(
    one: Customised, field: DefinedField, held: sa.ColumnElement[Any]
) -> sa.ColumnElement[Any] | None:
    """Give what a field is sorted by, where that is not what its index has."""
    if field.type is FieldType.CHOICE:
        return order_of_choice(held, field)
    return order_of_user(one, held) if field.type is FieldType.USER else None


@dataclass(frozen=True, slots=True)
class _Words:
    """A field that is found by the table of words."""

    one: Customised
    field: DefinedField

    def condition(self, operator: str, value: Any) -> Condition:
        words = self.one.words
        of_field = sa.select(_record(words)).where(words.field_id == self.field.id)
        id_ = table_of(self.one.model).c.id
        if operator == "isnull":
            there = id_.in_(of_field)
            return sa.not_(there) if value else there
        if operator == "contains":
            return id_.in_(of_field.where(contains(words.text, value)))
        wanted = value if operator == "in" else (value,)
        return id_.in_(of_field.where(words.text.in_([as_word(one) for one in wanted])))


def words_found(one: Customised, typed: str) -> sa.Select[Any] | None:
    """Give the ids of the records in whose searched fields all words of *typed* stand.

    The words stand together in the fields of the company, or in those of one plugin. None where no
    field of the kind is searched.
    """
    found = [*_own_words_found(one, typed), *extensions_found(one.kind, typed)]
    if len(found) > 1:
        return sa.select(sa.union_all(*found).subquery().c[0])
    return found[0] if found else None


def _own_words_found(one: Customised, typed: str) -> list[sa.Select[Any]]:
    searched = [
        field.id for field in fields_in_use(one.kind) if field.searched and field.type in SEARCHABLE
    ]
    if not searched:
        return []
    words = one.words
    found = sa.select(_record(words)).where(words.field_id.in_(searched))
    return [found.where(contains(words.text, typed))]


def words_finder(one: Customised) -> Callable[[str], sa.Select[Any] | None]:
    """Give what the search box looks in beside the names of a kind."""
    return partial(words_found, one)


def by_name_or_words(one: Customised, column: Column) -> Callable[[str], Condition]:
    """Give what searches a column of names, and the further fields that are searched.

    :param column: a ``Norm`` column of the kind's table.
    """

    def search(typed: str) -> Condition:
        by_name, words = contains(column, typed), words_found(one, typed)
        return by_name if words is None else either(table_of(one.model).c.id, by_name, words)

    return search


def _record(words: type[Any]) -> Column:
    column: Column = words.record_id
    return column
