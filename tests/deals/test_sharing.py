"""Colleagues, contacts and tags that come and go by themselves, also where two act at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from salesman_core.clients.models import ClientParticipant, ClientTag
from salesman_core.clients.sharing import add_participant as add_to_client
from salesman_core.clients.sharing import change_tags
from salesman_core.clients.sharing import remove_participant as remove_from_client
from salesman_core.db import reading
from salesman_core.deals import sharing
from salesman_core.deals.models import DealContact, DealParticipant
from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite", "postgresql")  # writers wait otherwise in each

AtOnce = Callable[[Callable[[], object], Callable[[], object]], None]


def found(column: sa.ColumnElement[int]) -> set[int]:
    reading().rollback()
    return set(reading().scalars(sa.select(column)))


def test_two_who_add_a_participant_to_a_deal_at_once_add_both(make: Make, at_once: AtOnce) -> None:
    deal, lawyer, assistant = make.deal(), make.user("lawyer"), make.user("assistant")

    at_once(
        lambda: sharing.add_participant(deal, lawyer, "contract"),
        lambda: sharing.add_participant(deal, assistant, "papers"),
    )

    reading().rollback()
    parts = sa.select(DealParticipant.user_id, DealParticipant.part)
    assert dict(reading().execute(parts).all()) == {lawyer: "contract", assistant: "papers"}


def test_one_who_leaves_a_deal_takes_nobody_along_who_comes_meanwhile(
    make: Make, at_once: AtOnce
) -> None:
    lawyer, assistant = make.user("lawyer"), make.user("assistant")
    deal = make.deal(participants=[{"user_id": lawyer}])

    at_once(
        lambda: sharing.remove_participant(deal, lawyer),
        lambda: sharing.add_participant(deal, assistant, ""),
    )

    assert found(DealParticipant.user_id) == {assistant}


def test_two_who_name_a_contact_in_a_deal_at_once_name_both(make: Make, at_once: AtOnce) -> None:
    client = make.client()
    anna, boris = make.contact(client), make.contact(client)
    deal = make.deal(client_id=client)

    at_once(lambda: sharing.add_contact(deal, anna), lambda: sharing.add_contact(deal, boris))

    assert found(DealContact.contact_id) == {anna, boris}


def test_contact_that_leaves_a_deal_takes_none_along_that_comes_meanwhile(
    make: Make, at_once: AtOnce
) -> None:
    client = make.client()
    anna, boris = make.contact(client), make.contact(client)
    deal = make.deal(client_id=client, contact_ids=[anna])

    at_once(lambda: sharing.remove_contact(deal, anna), lambda: sharing.add_contact(deal, boris))

    assert found(DealContact.contact_id) == {boris}


def test_two_who_add_a_participant_to_a_client_at_once_add_both(
    make: Make, at_once: AtOnce
) -> None:
    client, lawyer, assistant = make.client(), make.user("lawyer"), make.user("assistant")

    at_once(
        lambda: add_to_client(client, lawyer, "contract"),
        lambda: add_to_client(client, assistant, "papers"),
    )

    assert found(ClientParticipant.user_id) == {lawyer, assistant}


def test_part_that_is_taken_away_is_told(make: Make) -> None:
    lawyer = make.user("lawyer")
    people = [{"user_id": lawyer, "part": "contract"}]
    client, deal = make.client(participants=people), make.deal(participants=people)

    told = [remove_from_client(client, lawyer), sharing.remove_participant(deal, lawyer)]

    assert told == ["contract", "contract"]


def test_two_who_tag_a_client_at_once_leave_both_tags(make: Make, at_once: AtOnce) -> None:
    client = make.client(tags=["old"])

    at_once(
        lambda: change_tags(client, add=["fair"], remove=["old"]),
        lambda: change_tags(client, add=["vip"], remove=[]),
    )

    reading().rollback()
    assert set(reading().scalars(sa.select(ClientTag.tag))) == {"fair", "vip"}
