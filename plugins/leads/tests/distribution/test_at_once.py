"""Many at once: nobody's turn is given twice, and one lead has one taker."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, service
from salesman_leads.distribution.again import distribute_lead
from salesman_leads.import_apply import apply_leads
from salesman_leads.models import IN_WORK, Lead

from salesman_core.access.models import User
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.db import db
from salesman_core.records.imports.rehearsal import rehearsal
from salesman_core.testing.people import Make
from salesman_core.toolkit import ConflictError, now, reading, writing
from salesman_hookspecs import ImportBatch, Person

RuleOf = Callable[..., int]
T = TypeVar("T")

TAKERS = 200
SERVED = 40
"""So many have a connection to the database at a time; the others wait at the door for one."""
PATIENCE = 5
"""Seconds that nobody waits for a lead to come in."""

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def at_once(app: Flask, people: Sequence[Person], act: Callable[[], T]) -> list[T]:
    """Let people do the same in the same moment, each in a thread of their own."""
    reading().rollback()
    together, door = threading.Barrier(len(people)), threading.Semaphore(SERVED)

    def done(person: Person) -> T:
        with app.app_context(), acting_as(person):
            together.wait(60)
            with door:
                try:
                    return act()
                finally:
                    db.session.remove()

    with ThreadPoolExecutor(len(people)) as threads:
        found = list(threads.map(done, people))
    reading().rollback()
    reading().expire_all()
    return found


def takers() -> list[Person]:
    with writing() as session:
        users = [
            User(
                name=f"Taker {number}",
                search_name=f"taker {number}",
                created_at=now(),
                updated_at=now(),
            )
            for number in range(TAKERS)
        ]
        session.add_all(users)
        session.flush()
        return [Person(id=one.id, name=one.name, everything=True) for one in users]


def test_two_hundred_who_take_a_lead_at_once_have_one_winner(app: Flask) -> None:
    people = takers()
    lead_id = intake.create_lead({"name": "Dora"})

    def take() -> bool:
        try:
            service.take_lead(lead_id)
        except ConflictError:
            return False
        return True

    won = [
        person.id for person, taken in zip(people, at_once(app, people, take), strict=True) if taken
    ]

    lead = reading().get_one(Lead, lead_id)
    assert (won, lead.status) == ([lead.owner_id], IN_WORK)
    assert lead.version == 2


def test_turns_stay_exact_where_many_come_in_at_once(
    app: Flask, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", *sellers)

    at_once(app, [SYSTEM] * 30, lambda: intake.create_lead({"name": "Dora"}))

    counted = sa.select(Lead.owner_id, sa.func.count()).group_by(Lead.owner_id)
    assert Counter(dict(reading().execute(counted).all())) == dict.fromkeys(sellers, 10)


def test_least_loaded_stays_exact_over_two_rules_at_once(
    app: Flask, rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    rule_of("least_loaded", *sellers, sources=["site"])
    rule_of("least_loaded", *sellers)
    sources = iter(["site", "fair"] * 15)
    lock = threading.Lock()

    def come_in() -> None:
        with lock:
            source = next(sources)
        intake.create_lead({"name": "Dora", "source": source})

    at_once(app, [SYSTEM] * 30, come_in)

    counted = sa.select(Lead.owner_id, sa.func.count()).group_by(Lead.owner_id)
    assert dict(reading().execute(counted).all()) == dict.fromkeys(sellers, 10)


def all_at_once(app: Flask, acts: Iterable[Callable[[], object]]) -> None:
    """Let the system do different things in the same moment; what is refused is refused."""
    left = list(acts)
    lock = threading.Lock()

    def act() -> None:
        with lock:
            mine = left.pop()
        with suppress(ConflictError):
            mine()

    at_once(app, [SYSTEM] * len(left), act)


def test_nobody_waits_in_a_circle_where_leads_are_brought_back_and_dealt_at_once(
    app: Flask, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", *sellers)
    suspects = [
        intake.create_lead({"name": "Dora"}, suspicion="link in the name") for _ in range(20)
    ]

    acts = (service.bring_back, distribute_lead)
    all_at_once(app, [partial(act, one) for one in suspects for act in acts])

    apart = sa.select(sa.func.count(Lead.id)).where(Lead.suspicion != "")
    assert reading().scalar(apart) == 0


def file_of(*names: str) -> ImportBatch:
    return ImportBatch([{"name": name, "text": "again"} for name in names], {}, "list")


def test_nobody_waits_in_a_circle_where_leads_are_imported_and_dealt_at_once(
    app: Flask, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", *sellers)
    leads = {intake.create_lead({"name": f"Dora {one}"}): f"Dora {one}" for one in range(20)}

    acts = [partial(apply_leads, file_of(name, f"New {name}")) for name in leads.values()]
    all_at_once(app, [*acts, *(partial(distribute_lead, one) for one in leads)])

    again = sa.select(sa.func.count(Lead.id)).where(Lead.text == "again")
    assert reading().scalar(again) == 40


@pytest.mark.databases("postgresql")
def test_dry_run_of_an_import_keeps_nobody_waiting_who_deals(
    app: Flask, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", *sellers)

    def come_in() -> int:
        with app.app_context(), acting_as(SYSTEM):
            return intake.create_lead({"name": "Dora"})

    with ThreadPoolExecutor(1) as threads, rehearsal():
        apply_leads(file_of("Anna"))
        made = threads.submit(come_in).result(PATIENCE)

    assert reading().get_one(Lead, made).owner_id == sellers[0]
