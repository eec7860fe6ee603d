"""Referring to what one may not see: it must be as if there were no such record."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from salesman_core.testing.walk.choosing import Choice
from salesman_core.testing.walk.expecting import FREE, expected
from salesman_core.testing.walk.gathering import Gathered
from salesman_core.testing.walk.judging import Judge
from salesman_core.testing.walk.planting import about_any
from salesman_core.testing.walk.routes import Route
from salesman_core.testing.walk.visiting import READS, Answer, Visit, Visitor
from salesman_core.testing.walk.world import FAR, World, own_set

ABSENT: Final = 987654321
"""An id that no record has."""

_OF_PEOPLE: Final = frozenset({"owner_id", "user_id"})


class Refer:
    """Sends everything that names a record twice: with a hidden one, and with one there is not."""

    def __init__(self, world: World, gathered: Gathered, judge: Judge, choice: Choice) -> None:
        self.world, self.gathered, self.judge, self.choice = world, gathered, judge, choice

    def go(self) -> None:
        """Try each reference of each change, with somebody from whom such records are hidden."""
        for route in self.gathered.routes.routes:
            if route.method in READS:
                continue
            pairs = {one: self._pairs(route, one) for one in self.world.visitors}
            people = [one for one, found in pairs.items() if found]
            most = len(people) if self.choice.full else 1
            for visitor in self.choice.some(str(route), people, most):
                for id_, to_hidden, to_absent in pairs[visitor]:
                    self._compare(visitor, id_, to_hidden, to_absent)

    def _pairs(self, route: Route, visitor: Visitor) -> list[tuple[int, Visit, Visit]]:
        """Give what somebody may send about their own that could name a hidden record, and how."""
        hidden, about = self._hidden_from(visitor)
        own = self.world.sets.get(own_set(visitor.walker))
        if own is None or expected(visitor.walker, route, (), reads=False) != FREE:
            return []
        pairs = []
        for visit in itertools.islice(self.gathered.changes(route, own), 1):
            absent = dict.fromkeys(hidden, ABSENT)
            for (name, to_hidden), (_name, to_absent) in zip(
                _turned(visit, hidden, about), _turned(visit, absent, about), strict=True
            ):
                pairs.append((hidden[name], to_hidden, to_absent))
        return pairs

    def _compare(self, visitor: Visitor, id_: int, to_hidden: Visit, to_absent: Visit) -> None:
        told, usual = self._sent(visitor, to_hidden, id_), self._sent(visitor, to_absent, id_)
        if told != usual:
            message = (
                f"told a hidden record from one there is not: “{told:.200}”, not “{usual:.200}”"
            )
            self.judge.report.add(visitor.walker.role, to_hidden, message)

    def _sent(self, visitor: Visitor, visit: Visit, id_: int) -> str:
        """Give what came of it, without the ids."""
        answer = self.judge.send(visitor, visit, undo=False)
        assert answer is not None, f"there is no {visit}"
        kept = self.judge.kept() if answer.success else ""
        self.world.snapshot.restore()
        if kept:
            message = f"took a hidden record in: it wrote to {kept}"
            self.judge.report.add(visitor.walker.role, visit, message)
        return _without(answer, id_)

    def _hidden_from(self, visitor: Visitor) -> tuple[dict[str, int], dict[str, Any]]:
        """Give the ids of hidden records by fields, and how one of any kind is named."""
        far = self.world.sets[FAR].records
        hidden = [one for one in reversed(far) if not one.seen_by(visitor.walker)]
        named = {f"{one.kind.rpartition('.')[2]}_id": one.id for one in hidden}
        about = about_any(hidden)
        ids = {name: id_ for name, id_ in about.items() if isinstance(id_, int)}
        return named | ids, about


def _turned(
    visit: Visit, foreign: Mapping[str, int], about: Mapping[str, Any]
) -> Iterator[tuple[str, Visit]]:
    """Give a visit once for each of its references, with that one turned, and the field's name."""
    if visit.json is not None:
        for name, body in references(visit.json, foreign, about):
            yield name, replace(visit, json=body)
    for name, form in references(visit.form, foreign, about):
        yield name, replace(visit, form=form)


def references(
    value: Any, foreign: Mapping[str, int], about: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Give a value once for each reference in it, however deep, with that one turned.

    :param foreign: what a reference is turned to, by the name of its field.
    :param about: the kind of what may be of any, by the name of the field beside that says so: it
        is turned as well, for the id of a lead may be that of a product which all can see.
    """
    if isinstance(value, list):
        for place, item in enumerate(value):
            for name, turned in references(item, foreign, about):
                yield name, [*value[:place], turned, *value[place + 1 :]]
    if not isinstance(value, Mapping):
        return
    for field, item in value.items():
        name = field if field in foreign else field.removesuffix("s")
        if name in foreign and name not in _OF_PEOPLE:
            target = foreign[name]
            kind = name.removesuffix("_id") + "_kind"
            kinds = {kind: about[kind]} if kind in about and kind in value else {}
            yield name, {**value, **kinds, field: [target] if isinstance(item, list) else target}
        else:
            for deeper, turned in references(item, foreign, about):
                yield deeper, {**value, field: turned}


def _without(answer: Answer, id_: int) -> str:
    """Give an answer as text, without the ids that it may repeat."""
    text = answer.lasting.decode("utf-8", "replace")
    shown = re.sub(rf"\b(?:{id_}|{ABSENT})\b", "…", text)
    return f"{answer.status} {' '.join(shown.split())}"
