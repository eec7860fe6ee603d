"""What a list can be filtered and sorted by: declared once for pages and the JSON API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from salesman_core.db import folded, normalised, reading, trigrams
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.added_filters import added_filters
from salesman_core.records.list_values import FieldKind
from salesman_core.records.relative import Period
from salesman_core.records.relative import condition as period_condition
from salesman_hookspecs import Text

if TYPE_CHECKING:
    from salesman_core.records.list_query import ListQuery

_ = texts.lazy

Column = sa.SQLColumnExpression[Any]
Condition = sa.ColumnElement[bool]

_COMPARED: Final = ("eq", "ne", "gte", "gt", "lte", "lt", "in", "isnull")
_NAMED: Final = ("eq", "ne", "in", "isnull")
OPERATORS: Final[dict[FieldKind, tuple[str, ...]]] = {
    FieldKind.TEXT: (*_NAMED, "contains"),
    FieldKind.NUMBER: _COMPARED,
    FieldKind.MONEY: _COMPARED,
    FieldKind.DATE: _COMPARED,
    FieldKind.MOMENT: _COMPARED,
    FieldKind.REF: _NAMED,
    FieldKind.USER: _NAMED,
    FieldKind.CHOICE: _NAMED,
    FieldKind.FLAG: ("eq",),
}
"""The operators that a field of each kind may have; ``contains`` needs a normalised column."""


@dataclass(frozen=True, slots=True)
class ListField:
    """A field by which a list may be filtered and sorted.

    :param name: as in the JSON API.
    :param title: what people read.
    :param column: what is compared with the values of filters.
    :param kind: what it holds.
    :param sortable: whether the list may be sorted by it.
    :param filterable: whether the list may be filtered by it.
    :param permission: what one must hold to filter or sort by it, because who may not see a value
        may not find it out by asking either; None for nothing beyond the list itself.
    :param choices: the values of a choice, with what people read.
    :param norm: the ``Norm`` column with the same text, for ``contains`` and for sorting.
    :param sort_column: what it is sorted by, where that is neither ``column`` nor ``norm``, as the
        name of what ``column`` refers to.
    :param empty_high: True to sort records without a value behind the highest one (due dates);
        else they stand before the lowest.
    :param show: gives what people read for a value, as a user's name for an id.
    :param nullable: False where ``column`` is an expression that always has a value.
    """

    name: str
    title: Text
    column: Column
    kind: FieldKind
    sortable: bool = True
    filterable: bool = True
    permission: str | None = None
    choices: Mapping[str, Text] | None = None
    norm: Column | None = None
    sort_column: Column | None = None
    empty_high: bool = False
    show: Callable[[Any], str] | None = None
    nullable: bool = True

    @property
    def type(self) -> sa.types.TypeEngine[Any]:
        """The SQL type of what its values are compared with."""
        return sql_of(self.column).type

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that filters of this field may have."""
        if not self.filterable:
            return ()
        every = OPERATORS[self.kind]
        return every if self.norm is not None else tuple(one for one in every if one != "contains")

    @property
    def may_be_empty(self) -> bool:
        """Whether there may be records without a value."""
        by_table = bool(getattr(sql_of(self.column), "nullable", True))
        return self.nullable and by_table and "isnull" in self.operators

    def takes_periods(self, _operator: str) -> bool:
        """Tell whether days may be said from today, as ``this_month``."""
        return self.kind in {FieldKind.DATE, FieldKind.MOMENT}

    def condition(self, operator: str, value: Any) -> Condition:
        """Give the SQL of a filter."""
        if operator == "contains":
            return contains(self.column if self.norm is None else self.norm, value)
        if operator == "in" and any(isinstance(one, Period) for one in value):
            return sa.or_(*(self.condition("eq", one) for one in value))
        if isinstance(value, Period):
            moments = self.kind is FieldKind.MOMENT
            within: Condition = period_condition(
                sql_of(self.column), operator, value, moments=moments
            )
            return within
        return _CONDITIONS[operator](sql_of(self.column), value)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """A filter that is no column of its own, as "a participant is …" or "has the tag …".

    :param name: as in the JSON API.
    :param title: what people read.
    :param kind: what its values are.
    :param where: gives the SQL for an operator and a value (a tuple of values for ``in``).
    :param operators: which operators it knows.
    :param permission: what one must hold to use it, or None.
    :param choices: the values of a choice, with what people read.
    :param show: gives what people read for a value.
    """

    name: str
    title: Text
    kind: FieldKind
    where: Callable[[str, Any], Condition]
    operators: tuple[str, ...] = ("eq", "in")
    permission: str | None = None
    choices: Mapping[str, Text] | None = None
    show: Callable[[Any], str] | None = None

    @property
    def may_be_empty(self) -> bool:
        """Whether one may ask for records without a value."""
        return "isnull" in self.operators

    @property
    def type(self) -> sa.types.TypeEngine[Any]:
        """The SQL type of its values, where they are numbers."""
        return sa.BigInteger()

    def takes_periods(self, operator: str) -> bool:
        """Tell whether days may be said from today: as the end of a span, for it has no column."""
        return self.kind is FieldKind.DATE and operator in {"gte", "lte"}

    def condition(self, operator: str, value: Any) -> Condition:
        """Give the SQL of a filter."""
        if isinstance(value, Period):
            value = value.first if operator == "gte" else value.last
        return self.where(operator, value)


