"""How far a plan has to be for its people to be told."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

LEVELS: Final = (50, 90, 100)
PERCENT: Final = 100


def level_of(fact: Decimal, plan: Decimal) -> int:
    """Give the highest level that a fact has reached, 0 for none."""
    return max((one for one in LEVELS if fact * PERCENT >= plan * one), default=0)
