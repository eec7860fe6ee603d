"""Putting a row back as it was: what still holds the merged value does, the rest stays.

A column of JSON that holds several values by their keys, as custom fields do, goes back key by key.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from salesman_core.records.custom.kinds import CUSTOM, name_of
from salesman_core.records.merging.rows import Values

KEYED: Final = frozenset({CUSTOM, "imported"})
"""Columns of records that hold values by their keys."""


@dataclass(slots=True)
class Back:
    """What goes back of a row.

    :param values: by column, what it is to hold.
    :param changed: the fields that hold something else than the merging left there.
    """

    values: Values = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)


def going_back(before: Values, after: Values, there: Values, keyed: Collection[str]) -> Back:
    """Compare a row as it was, as it became, and as it is now.

    :param keyed: the columns that go back key by key.
    """
    back = Back()
    for name in after:
        if there[name] == after[name]:
            back.values[name] = before[name]
        elif name in keyed:
            _by_key(back, name, [one[name] for one in (before, after, there)])
        else:
            back.changed.append(name)
    return back


def _by_key(back: Back, name: str, held: list[Any]) -> None:
    as_text = isinstance(held[-1], str)  # SQLite gives what stands in the file
    before, after, there = (json.loads(one) if isinstance(one, str) else one or {} for one in held)
    now = dict(there)
    for key in _differing(before, after):
        if there.get(key) != after.get(key):
            back.changed.append(name_of(key) if name == CUSTOM else name)
        elif key in before:
            now[key] = before[key]
        else:
            now.pop(key, None)
    if now != there:
        back.values[name] = json.dumps(now, ensure_ascii=False) if as_text else now


def _differing(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield key
