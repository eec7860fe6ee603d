"""What one may not see must not change what one gets: counts and sums give nothing away.

A word can be looked for; a number cannot. So more records are planted that somebody may not see,
and what they get must be the same as before, to the last digit.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from salesman_core.plugins.host import current_host
from salesman_core.testing.walk.choosing import Choice
from salesman_core.testing.walk.expecting import FREE, expected
from salesman_core.testing.walk.gathering import Gathered
from salesman_core.testing.walk.judging import Judge
from salesman_core.testing.walk.people import Walker
from salesman_core.testing.walk.planting import Owned
from salesman_core.testing.walk.visiting import STREAM, Answer, Visit, Visitor
from salesman_core.testing.walk.world import World, own_set
from salesman_hookspecs.data import salesman_record_types

MORE: Final = "more that is hidden"
_ENDING: Final = "the answer differs once more is hidden: "


class Count:
    """Compares answers before and after more was hidden."""

    def __init__(self, world: World, gathered: Gathered, judge: Judge, choice: Choice) -> None:
        self.world, self.gathered, self.judge, self.choice = world, gathered, judge, choice
        self._turn = (0, 1)

    def go(self) -> None:
        """Compare for everybody from whom something is hidden."""
        groups: dict[frozenset[str], list[Visitor]] = defaultdict(list)
        for visitor in self.world.visitors:
            hidden = self._hidden(visitor.walker)
            if hidden and visitor.walker.id is not None:
                groups[hidden].append(visitor)
        for place, (hidden, visitors) in enumerate(groups.items()):
            self._turn = (place, len(groups))
            key = " ".join(sorted(hidden))
            most = len(visitors) if self.choice.full else 1
            self._compare(hidden, self.choice.some(key, visitors, most))

    def _hidden(self, walker: Walker) -> frozenset[str]:
        """Give the kinds of record of which some are hidden from a walker."""
        types = [one.value for one in current_host().contributions(salesman_record_types)]
        return frozenset(
            one.kind
            for one in types
            if one.kind != "user" and walker.scope(one.view_permission) != "all"
        )

    def _compare(self, hidden: frozenset[str], visitors: list[Visitor]) -> None:
        before = {visitor: self._answers(visitor) for visitor in visitors}
        owned = Owned(MORE, self.world.stranger_id)
        try:
            self.world.planter.plant(owned, hidden, private=False)
            for visitor in visitors:
                for address, answer in before[visitor].items():
                    self._judge(visitor, Visit("GET", address), answer)
        finally:
            self.world.snapshot.restore()

    def _answers(self, visitor: Visitor) -> dict[str, Answer]:
        """Give what somebody gets wherever they are let in."""
        found: dict[str, Answer] = {}
        for address in self._addresses(visitor.walker):
            answer = visitor.visit(Visit("GET", address))
            if answer.success and answer.media_type != STREAM:
                found[address] = answer
        return found

    def _addresses(self, walker: Walker) -> list[str]:
        known = self.gathered.of([""])
        if not self.choice.full:
            mine = [one for one in known if self.choice.takes_turn(one, *self._turn)]
            known = [one for one in mine if self.gathered.matters(one)]
        return [one for one in (*known, *self._cards(walker)) if self._admits(walker, one)]

    def _cards(self, walker: Walker) -> list[str]:
        """Give one's own records: one of each route is enough, unless the walk is full."""
        own = self.gathered.of([own_set(walker)])
        if self.choice.full:
            return own
        routes: dict[str, str] = {}
        for address in own:
            matched = self.gathered.routes.matched("GET", address)
            if matched is not None:
                routes.setdefault(matched[0].endpoint, address)
        return list(routes.values())

    def _admits(self, walker: Walker, address: str) -> bool:
        matched = self.gathered.routes.matched("GET", address)
        return matched is not None and expected(walker, matched[0], (), reads=True) == FREE

    def _judge(self, visitor: Visitor, visit: Visit, before: Answer) -> None:
        after = visitor.visit(visit)
        self.judge.report.visits += 2
        if (after.status, after.lasting) == (before.status, before.lasting):
            return
        difference = _difference(before.lasting, after.lasting)
        self.judge.report.add(visitor.walker.role, visit, f"{_ENDING}{difference}")


def _difference(before: bytes, after: bytes) -> str:
    """Show the first place in which two contents differ."""
    pairs = zip(before, after, strict=False)
    at = next((place for place, (one, two) in enumerate(pairs) if one != two), 0)
    around = slice(max(at - 40, 0), at + 40)
    shown = (one[around].decode("utf-8", "replace") for one in (before, after))
    was, is_ = (" ".join(one.split()) for one in shown)
    return f"“{was}” became “{is_}”"