def _nothing_further() -> None:
    """Know of no fields beyond those that are declared."""


class FieldTotal(NamedTuple):
    """The sum of a field over all that a filter finds.

    :param texts: what people read; of money one for each currency.
    """

    title: str
    texts: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Further:
    """Fields of a list that are known only at run time; the same object until they change.

    :param fields: fields and filters, in their order.
    :param column: what is read of a record to show its values.
    :param cells: gives what a page shows of them: by record id, then by name.
    :param values: the same as plain values, for files.
    :param options: gives what may be chosen of those that do not say it themselves.
    :param totals: gives the sums of those of some fields that can be summed.
    """

    fields: tuple[ListField | ListFilter, ...]
    column: Column
    cells: Callable[[Sequence[Any], Collection[str]], Mapping[int, Mapping[str, str]]]
    values: Callable[[Sequence[Any], Collection[str]], Mapping[int, Mapping[str, Any]]]
    options: Callable[[], Mapping[str, Sequence[tuple[int, str]]]] = dict
    totals: Callable[[ListSpec, ListQuery, Collection[str]], Sequence[FieldTotal]] = (
        lambda _spec, _query, _names: ()
    )

    def find(self, name: str) -> ListField | ListFilter | None:
        """Give a field or filter by its name."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """What a list of one kind of record can do.

    :param kind: the kind of record, as ``deal``.
    :param id: the column of the records' ids, which breaks ties of every order.
    :param fields: what it is filtered and sorted by.
    :param search: what ``q`` looks in: a ``Norm`` column, or a function that gives the condition
        for what was typed; None where the list has no search.
    :param default_sort: the order where nobody says another, as ``-created_at``.
    :param filters: further filters.
    :param source: the join that columns of other tables come from, or None. It adds and takes no
        rows: counts and sums do without it where they can.
    :param further: gives fields that are known only at run time, or None where there are none.
    :param unless_asked: by filter, what holds where nobody asks for it, as that what is kept apart
        is left out. It holds for acts, sums and files of the list as well.
    """

    kind: str
    id: Column
    fields: tuple[ListField, ...]
    search: Column | Callable[[str], Condition] | None = None
    default_sort: str = "-id"
    filters: tuple[ListFilter, ...] = ()
    source: sa.FromClause | None = None
    further: Callable[[], Further | None] = _nothing_further
    unless_asked: Mapping[str, Condition] = field(default_factory=dict)
    _by_name: dict[str, ListField | ListFilter] = field(init=False, repr=False, compare=False)
    kept: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What has been made for the questions that are asked again and again; see ``select_page``."""

    def __post_init__(self) -> None:
        """Index the fields; two of one name are a mistake of the author."""
        every: tuple[ListField | ListFilter, ...] = (*self.fields, *self.filters)
        by_name = {one.name: one for one in every}
        if len(by_name) != len(every):
            message = f"the list of {self.kind} has two fields or filters of one name"
            raise ValueError(message)
        object.__setattr__(self, "_by_name", by_name)

    def find(self, name: str) -> ListField | ListFilter | None:
        """Give a field or filter by its name."""
        found = self._by_name.get(name)
        if found is None and (further := self.further()) is not None:
            found = further.find(name)
        if found is None and "." in name:  # as the names of all that is added
            return next((one for one in self.added() if one.name == name), None)
        return found

    def added(self, *, asked: bool = False) -> list[ListFilter]:
        """Give the filters that plugins add to the list, whose records are not theirs.

        :param asked: those alone that the dialog of filters has.
        """
        every = added_filters(self.kind)
        return [one.filter for one in every if one.declared.asked or not asked]

    def sortable(self, name: str) -> ListField | None:
        """Give a field by which the list may be sorted."""
        if name == "id" and name not in self._by_name:
            return ListField("id", "id", self.id, FieldKind.REF)
        found = self.find(name)
        return found if isinstance(found, ListField) and found.sortable else None

    def search_condition(self, typed: str) -> Condition:
        """Give the SQL of the search box.

        :raises InvalidError: where the list has no search.
        """
        if self.search is None:
            message = _("This list cannot be searched.")
            raise InvalidError(message, {"q": message})
        if isinstance(self.search, sa.SQLColumnExpression):
            return contains(self.search, typed)
        return self.search(typed)


