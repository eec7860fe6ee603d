"""Nine hundred deals: most of them closed, the others standing at every stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain
from random import Random
from typing import Final

from salesman_core.demo.calendar import WorkCalendar
from salesman_core.demo.courses import PLANNED, Course, CoursePlanner, beside
from salesman_core.demo.goods import Order, OrderPlanner
from salesman_core.demo.plan import (
    Act,
    Close,
    Invite,
    Move,
    PlannedClient,
    PlannedDeal,
    Revise,
    Step,
)
from salesman_core.demo.words import TEAMS, Words

DEALS: Final = 900
OPEN: Final = (34, 26, 30, 24, 14, 12, 9, 14, 7)
"""How many deals stand at each stage today."""

_OF_CALLER: Final = 5
"""So many interests the telemarketer has found and not yet handed over."""

WIN_RATE: Final = 0.29
"""About how many of the closed deals are won."""

_LOYAL_ODDS: Final = 2.3
"""How much more often a deal with a loyal client is won."""

_LOYAL_APPETITE: Final = 4.5
_PROPOSAL: Final = 2
_REVISED: Final = 0.3
_BY_SERVICE: Final = 0.15
_CAMPAIGN: Final = 0.3
_OVERSEEN: Final = 2_500_000
"""In roubles: deals from this amount on the head of sales watches."""
_LATE: Final = 0.18


class DealPlanner:
    """Plans the deals of all clients."""

    def __init__(
        self,
        random: Random,
        words: Words,
        calendar: WorkCalendar,
        clients: Sequence[PlannedClient],
    ) -> None:
        self._random, self._words, self._calendar = random, words, calendar
        self._clients = clients
        self._buyers = [client for client in clients if client.buys]
        self._staff = {one.login: one for one in words.staff}
        self._by_role = {
            role: [one.login for one in words.staff if one.role == role]
            for role in {one.role for one in words.staff}
        }
        self._usual_odds = self._mean_odds()
        self._courses = CoursePlanner(random, calendar, self._client_at)
        self._orders = OrderPlanner(random, words)

    def plan(self) -> tuple[PlannedDeal, ...]:
        """Give the deals in the order in which they are opened."""
        courses = sorted(chain(self._closed(), self._standing()), key=lambda one: one.at)
        bought: dict[int, datetime] = {}
        deals = []
        for course in courses:
            client = course.client.key
            again = client in bought and bought[client] < course.at
            deals.append(self._deal(course, again=again))
            if deals[-1].outcome == "won":
                bought[client] = min(bought.get(client, deals[-1].ends_at), deals[-1].ends_at)
        return tuple(self._with_something_due(deals))

    def _closed(self) -> Iterator[Course]:
        for _number in range(DEALS - sum(OPEN)):
            yield self._courses.closed(self._odds)

    def _standing(self) -> Iterator[Course]:
        kept = [one for one in self._clients if one.owner in self._by_role["telemarketer"]]
        for client in kept[:_OF_CALLER]:
            yield self._courses.standing(0, client)
        for stage, count in enumerate(OPEN):
            for _number in range(count - (0 if stage else _OF_CALLER)):
                yield self._courses.standing(stage)

    def _client_at(self, at: datetime) -> PlannedClient | None:
        ready = [client for client in self._buyers if client.ready_at < at]
        if not ready:
            return None
        return self._random.choices(ready, [_appetite(client) for client in ready])[0]

    def _odds(self, client: PlannedClient) -> float:
        """Give the probability that a deal with a client is won."""
        return WIN_RATE * self._relative_odds(client) / self._usual_odds

    def _relative_odds(self, client: PlannedClient) -> float:
        return self._staff[client.owner].strength * (_LOYAL_ODDS if client.loyal else 1.0)

    def _mean_odds(self) -> float:
        weights = [_appetite(client) for client in self._buyers]
        odds = [self._relative_odds(client) for client in self._buyers]
        return sum(weight * one for weight, one in zip(weights, odds, strict=True)) / sum(weights)

    def _deal(self, course: Course, *, again: bool) -> PlannedDeal:
        order = self._orders.order(course.client, again=again)
        owner = course.client.owner
        if again and self._random.random() < _BY_SERVICE:
            owner = self._by_role["service"][0]
        deal = PlannedDeal(
            client=course.client.key,
            owner=owner,
            name=order.name,
            at=course.at,
            stage=course.stage,
            amount=order.first.amount,
            cost=order.first.cost,
            expected_on=self._expected(course),
            contacts=self._contacts(course.client),
            participants=self._watchers(course.client, order),
            steps=course.steps,
        )
        return replace(deal, steps=tuple(self._with_company(deal, order)))

    def _contacts(self, client: PlannedClient) -> tuple[int, ...]:
        places = range(len(client.contacts))
        count = min(len(places), self._random.choices((0, 1, 2), (0.1, 0.65, 0.25))[0])
        return tuple(sorted(self._random.sample(places, count)))

    def _watchers(self, client: PlannedClient, order: Order) -> dict[str, str]:
        """Give colleagues who have a part in a deal from its beginning."""
        parts = self._words.parts
        watchers = {}
        bought = client.source in self._words.bought_sources
        if bought and self._random.random() < _CAMPAIGN:
            watchers[self._by_role["marketer"][0]] = parts.campaign
        if order.last.amount >= _OVERSEEN * self._words.scale:
            watchers[self._by_role["head"][0]] = parts.steering
        return watchers

    def _with_company(self, deal: PlannedDeal, order: Order) -> Iterator[Step]:
        """Give the steps of a deal, with what colleagues and the proposal add to them."""
        waiting = self._colleagues(deal)
        revised = self._random.random() >= _REVISED
        for place, step in enumerate(deal.steps):
            yield step
            if not isinstance(step.act, Move):
                continue
            if not revised and step.act.stage >= _PROPOSAL:
                revised = True
                yield beside(deal.steps, place, Revise(order.last.amount, order.last.cost))
            while waiting and waiting[0][0] <= step.act.stage:
                yield beside(deal.steps, place, waiting.pop(0)[1])

    def _colleagues(self, deal: PlannedDeal) -> list[tuple[int, Act]]:
        """Give who joins a deal at which stage (``product.md``, the people)."""
        parts, assistants = self._words.parts, self._by_role["assistant"]
        team = self._staff[deal.owner].team
        assistant = assistants[TEAMS.index(team) % len(assistants) if team in TEAMS else 0]
        joining = (
            (4, self._by_role["lawyer"][0], parts.contract, 0.8),
            (5, assistant, parts.papers, 0.85),
            (7, self._by_role["service"][0], parts.service, 0.8),
        )
        return [
            (stage, Invite(login, part))
            for stage, login, part, share in joining
            if login != deal.owner and self._random.random() < share
        ]

    def _expected(self, course: Course) -> date:
        """Give when a deal is expected to close; one in five of the open ones is late."""
        opened = self._calendar.local_day(course.at)
        acts = [step.act for step in course.steps]
        if any(isinstance(act, Close) for act in acts):
            days = sum(PLANNED[course.stage :]) * self._random.uniform(0.7, 1.3)
            return opened + timedelta(days=round(days))
        if self._random.random() < _LATE:
            return max(opened, self._calendar.today - timedelta(days=self._random.randint(1, 25)))
        stage = next((act.stage for act in reversed(acts) if isinstance(act, Move)), course.stage)
        days = sum(PLANNED[stage:]) * self._random.uniform(0.2, 1.3)
        return self._calendar.today + timedelta(days=max(1, round(days)))

    def _with_something_due(self, deals: list[PlannedDeal]) -> list[PlannedDeal]:
        """Let everybody who has a part in open deals find one that is expected today."""
        due: set[int] = set()
        for login in self._staff:
            mine = [
                place
                for place, deal in enumerate(deals)
                if deal.outcome is None and login in deal.people and place not in due
            ]
            if mine:
                due.add(max(mine, key=lambda place: (deals[place].stands, place)))
        today = self._calendar.today
        return [
            replace(deal, expected_on=today) if place in due else deal
            for place, deal in enumerate(deals)
        ]


def _appetite(client: PlannedClient) -> float:
    """Give how often a client asks for something, beside the others."""
    return _LOYAL_APPETITE if client.loyal else 1.0
