"""Records to choose from: those in whose name something stands, and the one that was chosen."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.records import record_type, visible
from salesman_core.db import reading
from salesman_core.records.list_fields import contains

FOUND_AT_MOST: Final = 20
"""So many are offered for what was typed."""
LONGEST: Final = 200
"""So much of it counts."""


def records_named(
    kind: str, typed: str, *further: sa.ColumnElement[bool]
) -> list[dict[str, int | str]]:
    """Give the records in whose name all that was typed stands, as a field offers them.

    :param kind: whose name is kept for searching, too: ``name`` in ``search_name``.
    :param further: conditions beside it.
    :returns: ``value`` and ``text`` of each; nothing where nothing was typed.
    """
    words = typed.strip()[:LONGEST]
    if not words:
        return []
    id_, name, searched = _columns(kind)
    found = sa.select(id_, name).where(visible(kind), contains(searched, words), *further)
    rows = reading().execute(found.order_by(searched, id_).limit(FOUND_AT_MOST))
    return [{"value": row[0], "text": row[1]} for row in rows]


def as_choice(kind: str, record_id: int | None) -> list[tuple[int, str]]:
    """Give a record with its name as the only choice; none where the person does not see it."""
    if record_id is None:
        return []
    id_, name, _searched = _columns(kind)
    rows = reading().execute(sa.select(id_, name).where(id_ == record_id, visible(kind)))
    return [(row[0], row[1]) for row in rows]


def _columns(kind: str) -> tuple[Any, Any, Any]:
    type_ = record_type(kind)
    names = ("id", type_.label, f"search_{type_.label}")
    id_, name, searched = (getattr(type_.model, one) for one in names)
    return id_, name, searched
