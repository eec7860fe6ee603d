"""What came of taking an import back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MOST_TOLD: Final = 100
"""So many of the records that stay are named."""

Record = tuple[str, int]


@dataclass(slots=True)
class Undone:
    """What came of taking an import back, each record by its table and id.

    :param removed: how many of those that the import made are gone.
    :param restored: those that have something back.
    :param left: those that stay, wholly or in part, with the reason.
    :param before: what came of it before it was stopped half-way, as :meth:`told` gave it.
    """

    removed: int = 0
    restored: set[Record] = field(default_factory=set)
    left: dict[Record, dict[str, Any]] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many records came to what."""
        here = Counter(removed=self.removed, restored=len(self.restored), left=len(self.left))
        here.update(self.before.get("counts", {}))
        return dict(here)

    def told(self) -> dict[str, Any]:
        """Give it as plain values."""
        left = [*self.before.get("left", ()), *self.left.values()]
        return {"counts": self.counts, "left": left[:MOST_TOLD]}
