"""A column whose value is among what a query gives, in the form that each database does fastest."""

from __future__ import annotations

from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType


class Among(FunctionElement[bool]):
    """``column IN (SELECT …)``; see :func:`among`."""

    name = "among"
    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002  # always alike
        """Stand as it is in an AND or OR: SQLite takes no index for a condition ``= 1``."""
        return self


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
