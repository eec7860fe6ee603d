"""Names by which contributions are found: nobody may answer to another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from salesman_core.i18n import CORE
from salesman_core.plugins.dispatch import Contribution

_PREFIXED: Final = {
    "salesman_permissions": "name",
    "salesman_event_types": "name",
    "salesman_jobs": "name",
    "salesman_schedules": "name",
    "salesman_record_types": "kind",
    "salesman_amount_source": "name",
}
"""What begins with its owner's id and a dot, so that no two plugins can meet."""

_SINGLE: Final = {"salesman_import_types": "record"}
"""What stands in a command line, and is whose who comes first: the core, then by id."""

Mistake = tuple[str, str, str]
"""Owner, hook, and what is wrong."""


def mistaken_names(registry: Mapping[str, Sequence[Contribution[Any]]]) -> Iterator[Mistake]:
    """Give whose contributions have names that belong to others.

    :param registry: contributions by hook.
    """
    for hook, attribute in _PREFIXED.items():
        for one in registry.get(hook, ()):
            name = getattr(one.value, attribute)
            if one.owner != CORE and not name.startswith(f"{one.owner}."):
                yield one.owner, hook, f"{name!r} must begin with {one.owner!r} and a dot"
    for hook, attribute in _SINGLE.items():
        taken: dict[str, str] = {}
        for one in sorted(registry.get(hook, ()), key=lambda one: one.owner != CORE):
            name = getattr(one.value, attribute)
            if taken.setdefault(name, one.owner) != one.owner:
                yield one.owner, hook, f"{name!r} is {taken[name]}'s already"
