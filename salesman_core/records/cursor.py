"""Where a page of a list begins: the place of the last row before it, as an opaque text.

A cursor holds what the last row was sorted by and its id, so the next page is found through the
index, however deep it is, and no row comes twice where others are added meanwhile.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import orjson
import sqlalchemy as sa

from salesman_core.db.types import ScaledDecimal
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.list_fields import Column, Condition, ListField, ListSpec, sql_of
from salesman_core.records.list_query import ListQuery, Sort
from salesman_core.records.list_values import FieldKind, kind_of_type, read_value, written

_ = texts.lazy

_MOST: Final = 2**63 - 1
_LOWEST: Final = {
    FieldKind.TEXT: "",
    FieldKind.DATE: date(1, 1, 1),
    FieldKind.MOMENT: datetime(1000, 1, 1, tzinfo=UTC),
    FieldKind.FLAG: False,
}
_HIGHEST: Final = {
    FieldKind.TEXT: "",  # no text stands behind all others in every collation
    FieldKind.DATE: date(9999, 12, 31),
    FieldKind.MOMENT: datetime(9000, 1, 1, tzinfo=UTC),
    FieldKind.FLAG: True,
}


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One part of an order.

    :param expression: what is compared; never NULL, because the databases disagree on its place.
    :param descending: its direction.
    """

    expression: sa.ColumnElement[Any]
    descending: bool

    @property
    def kind(self) -> FieldKind:
        """The kind whose notation fits its values."""
        return kind_of_type(self.expression.type)

    def ordered(self) -> sa.ColumnElement[Any]:
        """Give the part of the ORDER BY."""
        return self.expression.desc() if self.descending else self.expression.asc()

    def value(self, text: str) -> Any:
        """Give a value of a cursor.

        :raises ValueError: where *text* is no such value.
        """
        return read_value(self.kind, _type_of_constants(self.expression), text)

    def place(self, name: str) -> sa.ColumnElement[Any]:
        """Give the SQL of a value of a cursor, which comes with the request under *name*."""
        return sa.bindparam(name, type_=_type_of_constants(self.expression))


def order_keys(spec: ListSpec, sort: Sequence[Sort]) -> list[OrderKey]:
    """Give the whole order of a list, the id that breaks ties included.

    The id goes the way of the field before it, so that one index serves both.
    """
    keys = [OrderKey(_expression(spec, one.name), one.descending) for one in sort]
    if not any(one.name == "id" for one in sort):
        keys.append(OrderKey(sql_of(spec.id), keys[-1].descending if keys else True))
    return keys


def sort_expression(spec: ListSpec, name: str) -> sa.ColumnElement[Any]:
    """Give the SQL that a list is sorted by, for the index that is to serve it.

    :raises InvalidError: where the list cannot be sorted by this field.
    """
    return _expression(spec, name)


def _expression(spec: ListSpec, name: str) -> sa.ColumnElement[Any]:
    field = spec.sortable(name)
    if field is None:
        message = _("The list cannot be sorted by %(name)s.", name=name)
        raise InvalidError(message, {"sort": message})
    column = sql_of(_sort_column(field))
    if not field.nullable or _never_null(column, spec):
        return column
    return never_null(column, high=field.empty_high)


def never_null(column: sa.ColumnElement[Any], *, high: bool = False) -> sa.ColumnElement[Any]:
    """Give what *column* is sorted by: a value that none has stands for NULL.

    :param high: whether it stands behind the highest, else before the lowest.
    """
    # Written out, because no index is used for an expression with a parameter in it.
    constant = sa.bindparam(
        None,
        substitute(column.type, high=high),
        _type_of_constants(column),
        literal_execute=True,
    )
    return sa.func.coalesce(column, constant, type_=column.type)


def substitute(type_: sa.types.TypeEngine[Any], *, high: bool = False) -> Any:
    """Give the value that stands for NULL in what :func:`never_null` gives."""
    kind = kind_of_type(type_)
    if kind is not FieldKind.NUMBER:
        return (_HIGHEST if high else _LOWEST)[kind]
    most = _MOST if high else -_MOST
    return Decimal(most).scaleb(-type_.scale) if isinstance(type_, ScaledDecimal) else most


