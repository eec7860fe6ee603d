"""Who may be written to: what somebody said is kept, and the stricter word holds."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from salesman_mailing.consent.consent import About, Proof, is_allowed, normal, record
from salesman_mailing.consent.models import (
    BY_HAND,
    FORM,
    GIVEN,
    IMPORT,
    ONE_CLICK,
    REFUSED,
    SERVICE,
    ConsentEntry,
)

from salesman_core.testing.people import Make
from salesman_core.toolkit import InvalidError, bans, create_contact, reading, writing

ANNA = "anna@example.com"


def say(about: About, state: str, source: str, **proof: Any) -> int:
    """Note what Anna said."""
    with writing() as session:
        return record(session, [ANNA], about, state, Proof(source, **proof))


@pytest.mark.parametrize("typed", ["Anna@Example.COM", " anna@example.com ", "ANNA@example.com"])
def test_addresses_are_compared_in_one_form(typed: str) -> None:
    assert normal(typed) == ANNA


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(InvalidError):
        normal("anna")


def test_purpose_that_needs_consent_waits_for_it(purposes: Any) -> None:
    news, orders = purposes["news"], purposes["orders"]
    assert not is_allowed(reading(), ANNA, news)
    assert is_allowed(reading(), ANNA, orders)

    say(About(purpose_id=news.id), GIVEN, FORM, details={"form_version": 3, "ip": "192.0.2.7"})

    assert is_allowed(reading(), ANNA, news)


@pytest.mark.parametrize("source", [IMPORT, SERVICE, ONE_CLICK])
def test_refusal_outlives_what_others_say(purposes: Any, source: str) -> None:
    about = About(purpose_id=purposes["orders"].id)
    say(about, REFUSED, ONE_CLICK)
    assert say(about, GIVEN, source) == 0
    assert not is_allowed(reading(), ANNA, purposes["orders"])

    assert say(about, GIVEN, BY_HAND, reason="Called and asked for it") == 1
    assert is_allowed(reading(), ANNA, purposes["orders"])


def test_every_word_is_kept_with_its_proof(purposes: Any) -> None:
    about = About(purpose_id=purposes["news"].id)
    say(about, REFUSED, ONE_CLICK, details={"ip": "192.0.2.7"})
    say(about, GIVEN, SERVICE)

    rows = reading().scalars(sa.select(ConsentEntry).order_by(ConsentEntry.id)).all()
    assert [(one.state, one.source, one.held) for one in rows] == [
        (REFUSED, ONE_CLICK, True),
        (GIVEN, SERVICE, False),
    ]
    assert rows[0].proof == {"ip": "192.0.2.7"}


def test_who_leaves_a_group_is_written_to_with_others(purposes: Any, group: Any) -> None:
    left, other = group("Left"), group("Other")
    say(About(group_id=left, group_name="Left"), REFUSED, ONE_CLICK)

    assert not is_allowed(reading(), ANNA, purposes["orders"], left)
    assert is_allowed(reading(), ANNA, purposes["orders"], other)


def test_who_refuses_all_mailing_is_banned_in_the_whole_crm(purposes: Any) -> None:
    say(About(), REFUSED, ONE_CLICK)

    assert bans.bans_of(reading(), addresses=[ANNA]).addresses == {ANNA: {bans.MAILING: ""}}
    assert not is_allowed(reading(), ANNA, purposes["orders"])


def test_ban_of_whoever_has_the_address_holds(make: Make, purposes: Any) -> None:
    client = make.client()
    create_contact({"client_id": client, "name": "Anna", "emails": [ANNA]})
    with writing() as session:
        bans.ban(session, bans.MAILING, "Do not email", client_ids=[client])

    assert not is_allowed(reading(), ANNA, purposes["orders"])
