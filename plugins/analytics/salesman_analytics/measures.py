"""Measures of which several reports are made: shares and medians."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from salesman_core.toolkit import median_length


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """Give a share in percent, with all its digits; None of nothing, or of less."""
    return 100 * part / whole if whole > 0 else None


def median_of(many: Iterable[Mapping[int, int]]) -> int | None:
    """Give how many days half of some stays took at most; None of nothing.

    :param many: how many stays took so many days, in as many parts as one likes.
    """
    together = sorted(pair for lengths in many for pair in lengths.items())
    return median_length(together) if together else None
