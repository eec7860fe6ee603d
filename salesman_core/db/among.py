"""A column whose value is one of many, in the form that each database does fastest."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator


class _Condition(FunctionElement[bool]):
    """A condition on a column that each database is told in words of its own."""

    type = sa.Boolean()

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002  # always alike
        """Stand as it is in an AND or OR: SQLite takes no index for a condition ``= 1``."""
        return self


class Among(_Condition):
    """``column IN (SELECT …)``; see :func:`among`."""

    name = "among"
    inherit_cache = True


def among(column: sa.SQLColumnExpression[Any], ids: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """Give the SQL for "the value of *column* is among *ids*".

    Inside of an OR, PostgreSQL reads the whole table for an IN with a query, because it does not
    know how many there will be; an array that is made first lets it go by its indexes.

    :param ids: a query of one column, which does not refer to the query around it.
    """
    return Among(column, ids.correlate(None).scalar_subquery())


@compiles(Among)
def _in(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(one, **options) for one in element.clauses)
    return f"({column} IN {ids})"


@compiles(Among, "postgresql")
def _any(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(one, **options) for one in element.clauses)
    return f"({column} = ANY (ARRAY{ids}))"


class OneOf(_Condition):
    """``column IN (…)``; see :func:`one_of`."""

    name = "one_of"
    inherit_cache = True


def one_of(
    column: sa.SQLColumnExpression[Any], values: Collection[int] | Collection[str] | str
) -> sa.ColumnElement[bool]:
    """Give the SQL for "the value of *column* is one of *values*", however many these are.

    They go over as one value: a statement with a parameter for each of five hundred ids costs
    drivers and SQLAlchemy more than it costs the database. PostgreSQL gets them as a query too: of
    an array that it plans for without knowing it, it compares every row with every value.

    :param values: numbers or texts, or the name under which a statement gets them.
    """
    typed: Any = column  # attributes of classes have a type too, of which the stubs do not know
    kind = _Many(isinstance(typed.type, sa.Integer))
    if isinstance(values, str):
        return OneOf(column, sa.bindparam(values, type_=kind))
    return OneOf(column, sa.bindparam(None, values, type_=kind))


class _Many(TypeDecorator[Collection[Any]]):
    """Values as one: an array for PostgreSQL, a text of JSON for SQLite.

    :param numbers: whether they are whole numbers; texts otherwise.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, numbers: bool) -> None:  # noqa: FBT001  # SQLAlchemy makes copies so
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(ARRAY(sa.BigInteger() if self.numbers else sa.Text()))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return values if dialect.name == "postgresql" else orjson.dumps(values).decode()


@compiles(OneOf)
def _in_text(element: OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608  # compiled


@compiles(OneOf, "postgresql")
def _any_of(element: OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"({column} IN (SELECT unnest({values})))"
