"""Acts on many records over the JSON API: what ``POST …/bulk`` of each kind is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesman_core.clock import now
from salesman_core.plugins.host import current_host
from salesman_core.records.bulk.acts import every_act
from salesman_core.testing.walk.planting import RecordSet
from salesman_hookspecs import BulkField

_LONGEST: Final = 4


def acts_on(kind: str, planted: RecordSet) -> Iterator[dict[str, Any]]:
    """Give a body for each act on records of a kind, about those of a set.

    :param kind: whose collection the operation belongs to.
    """
    ids = [one.id for one in planted.of(kind)]
    for act in every_act(current_host()):
        if act.action.kind == kind and ids:
            values = {field.name: _value(field, planted) for field in act.action.fields}
            yield {"action": act.key, "ids": ids, "values": values}


def _value(field: BulkField, planted: RecordSet) -> Any:
    """Give a plausible value."""
    match field.kind:
        case "user":
            return planted.owned.owner_id
        case "choice":
            return next(iter(dict(field.choices() if field.choices else {})), "")
        case "words":
            return ["Walk"[: min(field.longest, _LONGEST)]]
        case "date":
            return now().date().isoformat()
    return "Walk"[: field.longest]
