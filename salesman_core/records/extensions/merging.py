"""Rows of extensions where records turn out to be one: the kept one gets what was chosen.

The rows of the others stay with them. The journal of the merging has what became of the kept one's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from salesman_core.db import reading
from salesman_core.records.changes import Planned
from salesman_core.records.extensions.declared import Extension, extensions_of
from salesman_core.records.extensions.rows import Values, keep, rows_held


def plan_joined_extensions(
    kind: str, kept: Any, lost: Sequence[Any], whose: Mapping[str, Any]
) -> Iterator[Planned]:
    """Plan what extensions hold of a record that is kept: what was chosen, else what there is.

    :param whose: by the name of a field, the record whose value it is to be, an empty one included.
    """
    ids = [one.id for one in (kept, *lost)]
    for one in extensions_of(kind):
        held = rows_held(reading(), one, ids)
        before: Values = held.get(kept.id, {})
        after = _joined(one, [held[id_] for id_ in ids if id_ in held], held, whose)
        yield from _planned(one, kept, before, after)


def _joined(
    one: Extension,
    rows: Sequence[Values],
    held: Mapping[int, Values],
    whose: Mapping[str, Any],
) -> dict[str, Any]:
    """Give the first value that there is of each field, or the one that was chosen."""
    joined: dict[str, Any] = {}
    for field in one.fields:
        if field.name in whose:
            chosen: Values = held.get(whose[field.name].id, {})
            joined[field.key] = chosen.get(field.key)
        else:
            filled = (row[field.key] for row in rows if row[field.key] is not None)
            joined[field.key] = next(filled, None)
    return joined


def _planned(one: Extension, kept: Any, before: Values, after: Values) -> Iterator[Planned]:
    changed = [field for field in one.fields if before.get(field.key) != after[field.key]]
    for place, field in enumerate(changed, 1):
        apply = partial(keep, reading(), one, kept, after) if place == len(changed) else _nothing
        yield Planned(field.name, before.get(field.key), after[field.key], apply)


def _nothing() -> None:
    """Do nothing: the whole row is written with the last of its fields."""
