"""Filters in groups: what has to hold in any case, of what one is enough, and cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol, TypeVar

ANY: Final = "any"
"""A group of which one condition that holds is enough: ``any1`` … ``any9``, each for itself."""

CASE: Final = "case"
"""A group that holds as a whole: of ``case1`` … ``case9`` one that does is enough."""

MOST_GROUPS: Final = 9
PREFIX: Final = rf"(?:{ANY}|{CASE})[1-{MOST_GROUPS}]\."
_GROUPED: Final = re.compile(rf"({PREFIX})(.+)", re.ASCII)
_ENDS: Final = frozenset({"gte", "gt", "lte", "lt"})


class _Filter(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def operator(self) -> str: ...

    @property
    def group(self) -> str: ...


F = TypeVar("F", bound=_Filter)


def grouped(parameter: str) -> tuple[str, str]:
    """Give the group that a parameter names, or an empty string, and the rest of it."""
    found = _GROUPED.fullmatch(parameter)
    return (found[1].removesuffix("."), found[2]) if found else ("", parameter)


def in_group(group: str, parameter: str) -> str:
    """Give a parameter of a group, as ``any1.amount__gte``; as it is where there is no group."""
    return f"{group}.{parameter}" if group else parameter


def is_case(group: str) -> bool:
    """Say whether a group holds as a whole."""
    return group.startswith(CASE)


def by_group(filters: Iterable[F]) -> Mapping[str, Sequence[Sequence[F]]]:
    """Give the conditions of each group, the filters without one under an empty name first.

    Both ends of a span of one field are one condition: whoever asks for 100 to 200 as one of
    several possibilities does not mean "from 100 on, or up to 200".
    """
    found: dict[str, dict[tuple[str, str], list[F]]] = {"": {}}
    for one in filters:
        condition = (one.name, "" if one.operator in _ENDS else one.operator)
        found.setdefault(one.group, {}).setdefault(condition, []).append(one)
    return {group: list(conditions.values()) for group, conditions in found.items()}
