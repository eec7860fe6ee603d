"""Text as it is compared, made by the database, for columns without a normalised one beside them.

Whoever looks for parts of a column often gives it a :class:`~salesman_core.db.types.Norm` with an
index; this goes through the rows one by one. Of what :func:`~salesman_core.db.types.normalised`
does, runs of space stay as they are.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from salesman_core.db.types import normalised

_NAME: Final = "salesman_normalised"


class Folded(FunctionElement[str]):
    """A text as it is compared; see :func:`folded`."""

    name = _NAME
    type = sa.Text()
    inherit_cache = True


def folded(text: sa.SQLColumnExpression[Any]) -> Folded:
    """Give the SQL for a text as it is compared: NFKC, lower case, ё as е."""
    return Folded(text)


@compiles(Folded)
def _by_function(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"{_NAME}({text})"


@compiles(Folded, "postgresql")
def _by_database(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = (compiler.process(one, **options) for one in element.clauses)
    return f"TRANSLATE(LOWER(NORMALIZE({text}, NFKC)), 'ё', 'е')"


def _normalised(text: str | None) -> str | None:
    return None if text is None else normalised(text)


def add_folding(connection: sqlite3.Connection) -> None:
    """Let a connection to SQLite give texts as they are compared."""
    connection.create_function(_NAME, 1, _normalised, deterministic=True)
