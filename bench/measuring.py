"""Measuring: CPU seconds of a program and of its database, of several sides in turn.

CPU and not the time on the wall, because others may use the machine; in turn, because how fast it
is changes from minute to minute. What is compared are medians of many rounds of the same run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ROUNDS: Final = 15
_BATCH: Final = 0.03
"""CPU seconds that a batch of requests should take, so that reading the clocks does not count."""

_MOST_IN_BATCH: Final = 40
_LONG: Final = 1.0
"""CPU seconds of a request of which a few are enough: chance has little part in so many."""

_FEW: Final = 5
_SETTLED: Final = 0.002
"""Seconds after which a server has also done what comes after an answer."""


def cpu_of(process_id: int) -> float:
    """Give the CPU seconds that a process of this machine has used so far.

    What ``/proc/<pid>/stat`` counts in hundredths, by the clock that the kernel keeps for each
    process in nanoseconds (``clock_getcpuclockid(3)``).
    """
    return time.clock_gettime((~process_id << 3) | 2)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request costs, in CPU seconds.

    :param database: of the server that holds the database; 0 for a file.
    """

    program: float
    database: float

    @property
    def whole(self) -> float:
        """Both together."""
        return self.program + self.database

    def beside(self, other: Cost) -> float:
        """How many times as much as another."""
        return self.whole / other.whole


@dataclass(frozen=True, slots=True)
class Side:
    """One of those that are compared.

    :param call: does one request.
    :param program: the process that answers.
    :param backends: gives the processes of the database that work for it.
    """

    call: Callable[[], object]
    program: int
    backends: Callable[[], Iterable[int]] = tuple


def measure(sides: Mapping[str, Side], rounds: int = ROUNDS) -> dict[str, Cost]:
    """Give what a request costs each side: medians of *rounds*, in each of which all take turns.

    Where a request takes long, there are fewer rounds.
    """
    first = {name: _warmed(side) for name, side in sides.items()}
    batches = {name: _batch(one) for name, one in first.items()}
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for number in range(_FEW if max(first.values()) > _LONG else rounds):
        for name in sorted(sides, reverse=bool(number % 2)):
            costs[name].append(_cost(sides[name], batches[name]))
    return {name: median(found) for name, found in costs.items()}


def _warmed(side: Side) -> float:
    """Warm up, and give what a request costs then."""
    for _ in range(8):
        one = _cost(side, 1).whole
        if one > _LONG:
            return one
    return _cost(side, 5).whole


def _batch(one: float) -> int:
    """Give how many requests make a batch, by what one costs."""
    return max(1, min(_MOST_IN_BATCH, round(_BATCH / one)))


def _cost(side: Side, requests: int) -> Cost:
    program, database = _read(side)
    for _ in range(requests):
        side.call()
    program_after, database_after = _read(side)
    return Cost((program_after - program) / requests, (database_after - database) / requests)


def _read(side: Side) -> tuple[float, float]:
    time.sleep(_SETTLED)
    return cpu_of(side.program), sum(map(cpu_of, side.backends()))


def median(costs: Sequence[Cost]) -> Cost:
    """Give the median of several costs, of each part by itself."""
    return Cost(
        statistics.median(one.program for one in costs),
        statistics.median(one.database for one in costs),
    )
