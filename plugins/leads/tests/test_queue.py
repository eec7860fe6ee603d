"""Which lead is called next, and that no two people get the same one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.models import Lead
from salesman_leads.permissions import CALL
from salesman_leads.queue import queries, service
from salesman_leads.queue.models import Lease
from salesman_leads.service import take_lead

from salesman_core.errors import ConflictError, ForbiddenError
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, bans, reading, writing
from salesman_hookspecs import Person

MakeLead = Callable[..., int]
ResultOf = Callable[[str], int]


@pytest.fixture
def caller(make: Make) -> int:
    return make.user_of("telemarketer")


def set_lead(lead_id: int, **values: Any) -> None:
    with writing() as session:
        session.execute(sa.update(Lead).where(Lead.id == lead_id).values(**values))


def worked_through(make: Make, user_id: int, call_result: ResultOf) -> list[int | None]:
    """Give the leads in the order in which the queue brings them; each finds interest."""
    order: list[int | None] = []
    with make.acting(user_id):
        while (lead_id := service.take_next()) is not None:
            order.append(lead_id)
            service.record_attempt(lead_id, {"call_result_id": call_result("interest")})
    return order


def test_promised_calls_come_first_then_own_by_age_then_those_nobody_has(
    make: Make,
    caller: int,
    waiting_lead: MakeLead,
    call_result: ResultOf,
    clock: FrozenClock,
) -> None:
    nobodys_old, nobodys_new = waiting_lead(), waiting_lead()
    own_old, own_new, promised = (waiting_lead(owner_id=caller) for _number in range(3))
    at = clock.now() + timedelta(minutes=30)
    with make.acting(caller):
        values = {"call_result_id": call_result("call_back"), "call_back_at": at}
        service.record_attempt(promised, values)
    clock.advance(hours=1)

    order = worked_through(make, caller, call_result)

    assert order == [promised, own_old, own_new, nobodys_old, nobodys_new]


def test_promised_call_waits_for_its_time(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf, clock: FrozenClock
) -> None:
    lead_id = waiting_lead(owner_id=caller)
    with make.acting(caller):
        at = clock.now() + timedelta(minutes=30)
        values = {"call_result_id": call_result("call_back"), "call_back_at": at}
        service.record_attempt(lead_id, values)
        assert service.take_next() is None
        assert queries.progress(reading()).next_at == at

        clock.advance(minutes=30)
        assert service.take_next() == lead_id


@pytest.mark.parametrize(
    "values",
    [{"no_calls": True}, {"suspicion": "repeats"}, {"status": "processed"}],
    ids=["wants no calls", "suspect", "processed"],
)
def test_lead_that_is_not_to_be_called_is_left_out(
    make: Make, caller: int, waiting_lead: MakeLead, values: dict[str, object]
) -> None:
    set_lead(waiting_lead(), **values)

    with make.acting(caller):
        assert service.take_next() is None


def test_lead_without_a_phone_is_left_out(make: Make, caller: int, waiting_lead: MakeLead) -> None:
    waiting_lead(phones=[], emails=["anna@example.com"])

    with make.acting(caller):
        assert service.take_next() is None


def ban_calls(**subjects: list[Any]) -> None:
    with writing() as session:
        bans.ban(session, bans.CALLS, **subjects)


@pytest.mark.parametrize(
    ("phones", "comes"),
    [
        (["+7 495 000-00-01"], False),
        (["+7 495 000-00-01", "+7 495 000-00-02"], True),
    ],
    ids=["its only number", "one of two"],
)
def test_lead_whose_every_number_is_banned_is_left_out(
    make: Make, caller: int, waiting_lead: MakeLead, phones: list[str], *, comes: bool
) -> None:
    lead_id = waiting_lead(phones=phones)
    ban_calls(addresses=["+74950000001"])

    with make.acting(caller):
        assert service.take_next() == (lead_id if comes else None)


@pytest.mark.parametrize("has_it", ["client", "contact"])
@pytest.mark.parametrize("banned", ["client", "contact"])
def test_lead_with_the_number_of_a_client_or_contact_that_wants_no_calls_is_left_out(
    make: Make, caller: int, waiting_lead: MakeLead, has_it: str, banned: str
) -> None:
    phones = {"phones": ["8 495 000 00 01"]}
    client_id = make.client(**(phones if has_it == "client" else {}))
    contact_id = make.contact(client_id, **(phones if has_it == "contact" else {}))
    lead_id = waiting_lead()
    ban_calls(**{f"{banned}_ids": [client_id if banned == "client" else contact_id]})

    with make.acting(caller):
        comes = (has_it, banned) == ("client", "contact")  # a ban of one person is not the client's
        assert service.take_next() == (lead_id if comes else None)


def test_lead_is_put_down_where_its_other_number_wants_no_calls(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    lead_id = waiting_lead(phones=["+7 495 000-00-01", "+7 495 000-00-02"])
    with make.acting(caller):
        service.take_next()
        ban_calls(addresses=["+74950000002"])
        service.record_attempt(lead_id, {"call_result_id": call_result("wrong_number")})

    assert reading().scalar(sa.select(sa.func.count(Lease.lead_id))) == 0


def test_lead_that_somebody_else_works_on_is_left_out(
    make: Make, caller: int, waiting_lead: MakeLead
) -> None:
    lead_id = waiting_lead()
    with make.acting(make.user_of("marketer")):
        take_lead(lead_id)

    with make.acting(caller):
        assert service.take_next() is None


def test_lead_in_hand_stays_until_it_is_put_down(
    make: Make, caller: int, waiting_lead: MakeLead
) -> None:
    first, second = waiting_lead(), waiting_lead()
    with make.acting(caller):
        assert [service.take_next(), service.take_next()] == [first, first]
    with make.acting(make.user("telemarketer")):
        assert service.take_next() == second

    with make.acting(caller):
        service.leave()
    with make.acting(make.user("telemarketer")):
        assert service.take_next() == first


def test_lead_whose_time_in_hand_is_over_goes_to_the_next_who_asks(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf, clock: FrozenClock
) -> None:
    lead_id = waiting_lead()
    with make.acting(caller):
        service.take_next()
    clock.advance(minutes=31)
    with make.acting(make.user("telemarketer")):
        assert service.take_next() == lead_id

    with make.acting(caller), pytest.raises(ConflictError, match="Somebody else is calling"):
        service.record_attempt(lead_id, {"call_result_id": call_result("no_answer")})


def test_lead_that_is_put_off_comes_later_and_stays_nobodys(
    make: Make, caller: int, waiting_lead: MakeLead, clock: FrozenClock
) -> None:
    first, second = waiting_lead(), waiting_lead()
    with make.acting(caller):
        service.take_next()
        service.put_off(first)
        assert service.take_next() == second
        service.leave()

        clock.advance(minutes=60)
        assert service.take_next() == first
    assert reading().get_one(Lead, first).owner_id is None


def test_seller_calls_their_own_leads_and_no_others(
    make: Make, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    seller = make.user_of("seller")
    waiting_lead()
    own = waiting_lead(owner_id=seller)

    assert worked_through(make, seller, call_result) == [own]


def test_who_may_not_call_gets_no_lead(make: Make, waiting_lead: MakeLead) -> None:
    waiting_lead()

    with make.acting(make.user_of("marketer")), pytest.raises(ForbiddenError):
        service.take_next()


def test_calls_are_counted_for_telemarketers_alone(
    make: Make, caller: int, waiting_lead: MakeLead, call_result: ResultOf
) -> None:
    seller = make.user_of("seller")
    answers = []
    for user_id in (caller, seller):
        lead_id, _other = waiting_lead(owner_id=user_id), waiting_lead(owner_id=user_id)
        with make.acting(user_id):
            service.record_attempt(lead_id, {"call_result_id": call_result("no_answer")})
            found = queries.progress(reading())
        answers.append((found.done, found.left))

    assert answers == [(1, 1), (None, 1)]


@pytest.mark.timeout(120)
def test_many_who_ask_at_once_get_one_lead_each(
    app: Flask, make: Make, waiting_lead: MakeLead
) -> None:
    leads = {waiting_lead() for _number in range(12)}
    people = [make.person(make.user("telemarketer")) for _number in range(16)]
    meeting = threading.Barrier(len(people))
    taken: list[int | None] = []
    failures: list[Exception] = []

    def ask(person: Person) -> None:
        with app.app_context(), acting_as(person):
            meeting.wait()
            try:
                taken.append(service.take_next())
            except Exception as error:  # noqa: BLE001  # a thread cannot raise into the test
                failures.append(error)

    reading().rollback()
    threads = [threading.Thread(target=ask, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sorted(one for one in taken if one is not None) == sorted(leads)
    assert taken.count(None) == len(people) - len(leads)


def test_rule_asks_as_much_however_many_wait(
    make: Make, caller: int, waiting_lead: MakeLead, statements: Callable[..., Any]
) -> None:
    def asked() -> int:
        with make.acting(caller), statements() as sent:
            service.take_next()
        return len(sent)

    waiting_lead()
    few = asked()
    with make.acting(caller):
        service.leave()
    for _number in range(5):
        waiting_lead()

    assert asked() == few


def test_calling_has_a_permission_of_its_own(make: Make, caller: int) -> None:
    assert make.person(caller).may(CALL)
    assert not make.person(make.user_of("marketer")).may(CALL)
