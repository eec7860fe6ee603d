"""Sums of whole numbers that do not end where 64 bits do.

PostgreSQL sums them as numbers without end. SQLite breaks the whole statement off, so it gets the
sum in two halves: what comes of them is exact as long as it fits, and near enough beyond.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_HALF: Final = 10**9


class WholeSum(FunctionElement[int]):
    """A sum of whole numbers; see :func:`whole_sum`."""

    name = "salesman_whole_sum"
    type = sa.BigInteger()  # PostgreSQL gives a Decimal all the same
    inherit_cache = True


def whole_sum(
    units: sa.SQLColumnExpression[Any], of: sa.ColumnElement[bool] | None = None
) -> WholeSum:
    """Give the SQL for a sum of whole numbers; null where there is none to sum.

    :param of: which of the rows count; all of them where not given.
    """
    whole = sa.type_coerce(units, sa.BigInteger)
    return WholeSum(whole if of is None else sa.case((of, whole)))


@compiles(WholeSum)
def _at_once(element: WholeSum, compiler: SQLCompiler, **options: Any) -> str:
    (units,) = (compiler.process(one, **options) for one in element.clauses)
    return f"SUM({units})"


@compiles(WholeSum, "sqlite")
def _in_halves(element: WholeSum, compiler: SQLCompiler, **options: Any) -> str:
    high, low = (compiler.process(one, **options) for one in (*element.clauses, *element.clauses))
    return f"(SUM(({high}) / {_HALF}) * {_HALF} + SUM(({low}) % {_HALF}))"
