"""Days that follow from others, as each database does it."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class DaysBefore(FunctionElement[date]):
    """A day that lies so many days before another; see :func:`days_before`."""

    name = "days_before"
    type = sa.Date()
    inherit_cache = True


def days_before(day: sa.SQLColumnExpression[Any], number: int) -> sa.ColumnElement[date]:
    """Give the SQL for the day that lies *number* days before that of a column."""
    return DaysBefore(day, sa.literal_column(str(int(number)), sa.Integer))


@compiles(DaysBefore)
def _written(element: DaysBefore, compiler: SQLCompiler, **options: Any) -> str:
    day, number = (compiler.process(one, **options) for one in element.clauses)
    return f"date({day}, '-{number} days')"


@compiles(DaysBefore, "postgresql")
def _counted(element: DaysBefore, compiler: SQLCompiler, **options: Any) -> str:
    day, number = (compiler.process(one, **options) for one in element.clauses)
    return f"({day} - {number})"


class MonthOf(FunctionElement[date]):
    """The first day of another day's month; see :func:`month_of`."""

    name = "month_of"
    type = sa.Date()
    inherit_cache = True


def month_of(day: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[date]:
    """Give the SQL for the first day of the month in which that of a column lies."""
    return MonthOf(day)


@compiles(MonthOf)
def _first(element: MonthOf, compiler: SQLCompiler, **options: Any) -> str:
    (day,) = (compiler.process(one, **options) for one in element.clauses)
    return f"date({day}, 'start of month')"


@compiles(MonthOf, "postgresql")
def _truncated(element: MonthOf, compiler: SQLCompiler, **options: Any) -> str:
    (day,) = (compiler.process(one, **options) for one in element.clauses)
    return f"CAST(date_trunc('month', {day}) AS DATE)"


class DaysBetween(FunctionElement[int]):
    """How many days lie between two days; see :func:`days_between`."""

    name = "days_between"
    type = sa.Integer()
    inherit_cache = True


def days_between(
    earlier: sa.SQLColumnExpression[Any], later: sa.SQLColumnExpression[Any]
) -> DaysBetween:
    """Give the SQL for the number of days from one day to a later one."""
    return DaysBetween(earlier, later)


@compiles(DaysBetween)
def _by_their_numbers(element: DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    earlier, later = (compiler.process(one, **options) for one in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _by_subtraction(element: DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    earlier, later = (compiler.process(one, **options) for one in element.clauses)
    return f"({later} - {earlier})"
