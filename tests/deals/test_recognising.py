"""Whose client somebody is, for those who do not see it; and what is then made at that client."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.clients.completing import Somebody
from salesman_core.deals.models import DealContact
from salesman_core.deals.recognising import Attached, Recognised, attach, recognised
from salesman_core.errors import ForbiddenError
from salesman_core.records.models import Audit, Note
from salesman_core.services.models import Notice
from salesman_core.testing.people import Make
from salesman_core.toolkit import Client, Contact, Deal, acting_as, reaches, reading, writing
from salesman_hookspecs import Scope

PHONE = "+7 916 123-45-67"
ASKED = {"phones": ["8 (916) 123 45 67"]}
CLARA = Somebody("Clara", phones=[PHONE], emails=["clara@example.com"])


@pytest.fixture
def holder(make: Make) -> int:
    """Give the seller whose the client is."""
    return make.user("seller", name="Vera Stone")


@pytest.fixture
def client_id(make: Make, holder: int) -> int:
    """Give the client that a telemarketer does not see."""
    return make.client(name="Boilers Ltd", owner_id=holder, phones=[PHONE])


def test_telemarketer_learns_whose_client_a_phone_is_and_no_more(
    make: Make, client_id: int, holder: int
) -> None:
    with make.acting(make.user("telemarketer")):
        found = recognised(reading(), ASKED)
        assert not reaches("client", client_id)

    assert found == Recognised(client_id, holder)
    assert found.owner_name == "Vera Stone"


def test_phone_of_a_person_at_the_client_is_known_too(
    make: Make, client_id: int, holder: int
) -> None:
    make.contact(client_id, phones=["+7 916 000-00-01"])
    with make.acting(make.user("telemarketer")):
        assert recognised(reading(), {"phones": ["8 916 000-00-01"]}) is not None


@pytest.mark.parametrize("lacking", ["core.client.recognise", "core.client.contact_data"])
def test_nobody_learns_it_without_both_permissions(
    make: Make, client_id: int, lacking: str
) -> None:
    caller = make.person(make.user("telemarketer"))
    with acting_as(replace(caller, scopes={**caller.scopes, lacking: Scope.NONE})):
        assert recognised(reading(), ASKED) is None


@pytest.mark.parametrize("role", ["seller", "service", "assistant"])
def test_other_roles_learn_nothing(make: Make, client_id: int, role: str) -> None:
    with make.acting(make.user(role)):
        assert recognised(reading(), ASKED) is None


def test_client_whom_they_see_is_theirs_to_choose(make: Make, client_id: int) -> None:
    caller = make.user("telemarketer")
    make.client(owner_id=caller, phones=[PHONE])
    with make.acting(caller):
        assert recognised(reading(), ASKED) is None


def test_switchboard_of_many_says_nothing(make: Make, holder: int) -> None:
    for _number in range(10):
        make.client(owner_id=holder, phones=[PHONE])
    with make.acting(make.user("telemarketer")):
        assert recognised(reading(), ASKED) is None


def attached(make: Make, somebody: Somebody = CLARA, **values: Any) -> Attached:
    """Let a telemarketer attach somebody to the client that they are."""
    with make.acting(make.user_of("telemarketer")), writing() as session:
        found = recognised(session, ASKED)
        assert found is not None
        return attach(session, found, somebody, **values)


def test_deal_of_somebody_new_there_is_with_whose_the_client_is(
    make: Make, client_id: int, holder: int
) -> None:
    make.contact(client_id, name="Anna")
    made = attached(make, deal={"name": "Boilers"}, note="Three, please", owner_id=holder)

    reading().rollback()
    deal = reading().get_one(Deal, made.deal_id)
    assert (deal.client_id, deal.owner_id, deal.name) == (client_id, holder, "Boilers")
    contact = reading().get_one(Contact, made.contact_id)
    assert (contact.name, contact.client_id) == ("Clara", client_id)
    assert [one.typed for one in contact.phones] == [PHONE]
    assert reading().scalars(sa.select(DealContact.contact_id)).all() == [contact.id]
    assert reading().scalars(sa.select(Note.text).where(Note.deal_id == deal.id)).all() == [
        "Three, please"
    ]
    assert reading().scalars(sa.select(Client.id)).all() == [client_id]


def test_person_there_who_has_the_phone_gets_what_they_lack(
    make: Make, client_id: int, holder: int
) -> None:
    clara = make.contact(client_id, name="C. Kern", phones=[PHONE])

    assert attached(make).contact_id == clara
    reading().rollback()
    assert [one.typed for one in reading().get_one(Contact, clara).emails] == ["clara@example.com"]


def test_it_stands_in_the_audit_and_the_owner_is_told(
    make: Make, client_id: int, holder: int
) -> None:
    made = attached(make, deal={"name": "Boilers"}, owner_id=holder)

    caller = make.user_of("telemarketer")
    done = sa.select(Audit.actor_id, Audit.record_id).where(Audit.action == "recognised")
    assert reading().execute(done).all() == [(caller, client_id)]
    told = reading().execute(sa.select(Notice.user_id, Notice.address)).all()
    assert told == [(holder, f"/deals/{made.deal_id}")]


def test_whoever_attached_sees_neither_client_nor_deal(
    make: Make, client_id: int, holder: int
) -> None:
    made = attached(make, deal={"name": "Boilers"}, owner_id=holder)

    with make.acting(make.user_of("telemarketer")):
        assert made.deal_id is not None
        assert not reaches("client", client_id)
        assert not reaches("deal", made.deal_id)


def test_nobody_attaches_without_the_permission(app: Flask, make: Make, client_id: int) -> None:
    found = Recognised(client_id, None)
    with make.acting(make.user("seller")), pytest.raises(ForbiddenError), writing() as session:
        attach(session, found, CLARA)
