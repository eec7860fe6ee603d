"""How long a record waited and was worked on, in working time.

All is counted from the moment at which the record came onto the conveyor: whole minutes of the
parts of its way then add up to those of the whole way, which they would not if each part were cut
to whole minutes by itself (ADR 112).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from salesman_core.toolkit import WorkTime


class Spent(NamedTuple):
    """Working minutes of a stay."""

    waited: int
    worked: int


def between(hours: WorkTime, began_at: datetime, first: datetime, last: datetime) -> int:
    """Give the working minutes from *first* to *last* of a way that began at *began_at*."""
    return hours.minutes_between(began_at, last) - hours.minutes_between(began_at, first)


def spent(hours: WorkTime, stay: Any, moment: datetime) -> Spent:
    """Give how long a stay has waited and was worked on until its end, or until *moment*.

    :param stay: a handover or a row of it.
    """
    end = stay.ended_at or moment
    taken = min(stay.taken_at or end, end)
    waited = between(hours, stay.began_at, stay.given_at, taken)
    return Spent(waited, between(hours, stay.began_at, taken, end))
