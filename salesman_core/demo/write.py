"""Writing a plan down: everything goes through the services, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from salesman_core.access.person import SYSTEM, acting_as, load_person
from salesman_core.clients.ladder import rungs, set_rung
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client, create_client, create_contact
from salesman_core.db import reading, writing
from salesman_core.deals.queries import close_reasons, pipelines
from salesman_core.deals.service import change_deal, close_deal, create_deal, move_deal, reopen_deal
from salesman_core.demo.accounts import PASSWORD, address
from salesman_core.demo.courses import PLANNED
from salesman_core.demo.plan import (
    Act,
    Close,
    Given,
    Invite,
    Move,
    Plan,
    PlannedClient,
    PlannedContact,
    PlannedDeal,
    Reopen,
    Revise,
    RungChoice,
)
from salesman_core.demo.words import DEPARTMENT, TEAMS
from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.people.service import add_user
from salesman_core.people.teams import add_team
from salesman_core.plugins.host import current_host
from salesman_core.services.company import change_company
from salesman_hookspecs import Demo, Person, Phase
from salesman_hookspecs.demo import salesman_demo

_ = texts.lazy

_CLOCK: Final = "salesman_clock"
_PATIENCE: Final = 24.0
"""A plugin may take two minutes for its part: no page waits for it."""


def has_clients() -> bool:
    """Tell whether there are clients already, be it in the bin: then the demo is not wanted."""
    return bool(reading().scalar(sa.select(sa.exists().where(Client.id.is_not(None)))))


def write_plan(plan: Plan, advance: Callable[[int], object] = lambda _number: None) -> None:
    """Write a plan into a database without clients, in one transaction.

    :param advance: told how many more things have been written.
    :raises ConflictError: where there are clients, or stages of the company's own.
    """
    with current_app.app_context(), acting_as(SYSTEM):
        if has_clients():
            raise ConflictError(_("There are clients already: demo data needs a new database."))
        change_company({**asdict(plan.company), "language": plan.language})
    # In a context of its own, since what the other one knows of the company is of before.
    with current_app.app_context(), clock_set_back() as clock, writing() as session:
        writer = Writer(plan, session)
        for happening in writer.happenings():
            clock.moment = happening.at
            with acting_as(happening.by()):
                happening.write()
            advance(1)
        _let_plugins_tell(writer.told(clock))


def _let_plugins_tell(demo: Demo) -> None:
    """Let each plugin add its part, behind those that it requires, and take its time."""
    dispatcher, name = current_host().dispatcher, salesman_demo.__name__
    for owner, tell in dispatcher.implementations(name):
        told = partial(tell, demo=demo)
        dispatcher.guarded(owner, name, told, phase=Phase.WRITE, patience=_PATIENCE)


class SetClock:
    """A clock that shows what it is set to."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


@contextmanager
def clock_set_back() -> Iterator[SetClock]:
    """Let the application go by a clock that is set by hand."""
    clock, extensions = SetClock(), current_app.extensions
    before = extensions.get(_CLOCK)
    extensions[_CLOCK] = clock
    try:
        yield clock
    finally:
        extensions[_CLOCK] = before


@dataclass(frozen=True, slots=True)
class Happening:
    """Something to be written as of a moment.

    :param by: gives who did it.
    """

    at: datetime
    by: Callable[[], Person]
    write: Callable[[], object]


@dataclass(slots=True)
class Written:
    """A deal on its way.

    :param participants: login → part, as they stand.
    """

    plan: PlannedDeal
    participants: dict[str, str]
    id: int = 0


