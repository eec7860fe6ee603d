"""Who tries what: everybody everything, or the few that together show as much."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from salesman_core.testing.walk.expecting import FREE, Statuses
from salesman_core.testing.walk.people import Walker
from salesman_core.testing.walk.visiting import Visitor


@dataclass(frozen=True)
class Choice:
    """Chooses visitors.

    In a full walk everybody tries everything. In an ordinary one those of whom the same is
    expected take turns: one of those who must be refused, and of those who are let in one from
    whom most is hidden, as they meet every leak, and one of the others, who may meet what a scope
    in between lets through.

    :param turn: another number lets others come first.
    :param hidden: how many of a stranger's records are hidden from each.
    """

    full: bool
    turn: int
    hidden: Mapping[Walker, int]

    def of(
        self, key: str, expectations: Iterable[tuple[Visitor, Statuses]], admitted: int = 2
    ) -> list[Visitor]:
        """Give those who try something.

        :param key: what is tried.
        :param admitted: how many of those who are let in.
        """
        classes: dict[Statuses, list[Visitor]] = defaultdict(list)
        for visitor, statuses in expectations:
            classes[statuses].append(visitor)
        chosen: list[Visitor] = []
        for statuses, visitors in classes.items():
            if self.full:
                chosen += visitors
            elif statuses == FREE:
                chosen += self._admitted(key, visitors)[:admitted]
            else:
                chosen += self.some(key, visitors, 1)
        return chosen

    def _admitted(self, key: str, visitors: Sequence[Visitor]) -> list[Visitor]:
        most = max(self.hidden[one.walker] for one in visitors)
        blindest = [one for one in visitors if self.hidden[one.walker] == most]
        first = self.some(key, blindest, 1)
        return [*first, *self.some(key, [one for one in visitors if one not in first], 1)]

    def some(self, key: str, visitors: Sequence[Visitor], most: int) -> list[Visitor]:
        """Give at most so many of some, others for another key or turn."""
        return sorted(visitors, key=lambda one: self._place(f"{key} {one.walker.role}"))[:most]

    def takes_turn(self, key: str, place: int, of: int) -> bool:
        """Tell whether, of several things of which one is enough, this one's turn has come."""
        return self.full or self._place(key) % of == place

    def _place(self, key: str) -> int:
        return zlib.crc32(f"{self.turn} {key}".encode())
