"""Routes that another one opens: what was closed is reopened, what was deleted is restored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from salesman_core.testing.walk.choosing import Choice
from salesman_core.testing.walk.expecting import expected
from salesman_core.testing.walk.gathering import Gathered
from salesman_core.testing.walk.judging import Judge
from salesman_core.testing.walk.routes import Route
from salesman_core.testing.walk.visiting import READS, Visit
from salesman_core.testing.walk.world import FAR, World, own_set


class Sequel:
    """Tries routes that nobody reached so far after each step that might open them."""

    def __init__(self, world: World, gathered: Gathered, judge: Judge, choice: Choice) -> None:
        self.world, self.gathered, self.judge, self.choice = world, gathered, judge, choice

    def go(self) -> None:
        """Try them all; what one step opened is then tried on a stranger's record too."""
        for route in self.gathered.routes.routes:
            if route.method not in READS and str(route) not in self.judge.reached:
                step = self._opened_by(route)
                if step is not None:
                    self._try_on_stranger(step, route)

    def _opened_by(self, route: Route) -> Route | None:
        """Give the step of the administrator after which the route answers with success."""
        guide = self.world.administrator
        for step in self._steps_before(route):
            for first, then in self._pairs(step, route, own_set(guide.walker)):
                self.judge.send(guide, first, undo=False)
                self.judge.send(guide, then)
                self.world.snapshot.restore()
                if str(route) in self.judge.reached:
                    return step
        return None

    def _steps_before(self, route: Route) -> list[Route]:
        """Give the routes of the same pages that take the same arguments."""
        pages = route.endpoint.rpartition(".")[0]
        return [
            one
            for one in self.gathered.routes.routes
            if one.method not in READS
            and one.endpoint.rpartition(".")[0] == pages
            and one.rule.arguments == route.rule.arguments
            and str(one) in self.judge.reached
        ]

    def _pairs(self, step: Route, route: Route, name: str) -> Iterator[tuple[Visit, Visit]]:
        for first in self.gathered.changes(step, self.world.sets[name]):
            matched = self.gathered.routes.matched(first.method, first.address)
            if matched is None or matched[0] != step:
                continue
            then = self.gathered.change_at(route, matched[1], self.world.sets[name])
            yield first, (then if then.form or then.json else self._in_form_of(first, then))

    def _in_form_of(self, first: Visit, then: Visit) -> Visit:
        """Give a visit of which no page had a form, with that of the step before it.

        If it has one now, it is on the card of its record.
        """
        routes = self.gathered.routes
        matched = routes.matched(then.method, then.address)
        subjects = routes.subjects(matched[0].rule, matched[1], self.world.known) if matched else []
        card = routes.card_of(subjects[0]) if subjects else None
        return replace(then, form=first.form, page=card or first.page)

    def _try_on_stranger(self, step: Route, route: Route) -> None:
        guide = self.world.administrator
        for first, then in self._pairs(step, route, FAR):
            matched = self.gathered.routes.matched(then.method, then.address)
            if matched is None:
                continue
            subjects = self.gathered.routes.subjects(route.rule, matched[1], self.world.known)
            if not subjects:
                return
            expectations = [
                (one, expected(one.walker, route, subjects, reads=False))
                for one in self.world.visitors
            ]
            for visitor in self.choice.of(str(route), expectations):
                self.judge.send(guide, first, undo=False)
                self.judge.send(visitor, then)
                self.world.snapshot.restore()
