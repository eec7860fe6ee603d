"""Who tries what: everybody everything, or the few that together show as much."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from salesman_core.testing.walk.expecting import FREE, Statuses
from salesman_core.testing.walk.visiting import Visitor

_OF_REFUSED, _OF_ADMITTED = 1, 2
_EVERYBODY: Final = 99


@dataclass(frozen=True)
class Choice:
    """Chooses visitors.

    In a full walk everybody tries everything. In an ordinary one those of whom the same is
    expected take turns: one of those who must be refused, two of those who are let in.

    :param turn: another number lets others come first.
    """

    full: bool
    turn: int

    def of(
        self, key: str, expectations: Iterable[tuple[Visitor, Statuses]], *, all_in: bool = False
    ) -> list[Visitor]:
        """Give those who try something.

        :param key: what is tried.
        :param all_in: whether all who are let in are to see it, each their own of it.
        """
        classes: dict[Statuses, list[Visitor]] = defaultdict(list)
        for visitor, statuses in expectations:
            classes[statuses].append(visitor)
        chosen: list[Visitor] = []
        for statuses, visitors in classes.items():
            most = (_EVERYBODY if all_in else _OF_ADMITTED) if statuses == FREE else _OF_REFUSED
            chosen += self.some(key, visitors, _EVERYBODY if self.full else most)
        return chosen

    def some(self, key: str, visitors: Sequence[Visitor], most: int) -> list[Visitor]:
        """Give at most so many of some, others for another key or turn."""
        return sorted(visitors, key=lambda one: self._place(f"{key} {one.walker.role}"))[:most]

    def takes_turn(self, key: str, place: int, of: int) -> bool:
        """Tell whether, of several things of which one is enough, this one's turn has come."""
        return self.full or self._place(key) % of == place

    def _place(self, key: str) -> int:
        return zlib.crc32(f"{self.turn} {key}".encode())
