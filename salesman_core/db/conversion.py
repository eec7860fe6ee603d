"""Sums of amounts at their rates, exact on both databases.

An amount in hundredths times a rate of eight digits does not fit into 64 bits. PostgreSQL has
numbers without end; SQLite gets a function of ours, which counts with those of Python.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from salesman_core.db.types import Money

_RATE: Final = 10**8
_HALF: Final = _RATE // 2
_NAME: Final = "salesman_sum_converted"


class SumConverted(FunctionElement[Decimal]):
    """A sum of amounts, each at its rate; see :func:`sum_converted`."""

    name = _NAME
    type = Money()
    inherit_cache = True


def sum_converted(
    amount: sa.SQLColumnExpression[Any], rate: sa.SQLColumnExpression[Any]
) -> SumConverted:
    """Give the SQL for a sum of amounts, each at its rate and rounded half up to the hundredth.

    :param amount: of type ``Money``; where it or the rate is null, it does not count.
    :param rate: of type ``Rate``.
    """
    return SumConverted(sa.type_coerce(amount, sa.BigInteger), sa.type_coerce(rate, sa.BigInteger))


@compiles(SumConverted)
def _by_function(element: SumConverted, compiler: SQLCompiler, **options: Any) -> str:
    amount, rate = (compiler.process(one, **options) for one in element.clauses)
    return f"{_NAME}({amount}, {rate})"


@compiles(SumConverted, "postgresql")
def _by_numbers(element: SumConverted, compiler: SQLCompiler, **options: Any) -> str:
    amount, rate = (compiler.process(one, **options) for one in element.clauses)
    return f"SUM(ROUND(CAST({amount} AS NUMERIC) * {rate} * 0.00000001))"


class _Sum:
    """Counts for SQLite, which hands over whole numbers and takes a text of any length."""

    def __init__(self) -> None:
        self._units = 0
        self._any = False

    def step(self, amount: int | None, rate: int | None) -> None:
        if amount is None or rate is None:
            return
        self._any = True
        product = amount * rate
        self._units += (abs(product) + _HALF) // _RATE * (1 if product > 0 else -1)

    def finalize(self) -> str | None:
        return str(self._units) if self._any else None


def add_conversion(connection: sqlite3.Connection) -> None:
    """Let a connection to SQLite sum amounts at their rates."""
    connection.create_aggregate(_NAME, 2, _Sum)  # type: ignore[arg-type]  # typeshed wants numbers
