"""Figures that this process counts, beside bare statements that ask for the same.

Seconds on the wall, because databases work in other processes; in turn, because how fast a machine
is changes from minute to minute.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from salesman_core.testing.statements import counted_statements

Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cost:
    """What figures cost.

    :param ours: seconds until they are counted.
    :param bare: seconds of the bare statements.
    :param statements: how many ours sends.
    """

    ours: float
    bare: float
    statements: int

    @property
    def times(self) -> float:
        """How many times the bare statements it takes."""
        return self.ours / self.bare


def measured_beside(ours: Call, bare: Call, rounds: int) -> Cost:
    """Give what figures cost beside bare statements; what is read once for all is not counted."""
    with counted_statements() as sent:
        ours()
    of_ours, of_bare = medians(ours, bare, rounds=rounds)
    return Cost(of_ours, of_bare, len(sent))


def medians(*calls: Call, rounds: int) -> list[float]:
    """Give the seconds that each call takes: medians of rounds, in each of which all take turns."""
    costs = [[_seconds(call) for call in calls] for _round in range(rounds)]
    return [statistics.median(one) for one in zip(*costs, strict=True)]


def _seconds(call: Call) -> float:
    begin = perf_counter()
    call()
    return perf_counter() - begin
