"""The walk itself: everybody, everywhere."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Final

from salesman_core.access.routes import PUBLIC
from salesman_core.testing.walk.choosing import Choice
from salesman_core.testing.walk.expecting import FREE, Statuses, expected
from salesman_core.testing.walk.gathering import Gathered, references
from salesman_core.testing.walk.judging import Judge
from salesman_core.testing.walk.routes import Route
from salesman_core.testing.walk.visiting import READS, Visit, Visitor
from salesman_core.testing.walk.world import FAR, NEAR, OTHERS, World, own_set

_DOCUMENT: Final = Visit("GET", "/api/v1/openapi.json")
_ENOUGH: Final = 2
"""So many people try a change of their own, unless none of them had success."""
_MIDDLE: Final = [name for name in OTHERS if name != FAR]


class Walk:
    """A walk through a world.

    :param choice: who tries what.
    """

    def __init__(self, world: World, gathered: Gathered, judge: Judge, choice: Choice) -> None:
        self.world, self.gathered, self.judge, self.choice = world, gathered, judge, choice

    def go(self) -> None:
        """Walk everywhere: first all that only reads, then every change."""
        self._explore()
        self._read_shared()
        for visitor in self.world.visitors:
            self._read_own(visitor)
        self._read_others()
        for route in self.gathered.routes.routes:
            if route.method not in READS:
                self._change(route)

    # -- reading

    def _explore(self) -> None:
        """Let the administrator, who sees everything, find out what there is to visit."""
        guide = self.world.administrator
        self.gathered.describe(json.loads(guide.visit(_DOCUMENT).content))
        names = OTHERS if self.choice.full else (FAR,)
        for name in (own_set(guide.walker), *names):
            self.gathered.begin(self.world.sets[name])
        seen: set[str] = set()
        while waiting := [one for one in self.gathered.all() if one not in seen]:
            for address in waiting:
                seen.add(address)
                self._read(guide, address)
        self.gathered.drop_idle_probes()
        for name in OTHERS:
            self.gathered.begin(self.world.sets[name])

    def _read(self, visitor: Visitor, address: str) -> None:
        answer = self.judge.send(visitor, Visit("GET", address))
        if answer is not None:
            self.gathered.take_in(address, answer)

    def _read_shared(self) -> None:
        """Let everybody visit what is about no record: there they meet the lists and sums."""
        for address in self.gathered.of([""]):
            matched = self.gathered.routes.matched("GET", address)
            personal = matched is not None and matched[0].access != PUBLIC
            all_in = personal and self.gathered.matters(address)
            for visitor in self._choose(address, all_in=all_in):
                self._read(visitor, address)

    def _read_own(self, visitor: Visitor) -> None:
        """Let somebody visit their own; what a page leads to is visited too."""
        if visitor.walker.id is None or visitor.walker.everything:
            return
        own = own_set(visitor.walker)
        self.gathered.begin(self.world.sets[own])
        seen: set[str] = set()
        while waiting := [one for one in self.gathered.of([own]) if one not in seen]:
            for address in waiting:
                seen.add(address)
                if visitor in self._chosen_for_own(address):
                    self._read(visitor, address)

    def _chosen_for_own(self, address: str) -> list[Visitor]:
        """Give who visits their own address of a kind."""
        matched = self.gathered.routes.matched("GET", address)
        key = matched[0].endpoint if matched else address
        people = [one for one in self.world.visitors if one.walker.id and not one.walker.everything]
        return people if self.choice.full else self.choice.some(key, people, 2)

    def _read_others(self) -> None:
        """Let people visit what is not their own, or only in part.

        In what is shared with them nothing is refused: there it counts what stands beside it that
        is not shared, for those who do not see everything anyway.
        """
        for name in OTHERS:
            for address in self.gathered.of([name]):
                for visitor in self._visitors_of_others(address, name):
                    if not visitor.walker.everything:
                        self._read(visitor, address)

    def _visitors_of_others(self, address: str, name: str) -> list[Visitor]:
        expectations = self._expectations(Visit("GET", address))
        if self.choice.full or name == FAR:
            return self.choice.of(address, expectations)
        if name == NEAR and not self._takes_turn("GET", address, name):
            return []
        partly = [
            (one, statuses)
            for one, statuses in expectations
            if statuses == FREE and self._hidden_from(one)
        ]
        return self.choice.of(address, partly)

    def _takes_turn(self, method: str, address: str, name: str) -> bool:
        """Tell whether this route is tried on this set: of three sets in between one is enough."""
        matched = self.gathered.routes.matched(method, address)
        key = str(matched[0]) if matched else address
        return self.choice.takes_turn(key, _MIDDLE.index(name), len(_MIDDLE))

    def _choose(self, address: str, *, all_in: bool = False) -> list[Visitor]:
        expectations = self._expectations(Visit("GET", address))
        return self.choice.of(address, expectations, all_in=all_in)

    def _expectations(self, visit: Visit) -> list[tuple[Visitor, Statuses]]:
        matched = self.gathered.routes.matched(visit.method, visit.address)
        if matched is None:
            return []
        route, arguments = matched
        subjects = self.gathered.routes.subjects(route.rule, arguments, self.world.known)
        return [
            (one, expected(one.walker, route, subjects, reads=visit.reads))
            for one in self.world.visitors
        ]

    # -- changing

    def _change(self, route: Route) -> None:
        self._change_own(route)
        if not self._about_records(route):
            return
        for name in OTHERS:
            for visit in self.gathered.changes(route, self.world.sets[name]):
                if name != FAR and not self._takes_turn(visit.method, visit.address, name):
                    continue
                for visitor in self.choice.of(visit.address, self._expectations(visit)):
                    if not visitor.walker.everything:
                        self.judge.send(visitor, visit)

    def _about_records(self, route: Route) -> bool:
        return bool(route.rule.arguments)

    def _change_own(self, route: Route) -> None:
        """Let people change what is their own, until the route was reached."""
        expectations = [(one, self._own_statuses(route, one)) for one in self.world.visitors]
        chosen = self.choice.of(str(route), expectations)
        chosen += [one for one, statuses in expectations if statuses == FREE and one not in chosen]
        for tried, visitor in enumerate(chosen):
            enough = tried >= _ENOUGH and str(route) in self.judge.reached
            if enough and not self.choice.full:
                return
            for visit in self._own_visits(route, visitor):
                self.judge.send(visitor, visit)
            self._refer(visitor, route)

    def _own_statuses(self, route: Route, visitor: Visitor) -> Statuses:
        return expected(visitor.walker, route, (), reads=False)

    def _own_visits(self, route: Route, visitor: Visitor) -> Iterator[Visit]:
        seen: set[str] = set()
        planted = self.world.sets.get(own_set(visitor.walker), self.world.sets[FAR])
        for visit in self.gathered.changes(route, planted):
            if visit.address not in seen:
                seen.add(visit.address)
                yield visit

    def _refer(self, visitor: Visitor, route: Route) -> None:
        """Try to refer to a stranger's records in what is one's own."""
        own = self.world.sets.get(own_set(visitor.walker))
        if own is None or not route.rule.rule.startswith("/api/v1/"):
            return
        body = self.gathered.body(route, self.gathered.ids_of(own)) or {}
        for turned in references(body, self._hidden_from(visitor)):
            for address in itertools.islice(self.gathered.routes.addresses(route, own), 1):
                visit = Visit(route.method, address, json=turned)
                answer = self.judge.send(visitor, visit)
                if answer is not None and answer.success:
                    self.judge.report.add(visitor.walker.role, visit, "took a hidden record in")

    def _hidden_from(self, visitor: Visitor) -> dict[str, int]:
        return {
            f"{one.kind.rpartition('.')[2]}_id": one.id
            for one in reversed(self.world.sets[FAR].records)
            if not one.seen_by(visitor.walker)
        }