class Writer:
    """Writes what a plan tells.

    :raises ConflictError: where the company's stages are not those that come with the system.
    """

    def __init__(self, plan: Plan, session: Session) -> None:
        self._plan, self._session = plan, session
        self._stages = _stages(session)
        self._reasons = [row.id for row in close_reasons(session)]
        self._rungs = [rung.id for rung in rungs(session)]
        self._people: dict[str, Person] = {}
        self._clients: dict[int, int] = {}
        self._contacts: dict[int, list[int]] = {}
        self._deals: list[int] = []

    def happenings(self) -> Iterator[Happening]:
        """Give what is to be written, in the order in which it happened."""
        system = replace(SYSTEM, locale=self._plan.language)
        yield Happening(self._plan.founded_at, lambda: system, self._hire)
        yield from sorted([*self._of_clients(), *self._of_deals()], key=attrgetter("at"))

    def told(self, clock: SetClock) -> Demo:
        """Give what has been written, for the plugins that go on from there."""

        @contextmanager
        def at(moment: datetime, person: Person) -> Iterator[None]:
            clock.moment = moment
            with acting_as(person):
                yield

        first = {one.role: self._people[one.login] for one in reversed(self._plan.staff)}
        return Demo(
            language=self._plan.language,
            today=self._plan.today,
            seed=self._plan.seed,
            people=first,
            client_ids=list(self._clients.values()),
            deal_ids=self._deals,
            at=at,
        )

    def _did(self, at: datetime, login: str, write: Callable[[], object]) -> Happening:
        return Happening(at, partial(self._people.__getitem__, login), write)

    # -- people

    def _hire(self) -> None:
        teams = self._teams()
        for one in self._plan.staff:
            user_id = add_user(
                address(one.login),
                one.name,
                [one.role],
                team_id=teams.get(one.team),
                password=PASSWORD,
            )
            person = load_person(self._session, user_id)
            if person is not None:
                self._people[one.login] = person

    def _teams(self) -> Mapping[str, int]:
        """Make the teams; those of the sellers stand below the department."""
        made: dict[str, int] = {}
        for key in (DEPARTMENT, *(key for key in self._plan.teams if key != DEPARTMENT)):
            parent = made[DEPARTMENT] if key in TEAMS else None
            made[key] = add_team(self._plan.teams[key], parent)
        return made

    def _parts(self, participants: Mapping[str, str]) -> list[dict[str, Any]]:
        return [
            {"user_id": self._people[login].id, "part": part}
            for login, part in participants.items()
        ]

    # -- clients

    def _of_clients(self) -> Iterator[Happening]:
        for client in self._plan.clients:
            yield self._did(client.at, client.by, partial(self._take_on, client))
            if client.given:
                hand_over = partial(self._hand_over, client, client.given)
                yield self._did(client.given.at, self._head, hand_over)
        owners = {client.key: client.owner for client in self._plan.clients}
        for choice in self._plan.rung_choices:
            yield self._did(choice.at, owners[choice.client], partial(self._choose_rung, choice))

    @property
    def _head(self) -> str:
        return next(one.login for one in self._plan.staff if one.role == "head")

    def _take_on(self, client: PlannedClient) -> None:
        client_id = create_client(
            {
                "kind": client.kind,
                "name": client.name,
                "addresses": [{"label": label, "text": text} for label, text in client.addresses],
                "site": client.site,
                "source": client.source,
                "phones": client.phones,
                "emails": client.emails,
                "tags": client.tags,
                "participants": self._parts(client.participants),
            }
        )
        self._clients[client.key] = client_id
        self._contacts[client.key] = [self._meet(client_id, one) for one in client.contacts]

    def _meet(self, client_id: int, contact: PlannedContact) -> int:
        return create_contact({"client_id": client_id, **asdict(contact)})

    def _hand_over(self, client: PlannedClient, given: Given) -> None:
        change_client(self._clients[client.key], {"owner_id": self._people[given.to].id})

    def _choose_rung(self, choice: RungChoice) -> None:
        set_rung(self._clients[choice.client], self._rungs[choice.rung], choice.reason)

    # -- deals

    def _of_deals(self) -> Iterator[Happening]:
        for plan in self._plan.deals:
            deal = Written(plan, dict(plan.participants))
            yield self._did(plan.at, plan.owner, partial(self._open, deal))
            for step in plan.steps:
                yield self._did(step.at, plan.owner, partial(self._go_on, deal, step.act))

    def _open(self, deal: Written) -> None:
        plan = deal.plan
        contacts = self._contacts[plan.client]
        deal.id = create_deal(
            {
                "name": plan.name,
                "client_id": self._clients[plan.client],
                "stage_id": self._stages[plan.stage],
                "amount": plan.amount,
                "cost": plan.cost,
                "expected_on": plan.expected_on,
                "contact_ids": [contacts[place] for place in plan.contacts],
                "participants": self._parts(deal.participants),
            }
        )
        self._deals.append(deal.id)

    def _go_on(self, deal: Written, act: Act) -> None:
        match act:
            case Move(stage):
                move_deal(deal.id, self._stages[stage])
            case Close(outcome, reason):
                close_deal(deal.id, outcome, None if reason is None else self._reasons[reason])
            case Reopen():
                reopen_deal(deal.id)
            case Revise(amount, cost):
                change_deal(deal.id, {"amount": amount, "cost": cost})
            case Invite(login, part):
                deal.participants[login] = part
                change_deal(deal.id, {"participants": self._parts(deal.participants)})


def _stages(session: Session) -> list[int]:
    """Give the ids of the first pipeline's stages."""
    stages = [stage["id"] for first in pipelines(session)[:1] for stage in first["stages"]]
    if len(stages) != len(PLANNED):
        raise ConflictError(_("Demo data needs the pipeline that the system comes with."))
    return stages
