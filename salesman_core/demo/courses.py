"""How deals go: from stage to stage, for days or weeks, to an end or to where they stand today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeAlias

from salesman_core.deals.defaults import STAGES
from salesman_core.demo.calendar import WorkCalendar
from salesman_core.demo.plan import Act, Close, Move, PlannedClient, Reopen, Step

PLANNED: Final = tuple(days for _percent, days, _names in STAGES)
"""How many days a deal is meant to stand at each stage."""

LAST: Final = len(PLANNED) - 1

_EARLY: Final = (7, 5, 20, 25, 40, 3)
_LATE: Final = (32, 25, 15, 10, 7, 11)
"""How often each reason loses a deal, in percent: in the order of the company's list."""

_EARLY_STAGES: Final = 2

_LOST_AT: Final = (0.2, 0.17, 0.26, 0.19, 0.1, 0.05, 0.01, 0.01, 0.01)
_SKIPPED: Final = 0.12
_STEPPED_BACK: Final = 0.04
_SECOND_CHANCE: Final = 0.05
_BEGINS_LATER: Final = 0.3

Timed: TypeAlias = tuple[float, Act]
"""What is done, and how many days after what came before."""

_WON, _LOST = "won", "lost"


@dataclass(frozen=True, slots=True)
class Course:
    """How one deal goes.

    :param stage: where it begins.
    """

    client: PlannedClient
    at: datetime
    stage: int
    steps: tuple[Step, ...]


class CoursePlanner:
    """Plans courses.

    :param client_at: gives a client with whom a deal may begin at a moment, or None.
    """

    def __init__(
        self,
        random: Random,
        calendar: WorkCalendar,
        client_at: Callable[[datetime], PlannedClient | None],
    ) -> None:
        self._random, self._calendar, self._client_at = random, calendar, client_at

    def closed(self, odds: Callable[[PlannedClient], float]) -> Course:
        """Give the course of a deal that has ended before today.

        :param odds: gives the probability that a client's deal is won.
        """
        while True:
            at = self._calendar.some_moment()
            client = self._client_at(at)
            if client is None:
                continue
            won = self._random.random() < odds(client)
            stage = self._begins(client)
            acts = self._to_win(stage) if won else self._to_loss(stage)
            steps = self._timed(at, acts)
            if steps[-1].at < self._calendar.end:
                return Course(client, at, stage, steps)

    def standing(self, at_stage: int, client: PlannedClient | None = None) -> Course:
        """Give the course of a deal that stands at a stage today.

        :param client: whose; anybody's where not given.
        """
        while True:
            stage = self._random.randint(0, min(at_stage, 1)) if at_stage else 0
            acts = list(self._walk(stage, at_stage, self._pace()))
            stood = PLANNED[at_stage] * self._random.uniform(0.1, 1.3)
            at = self._calendar.before(sum(days for days, _act in acts) + stood)
            chosen = client or self._client_at(at)
            steps = self._timed(at, acts)
            ended = not steps or steps[-1].at < self._calendar.end
            if chosen is not None and chosen.ready_at < at and ended:
                return Course(chosen, at, stage, steps)

    def _begins(self, client: PlannedClient) -> int:
        """Whoever knows us may ask for an offer at once."""
        later = client.loyal and self._random.random() < _BEGINS_LATER
        return self._random.choice((1, 2)) if later else 0

    def _to_win(self, stage: int) -> Iterator[Timed]:
        pace, end = self._pace(), self._random.choices((LAST - 1, LAST), (0.2, 0.8))[0]
        if self._random.random() < _SECOND_CHANCE:
            middle = self._random.choice((3, 4))
            yield from self._walk(stage, middle, pace)
            yield self._stay(middle, pace), self._loss(middle)
            yield self._random.uniform(12, 45), Reopen()
            stage = middle
        yield from self._walk(stage, end, pace)
        yield self._stay(end, pace), Close(_WON)

    def _to_loss(self, stage: int) -> Iterator[Timed]:
        pace = self._pace()
        ends = range(stage, LAST + 1)
        (end,) = self._random.choices(ends, _LOST_AT[stage:])
        yield from self._walk(stage, end, pace)
        yield 1.6 * self._stay(end, pace), self._loss(end)

    def _loss(self, stage: int) -> Close:
        reasons = _EARLY if stage < _EARLY_STAGES else _LATE
        (place,) = self._random.choices(range(len(reasons)), reasons)
        return Close(_LOST, place)

    def _walk(self, stage: int, end: int, pace: float) -> Iterator[Timed]:
        """Go from a stage to another, sometimes past one, sometimes a step back."""
        for following in range(stage + 1, end + 1):
            if following < end and self._random.random() < _SKIPPED:
                continue
            yield self._stay(stage, pace), Move(following)
            if self._random.random() < _STEPPED_BACK:
                yield self._stay(following, pace) / 2, Move(stage)
                yield self._stay(stage, pace) / 2, Move(following)
            stage = following

    def _pace(self) -> float:
        """Give how slow a deal is as a whole, where 1 is usual."""
        return self._random.lognormvariate(0, 0.3)

    def _stay(self, stage: int, pace: float) -> float:
        return PLANNED[stage] * pace * self._random.lognormvariate(-0.1, 0.5)

    def _timed(self, at: datetime, acts: Iterable[Timed]) -> tuple[Step, ...]:
        steps = []
        for days, act in acts:
            at = self._calendar.after(at, days)
            steps.append(Step(at, act))
        return tuple(steps)


def beside(steps: Sequence[Step], place: int, act: Act) -> Step:
    """Give a step that is done a little after another one and before the next."""
    at = steps[place].at
    gap = steps[place + 1].at - at if place + 1 < len(steps) else timedelta(hours=1)
    return Step(at + min(timedelta(minutes=7), gap / 3), act)