def _type_of_constants(column: sa.ColumnElement[Any]) -> sa.types.TypeEngine[Any]:
    """Give the type of what *column* is compared with.

    A normalised text must not be normalised once more, which may give another text, and the
    substitute for an empty number fits none but the widest column.
    """
    if isinstance(column.type, sa.Integer):
        return sa.BigInteger()
    return sa.Text() if kind_of_type(column.type) is FieldKind.TEXT else column.type


def _sort_column(field: ListField) -> Column:
    if field.sort_column is not None:
        return field.sort_column
    return field.column if field.norm is None else field.norm


def _never_null(column: sa.ColumnElement[Any], spec: ListSpec) -> bool:
    """Tell whether a column always has a value; one of a joined table may have none."""
    own = sql_of(spec.id)
    return (
        isinstance(column, sa.Column)
        and isinstance(own, sa.Column)
        and column.table is own.table
        and not column.nullable
    )


def after(keys: Sequence[OrderKey]) -> Condition:
    """Give the SQL for the rows behind a cursor; its values come by :func:`values_of`."""
    return _behind(keys, [key.place(_name(number)) for number, key in enumerate(keys)])


def _name(number: int) -> str:
    return f"cursor_{number}"


def values_of(keys: Sequence[OrderKey], spec: ListSpec, query: ListQuery) -> dict[str, Any]:
    """Give the values of a query's cursor by the names that :func:`after` has for them.

    :raises InvalidError: where the cursor is not one of this list in this order.
    """
    if query.cursor is None:
        return {}
    message = _("This cursor belongs to another list or order: begin without one.")
    try:
        texts_ = _decoded(query.cursor, _signature(spec, query.sort))
        values = [key.value(text) for key, text in zip(keys, texts_, strict=True)]
    except (ValueError, TypeError) as error:
        raise InvalidError(message, {"cursor": message}) from error
    return {_name(number): value for number, value in enumerate(values)}


def cursor_at(values: Sequence[Any], spec: ListSpec, sort: Sequence[Sort]) -> str:
    """Give the cursor for the rows behind a row.

    :param values: what its order keys hold.
    """
    content = orjson.dumps([_signature(spec, sort), *map(written, values)])
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _signature(spec: ListSpec, sort: Sequence[Sort]) -> str:
    return f"{spec.kind}:{','.join(map(str, sort))}"


def _decoded(cursor: str, signature: str) -> list[str]:
    """Give the values in a cursor; ValueError where it is none, or one of another order."""
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    try:
        content = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except binascii.Error as error:
        raise ValueError(cursor) from error
    if not isinstance(content, list) or not all(isinstance(one, str) for one in content):
        raise ValueError(cursor)
    if content[:1] != [signature]:
        raise ValueError(cursor)
    return content[1:]


def _behind(keys: Sequence[OrderKey], values: Sequence[sa.ColumnElement[Any]]) -> Condition:
    plain = isinstance(keys[0].expression, sa.Column)  # SQLite skips by no row of expressions
    if plain and len({key.descending for key in keys}) == 1:
        left, right = sa.tuple_(*(key.expression for key in keys)), sa.tuple_(*values)
        return left < right if keys[0].descending else left > right
    first, value = keys[0], values[0]
    # The first part alone lets the index skip; the rest tells rows apart that it does not.
    reached = first.expression <= value if first.descending else first.expression >= value
    return sa.and_(reached, _beyond(keys, values))


def _beyond(keys: Sequence[OrderKey], values: Sequence[sa.ColumnElement[Any]]) -> Condition:
    key, value = keys[0], values[0]
    further = key.expression < value if key.descending else key.expression > value
    if len(keys) == 1:
        return further
    return sa.or_(further, sa.and_(key.expression == value, _beyond(keys[1:], values[1:])))
