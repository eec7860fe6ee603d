"""The walk itself: everybody, everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from salesman_core.testing.walk.choosing import Choice
from salesman_core.testing.walk.expecting import DENIED, FORBIDDEN, FREE, Statuses, expected
from salesman_core.testing.walk.gathering import Gathered
from salesman_core.testing.walk.judging import Judge
from salesman_core.testing.walk.routes import Route
from salesman_core.testing.walk.visiting import READS, Visit, Visitor
from salesman_core.testing.walk.world import FAR, NEAR, OTHERS, World, own_set

_DOCUMENT: Final = Visit("GET", "/api/v1/openapi.json")
_FIELDS: Final = 3
"""Of so many fields of others' records one has its turn."""
_FURTHER: Final = 2
"""So many more people try it then, first of all those who may do everything."""
_TOO_MUCH: Final = {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT}
"""How a body is answered of which one field may exclude another."""

_MIDDLE: Final = [name for name in OTHERS if name != FAR]


class Walk:
    """A walk through a world.

    :param choice: who tries what.
    """

    def __init__(self, world: World, gathered: Gathered, judge: Judge, choice: Choice) -> None:
        self.world, self.gathered, self.judge, self.choice = world, gathered, judge, choice
        self._at_door: set[tuple[str, Statuses]] = set()

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
        names = [own_set(guide.walker), *(OTHERS if self.choice.full else (FAR,))]
        for name in names:
            self.gathered.begin(self.world.sets[name])
        sets = list(self.world.sets) if self.choice.full else names
        seen: set[str] = set()
        while waiting := [one for one in self.gathered.of(["", *sets]) if one not in seen]:
            for address in waiting:
                seen.add(address)
                self._read(guide, address, learns=True)
        self.gathered.drop_idle_probes()
        for name in OTHERS:
            self.gathered.begin(self.world.sets[name])

    def _read(self, visitor: Visitor, address: str, *, learns: bool = False) -> None:
        """Let somebody visit an address, and learn from it what else there is to visit."""
        answer = self.judge.send(visitor, Visit("GET", address))
        if answer is not None and (learns or self.choice.full):
            self.gathered.take_in(address, answer)

    def _read_shared(self) -> None:
        """Let everybody visit what is about no record: there they meet the lists and sums."""
        for address in self.gathered.of([""]):
            for visitor in self.choice.of(address, self._expectations(Visit("GET", address))):
                if self.choice.full or not visitor.walker.everything:
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
                    self._read(visitor, address, learns=True)

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
        expectations = self._telling(Visit("GET", address))
        if self.gathered.is_of_words(address) and not self.choice.takes_turn(address, 0, _FIELDS):
            return []
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

    def _telling(self, visit: Visit) -> list[tuple[Visitor, Statuses]]:
        """Give what is expected of whom, but for those whom a route refuses whatever it is about.

        They are refused at the door before any record is looked for: a first try of each is enough.
        """
        matched = self.gathered.routes.matched(visit.method, visit.address)
        found = self._expectations(visit)
        if matched is None or self.choice.full:
            return found
        tried = {one for one in (DENIED, FORBIDDEN) if (str(matched[0]), one) in self._at_door}
        self._at_door |= {(str(matched[0]), statuses) for _one, statuses in found}
        return [(one, statuses) for one, statuses in found if statuses not in tried]

    # -- changing

    def _change(self, route: Route) -> None:
        self._change_own(route)
        for name in OTHERS:
            for visit in self._visits_of(route, name):
                expectations = self._telling(visit)
                for visitor in self.choice.of(visit.address, expectations, admitted=1):
                    if not visitor.walker.everything:
                        self.judge.send(visitor, visit)

    def _visits_of(self, route: Route, name: str) -> Iterator[Visit]:
        """Give the changes of others' records; what is about no record was tried as one's own."""
        for visit in self.gathered.changes(route, self.world.sets[name]):
            near = name == FAR or self._takes_turn(visit.method, visit.address, name)
            if near and self.gathered.is_about_records(visit):
                yield visit

    def _change_own(self, route: Route) -> None:
        """Let people change what is their own, until the route was reached."""
        expectations = [(one, self._own_statuses(route, one)) for one in self.world.visitors]
        chosen = self.choice.of(str(route), expectations, admitted=1)
        rest = [one for one, statuses in expectations if statuses == FREE and one not in chosen]
        rest.sort(key=lambda one: not one.walker.everything)
        chosen += rest if self.choice.full else rest[:_FURTHER]
        for visitor in chosen:
            reached = visitor in rest and str(route) in self.judge.reached
            if reached and not self.choice.full:
                return
            for visit in self._own_visits(route, visitor):
                answer = self.judge.send(visitor, visit)
                if answer is not None and answer.status in _TOO_MUCH:
                    self.gathered.shorten(route)

    def _own_statuses(self, route: Route, visitor: Visitor) -> Statuses:
        return expected(visitor.walker, route, (), reads=False)

    def _own_visits(self, route: Route, visitor: Visitor) -> Iterator[Visit]:
        seen: set[str] = set()
        planted = self.world.sets.get(own_set(visitor.walker), self.world.sets[FAR])
        for visit in self.gathered.changes(route, planted):
            named = f"{visit.address} {visit.json or ''}"
            if named not in seen:
                seen.add(named)
                yield visit

    def _hidden_from(self, visitor: Visitor) -> bool:
        return any(not one.seen_by(visitor.walker) for one in self.world.sets[FAR].records)
