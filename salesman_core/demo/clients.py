"""Four hundred clients with their contacts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Final

from salesman_core.demo.calendar import WorkCalendar
from salesman_core.demo.names import CompanyName, NameGiver
from salesman_core.demo.plan import Given, PlannedClient, PlannedContact
from salesman_core.demo.words import TEAMS, City, Staff, Words

CLIENTS: Final = 400
SMALL, MEDIUM, LARGE = range(3)

_CARRIED_OVER: Final = 0.4
"""So many came with the company's older lists, in its first days with the system."""
_FIRST_DAYS: Final = 15

_KEPT_BY_CALLER: Final = 14
_CALLED: Final = 0.2
_BUYS: Final = 0.78
_LOYAL: Final = 0.2
_EVERY_WITH_WAREHOUSE: Final = 5
_PERSON: Final = 0.04
_SOLE_TRADER: Final = 0.25
_SEGMENTS: Final = (0.5, 0.36, 0.14)
_TEAMS: Final = (0.4, 0.28, 0.32)
_CONTACTS: Final = (0.42, 0.32, 0.17, 0.09)


@dataclass(frozen=True, slots=True)
class _Sketch:
    """What a client is, before it is told in words."""

    seller: Staff
    city: City
    person: bool
    segment: int
    called: bool
    buys: bool
    loyal: bool


class ClientPlanner:
    """Plans the clients of all teams."""

    def __init__(self, random: Random, words: Words, calendar: WorkCalendar) -> None:
        self._random, self._words, self._calendar = random, words, calendar
        self._names = NameGiver(random, words)
        self._sellers = [one for one in words.staff if one.role == "seller"]
        self._first = {one.role: one.login for one in reversed(words.staff)}

    def plan(self) -> tuple[PlannedClient, ...]:
        """Give the clients in the order in which they come."""
        clients = [self._client(number) for number in range(CLIENTS)]
        clients.sort(key=lambda client: client.at)
        return tuple(replace(client, key=key) for key, client in enumerate(clients))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _addresses(self, number: int, sketch: _Sketch) -> tuple[tuple[str, str], ...]:
        """Give the addresses of a client, some companies with one to which goods are sent."""
        if not self._chance(0.9):
            return ()
        address = self._names.address(sketch.city)
        if sketch.person:
            return (("", address),)
        legal = (self._words.legal, address)
        if number % _EVERY_WITH_WAREHOUSE:
            return (legal,)
        return (legal, (self._words.delivery, f"{address}, {self._words.warehouse}"))

    def _client(self, number: int) -> PlannedClient:
        sketch = self._sketch(kept=number < _KEPT_BY_CALLER)
        name = self._name(sketch)
        by, at, given = self._beginning(sketch)
        phone = self._names.mobile() if sketch.person else self._names.landline(sketch.city)
        return PlannedClient(
            key=number,
            kind="person" if sketch.person else "company",
            name=name.full,
            by=by,
            at=at,
            given=given,
            addresses=self._addresses(number, sketch),
            site="" if sketch.person or self._chance(0.3) else f"https://{name.domain}",
            source=self._source(sketch),
            phones=(phone,),
            emails=() if sketch.person else (f"{name.login}@{name.domain}",),
            tags=self._tags(sketch),
            contacts=self._contacts(sketch, name),
            participants=self._participants(sketch),
            segment=sketch.segment,
            loyal=sketch.loyal,
            buys=sketch.buys,
        )

    def _sketch(self, *, kept: bool) -> _Sketch:
        """Say what a client is.

        :param kept: True for one that the telemarketer still calls.
        """
        seller = self._seller()
        person = self._chance(_PERSON)
        (segment,) = self._random.choices((SMALL, MEDIUM, LARGE), _SEGMENTS)
        buys = self._chance(_BUYS) and not kept
        return _Sketch(
            seller=seller,
            city=self._random.choice(self._words.cities[seller.team]),
            person=person,
            segment=SMALL if person else segment,
            called=kept or self._chance(_CALLED),
            buys=buys,
            loyal=buys and self._chance(_LOYAL),
        )

    def _seller(self) -> Staff:
        """Choose a seller; who sells well has more clients."""
        (team,) = self._random.choices(TEAMS, _TEAMS)
        sellers = [one for one in self._sellers if one.team == team]
        (chosen,) = self._random.choices(sellers, [0.5 + one.strength for one in sellers])
        return chosen

    def _name(self, sketch: _Sketch) -> CompanyName:
        if sketch.person:
            return self._names.private_person()
        if sketch.segment == SMALL and self._chance(_SOLE_TRADER):
            return self._names.sole_trader()
        return self._names.company()

    def _beginning(self, sketch: _Sketch) -> tuple[str, datetime, Given | None]:
        """Give who made the client, when, and how they handed it on (``product.md``, rule 5)."""
        if not sketch.called:
            at = self._calendar.moment_of_first(_FIRST_DAYS)
            if not self._chance(_CARRIED_OVER):
                at = self._calendar.some_moment()
            return sketch.seller.login, at, None
        at, given = self._calendar.some_moment(), None
        if sketch.buys:
            given = Given(self._calendar.after(at, self._random.uniform(1, 9)), sketch.seller.login)
            if given.at >= self._calendar.end:
                return self._beginning(sketch)
        return self._first["telemarketer"], at, given

    def _source(self, sketch: _Sketch) -> str:
        if sketch.called:
            return self._words.cold_source
        return self._random.choice((*self._words.bought_sources, *self._words.own_sources))

    def _tags(self, sketch: _Sketch) -> tuple[str, ...]:
        (count,) = self._random.choices((0, 1, 2), (0.45, 0.4, 0.15))
        tags = self._random.sample(self._words.tags, count)
        if sketch.segment == LARGE and sketch.loyal:
            tags.append(self._words.key_tag)
        return tuple(sorted(tags))

    def _participants(self, sketch: _Sketch) -> dict[str, str]:
        """Give colleagues who look after the client beside its owner."""
        parts = {}
        if sketch.loyal and self._chance(0.6):
            parts[self._first["service"]] = self._words.parts.service
        if sketch.segment == LARGE and sketch.buys and self._chance(0.4):
            parts[self._first["assistant"]] = self._words.parts.papers
        return parts

    def _contacts(self, sketch: _Sketch, name: CompanyName) -> tuple[PlannedContact, ...]:
        if sketch.person:
            emails = (f"{name.login}@{name.domain}",)
            return (PlannedContact(name.full, "", (self._names.mobile(),), emails),)
        (count,) = self._random.choices((1, 2, 3, 4), _CONTACTS)
        positions = self._random.sample(self._words.positions, count)
        return tuple(self._contact(name.domain, position) for position in positions)

    def _contact(self, domain: str, position: str) -> PlannedContact:
        person = self._names.person()
        return PlannedContact(
            name=person.full,
            position=position,
            phones=(self._names.mobile(),) if self._chance(0.92) else (),
            emails=(f"{person.login}@{domain}",) if self._chance(0.85) else (),
        )