def sql_of(column: Column) -> sa.ColumnElement[Any]:
    """Give the SQL behind a mapped attribute; what is SQL already stays as it is."""
    mapped: Any = column
    if isinstance(mapped, InstrumentedAttribute):
        own: sa.ColumnElement[Any] = mapped.property.columns[0]
        return own
    expression: sa.ColumnElement[Any] = mapped.expression
    return expression


def name_of(model: type[Any]) -> Callable[[Any], str]:
    """Give what shows the name of what an id refers to, as a user's or a stage's.

    Only for what everybody may name who may filter by it.
    """

    def show(id_: Any) -> str:
        name = reading().scalar(sa.select(model.name).where(model.id == id_))
        return str(name or id_)

    return show


def contains(column: Column, typed: str) -> Condition:
    """Give the SQL for "every word of *typed* stands somewhere in a normalised column"."""
    words = _words(typed)
    return sa.and_(trigrams.candidates(sql_of(column), words), *_likes(column, words))


def contains_unprepared(column: Column, typed: str) -> Condition:
    """Give the same SQL for a column with no normalised one beside it: it looks at every row."""
    return sa.and_(sa.true(), *_likes(folded(sql_of(column)), _words(typed)))


def _words(typed: str) -> list[str]:
    return normalised(typed.replace("\0", " ")).split()  # PostgreSQL knows no text with NUL


def _likes(column: Column, words: Sequence[str]) -> list[Condition]:
    return [sa.type_coerce(column, sa.Text()).contains(word, autoescape=True) for word in words]


def either(id_: Column, condition: Condition, *others: sa.Select[Any]) -> Condition:
    """Give the SQL for "*condition* holds, or the id is among *others*".

    Each part goes by its own index; an OR of them would go through the whole table.
    """
    own = sql_of(id_)
    return own.in_(sa.union(sa.select(own).where(condition), *others))


def _equal(column: Column, value: Any) -> Condition:
    if isinstance(value, bool):
        return column.is_(sa.true() if value else sa.false())
    equal: Condition = column == value
    return equal


def _other(column: Column, value: Any) -> Condition:
    """Give the SQL for "it is something else, or nothing"; of several values, none of them."""
    if isinstance(value, tuple):
        return sa.or_(column.is_(None), column.not_in(value))
    return column.is_distinct_from(value)


def _empty(column: Column, value: Any) -> Condition:
    return column.is_(None) if value else column.is_not(None)


_CONDITIONS: Final[dict[str, Callable[[Column, Any], Condition]]] = {
    "eq": _equal,
    "ne": _other,
    "gte": lambda column, value: column >= value,
    "gt": lambda column, value: column > value,
    "lte": lambda column, value: column <= value,
    "lt": lambda column, value: column < value,
    "in": lambda column, value: column.in_(value),
    "isnull": _empty,
}
