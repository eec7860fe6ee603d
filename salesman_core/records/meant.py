"""What somebody may have meant whose search in a list found nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from salesman_core.access.records import visible
from salesman_core.db import reading, trigrams
from salesman_core.records.finding import near_names
from salesman_core.records.list_fields import ListField, sql_of
from salesman_core.records.lists import ListQuery, ListSpec, conditions, count
from salesman_core.web.layouts import other_layout

_MOST: Final = 3


def perhaps_meant(spec: ListSpec, query: ListQuery) -> list[str]:
    """Give what to search for instead in the same filter: it finds something.

    That is what the same keys give in the other keyboard layout, else names with one wrong letter.
    """
    other = other_layout(query.q)
    if other and count(reading(), spec, replace(query, q=other), visible(spec.kind), at_most=1):
        return [other]
    field = _named_by(spec)
    if field is None or field.norm is None:
        return []
    rest = sa.and_(visible(spec.kind), *conditions(spec, replace(query, q="")))
    read = sa.select(spec.id, field.norm)
    if spec.source is not None:
        read = read.select_from(spec.source)
    readings = filter(None, (query.q, other))
    near = [one for typed in readings for one in near_names(read, field.norm, typed, rest)]
    return _names(spec, field, [id_ for id_, _score in sorted(near, key=lambda one: -one[1])])


def _named_by(spec: ListSpec) -> ListField | None:
    """Give the field with the records' names: the first whose text has an index."""
    for field in spec.fields:
        if field.norm is not None and trigrams.is_indexed(sql_of(field.norm)):
            return field
    return None


def _names(spec: ListSpec, field: ListField, ids: list[int]) -> list[str]:
    nearest = ids[: _MOST * 3]
    rows = reading().execute(sa.select(spec.id, field.column).where(spec.id.in_(nearest)))
    names = {row[0]: row[1] for row in rows}
    return list(dict.fromkeys(names[id_] for id_ in nearest))[:_MOST]
