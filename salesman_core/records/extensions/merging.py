"""Rows of extensions where records turn out to be one: the kept one gets what was chosen.

The rows of the others stay with them. The journal of the merging has what became of the kept one's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from salesman_core.db import reading
from salesman_core.records.changes import Planned
from salesman_core.records.extensions.changes import (
    refuse_what_does_not_fit,
    what_does_not_fit,
)
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
        chosen = _chosen(one, held, whose)
        after = _joined(one, [held[id_] for id_ in ids if id_ in held], chosen)
        yield from _planned(one, kept, held.get(kept.id, {}), after)


def _chosen(one: Extension, held: Mapping[int, Values], whose: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values that somebody chose, by the names of the fields."""
    nothing: Values = {}
    return {
        field.key: held.get(whose[field.name].id, nothing).get(field.key)
        for field in one.fields
        if field.name in whose
    }


def _joined(one: Extension, rows: Sequence[Values], chosen: Values) -> dict[str, Any]:
    """Give what was chosen, and the first value that there is of each other field.

    Where that does not go together, as the bank of one with the account of another, all comes from
    the first record that has a row.

    :raises InvalidError: by field, where what was chosen does not go together.
    """
    names = [field.key for field in one.fields]
    filled = {
        name: next((v for row in rows if (v := row[name]) is not None), None) for name in names
    }
    joined = {**filled, **chosen}
    if not what_does_not_fit(one, joined):
        return joined
    first = {**dict.fromkeys(names), **(rows[0] if rows else {}), **chosen}
    if chosen:
        refuse_what_does_not_fit(one, first)
    return first


def _planned(one: Extension, kept: Any, before: Values, after: Values) -> Iterator[Planned]:
    changed = [field for field in one.fields if before.get(field.key) != after[field.key]]
    for place, field in enumerate(changed, 1):
        apply = partial(keep, reading(), one, kept, after) if place == len(changed) else _nothing
        yield Planned(field.name, before.get(field.key), after[field.key], apply)


def _nothing() -> None:
    """Do nothing: the whole row is written with the last of its fields."""
