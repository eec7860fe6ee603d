"""What people say at the service comes in by the clock: once, and as the stricter word."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from salesman_mailing.bounces.models import BadAddress
from salesman_mailing.consent.consent import About, Proof, is_allowed, record
from salesman_mailing.consent.models import BY_HAND, GIVEN, SERVICE, ConsentEntry, Purpose
from salesman_mailing.services.working import synchronise

from salesman_core.toolkit import bans, reading, writing

from .conftest import Linked
from .standin import Contact, StandIn

Links = Callable[..., Linked]
ANNA, BORIS, VERA = "anna@example.com", "boris@example.com", "vera@example.com"


def allowed(link: Linked, address: str) -> bool:
    reading().rollback()
    purpose = reading().get_one(Purpose, link.row.purpose_id)
    return is_allowed(reading(), address, purpose, link.group_id)


def test_refusals_come_in_by_the_clock_and_nothing_goes_out(
    unisender: StandIn, linked: Links
) -> None:
    link = linked(ANNA, BORIS, VERA)
    unisender.contacts |= {
        ANNA: Contact(status="unsubscribed"),
        BORIS: Contact(unsubscribed={"17"}),
        VERA: Contact(availability="unreachable", lists={"17"}),
        "stranger@example.com": Contact(status="blocked"),
    }
    synchronise()
    link.work()

    assert [allowed(link, one) for one in (ANNA, BORIS, VERA)] == [False, False, False]
    assert set(bans.bans_of(reading(), addresses=[ANNA, "stranger@example.com"]).addresses) == {
        ANNA,
        "stranger@example.com",
    }
    assert BORIS not in bans.bans_of(reading(), addresses=[BORIS]).addresses
    assert reading().scalars(sa.select(BadAddress.address)).all() == [VERA]
    assert unisender.calls["importContacts"] == 0
    assert {one.source for one in reading().scalars(sa.select(ConsentEntry))} == {SERVICE}


def test_what_was_taken_in_counts_once(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA)
    unisender.contacts[ANNA] = Contact(unsubscribed={"17"})
    link.synchronise()
    assert not allowed(link, ANNA)

    with writing() as session:
        record(session, [ANNA], About(group_id=link.group_id), GIVEN, Proof(BY_HAND, "Called"))

    assert link.compare() == {}
    assert allowed(link, ANNA)
    assert unisender.contacts[ANNA].lists == set()


def test_service_agrees_only_for_those_of_whom_nothing_is_known(
    unisender: StandIn, linked: Links
) -> None:
    link = linked(ANNA, BORIS, VERA, needs_consent=True)
    with writing() as session:
        bans.ban(session, bans.MAILING, "Said so", addresses=[BORIS])
    unisender.contacts |= {
        ANNA: Contact(status="active", lists={"17"}),
        BORIS: Contact(status="active", lists={"17"}),
        VERA: Contact(status="new", lists={"17"}),
    }
    assert link.compare() == {"agree": 1, "unsubscribe": 1}
    link.carry_out()

    assert [allowed(link, one) for one in (ANNA, BORIS, VERA)] == [True, False, False]
    assert unisender.contacts[BORIS].unsubscribed == {"17"}


def test_file_of_another_make_is_read_too(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA)
    unisender.delimiter = ";"
    unisender.contacts[ANNA] = Contact(lists={"17", "18"})
    assert link.compare() == {"update": 1}


def test_file_without_its_columns_changes_nothing(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA)
    unisender.files_say = b"email\nanna@example.com\n"
    link.compare()
    assert link.row.problem == "UniSender's answer cannot be read."
