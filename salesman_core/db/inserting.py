"""INSERT as both databases know it: with what follows where the row is there already."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_into(session: Session, table: Any) -> postgresql.Insert | sqlite.Insert:
    """Give an INSERT that has ``on_conflict_do_nothing``, ``on_conflict_do_update``, ``excluded``.

    :param table: a model, or its table.
    """
    return insert_in(session.get_bind().dialect.name, table)


def insert_in(dialect: str, table: Any) -> postgresql.Insert | sqlite.Insert:
    """Give the same for a dialect, for statements that are built once."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
